"""Floor plans, the four-colour map over them, and how cameras lie on them."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response
from fastapi.responses import FileResponse

from api.caller import Caller, needs
from api.context import Here
from api.etags import Expected, etag, tagged
from api.plan_conversion import converted, store
from api.schemas.plans import (
    FloorPlan,
    FloorPlans,
    Grade,
    Grades,
    GradeWrite,
    ScaleWrite,
    WatchWrite,
)
from api.schemas.risk_map import MapCamera, MapUnit, PlanMap
from api.schemas.shapes import Line, PathId, RecordId, RecordKey
from api.schemas.site import CameraView, version_of
from core.errors import NotFound
from hazards.access.roles import Capability
from hazards.risk import actions, queries
from hazards.risk.colours import colours
from hazards.risk.grading import edit_grade, grades
from hazards.site.actions import locked_camera
from hazards.site.names import names_of
from hazards.site.people import watch_risk_unit
from hazards.site.people_tables import ROOT

router = APIRouter(tags=["map"])
Watcher = Annotated[Caller, needs(Capability.WATCH)]
Editor = Annotated[Caller, needs(Capability.EDIT_RISK)]
Installer = Annotated[Caller, needs(Capability.EDIT_CAMERAS)]
Upload = Annotated[bytes, Body(media_type="application/octet-stream")]


@router.get("/api/v1/grades", summary="Levels of risk")
def list_grades(caller: Watcher, response: Response) -> Grades:
    """From the lowest; names, colours and bands are data. The ETag of all is for each of them."""
    with caller.database.read() as session:
        return tagged(response, Grades.of(grades(session)))


@router.put("/api/v1/grades/{code}", summary="Change a level of risk")
def replace_grade(
    code: RecordId, body: GradeWrite, caller: Editor, expected: Expected, response: Response
) -> Grade:
    """Units keep their grade until they are judged again. 422 incomplete where bands cross."""
    with caller.begin() as session:
        caller.require(session, ROOT)
        expected.check(Grades.of(grades(session, lock=True)))
        row = edit_grade(session, code, **dict(body))
        tagged(response, Grades.of(grades(session)))
        return Grade.of(row)


@router.get("/api/v1/plans", summary="Floor plans")
def list_plans(caller: Watcher) -> FloorPlans:
    """Those of the caller's parts of the organisation, by name."""
    with caller.database.read() as session:
        return FloorPlans(items=[FloorPlan.of(row) for row in queries.plans(session, caller.paths)])


