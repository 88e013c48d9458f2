"""Working time: the shifts of a week, and the days that differ from their weekday."""

from typing import Annotated

from fastapi import APIRouter, Response

from api.caller import Caller, needs
from api.context import Here
from api.etags import Expected, tagged
from api.schemas.working_time import Holidays, Shifts
from hazards.access.roles import Capability
from hazards.site.people_tables import ROOT
from hazards.tickets import queries, settings

router = APIRouter(tags=["tickets"])
Watcher = Annotated[Caller, needs(Capability.WATCH)]
Administrator = Annotated[Caller, needs(Capability.ADMINISTER)]


@router.get("/api/v1/shifts", summary="The shifts of a week")
def read_shifts(context: Here, _caller: Watcher, response: Response) -> Shifts:
    """In their order."""
    with context.database.read() as session:
        return tagged(response, Shifts.of(queries.shifts(session)))


@router.put("/api/v1/shifts", summary="Replace the shifts")
def replace_shifts(
    body: Shifts, caller: Administrator, expected: Expected, response: Response
) -> Shifts:
    """Deadlines that are set stay. 409 conflict for an id twice, or dates in a schedule."""
    with caller.begin() as session:
        caller.require(session, ROOT)
        expected.check(Shifts.of(queries.shifts(session)))
        rows = settings.replace_shifts(session, [shift.model_dump() for shift in body.items])
        return tagged(response, Shifts.of(rows))


@router.get("/api/v1/holidays", summary="Holidays and make-up days")
def read_holidays(context: Here, _caller: Watcher, response: Response) -> Holidays:
    """By day."""
    with context.database.read() as session:
        return tagged(response, Holidays.of(queries.holidays(session)))


@router.put("/api/v1/holidays", summary="Replace holidays and make-up days")
def replace_holidays(
    body: Holidays, caller: Administrator, expected: Expected, response: Response
) -> Holidays:
    """Deadlines that are set stay. 409 conflict for a day twice."""
    with caller.begin() as session:
        caller.require(session, ROOT)
        expected.check(Holidays.of(queries.holidays(session)))
        rows = settings.replace_holidays(session, [day.model_dump() for day in body.items])
        return tagged(response, Holidays.of(rows))
