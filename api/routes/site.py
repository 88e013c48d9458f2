"""Cameras: list, add, change, delete, test a source."""

import base64
import time
from typing import Annotated

from anyio import from_thread
from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from api.caller import Caller, needs
from api.context import Context, Here
from api.errors import InvalidRequest
from api.etags import Expected, tagged
from api.schemas.shapes import PathId
from api.schemas.site import Camera, Cameras, CameraWrite, SourceReport, SourceTest, version_of
from core.errors import Conflict, Forbidden, NotFound
from core.health import CameraState, CameraStatus
from core.redaction import MASK, redact_address
from hazards.access.roles import Capability
from hazards.site import actions, queries
from hazards.site.people_tables import ROOT
from hazards.site.tables import CameraRow

router = APIRouter(tags=["cameras"])
Watching = Annotated[Caller, needs(Capability.WATCH)]
Editing = Annotated[Caller, needs(Capability.EDIT_CAMERAS)]


@router.get("/api/v1/cameras", summary="All cameras")
def list_cameras(caller: Watching, context: Here) -> Cameras:
    """Those of the caller's part of the site, in their order on the wall, with the state of now."""
    with context.database.read() as session:
        places = queries.camera_paths(session)
        rows = [row for row in queries.cameras(session) if caller.reaches_any(places[row.id])]
        return Cameras(items=[_shown(row, context) for row in rows])


@router.post("/api/v1/cameras", status_code=201, summary="Add a camera")
def create_camera(body: CameraWrite, caller: Editing, context: Here) -> Camera:
    """For whoever may edit the cameras of the whole site. 409 conflict where the id is taken."""
    config = body.config(_source(body.source, None))
    with caller.begin() as session:
        caller.require(session, ROOT)
        row = actions.create_camera(session, config, enabled=body.enabled)
        camera = _shown(row, context)
    context.engine.cameras_changed()
    return camera


@router.get("/api/v1/cameras/{id}", summary="One camera")
def read_camera(id: PathId, caller: Watching, context: Here, response: Response) -> Camera:
    """404 not_found."""
    with context.database.read() as session:
        require_camera(session, caller, id)
        camera = _shown(queries.camera(session, id), context)
    return tagged(response, camera, camera.version)


@router.put("/api/v1/cameras/{id}", summary="Replace a camera")
def replace_camera(
    id: PathId,
    body: CameraWrite,
    caller: Editing,
    expected: Expected,
    context: Here,
    response: Response,
) -> Camera:
    """A source that comes back as it was shown leaves the stored one as it is."""
    if body.id != id:
        raise InvalidRequest("id", "the id of a camera cannot change: add a new camera")
    with caller.begin() as session:
        require_camera(session, caller, id)
        row = actions.locked_camera(session, id)
        expected.check(version_of(row))
        config = body.config(_source(body.source, row.source))
        row = actions.replace_camera(session, config, enabled=body.enabled)
        camera = _shown(row, context)
    context.engine.cameras_changed()
    return tagged(response, camera, camera.version)


@router.delete("/api/v1/cameras/{id}", status_code=204, summary="Delete a camera")
def delete_camera(id: PathId, caller: Editing, context: Here) -> None:
    """Its hazards and their evidence stay."""
    with caller.begin() as session:
        require_camera(session, caller, id)
        actions.delete_camera(session, id)
    context.engine.cameras_changed()
    from_thread.run_sync(context.engine.hub.forget, id)


@router.post("/api/v1/cameras/{id}/relearn", status_code=202, summary="Accept what a camera shows")
def relearn_camera(id: PathId, caller: Editing, context: Here) -> None:
    """For a camera that was moved for good: what is open ends, and its exits are judged again.

    Look whether its zones and approved pictures still fit. 409 conflict for a camera that is off.
    """
    with caller.database.read() as session:
        require_camera(session, caller, id)
        require_switched_on(session, id)
    context.engine.relearn_view(id)


@router.get(
    "/api/v1/cameras/{id}/still",
    summary="The newest judged picture",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}},
)
def still(id: PathId, caller: Watching, context: Here) -> Response:
    """404 not_found where there is none yet."""
    with context.database.read() as session:
        require_camera(session, caller, id)
    jpeg = context.engine.still(id)
    if jpeg is None:
        raise NotFound(f"camera '{id}' has sent no picture yet")
    return Response(jpeg, media_type="image/jpeg")


@router.post("/api/v1/sources/test", summary="What answers at a source")
async def test_source(body: SourceTest, caller: Editing, context: Here) -> SourceReport:
    """422 source_unavailable, login_refused, not_video or stream_stalled where it is no video."""
    stored = None
    if body.camera_id is not None:
        stored = await run_in_threadpool(_stored_source, caller, body.camera_id)
    probe = await context.engine.probe(_source(body.source, stored))
    return SourceReport(
        codec=probe.codec,
        mime=probe.mime,
        playable=probe.mime != "",
        width=probe.width,
        height=probe.height,
        fps=probe.fps,
        still="data:image/jpeg;base64," + base64.b64encode(probe.still).decode(),
    )


def starting_status(id: str, *, enabled: bool) -> CameraStatus:
    """The state of a camera that the engine has not taken up yet."""
    state = CameraState.CONNECTING if enabled else CameraState.OFF
    return CameraStatus(id, state, "", "", time.time(), 0.0, "", "", 0, 0, 0.0)


def _shown(row: CameraRow, context: Context) -> Camera:
    status = context.engine.camera_statuses().get(row.id)
    return Camera.of(row, status or starting_status(row.id, enabled=row.enabled))


def require_switched_on(session: Session, id: str) -> None:
    """Raises Conflict, and NotFound."""
    if not queries.camera(session, id).enabled:
        raise Conflict(f"camera '{id}' is switched off: switch it on first")


def require_camera(session: Session, caller: Caller, id: str) -> None:
    """Raises NotFound, and Forbidden where the camera stands outside the caller's part."""
    place = queries.camera_paths(session, id).get(id)
    if place is None:
        raise NotFound(f"there is no camera '{id}'")
    if not caller.reaches_any(place):
        raise Forbidden("this camera watches another part of the site: ask whoever may see it")


def _stored_source(caller: Caller, camera_id: str) -> str:
    with caller.database.read() as session:
        require_camera(session, caller, camera_id)
        return queries.camera(session, camera_id).source


def _source(sent: str, stored: str | None) -> str:
    """The stored source where it comes back as it was shown, else the one that was sent."""
    if stored is not None and sent == redact_address(stored):
        return stored
    if MASK in sent:
        raise InvalidRequest("source", f"the source holds {MASK}: type the login again")
    return sent
