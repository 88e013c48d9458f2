"""How exits look while they are free: the system proposes pictures, a person approves them."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse
from sqlalchemy.orm import Session

from api.caller import Caller, needs
from api.context import Context, Here
from api.etags import Expected, Seen, tagged
from api.routes.site import require_camera, require_switched_on
from api.schemas.references import References
from api.schemas.shapes import PathId, RecordId
from core.errors import NotFound
from core.zone import ZoneKind
from hazards.access.roles import Capability
from hazards.references import actions
from hazards.references.pictures import ReferenceState, pictures_of
from hazards.site import queries

router = APIRouter(tags=["cameras"])
Watching = Annotated[Caller, needs(Capability.WATCH)]
Editing = Annotated[Caller, needs(Capability.EDIT_CAMERAS)]
SHOWN = (ReferenceState.PROPOSED, ReferenceState.APPROVED)
PLACE = "/api/v1/cameras/{id}/exits/{exit}/references"


@router.get(PLACE, summary="Pictures of a free exit")
def list_references(
    id: PathId, exit: PathId, caller: Watching, context: Here, response: Response
) -> References:
    """Those that wait for a person, and those that the rule relies on."""
    with caller.database.read() as session:
        _require_exit(session, caller, id, exit)
    shown = _shown(context, id, exit)
    return tagged(response, shown, shown.version)


@router.post(PLACE, status_code=202, summary="Take a picture of a free exit")
def capture_reference(id: PathId, exit: PathId, caller: Editing, context: Here) -> None:
    """It is proposed within seconds, whatever it shows. 409 conflict for a camera that is off."""
    with caller.database.read() as session:
        _require_exit(session, caller, id, exit)
        require_switched_on(session, id)
    context.engine.capture_reference(id, exit)


@router.get(
    PLACE + "/{name}",
    summary="One picture of a free exit",
    response_class=FileResponse,
    responses={200: {"content": {"image/png": {}}}},
)
def read_reference(
    id: PathId, exit: PathId, name: RecordId, caller: Watching, context: Here
) -> FileResponse:
    """404 not_found where it was rejected or retired."""
    with caller.database.read() as session:
        _require_exit(session, caller, id, exit)
    for picture in pictures_of(context.settings.data_dir, id, exit, *SHOWN):
        if picture.name == name:
            # Pictures of people stay in no browser after signing out.
            headers = {"Cache-Control": "private, no-store"}
            return FileResponse(picture.path, media_type="image/png", headers=headers)
    raise NotFound(f"exit '{exit}' has no picture '{name}' any more")


@router.post(PLACE + "/{name}/approval", summary="Approve a picture of a free exit")
def approve_reference(
    id: PathId, exit: PathId, name: RecordId, caller: Editing, context: Here,
    response: Response, expected: Expected,
) -> References:  # fmt: skip
    """The rule relies on it within seconds. 422 zone_error for a picture of another shape."""
    status = context.engine.camera_statuses().get(id)
    size = (status.width, status.height) if status is not None and status.height else (0, 0)

    def decide(session: Session, data_dir: Path) -> None:
        actions.approve(session, data_dir, id, exit, name, camera_size=size)

    return _decided(caller, context, id, exit, response, expected, decide)


@router.post(PLACE + "/{name}/rejection", summary="Reject a proposed picture")
def reject_reference(
    id: PathId, exit: PathId, name: RecordId, caller: Editing, context: Here,
    response: Response, expected: Expected,
) -> References:  # fmt: skip
    """Its file is deleted."""

    def decide(session: Session, data_dir: Path) -> None:
        actions.reject(session, data_dir, id, exit, name)

    return _decided(caller, context, id, exit, response, expected, decide)


@router.post(PLACE + "/{name}/retirement", summary="Take the approval of a picture back")
def retire_reference(
    id: PathId, exit: PathId, name: RecordId, caller: Editing, context: Here,
    response: Response, expected: Expected,
) -> References:  # fmt: skip
    """The rule relies on it no more; the file is kept."""

    def decide(session: Session, data_dir: Path) -> None:
        actions.retire(session, data_dir, id, exit, name)

    return _decided(caller, context, id, exit, response, expected, decide)


def _decided(
    caller: Caller,
    context: Context,
    id: str,
    exit: str,
    response: Response,
    expected: Seen,
    decide: Callable[[Session, Path], None],
) -> References:
    with caller.begin() as session:
        _require_exit(session, caller, id, exit)
        expected.check(_shown(context, id, exit).version)
        decide(session, context.settings.data_dir)
    shown = _shown(context, id, exit)
    return tagged(response, shown, shown.version)


def _require_exit(session: Session, caller: Caller, id: str, exit: str) -> None:
    require_camera(session, caller, id)
    zones = queries.camera(session, id).config.zones_of(ZoneKind.EXIT)
    if exit not in {zone.id for zone in zones}:
        raise NotFound(f"camera '{id}' watches no exit '{exit}'")


def _shown(context: Context, id: str, exit: str) -> References:
    return References.of(pictures_of(context.settings.data_dir, id, exit, *SHOWN))
