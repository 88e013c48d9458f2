"""What goes through several parts in one transaction: hazard, ticket, points.

The order is always hazard, ticket, ledger, so that two transactions wait for each other and never
in a circle.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from core.errors import NotFound
from core.sensor import SensorAlarm
from core.violation import Cleared, Violation
from hazards.access.tables import UserRow
from hazards.audit.trail import add_once
from hazards.cases import review
from hazards.cases.actions import record_violation
from hazards.cases.kinds import Dismissal, HazardKind, Source, SubjectKind, Verdict
from hazards.cases.tables import HazardRow
from hazards.ids import derived_id
from hazards.points import charges
from hazards.risk.tables import RiskUnitRow
from hazards.site.people_tables import ROOT
from hazards.tickets import opening
from hazards.tickets.actions import locked, move
from hazards.tickets.calendar import WorkCalendar
from hazards.tickets.tables import TicketRow
from hazards.tickets.transitions import State, Step

SECOND_SHARE = 0.1
"""Of the reviewed hazards, so many go to a second person."""


def take_in(session: Session, violation: Violation, *, now: float, calendar: WorkCalendar) -> bool:
    """Records a violation, opens or joins its ticket, and notes what it would cost.

    Returns whether the records changed. Any number of calls, in any order and from anywhere, make
    one hazard, one place in one ticket and one provisional charge.
    """
    if not record_violation(session, violation):
        return False
    hazard = review.locked_hazard(session, violation.id)
    _follow(session, hazard, now=now, calendar=calendar)
    return True


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
    made = add_once(
        session,
        HazardRow,
        id=id,
        kind=kind.value,
        rule="",
        camera_id="",
        camera_name="",
        zone_id="",
        zone_name="",
        track_ids=[],
        started_at=at,
        last_seen_at=at,
        ended=True,
        confidence=1.0,
        source=source.value,
        risk_unit_id=risk_unit_id,
        unit_id=unit_id,
        description=description.strip(),
        reported_by=reported_by,
        photo_ids=list(photo_ids),
    )
    if made is None:
        return review.locked_hazard(session, id)
    _follow(session, made, now=now, calendar=calendar)
    return made


def take_in_alarm(
    session: Session, alarm: SensorAlarm, *, now: float, calendar: WorkCalendar
) -> bool:
    """A sensor's alarm becomes a hazard; returns whether it is new.

    Where its risk unit is not known (any more), it belongs to the whole site.
    """
    hazard_id = alarm_hazard_id(alarm)
    if session.get(HazardRow, hazard_id) is not None:
        return False
    unit = session.get(RiskUnitRow, alarm.risk_unit_id) if alarm.risk_unit_id else None
    report(
        session,
        id=hazard_id,
        kind=HazardKind(alarm.kind),
        source=Source.SENSOR,
        description=alarm.description,
        reported_by=alarm.sensor,
        risk_unit_id=unit.id if unit else None,
        unit_id=unit.unit_id if unit else ROOT,
        photo_ids=(),
        at=alarm.at,
        now=now,
        calendar=calendar,
    )
    return True


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
            opening.assign_by_rule(session, row, now=now, calendar=calendar)
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
    charges.propose(session, hazard)
    return hazard


def _follow(session: Session, hazard: HazardRow, *, now: float, calendar: WorkCalendar) -> None:
    if hazard.verdict is None:
        opening.open_by_rule(session, hazard, now=now, calendar=calendar)
        charges.propose(session, hazard)


def _leave(
    session: Session, hazard: HazardRow, row: TicketRow, *, actor: str, reason: str, now: float
) -> None:
    """A dismissed hazard leaves its ticket; a ticket that was only about it is dismissed too."""
    if row.count > 1:
        row.count -= 1
        hazard.ticket_id = None
        session.flush()
    elif row.state in {State.DETECTED, State.CONFIRMED, State.ASSIGNED}:
        move(session, row, Step.DISMISS, actor=actor, now=now, reason=reason)
