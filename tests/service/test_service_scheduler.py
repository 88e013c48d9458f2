from collections import Counter
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from examples import CAMERA, VIOLATION
from people import ALWAYS, DAY, NOW, ZONE, settle_in, user
from sqlalchemy import func, select

from core.violation import ViolationKind
from hazards.access.roles import Role
from hazards.cases import flow
from hazards.cases.kinds import SubjectKind, Verdict
from hazards.database import Database
from hazards.notify.queries import inbox
from hazards.notify.tables import MessageRow
from hazards.points.tables import LedgerEntryRow, MonthCloseRow
from hazards.risk.actions import set_check_list
from hazards.risk.colours import note_blind
from hazards.risk.tables import ColourChangeRow
from hazards.site.people import create_person
from hazards.tickets.calendar import WorkCalendar
from hazards.tickets.tables import TicketRow
from service.message_texts import words
from service.scheduler import Scheduler


def _at(words: str) -> float:
    return datetime.fromisoformat(words).replace(tzinfo=ZONE).timestamp()


def _messages(database: Database, code: str) -> list[MessageRow]:
    with database.read() as session:
        return list(session.scalars(select(MessageRow).where(MessageRow.code == code)))


def _count(database: Database, table: type) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_an_overdue_ticket_climbs_once_whoever_runs_and_restarts(database: Database) -> None:
    """Two schedulers and a restarted one: each rung once, in order, one message for each."""
    settle_in(database, camera=CAMERA)
    with database.begin() as session:
        flow.take_in(session, VIOLATION, now=NOW, calendar=ALWAYS)
        session.scalars(select(TicketRow)).one().next_escalation_at = NOW + 3600
    for _ in range(3):
        Scheduler(database, ZONE).round(NOW + 7200)
        Scheduler(database, ZONE).round(NOW + 7200)
    with database.read() as session:
        assert [m.code for m in inbox(session, "li", before=None, limit=9)] == ["overdue"]
        ticket = session.scalars(select(TicketRow)).one()
        assert ticket.escalation_level == 1
        assert ticket.next_escalation_at is not None
    Scheduler(database, ZONE).round(NOW + 60 * DAY)
    Scheduler(database, ZONE).round(NOW + 60 * DAY)
    with database.read() as session:
        assert session.scalars(select(TicketRow)).one().escalation_level == 3


def test_the_month_turns_at_the_sites_midnight(database: Database) -> None:
    """Not a second earlier, not twice; after a stop of weeks everything that ended is closed."""
    settle_in(database)
    scheduler = Scheduler(database, ZONE)
    scheduler.round(_at("2026-11-05 09:00"))
    assert _count(database, LedgerEntryRow) == 4
    scheduler.round(_at("2026-12-01 00:00") - 1)
    assert _count(database, MonthCloseRow) == 0
    for _ in range(2):
        scheduler.round(_at("2026-12-01 00:00"))
        Scheduler(database, ZONE).round(_at("2026-12-01 00:00"))
    assert _count(database, MonthCloseRow) == 1
    assert _count(database, LedgerEntryRow) == 12  # opened, closed, opened
    Scheduler(database, ZONE).round(_at("2027-02-10 10:00"))
    with database.read() as session:
        assert session.scalars(select(MonthCloseRow.month)).all() == ["2026-11", "2026-12"]


def test_a_clock_that_is_set_back_does_nothing_again(database: Database) -> None:
    """An hour back over midnight: the closed month stays closed, nobody is opened twice."""
    settle_in(database)
    scheduler = Scheduler(database, ZONE)
    for at in ("2026-11-30 12:00", "2026-12-01 00:30", "2026-11-30 23:30", "2026-12-01 00:30"):
        scheduler.round(_at(at))
    assert _count(database, LedgerEntryRow) == 12
    assert scheduler.trouble == ""


