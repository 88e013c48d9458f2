"""Many violations at once: what the recorder does with a full spool."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from examples import CAMERA, VIOLATION
from people import ALWAYS, DAY, NOW, risk_unit, settle_in
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from core.violation import Cleared, Violation, ViolationKind
from hazards.audit.queries import verify_audit
from hazards.audit.tables import AuditRow
from hazards.cases import flow
from hazards.cases.tables import HazardRow
from hazards.database import Database
from hazards.notify.tables import MessageRow
from hazards.points.tables import ChargeRow
from hazards.site.actions import create_camera
from hazards.site.tables import CameraRow
from hazards.tickets.queries import transitions_of
from hazards.tickets.tables import TicketRow


def _site(database: Database, cameras: int) -> None:
    """Every other camera watches an area that nobody owns; every side door was closed before."""
    settle_in(database)
    with database.begin() as session:
        session.add(risk_unit("yard"))
        session.flush()
        for n in range(cameras):
            create_camera(session, replace(CAMERA, id=f"c{n}"), enabled=True)
            session.get_one(CameraRow, f"c{n}").risk_unit_id = ("hall", "yard")[n % 2]
    for n in range(cameras):
        violation = _violation(n, "side", ended=True)
        with database.begin() as session:
            flow.take_in(session, [violation], now=NOW, calendar=ALWAYS)
            flow.note_cleared(session, Cleared(violation.id, f"c{n}", NOW), now=NOW)


def _violation(camera: int, zone: str, number: int = 0, **changes: object) -> Violation:
    kind = ViolationKind.MISSING_HELMET if zone == "floor" else ViolationKind.BLOCKED_EXIT
    name = f"{zone}-{camera}-{number}"
    return replace(VIOLATION, id=name, camera_id=f"c{camera}", zone_id=zone, kind=kind, **changes)


def _everything(cameras: range) -> list[Violation]:
    """For each camera: a new exit and its end, three of one floor, an exit that comes back."""
    found = []
    for n in cameras:
        found += [_violation(n, "door"), _violation(n, "side", 1)]
        found += [_violation(n, "floor", k, started_at=NOW + k) for k in range(3)]
        found.append(_violation(n, "door", last_seen_at=VIOLATION.last_seen_at + 9, ended=True))
    return found


@contextmanager
def _counted(session: Session) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def test_statements_do_not_grow_with_violations(database: Database) -> None:
    """New tickets, merges, recurrences that climb, messages, the trail: 108 violations need as
    many statements as 12."""
    _site(database, 20)
    counts = []
    for cameras in (range(2), range(2, 20)):
        with database.begin() as session, _counted(session) as statements:
            flow.take_in(session, _everything(cameras), now=NOW + DAY, calendar=ALWAYS)
            session.commit()
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 50


def _taken(database: Database, cameras: range) -> list[tuple[object, ...]]:
    """What is known of each ticket, without ids: state, history, hazards, charges, messages."""
    found = []
    with database.read() as session:
        trail = session.scalars(select(AuditRow).where(AuditRow.subject == "tickets")).all()
        messages = session.scalars(select(MessageRow).order_by(MessageRow.key)).all()
        for n in cameras:
            rows = session.scalars(select(TicketRow).where(TicketRow.camera_id == f"c{n}"))
            for t in sorted(rows, key=lambda row: row.zone_id):
                hazards = session.scalars(
                    select(HazardRow).where(HazardRow.ticket_id == t.id)
                ).all()
                ids = {hazard.id for hazard in hazards}
                charges = session.scalars(select(ChargeRow).where(ChargeRow.hazard_id.in_(ids)))
                actors = {row.actor == f"camera:c{n}" for row in trail if row.subject_id == t.id}
                steps = transitions_of(session, t.id)
                told = [m for m in messages if m.details["ticket_id"] == t.id]
                found.append(
                    (
                        t.zone_id, t.state, t.tier, t.count, t.assignee_id, t.due_at,
                        t.escalation_level, t.next_escalation_at, t.last_hazard_at, t.version,
                        sorted((s.step, s.actor.replace(f":c{n}", "")) for s in steps),
                        sorted((h.zone_id, h.started_at, h.last_seen_at, h.ended) for h in hazards),
                        sorted((c.account_id, c.points, c.state) for c in charges),
                        sorted((m.code, m.person_id) for m in told),
                        actors,
                    )
                )  # fmt: skip
        assert verify_audit(session).wrong is None
    return found


def test_together_is_the_same_as_one_by_one(database: Database) -> None:
    """Tickets, history, charges, messages, and the camera that the trail names."""
    _site(database, 8)
    together, one_by_one = range(4), range(4, 8)
    with database.begin() as session:
        violations = _everything(together)
        changed = flow.take_in(session, violations, now=NOW + DAY, calendar=ALWAYS)
        assert sorted(changed) == sorted({violation.id for violation in violations})
    for violation in _everything(one_by_one):
        with database.begin() as session:
            flow.take_in(session, [violation], now=NOW + DAY, calendar=ALWAYS)
    found = _taken(database, together)
    assert found == _taken(database, one_by_one)
    assert [(zone, state, count) for zone, state, _, count, *_ in found[:6]] == [
        ("door", "assigned", 1), ("floor", "detected", 3), ("side", "assigned", 2),
        ("door", "confirmed", 1), ("floor", "detected", 3), ("side", "confirmed", 2),
    ]  # fmt: skip
    with database.begin() as session:
        assert flow.take_in(session, violations, now=NOW + DAY, calendar=ALWAYS) == []
    assert _taken(database, together) == found
