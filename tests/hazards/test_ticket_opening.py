import threading
from dataclasses import replace

import pytest
from examples import CAMERA, VIOLATION
from people import ALWAYS, DAY, NOW, settle_in
from sqlalchemy import func, select

from core.sensor import SensorAlarm, SensorKind
from core.violation import Cleared, Violation, ViolationKind
from hazards.cases import flow
from hazards.cases.kinds import Dismissal, HazardKind, Source, Verdict
from hazards.cases.tables import HazardRow
from hazards.database import Database
from hazards.notify.queries import inbox
from hazards.points.tables import ChargeRow
from hazards.tickets import opening, queries
from hazards.tickets.calendar import WorkCalendar
from hazards.tickets.escalation import due_escalations, escalate
from hazards.tickets.tables import TicketRow
from hazards.tickets.transitions import State, Tier

HELMET = replace(
    VIOLATION, id="helmet", kind=ViolationKind.MISSING_HELMET, rule="helmet/1", track_ids=(1,)
)


def _take_in(database: Database, violation: Violation, now: float = NOW) -> TicketRow:
    with database.begin() as session:
        flow.take_in(session, violation, now=now, calendar=ALWAYS)
        return queries.ticket(session, session.get(HazardRow, violation.id).ticket_id)


def _see_clear(database: Database, violation_id: str, *, at: float) -> TicketRow:
    with database.begin() as session:
        flow.note_cleared(session, Cleared(violation_id, "gate", at), now=NOW)
    with database.read() as session:
        return queries.ticket(session, session.get(HazardRow, violation_id).ticket_id)


def test_a_blocked_exit_is_assigned_at_once_and_closed_by_its_camera(database: Database) -> None:
    """To the owner of the risk unit, with a deadline; the camera that sees it clear closes it."""
    settle_in(database, camera=CAMERA)
    row = _take_in(database, VIOLATION)
    assert (row.state, row.assignee_id, row.due_at) == ("assigned", "li", NOW + 3600)
    assert (row.unit_id, row.risk_unit_id) == ("team-a", "hall")
    row = _take_in(database, replace(VIOLATION, ended=True))
    assert row.state == "assigned"
    row = _see_clear(database, VIOLATION.id, at=VIOLATION.last_seen_at + 3)
    assert (row.state, row.clear_at) == ("closed", VIOLATION.last_seen_at + 3)
    with database.read() as session:
        last = queries.transitions_of(session, row.id)[-3:]
    assert [(t.step, t.actor) for t in last] == [
        ("rectify", "camera:gate"), ("verify", "camera:gate"), ("close", "camera:gate"),
    ]  # fmt: skip


def test_a_helmet_waits_for_the_verdict(database: Database) -> None:
    """After review: detected until a person confirms, then assigned by its rule."""
    people = settle_in(database, camera=CAMERA)
    assert _take_in(database, HELMET).state == "detected"
    with database.begin() as session:
        flow.decide(session, "helmet", Verdict.CONFIRMED, by=people.staff, now=NOW, calendar=ALWAYS)
    with database.read() as session:
        row = queries.ticket(session, session.get(HazardRow, "helmet").ticket_id)
        assert (row.state, row.assignee_id) == ("assigned", "li")


def test_recurrences_join_the_open_ticket(database: Database) -> None:
    """One place has one ticket with a count; what is dismissed leaves it, the last one ends it."""
    people = settle_in(database, camera=CAMERA)
    first = _take_in(database, HELMET)
    again = _take_in(database, replace(HELMET, id="h2", started_at=HELMET.started_at + 60))
    elsewhere = _take_in(database, replace(HELMET, id="h3", zone_id="picture"))
    assert (again.id, again.count, elsewhere.count) == (first.id, 2, 1)
    assert elsewhere.id != first.id
    for hazard_id, state, count in (("h2", "detected", 1), ("helmet", "dismissed", 1)):
        with database.begin() as session:
            flow.decide(
                session, hazard_id, Verdict.DISMISSED, dismissal=Dismissal.HELMET_WORN,
                by=people.staff, now=NOW, calendar=ALWAYS,
            )  # fmt: skip
        with database.read() as session:
            row = queries.ticket(session, first.id)
            assert (row.state, row.count) == (state, count)


