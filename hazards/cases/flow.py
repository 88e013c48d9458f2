"""What goes through several parts in one transaction: hazard, ticket, points.

The order is always hazard, ticket, ledger, so that two transactions wait for each other and never
in a circle.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.sensor import SensorAlarm
from core.violation import Cleared, Violation
from hazards.access.tables import UserRow
from hazards.cases import review
from hazards.cases.actions import insert_hazards, record_violations
from hazards.cases.kinds import Dismissal, HazardKind, Source, SubjectKind, Verdict
from hazards.cases.tables import HazardRow
from hazards.ids import derived_id
from hazards.points import charges
from hazards.risk.tables import RiskUnitRow
from hazards.site.people_tables import ROOT
from hazards.tickets import opening
from hazards.tickets.actions import locked, move
from hazards.tickets.by_rule import assign_by_rule
from hazards.tickets.calendar import WorkCalendar
from hazards.tickets.tables import TicketRow
from hazards.tickets.transitions import State, Step

SECOND_SHARE = 0.1
"""Of the reviewed hazards, so many go to a second person."""


def take_in(
    session: Session, violations: Sequence[Violation], *, now: float, calendar: WorkCalendar
) -> list[str]:
    """Records violations, opens or joins their tickets, and notes what they would cost.

    Returns the ids of the hazards that changed. Any number of calls, in any order and from
    anywhere, make one hazard, one place in one ticket and one provisional charge of a violation.
    The number of statements does not grow with the violations.
    """
    changed = record_violations(session, violations)
    _follow(session, changed, now=now, calendar=calendar)
    return [hazard.id for hazard in changed]


def note_cleared(session: Session, cleared: Cleared, *, now: float) -> bool:
    """The camera has seen a blocked exit clear; returns whether its ticket closed by it.

    An end alone closes nothing: a worker that died has seen nothing.
    """
    try:
        hazard = review.locked_hazard(session, cleared.violation_id)
    except NotFound:
        return False
    return opening.note_clear(session, hazard, at=cleared.at, now=now) is not None


def report(
    session: Session,
    *,
    id: str,
    kind: HazardKind,
    source: Source,
    description: str,
    reported_by: str,
    risk_unit_id: str | None,
    unit_id: str,
    photo_ids: Sequence[str],
    at: float,
    now: float,
    calendar: WorkCalendar,
) -> HazardRow:
    """A hazard that no camera saw. The same id again gives the same hazard.

    id: made from the request's idempotency key or the sensor's message. reported_by: a person's
    id, or the sensor's name. unit_id: of the risk unit, or where the reporter says.
    """
    row = _unseen(kind, source, description, reported_by, risk_unit_id, unit_id, photo_ids, at)
    new = insert_hazards(session, [{"id": id, **row}])
    hazard = review.locked_hazard(session, id)
    if new:
        _follow(session, [hazard], now=now, calendar=calendar)
    return hazard


def take_in_alarms(
    session: Session, alarms: Sequence[SensorAlarm], *, now: float, calendar: WorkCalendar
) -> list[str]:
    """Alarms of sensors become hazards; returns the ids of the new ones.

    Where its risk unit is not known (any more), an alarm belongs to the whole site.
    """
    if not alarms:
        return []
    wanted = {alarm.risk_unit_id for alarm in alarms}
    chosen = select(RiskUnitRow.id, RiskUnitRow.unit_id).where(RiskUnitRow.id.in_(wanted))
    units = dict(session.execute(chosen).all())
    rows = {}
    for alarm in alarms:
        known = alarm.risk_unit_id if alarm.risk_unit_id in units else None
        hazard_id = alarm_hazard_id(alarm)
        rows[hazard_id] = {"id": hazard_id} | _unseen(
            HazardKind(alarm.kind), Source.SENSOR, alarm.description, alarm.sensor,
            known, units.get(alarm.risk_unit_id, ROOT), (), alarm.at,
        )  # fmt: skip
    new = insert_hazards(session, [row for _, row in sorted(rows.items())])
    _follow(session, review.locked_hazards(session, new), now=now, calendar=calendar)
    return sorted(new)


def alarm_hazard_id(alarm: SensorAlarm) -> str:
    """The same alarm has the same hazard."""
    return derived_id("sensor", alarm.sensor, alarm.id)


def decide(
    session: Session,
    hazard_id: str,
    verdict: Verdict,
    *,
    dismissal: Dismissal | None = None,
    note: str = "",
    by: UserRow,
    now: float,
    calendar: WorkCalendar,
    second_share: float = SECOND_SHARE,
) -> HazardRow:
    """A person's verdict, with all that follows: ticket, points, draw for the second review.

    Raises as hazards.cases.review.give_verdict does.
    """
    hazard = review.give_verdict(
        session, hazard_id, verdict, dismissal=dismissal, note=note, by=by, now=now
    )
    actor = f"user:{by.id}"
    if hazard.ticket_id is not None:
        row = locked(session, hazard.ticket_id)
        if verdict is Verdict.CONFIRMED and row.state == State.DETECTED:
            move(session, row, Step.CONFIRM, actor=actor, now=now, reason=note)
            assign_by_rule(session, [row], now=now, calendar=calendar)
            session.flush()
        elif verdict is Verdict.DISMISSED:
            _leave(session, hazard, row, actor=actor, reason=str(dismissal), now=now)
    charges.settle(session, hazard, actor=actor, now=now, zone=calendar.zone)
    review.draw_for_second_review(session, hazard, share=second_share, now=now)
    return hazard


def name_subject(
    session: Session,
    hazard_id: str,
    kind: SubjectKind,
    subject_id: str,
    *,
    by: UserRow,
    now: float,
) -> HazardRow:
    """A person says whom it is about, before the verdict books the points.

    Raises NotFound, and Conflict once the points are booked.
    """
    review.locked_hazard(session, hazard_id)
    charges.refuse_attribution_after_posting(session, hazard_id)
    hazard = review.attribute(session, hazard_id, kind, subject_id, by=by, now=now)
    charges.propose(session, [hazard])
    return hazard


def _unseen(
    kind: HazardKind,
    source: Source,
    description: str,
    reported_by: str,
    risk_unit_id: str | None,
    unit_id: str,
    photo_ids: Sequence[str],
    at: float,
) -> dict[str, Any]:
    return {
        "kind": kind.value,
        "source": source.value,
        "description": description.strip(),
        "reported_by": reported_by,
        "risk_unit_id": risk_unit_id,
        "unit_id": unit_id,
        "photo_ids": list(photo_ids),
        "started_at": at,
        "last_seen_at": at,
    }


def _follow(
    session: Session, hazards: Sequence[HazardRow], *, now: float, calendar: WorkCalendar
) -> None:
    waiting = [hazard for hazard in hazards if hazard.verdict is None]
    opening.open_by_rule(session, waiting, now=now, calendar=calendar)
    charges.propose(session, waiting)


def _leave(
    session: Session, hazard: HazardRow, row: TicketRow, *, actor: str, reason: str, now: float
) -> None:
    """A dismissed hazard leaves its ticket; a ticket that was only about it is dismissed too."""
    if row.count > 1:
        row.count -= 1
        row.version += 1
        hazard.ticket_id = None
        session.flush()
    elif row.state in {State.DETECTED, State.CONFIRMED, State.ASSIGNED}:
        move(session, row, Step.DISMISS, actor=actor, now=now, reason=reason)
