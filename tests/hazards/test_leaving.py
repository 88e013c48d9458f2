"""A person leaves, a risk unit or a camera goes, while tickets about them are open."""

from dataclasses import replace

import pytest
from examples import CAMERA, VIOLATION
from people import ALWAYS, DAY, NOW, settle_in, user
from sqlalchemy import select

from core.errors import NotFound
from core.violation import Violation
from hazards.access.roles import Role
from hazards.cases import flow
from hazards.cases.tables import HazardRow
from hazards.database import Database
from hazards.notify.queries import inbox
from hazards.risk import actions as risk_actions
from hazards.risk.colours import colours, note_blind
from hazards.site.actions import delete_camera
from hazards.site.people import edit_person
from hazards.site.people_tables import PersonRow
from hazards.tickets.actions import Plan, assign, take_step
from hazards.tickets.escalation import escalate
from hazards.tickets.tables import TicketRow
from hazards.tickets.transitions import Step, Tier


def _settled(database: Database) -> str:
    """The exit is blocked: li, who owns the hall, has the ticket. Its id."""
    settle_in(database, camera=CAMERA)
    with database.begin() as session:
        user(session, "leader", Role.TEAM_LEADER, "team-a", person_id="wang")
        flow.take_in(session, [VIOLATION], now=NOW, calendar=ALWAYS)
        ticket = session.scalars(select(TicketRow)).one()
        assert (ticket.state, ticket.assignee_id) == ("assigned", "li")
        return ticket.id


def _leave(database: Database, person_id: str) -> None:
    with database.begin() as session:
        row = session.get_one(PersonRow, person_id)
        edit_person(
            session, person_id, number=row.number, name=row.name, unit_id=row.unit_id,
            post=row.post, contractor_id=None, active=False,
        )  # fmt: skip


def test_a_ticket_of_somebody_who_has_left_does_not_wait_in_silence(database: Database) -> None:
    """At its deadline the safety staff is told in place of the owner, then the leader as always;
    it can be given to somebody else, not to whoever has left."""
    ticket_id = _settled(database)
    _leave(database, "li")
    with database.begin() as session:
        due = session.get_one(TicketRow, ticket_id).due_at
        assert due is not None
        assert escalate(session, ticket_id, now=due + 1, calendar=ALWAYS) == 1
        assert escalate(session, ticket_id, now=due + DAY, calendar=ALWAYS) == 2
    with database.read() as session:
        heard = {
            person: [m.details["level"] for m in inbox(session, person, before=None, limit=9)
                     if m.code == "overdue"]
            for person in ("li", "zhao", "wang")
        }  # fmt: skip
    assert heard == {"li": [], "zhao": [1], "wang": [2]}
    with database.begin() as session:
        for person, error in (("li", NotFound), ("wang", None)):
            plan = Plan(Tier.GENERAL, person, NOW + 9 * DAY)
            if error is not None:
                with pytest.raises(error):
                    assign(session, ticket_id, plan, actor="u", now=NOW, calendar=ALWAYS)
            else:
                row = assign(session, ticket_id, plan, actor="u", now=NOW, calendar=ALWAYS)
                assert (row.assignee_id, row.escalation_level) == ("wang", 0)


def test_what_an_owner_who_has_left_would_get_goes_to_the_safety_staff(database: Database) -> None:
    """A rule names nobody who is gone: the ticket stays confirmed, and the staff is told."""
    settle_in(database, camera=CAMERA)
    _leave(database, "li")
    with database.begin() as session:
        flow.take_in(session, [VIOLATION], now=NOW, calendar=ALWAYS)
        ticket = session.scalars(select(TicketRow)).one()
        assert (ticket.state, ticket.assignee_id) == ("confirmed", None)
        assert [m.code for m in inbox(session, "zhao", before=None, limit=9)] == ["unassigned"]


def test_a_retired_risk_unit_keeps_its_tickets(database: Database) -> None:
    """They go on to their end, later hazards of its camera still have their place in the
    organisation, and the map shows it no more."""
    ticket_id = _settled(database)
    with database.begin() as session:
        risk_actions.retire(session, "hall")
        assert colours(session, now=NOW) == []
        (gone,) = colours(session, now=NOW, active=None)
        assert gone.facts.open == 1
        flow.take_in(session, [_later("v2")], now=NOW + 9, calendar=ALWAYS)
        assert session.get_one(HazardRow, "v2").unit_id == "team-a"
        assert session.get_one(TicketRow, ticket_id).count == 2
        take_step(session, ticket_id, Step.DISMISS, actor="u", now=NOW + 10, reason="torn down")
    with database.read() as session:
        assert session.get_one(TicketRow, ticket_id).state == "dismissed"


def test_a_deleted_camera_leaves_its_tickets_and_blinds_nothing(database: Database) -> None:
    """The area loses the reason `blind` at once; the ticket keeps the camera's name by its hazard,
    and what the camera saw before it went still comes in."""
    ticket_id = _settled(database)
    with database.begin() as session:
        note_blind(session, "gate", NOW)
        (hall,) = colours(session, now=NOW + 3600)
        assert [reason.code for reason in hall.colour.reasons] == ["blind"]
        delete_camera(session, "gate")
    with database.begin() as session:
        (hall,) = colours(session, now=NOW + 3600)
        assert hall.colour.reasons == ()
        flow.take_in(session, [_later("v2")], now=NOW + 9, calendar=ALWAYS)
        assert session.get_one(TicketRow, ticket_id).count == 2
        assert session.get_one(HazardRow, VIOLATION.id).camera_name == "Gate 1"


def _later(id: str) -> Violation:
    return replace(VIOLATION, id=id, started_at=NOW, last_seen_at=NOW + 1)