def test_what_comes_back_reopens_and_climbs(database: Database) -> None:
    """Within its days the closed ticket is reopened one rung higher; later it is a new one."""
    settle_in(database, camera=CAMERA)
    _take_in(database, replace(VIOLATION, ended=True))
    closed = _see_clear(database, VIOLATION.id, at=NOW)
    assert closed.state == "closed"
    back = _take_in(database, replace(VIOLATION, id="v2", last_seen_at=NOW + DAY), now=NOW + DAY)
    assert (back.id, back.state, back.count, back.escalation_level) == (
        closed.id, "assigned", 2, 1,
    )  # fmt: skip
    assert back.due_at == NOW + DAY + 3600
    with database.read() as session:
        assert [m.code for m in inbox(session, "li", before=None, limit=10)] == ["overdue"]
    _take_in(database, replace(VIOLATION, id="v2", last_seen_at=NOW + DAY + 1, ended=True))
    _see_clear(database, "v2", at=NOW + DAY + 4)
    later = NOW + 40 * DAY
    new = _take_in(database, replace(VIOLATION, id="v3", started_at=later), now=later)
    assert new.id != closed.id


def test_many_threads_with_one_violation_make_one_hazard_ticket_and_charge(
    database: Database,
) -> None:
    """8 threads send it 15 times each; one hazard, one ticket that counts 1, one charge."""
    settle_in(database, camera=CAMERA)
    errors: list[BaseException] = []

    def send() -> None:
        try:
            for turn in range(15):
                _take_in(database, replace(HELMET, last_seen_at=HELMET.last_seen_at + turn))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with database.read() as session:
        for table in (HazardRow, TicketRow, ChargeRow):
            assert session.scalar(select(func.count()).select_from(table)) == 1
        assert session.scalars(select(TicketRow)).one().count == 1


def test_many_threads_with_many_violations_of_one_place_make_one_ticket(
    database: Database,
) -> None:
    """8 threads, 8 violations of one zone at once: one ticket that counts 8."""
    settle_in(database, camera=CAMERA)
    errors: list[BaseException] = []
    ready = threading.Barrier(8)

    def send(number: int) -> None:
        ready.wait()
        try:
            _take_in(database, replace(HELMET, id=f"h{number}"))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=send, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with database.read() as session:
        assert session.scalars(select(TicketRow)).one().count == 8


def test_an_overdue_ticket_climbs_each_rung_once(database: Database, open_database) -> None:
    """Owner, leader, manager, supervision; a second scheduler and a restart send nothing again."""
    settle_in(database, camera=CAMERA)
    ticket_id = _take_in(database, VIOLATION).id
    restarted = open_database()
    assert _run(database, NOW + 3599) == []
    hour = 3600.0
    for level, after in ((1, 1 * hour), (2, 11 * hour), (3, 31 * hour), (4, 51 * hour)):
        assert _run(database, NOW + after - 1) == []
        assert _run(database, NOW + after) == [level]
        assert _run(restarted, NOW + after) == []
    assert _run(restarted, NOW + 500 * hour) == []
    with database.read() as session:
        row = queries.ticket(session, ticket_id)
        assert (row.escalation_level, row.supervised) == (4, True)
        assert [m.code for m in inbox(session, "li", before=None, limit=10)] == ["overdue"]
        boss = inbox(session, "boss", before=None, limit=10)
        assert [(m.code, m.details["level"]) for m in boss] == [("supervised", 4), ("overdue", 3)]