@router.post("/api/v1/plans", status_code=201, summary="Send a floor plan")
def create_plan(
    data: Upload,
    caller: Editor,
    context: Here,
    *,
    unit_id: RecordKey,
    name: Line,
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> FloorPlan:
    """The body is a PNG, JPEG, SVG or PDF (of which `page` counts) of 20 MB at most.

    422 plan_file_error where it is none of them, too large, or holds more than a drawing.
    """
    with caller.database.read() as session:
        caller.require(session, unit_id)
    picture = converted(data, page)
    path, sha256 = store(context.settings.data_dir, picture.png)
    with caller.begin() as session:
        row = actions.create_plan(
            session, unit_id=unit_id, name=name, path=path, sha256=sha256,
            width=picture.width, height=picture.height, now=caller.now,
        )  # fmt: skip
        return FloorPlan.of(row)


@router.get(
    "/api/v1/plans/{id}/picture",
    summary="The picture of a floor plan",
    response_class=FileResponse,
    responses={200: {"content": {"image/png": {}}}},
)
def read_picture(id: RecordId, caller: Watcher, context: Here) -> FileResponse:
    """404 not_found where there is no such plan, or its file is gone."""
    with caller.database.read() as session:
        row = actions.plan(session, id)
        caller.require(session, row.unit_id)
    path: Path = context.settings.data_dir / row.path
    if not path.is_file():
        raise NotFound("the picture of this plan is not there: send the plan again")
    headers = {"ETag": f'"{row.sha256}"', "Cache-Control": "private, max-age=86400"}
    return FileResponse(path, media_type="image/png", headers=headers)


@router.put("/api/v1/plans/{id}/scale", summary="Say how large a plan is")
def replace_scale(
    id: RecordId, body: ScaleWrite, caller: Editor, context: Here, expected: Expected,
    response: Response,
) -> FloorPlan:  # fmt: skip
    """Metres a pixel, from a length that somebody measured. If-Match: the plan's `version`."""
    with caller.begin() as session:
        row = actions.plan(session, id, lock=True)
        caller.require(session, row.unit_id)
        expected.check(FloorPlan.of(row).version)
        plan = FloorPlan.of(actions.set_scale(session, id, metres_per_px=body.metres_per_px))
    context.engine.cameras_changed()
    return tagged(response, plan, plan.version)


@router.get("/api/v1/plans/{id}/map", summary="The four-colour map")
def read_map(id: RecordId, caller: Watcher) -> PlanMap:
    """Every risk unit of the plan that the caller may see, in its colour of now, with reasons."""
    with caller.database.read() as session:
        plan = actions.plan(session, id)
        caller.require(session, plan.unit_id)
        units = colours(session, now=caller.now, plan_id=id, paths=caller.paths)
        people = names_of(session, people=[found.unit.owner_id for found in units]).people
        return PlanMap(
            plan=FloorPlan.of(plan),
            grades=[Grade.of(row) for row in grades(session)],
            units=[
                MapUnit.of(found, people)
                for found in sorted(units, key=lambda one: (one.unit.name, one.unit.id))
            ],
            cameras=[MapCamera.of(placed) for placed in queries.seen_from(session, id)],
            at=caller.now,
        )


@router.put("/api/v1/cameras/{id}/view", status_code=204, summary="Lay a camera onto a plan")
def replace_view(
    id: PathId, body: CameraView, caller: Installer, context: Here, expected: Expected,
    response: Response,
) -> None:  # fmt: skip
    """Four points of the floor, in the picture and on the plan. 422 incomplete on one line.

    If-Match: the camera's `version`.
    """
    with caller.begin() as session:
        caller.require(session, actions.plan(session, body.plan_id).unit_id)
        row = locked_camera(session, id)
        if row.view is not None:
            caller.require(session, row.view.plan.unit_id)
        expected.check(version_of(row))
        actions.set_camera_view(
            session, id, plan_id=body.plan_id, picture_points=body.picture_points,
            plan_points=body.plan_points,
        )  # fmt: skip
        response.headers["ETag"] = etag(version_of(row))
    context.engine.cameras_changed()


@router.delete("/api/v1/cameras/{id}/view", status_code=204, summary="Take a camera off its plan")
def delete_view(
    id: PathId, caller: Installer, context: Here, expected: Expected, response: Response
) -> None:
    """404 not_found where it is on none. If-Match: the camera's `version`."""
    with caller.begin() as session:
        row = locked_camera(session, id)
        if row.view is not None:
            caller.require(session, row.view.plan.unit_id)
        expected.check(version_of(row))
        actions.remove_camera_view(session, id)
        response.headers["ETag"] = etag(version_of(row))
    context.engine.cameras_changed()


@router.put("/api/v1/cameras/{id}/risk-unit", status_code=204, summary="What a camera watches")
def replace_watched(
    id: PathId, body: WatchWrite, caller: Installer, expected: Expected, response: Response
) -> None:
    """Of the whole camera, or of one zone; later hazards belong to the risk unit.

    If-Match: the camera's `version`.
    """
    with caller.begin() as session:
        row = locked_camera(session, id)
        expected.check(version_of(row))
        if body.risk_unit_id is None:
            caller.require(session, ROOT)
        else:
            caller.require(session, queries.risk_unit(session, body.risk_unit_id).unit_id)
        watch_risk_unit(session, id, body.zone_id, body.risk_unit_id)
        response.headers["ETag"] = etag(version_of(row))
