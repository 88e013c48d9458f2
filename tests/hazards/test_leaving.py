"""A person leaves, a risk unit or a camera goes, while tickets about them are open."""

from dataclasses import replace

import pytest
from examples import CAMERA, VIOLATION
from people import ALWAYS, DAY, NOW, settle_in, user
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound, NotSignedIn
from core.violation import Violation
from hazards.access.actions import sign_in
from hazards.access.queries import sign_in_of
from hazards.access.roles import Role
from hazards.access.tables import UserRow
from hazards.audit.tables import AuditRow
from hazards.audit.trail import acting
from hazards.cases import flow
from hazards.cases.tables import HazardRow
from hazards.database import Database
from hazards.notify.queries import inbox
from hazards.risk import actions as risk_actions
from hazards.risk.colours import colours, note_blind
from hazards.sheets.people import import_people
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
        _set_active(session, person_id, active=False)


def _set_active(session: Session, person_id: str, *, active: bool) -> None:
    row = session.get_one(PersonRow, person_id)
    edit_person(
        session, person_id, number=row.number, name=row.name, unit_id=row.unit_id, post=row.post,
        contractor_id=None, active=active,
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


def test_who_has_left_cannot_sign_in_any_more(database: Database) -> None:
    """The account goes off and its sign-ins end with the person; coming back switches nothing on,
    and the trail tells of it."""
    settle_in(database)
    with database.begin() as session:
        gone = user(session, "leader", Role.TEAM_LEADER, "team-a", person_id="wang")
        stays = user(session, "deputy", Role.ADMINISTRATOR, person_id="li")
        tokens = [sign_in(session, row, now=NOW).token for row in (gone, stays)]
    with database.begin() as session:
        acting(session, "user:9", now=NOW)
        _set_active(session, "wang", active=False)
    with database.begin() as session:
        with pytest.raises(NotSignedIn):
            sign_in_of(session, tokens[0], now=NOW)
        assert sign_in_of(session, tokens[1], now=NOW).user_id == stays.id
        (change,) = session.scalars(
            select(AuditRow).where(AuditRow.subject == "users", AuditRow.actor == "user:9")
        ).all()
        assert (change.before["active"], change.after["active"]) == (True, False)
        _set_active(session, "wang", active=True)
        assert session.get_one(PersonRow, "wang").active
        assert not session.get_one(UserRow, gone.id).active


def test_the_last_administrator_does_not_leave(database: Database) -> None:
    """By hand or by a sheet: another one comes first, and nothing of it is kept."""
    settle_in(database)
    with database.begin() as session:
        user(session, "admin", Role.ADMINISTRATOR, person_id="li")
    with pytest.raises(Conflict, match="another administrator"), database.begin() as session:
        _set_active(session, "li", active=False)
    sheet = b"number,name,unit,active\nli,Li,team-a,no\nwang,Wang B,team-a,yes\n"
    with pytest.raises(Conflict, match="another administrator"), database.begin() as session:
        import_people(session, sheet, paths=["/site/"])
    with database.read() as session:
        assert session.get_one(PersonRow, "li").active
        assert session.get_one(PersonRow, "wang").name == "Wang"


def test_leavers_of_a_sheet_are_switched_off_together(database: Database) -> None:
    """Nobody of them is left out."""
    settle_in(database)
    with database.begin() as session:
        user(session, "admin", Role.ADMINISTRATOR)
        users = [user(session, name, Role.WORKER, person_id=name) for name in ("li", "wang")]
        sheet = b"number,name,unit,active\nli,Li,team-a,no\nwang,Wang,team-a,no\n"
        assert import_people(session, sheet, paths=["/site/"]).changed == 2
        assert [row.active for row in users] == [False, False]


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