def test_two_schedulers_at_once_climb_one_rung(database: Database) -> None:
    """Four threads find the same overdue ticket; one of them takes it up."""
    settle_in(database, camera=CAMERA)
    _take_in(database, VIOLATION)
    reached: list[int | None] = []
    ready = threading.Barrier(4)

    def run() -> None:
        with database.read() as session:
            due = due_escalations(session, NOW + 3600)
        ready.wait()
        with database.begin() as session:
            reached.append(escalate(session, due[0], now=NOW + 3600, calendar=ALWAYS))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(reached, key=str) == [1, None, None, None]


def _run(database: Database, now: float, calendar: WorkCalendar = ALWAYS) -> list[int | None]:
    with database.read() as session:
        due = due_escalations(session, now)
    reached = []
    for ticket_id in due:
        with database.begin() as session:
            reached.append(escalate(session, ticket_id, now=now, calendar=calendar))
    return reached


def test_the_first_rule_that_fits_counts(database: Database) -> None:
    """By kind, grade of the area, confidence and schedule; a rule that is off does not count."""
    settle_in(database, camera=CAMERA)
    _take_in(database, HELMET)
    with database.begin() as session:
        hazard = session.get(HazardRow, "helmet")
        rules = queries.ticket_rules(session)
        helmet = next(rule for rule in rules if rule.kind == "missing_helmet")

        def fits() -> bool:
            return opening.rule_for(session, hazard, rules, ALWAYS.zone) is helmet

        assert fits()
        for change in (
            {"enabled": False}, {"kind": "gas"}, {"grade": "red"}, {"min_confidence": 0.9},
            {"schedule": "sat 08:00-18:00"},
        ):  # fmt: skip
            before = {name: getattr(helmet, name) for name in change}
            for name, value in change.items():
                setattr(helmet, name, value)
            assert not fits(), change
            for name, value in before.items():
                setattr(helmet, name, value)
        helmet.grade = "blue"
        assert fits()
        assert State(queries.ticket(session, hazard.ticket_id).state) is State.DETECTED


@pytest.mark.parametrize(
    ("kind", "tier", "state", "hours"),
    [
        (SensorKind.GAS, Tier.LARGER, State.ASSIGNED, 1),
        (SensorKind.DOOR_CONTACT, Tier.ON_THE_SPOT, State.ASSIGNED, 1),
        (SensorKind.VIBRATION, Tier.GENERAL, State.DETECTED, None),
    ],
)
def test_the_alarm_of_a_sensor_opens_a_ticket(
    database: Database, kind: SensorKind, tier: Tier, state: State, hours: float | None
) -> None:
    """Gas and open doors are assigned at once; a vibration waits for the verdict. The next alarm
    of the same sensor joins."""
    settle_in(database)
    for number in (1, 2):
        alarm = SensorAlarm(
            id=str(number), sensor="s1", kind=kind, at=NOW, risk_unit_id="hall", description="s1"
        )
        with database.begin() as session:
            flow.take_in_alarm(session, alarm, now=NOW, calendar=ALWAYS)
            row = session.get(HazardRow, flow.alarm_hazard_id(alarm))
            ticket = queries.ticket(session, row.ticket_id)
    assert (ticket.tier, ticket.state, ticket.count) == (tier, state, 2)
    assert ticket.due_at == (None if hours is None else NOW + hours * 3600)


@pytest.mark.parametrize("kind", [k for k in HazardKind if k.value not in set(SensorKind)])
def test_what_a_person_reports_has_a_ticket(database: Database, kind: HazardKind) -> None:
    """Of every kind, in the part of the site where it was seen."""
    settle_in(database)
    with database.begin() as session:
        hazard = flow.report(
            session, id="r", kind=kind, source=Source.REPORT, description="Loose plate",
            reported_by="li", risk_unit_id="hall", unit_id="team-a", photo_ids=(), at=NOW, now=NOW,
            calendar=ALWAYS,
        )  # fmt: skip
        row = queries.ticket(session, hazard.ticket_id)
    assert (row.unit_id, row.title) == ("team-a", "Loose plate")