def test_a_site_that_changes_its_time_zone_has_every_month_once(database: Database) -> None:
    """November is closed at midnight in Shanghai; the site goes on by Berlin's clock, where it is
    still November: newcomers and verdicts book into December, and December opens and closes
    once, at Berlin's midnight."""
    people = settle_in(database, camera=CAMERA)
    berlin = ZoneInfo("Europe/Berlin")
    Scheduler(database, ZONE).round(_at("2026-11-30 12:00"))
    Scheduler(database, ZONE).round(_at("2026-12-01 00:00"))
    moved = Scheduler(database, berlin)
    now = _at("2026-12-01 01:00")
    calendar = WorkCalendar((), {}, berlin)
    with database.begin() as session:
        create_person(session, number="new", name="New", unit_id="team-a", post="")
        seen = replace(VIOLATION, kind=ViolationKind.MISSING_HELMET, started_at=now - 60)
        flow.take_in(session, seen, now=now, calendar=calendar)
        flow.name_subject(session, seen.id, SubjectKind.PERSON, "li", by=people.staff, now=now)
        flow.decide(
            session, seen.id, Verdict.CONFIRMED, by=people.staff, now=now, calendar=calendar
        )
    moved.round(now)
    assert moved.trouble == ""
    for at in ("2026-12-01 06:59", "2026-12-01 07:00", "2027-01-01 00:00", "2027-01-01 06:59"):
        moved.round(_at(at))
    with database.read() as session:
        assert session.scalars(select(MonthCloseRow.month)).all() == ["2026-11"]
    moved.round(_at("2027-01-01 07:00"))
    with database.read() as session:
        assert session.scalars(select(MonthCloseRow.month)).all() == ["2026-11", "2026-12"]
        entry = LedgerEntryRow
        charged = session.scalars(select(entry).where(entry.kind == "violation")).one()
        assert charged.period == "2026-12"
        openings = session.scalars(select(entry.period).where(entry.kind == "opening")).all()
    assert Counter(openings) == {"2026-11": 4, "2026-12": 5, "2027-01": 5}


def test_colours_change_by_themselves(database: Database) -> None:
    """A camera that is blind for half an hour raises its area; the change is kept once."""
    settle_in(database, camera=CAMERA)
    with database.begin() as session:
        note_blind(session, "gate", NOW)
    scheduler = Scheduler(database, ZONE)
    for minutes in (29, 31, 32):
        scheduler.round(NOW + minutes * 60)
    with database.read() as session:
        (change,) = session.scalars(select(ColourChangeRow)).all()
    assert change.grade == "yellow"
    assert change.reasons[0]["code"] == "blind"


def test_owners_are_told_of_checks_once_a_day_and_not_at_night(database: Database) -> None:
    """From eight in the morning; a list without an owner goes to the safety staff."""
    settle_in(database)
    with database.begin() as session:
        set_check_list(session, "hall", [(None, "Valve closed", "day"), (None, "Lamp", "week")])
    scheduler = Scheduler(database, ZONE)
    for at in ("2026-11-24 07:59", "2026-11-24 09:00", "2026-11-24 17:00", "2026-11-25 09:00"):
        scheduler.round(_at(at))
    messages = _messages(database, "checks_due")
    assert [m.person_id for m in messages] == ["li", "li"]
    assert {m.details["count"] for m in messages} == {2}


def test_patterns_are_told_once(database: Database) -> None:
    """The same person three days running: the safety staff and the leader of the team hear it."""
    people = settle_in(database, camera=CAMERA)
    with database.begin() as session:
        user(session, "leader", Role.TEAM_LEADER, "team-a", person_id="wang")
    for day in range(3):
        at = NOW + day * DAY
        violation = replace(
            VIOLATION, id=f"h{day}", kind=ViolationKind.MISSING_HELMET, started_at=at,
            last_seen_at=at + 5, ended=True, track_ids=(1,), zone_id=f"z{day}",
        )  # fmt: skip
        with database.begin() as session:
            flow.take_in(session, violation, now=at, calendar=ALWAYS)
            flow.name_subject(session, f"h{day}", SubjectKind.PERSON, "li", by=people.staff, now=at)
            flow.decide(
                session, f"h{day}", Verdict.CONFIRMED, by=people.staff, now=at, calendar=ALWAYS
            )
    for hours in (1, 3):
        Scheduler(database, ZONE).round(NOW + 2 * DAY + hours * 3600)
    messages = _messages(database, "days_running")
    assert sorted(m.person_id for m in messages) == ["wang", "zhao"]


def test_every_message_has_words_in_both_languages() -> None:
    """Each code that the domain makes reads as a sentence, with times of the site."""
    details = {
        "overdue": {"title": "blocked_exit", "level": 1, "to": "owner", "due_at": NOW},
        "supervised": {"title": "East door", "level": 4, "to": "manager", "due_at": NOW},
        "unassigned": {"title": "East door"},
        "checks_due": {"count": 2, "places": ["Hall", "Yard"]},
        "reviews_due": {"count": 1, "quarter": "2026-Q4", "places": ["Hall"]},
        "days_running": {"name": "Li", "kind": "missing_helmet"},
        "sudden_rise": {"name": "Team A", "recent": 9, "usual": 1.5},
        "anchors": {"month": "2026-11", "anchors": ["2026-11-01T00:00:01+00:00 audit 1 0"]},
    }
    for code, values in details.items():
        for language in ("zh", "en"):
            assert all(words(code, values, language, ZONE)), code
    assert words("overdue", details["overdue"], "zh", ZONE)[0] == "隐患整改逾期：安全出口堵塞"
    assert "2023-11-15 06:15" in words("overdue", details["overdue"], "en", ZONE)[1]
