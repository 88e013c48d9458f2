"""The rules that open tickets, and the ladder that overdue ones climb."""

from typing import Annotated

from fastapi import APIRouter, Response

from api.caller import Caller, needs
from api.context import Here
from api.etags import Expected, tagged
from api.schemas.tickets import Ladder, TicketRules
from hazards.access.roles import Capability
from hazards.site.people_tables import ROOT
from hazards.tickets import queries, settings

router = APIRouter(tags=["tickets"])
Watcher = Annotated[Caller, needs(Capability.WATCH)]


@router.get("/api/v1/ticket-rules", summary="Which hazards get a ticket by themselves")
def read_rules(context: Here, _caller: Watcher, response: Response) -> TicketRules:
    """In the order in which they are tried; the first that fits counts."""
    with context.database.read() as session:
        return tagged(response, TicketRules.of(queries.ticket_rules(session)))


@router.put("/api/v1/ticket-rules", summary="Replace the rules that open tickets")
def replace_rules(
    body: TicketRules,
    caller: Annotated[Caller, needs(Capability.EDIT_CAMERAS)],
    expected: Expected,
    response: Response,
) -> TicketRules:
    """Open tickets keep the rule that opened them. 404 not_found for a grade or person."""
    with caller.begin() as session:
        caller.require(session, ROOT)
        expected.check(TicketRules.of(queries.ticket_rules(session)))
        rows = settings.replace_rules(session, [rule.model_dump() for rule in body.items])
        return tagged(response, TicketRules.of(rows))


@router.get("/api/v1/escalation", summary="The ladder that overdue tickets climb")
def read_ladder(context: Here, _caller: Watcher, response: Response) -> Ladder:
    """Lowest rung first."""
    with context.database.read() as session:
        return tagged(response, Ladder.of(queries.ladder(session)))


@router.put("/api/v1/escalation", summary="Replace the ladder")
def replace_ladder(
    body: Ladder,
    caller: Annotated[Caller, needs(Capability.ADMINISTER)],
    expected: Expected,
    response: Response,
) -> Ladder:
    """409 conflict where a rung would come before the one below it."""
    with caller.begin() as session:
        caller.require(session, ROOT)
        expected.check(Ladder.of(queries.ladder(session)))
        rows = settings.replace_ladder(session, [rung.model_dump() for rung in body.items])
        return tagged(response, Ladder.of(rows))
