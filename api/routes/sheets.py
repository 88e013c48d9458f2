"""Excel files of people, organisation, risks and holidays: all of one is taken, or nothing."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api.caller import Caller, needs
from api.context import Here
from api.problem_titles import CHINESE, language_of
from api.schemas.sheets import Imported
from hazards.access.roles import Capability
from hazards.sheets.holidays import export_holidays, import_holidays
from hazards.sheets.organisation import export_units, import_units
from hazards.sheets.people import export_people, import_people
from hazards.sheets.risks import export_risks, import_risks
from hazards.site.people_tables import ROOT

router = APIRouter(tags=["sheets"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Watching = Annotated[Caller, needs(Capability.WATCH)]
EditingPeople = Annotated[Caller, needs(Capability.EDIT_PEOPLE)]
Administering = Annotated[Caller, needs(Capability.ADMINISTER)]
EditingRisk = Annotated[Caller, needs(Capability.EDIT_RISK)]

_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            mime: {"schema": {"type": "string", "format": "binary"}} for mime in (XLSX, "text/csv")
        },
    }
}
_SENT: dict[int | str, dict[str, Any]] = {200: {"content": {XLSX: {}}}}


async def _body(request: Request) -> bytes:
    return await request.body()


def _chinese(request: Request) -> bool:
    return language_of(request.headers) == CHINESE


File = Annotated[bytes, Depends(_body)]
Chinese = Annotated[bool, Depends(_chinese)]
"""Which titles the first row has; an import takes both."""


@router.get(
    "/api/v1/sheets/people",
    summary="People as an Excel file",
    response_class=Response,
    responses=_SENT,
)
def people_sheet(caller: Watching, context: Here, chinese: Chinese) -> Response:
    """Of the caller's part of the site; changed, it can be sent back."""
    with context.database.read() as session:
        data = export_people(session, paths=caller.paths, chinese=chinese)
    return _sheet(data, "people")


@router.put("/api/v1/sheets/people", summary="Import people", openapi_extra=_FILE)
def take_people(caller: EditingPeople, file: File) -> Imported:
    """By staff number; who is not in the file stays. 422 sheet_refused with every mistake."""
    with caller.begin() as session:
        return Imported.of(import_people(session, file, paths=caller.paths))


@router.get(
    "/api/v1/sheets/units",
    summary="The organisation as an Excel file",
    response_class=Response,
    responses=_SENT,
)
def units_sheet(caller: Watching, context: Here, chinese: Chinese) -> Response:
    """Of the caller's part of the site; changed, it can be sent back."""
    with context.database.read() as session:
        data = export_units(session, paths=caller.paths, chinese=chinese)
    return _sheet(data, "units")


@router.put("/api/v1/sheets/units", summary="Import the organisation", openapi_extra=_FILE)
def take_units(caller: EditingPeople, file: File) -> Imported:
    """By id; what is not in the file stays. 422 sheet_refused with every mistake."""
    with caller.begin() as session:
        return Imported.of(import_units(session, file, paths=caller.paths))


@router.get(
    "/api/v1/sheets/risks",
    summary="The list of risks as an Excel file",
    response_class=Response,
    responses=_SENT,
)
def risks_sheet(caller: Watching, context: Here, chinese: Chinese) -> Response:
    """Of the caller's part of the site; changed, it can be sent back."""
    with context.database.read() as session:
        data = export_risks(session, paths=caller.paths, chinese=chinese)
    return _sheet(data, "risks")


@router.put("/api/v1/sheets/risks", summary="Import the list of risks", openapi_extra=_FILE)
def take_risks(caller: EditingRisk, file: File) -> Imported:
    """By id; a row without one is a new risk unit. 422 sheet_refused with every mistake."""
    with caller.begin() as session:
        return Imported.of(import_risks(session, file, paths=caller.paths, now=caller.now))


@router.get(
    "/api/v1/sheets/holidays",
    summary="Holidays and make-up days as an Excel file",
    response_class=Response,
    responses=_SENT,
)
def holidays_sheet(_caller: Watching, context: Here, chinese: Chinese) -> Response:
    """Of all years; changed, it can be sent back."""
    with context.database.read() as session:
        data = export_holidays(session, chinese=chinese)
    return _sheet(data, "holidays")


@router.put(
    "/api/v1/sheets/holidays", summary="Import holidays and make-up days", openapi_extra=_FILE
)
def take_holidays(caller: Administering, file: File) -> Imported:
    """By day; what is not in the file stays. 422 sheet_refused with every mistake."""
    with caller.begin() as session:
        caller.require(session, ROOT)
        return Imported.of(import_holidays(session, file))


def _sheet(data: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(data, media_type=XLSX, headers=headers)
