"""Hazards that people report, and the photos they send."""

from typing import Annotated
from zoneinfo import ZoneInfo

from anyio import from_thread
from fastapi import APIRouter, Body, Path
from fastapi.responses import FileResponse
from sqlalchemy.orm import Session

from api.caller import Caller, Known, needs
from api.context import Here
from api.files import inside
from api.news import HazardNews
from api.once import Once
from api.schemas.cases import Hazard
from api.schemas.reports import FormCode, Photo, ReportForm, ReportWrite
from api.schemas.shapes import RecordId
from api.sight import hazard_for, require_photo_sight
from core.errors import Forbidden
from hazards.access.roles import Capability
from hazards.access.tables import UserRow
from hazards.cases import flow
from hazards.cases.kinds import Source
from hazards.evidence.photos import clean, keep_photo, photo, place_photos
from hazards.ids import new_id
from hazards.risk.queries import risk_unit_of_form
from hazards.site.people_tables import ROOT
from hazards.site.tree import unit
from hazards.tickets.calendar import work_calendar

router = APIRouter(tags=["reports"])
Reporter = Annotated[Caller, needs(Capability.REPORT)]


@router.get("/api/v1/report-forms/{code}", summary="The place that a QR code stands for")
def report_form(code: Annotated[FormCode, Path()], _caller: Reporter, context: Here) -> ReportForm:
    """404 not_found where the code is not in use any more."""
    with context.database.read() as session:
        place = risk_unit_of_form(session, code)
        return ReportForm(
            code=code,
            risk_unit_id=place.id,
            risk_unit_name=place.name,
            unit_id=place.unit_id,
            unit_name=unit(session, place.unit_id).name,
        )


@router.post("/api/v1/reports", status_code=201, summary="Report a hazard")
def report(body: ReportWrite, caller: Reporter, once: Once, context: Here) -> Hazard:
    """Whoever may report, may do so anywhere on the site. 404 not_found for an unknown photo."""
    zone = ZoneInfo(context.settings.time_zone)

    def make(session: Session) -> Hazard:
        risk_unit_id, unit_id = _place(session, body)
        if body.source is Source.INSPECTION and not caller.can(
            session, Capability.INSPECT, unit_id
        ):
            raise Forbidden("you inspect no such part of the site: send it as a report")
        row = flow.report(
            session,
            id=new_id(),
            kind=body.kind,
            source=body.source,
            description=body.description,
            reported_by=_reporter(caller),
            risk_unit_id=risk_unit_id,
            unit_id=unit_id,
            photo_ids=body.photo_ids,
            at=caller.now,
            now=caller.now,
            calendar=work_calendar(session, zone),
        )
        place_photos(session, body.photo_ids, by=caller.actor, hazard_id=row.id)
        return hazard_for(session, caller, row.id)

    hazard = once.answer(caller, body, Hazard, make)
    from_thread.run_sync(context.engine.hub.publish_hazard, HazardNews(hazard, None))
    return hazard


@router.post(
    "/api/v1/photos",
    status_code=201,
    summary="Send a photo",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                mime: {"schema": {"type": "string", "format": "binary"}}
                for mime in ("image/jpeg", "image/png", "image/webp")
            },
        }
    },
)
def send_photo(
    caller: Reporter, context: Here, data: Annotated[bytes, Body(media_type="image/jpeg")]
) -> Photo:
    """The body is the file, up to 20 MB. Kept as a JPEG without metadata, name it in a report or
    a step. 422 photo_error for what is no photo."""
    jpeg = clean(data)
    with caller.begin() as session:
        row = keep_photo(session, context.settings.data_dir, jpeg, by=caller.actor, now=caller.now)
        return Photo.of(row)


@router.get(
    "/api/v1/photos/{id}",
    summary="A photo",
    response_class=FileResponse,
    responses={200: {"content": {"image/jpeg": {}}}},
)
def read_photo(id: RecordId, caller: Known, context: Here) -> FileResponse:
    """For whoever sent it, and whoever may see the hazard or ticket to which it belongs."""
    with context.database.read() as session:
        row = photo(session, id)
        require_photo_sight(session, caller, row)
    path = inside(context.settings.data_dir, row.path)
    headers = {"ETag": f'"{row.sha256}"', "Cache-Control": "private, no-store"}
    return FileResponse(path, media_type=row.mime, headers=headers)


def _place(session: Session, body: ReportWrite) -> tuple[str | None, str]:
    """Risk unit and unit of the organisation. Raises NotFound."""
    if body.form_code is not None:
        place = risk_unit_of_form(session, body.form_code)
        return place.id, place.unit_id
    return None, unit(session, body.unit_id or ROOT).id


def _reporter(caller: Caller) -> str:
    """The person, whom a confirmed report earns points; else the name of the account."""
    if isinstance(caller.row, UserRow) and caller.row.person_id:
        return caller.row.person_id
    return caller.name
