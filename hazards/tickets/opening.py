"""Tickets that open by themselves: rules, merging, recurrence, and what the camera sees."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.schedule import Schedule
from core.violation import ViolationKind
from hazards.access.queries import users_with
from hazards.access.roles import Role
from hazards.audit.trail import add_once
from hazards.cases.kinds import Source
from hazards.cases.tables import HazardRow
from hazards.ids import derived_id
from hazards.kept import kept
from hazards.notify.actions import enqueue
from hazards.risk.tables import RiskUnitRow
from hazards.site.people_tables import PersonRow
from hazards.tickets.actions import Plan, assign, locked, move, write_down
from hazards.tickets.calendar import WorkCalendar
from hazards.tickets.escalation import climb
from hazards.tickets.queries import ladder, ticket_rules
from hazards.tickets.tables import TicketRow, TicketRuleRow
from hazards.tickets.transitions import OPEN_STATES, State, Step, Tier

DAY_S = 86400.0
OWNER = "owner"


def open_by_rule(
    session: Session, hazard: HazardRow, *, now: float, calendar: WorkCalendar
) -> TicketRow | None:
    """The ticket of a locked hazard where a rule wants one; None where none does.

    A hazard of a place that has an open ticket of its kind joins it; soon after it was closed, the
    ticket is reopened one rung higher. Calling it again for the same hazard changes nothing.
    """
    if hazard.ticket_id is not None:
        return locked(session, hazard.ticket_id)
    rules = kept(session, "ticket rules", lambda: ticket_rules(session))
    rule = rule_for(session, hazard, rules, calendar.zone)
    if rule is None:
        return None
    row = open_ticket(
        session,
        hazard,
        tier=Tier(rule.tier),
        rule=rule,
        actor=f"rule:{rule.id}",
        now=now,
        calendar=calendar,
    )
    if rule.at_once and row.state == State.DETECTED:
        move(session, row, Step.CONFIRM, actor=f"rule:{rule.id}", now=now)
        assign_by_rule(session, row, now=now, calendar=calendar)
    return row


def open_ticket(
    session: Session,
    hazard: HazardRow,
    *,
    tier: Tier,
    actor: str,
    now: float,
    calendar: WorkCalendar,
    rule: TicketRuleRow | None = None,
) -> TicketRow:
    """The ticket of a locked hazard: its own, that of its place, the reopened one, or a new one."""
    if hazard.ticket_id is not None:
        return locked(session, hazard.ticket_id)
    key = place_key(hazard)
    row = _open_at(session, key)
    if row is None and rule is not None and (old := _recently_closed(session, hazard, rule, now)):
        return _come_back(session, old, hazard, key, actor=actor, now=now, calendar=calendar)
    if row is None:
        row = add_once(
            session,
            TicketRow,
            id=derived_id("ticket", hazard.id),
            hazard_id=hazard.id,
            kind=hazard.kind,
            title=hazard.description[:200] or hazard.zone_name or hazard.kind,
            camera_id=hazard.camera_id,
            zone_id=hazard.zone_id,
            risk_unit_id=hazard.risk_unit_id,
            unit_id=hazard.unit_id,
            place_key=key,
            rule_id=rule.id if rule else None,
            state=State.DETECTED.value,
            tier=tier.value,
            opened_at=now,
            opened_by=actor,
            count=1,
            last_hazard_at=hazard.started_at,
            escalation_level=0,
            measures="",
            plan="",
            supervised=False,
            version=1,
        )
        if row is not None:
            write_down(session, row.id, Step.OPEN, None, State.DETECTED, actor=actor, now=now)
            _join(session, hazard, row)
            return row
        # Somebody else was faster at the same place.
        row = _open_at(session, key) or locked(session, derived_id("ticket", hazard.id))
    if _join(session, hazard, row):
        row.count += 1
        row.last_hazard_at = max(row.last_hazard_at, hazard.started_at)
        row.clear_at = None
        move(session, row, Step.MERGE, actor=actor, now=now, reason=hazard.id)
    return row


def assign_by_rule(
    session: Session, row: TicketRow, *, now: float, calendar: WorkCalendar
) -> TicketRow:
    """Gives a confirmed ticket to whom its rule names.

    Where nobody is named the safety staff is told; a major one waits for a person's plan.
    """
    rule = session.get(TicketRuleRow, row.rule_id) if row.rule_id else None
    if rule is None or rule.tier == Tier.MAJOR or row.state != State.CONFIRMED:
        return row
    person_id: str | None = rule.assignee
    if rule.assignee == OWNER:
        unit = session.get(RiskUnitRow, row.risk_unit_id) if row.risk_unit_id else None
        person_id = unit.owner_id if unit else None
    person = session.get(PersonRow, person_id) if person_id else None
    if person is None or not person.active:
        enqueue(
            session,
            key=f"unassigned:{row.id}:{row.count}",
            code="unassigned",
            details={"ticket_id": row.id, "title": row.title},
            person_ids=[
                user.person_id
                for user in users_with(session, Role.SAFETY_STAFF, row.unit_id)
                if user.person_id
            ],
            unit_id=row.unit_id,
            now=now,
        )
        return row
    plan = Plan(Tier(rule.tier), person.id, calendar.add(now, rule.deadline_s))
    return assign(session, row.id, plan, actor=f"rule:{rule.id}", now=now, calendar=calendar)


def note_clear(session: Session, hazard: HazardRow, *, at: float, now: float) -> TicketRow | None:
    """The camera has seen at this moment that a blocked exit is clear: its ticket closes by itself.

    Only where it was confirmed, is not major or supervised, and none of its hazards goes on.
    Returns the ticket where it was closed.
    """
    if hazard.kind != ViolationKind.BLOCKED_EXIT or hazard.ticket_id is None or not hazard.ended:
        return None
    row = locked(session, hazard.ticket_id)
    going_on = select(HazardRow.id).where(HazardRow.ticket_id == row.id, ~HazardRow.ended)
    if row.state not in OPEN_STATES or session.scalar(going_on.limit(1)) is not None:
        return None
    row.clear_at = at
    if row.state == State.DETECTED or row.tier == Tier.MAJOR or row.supervised:
        return None
    actor, reason = f"camera:{hazard.camera_id}", "the camera sees the exit clear"
    steps = {
        State.CONFIRMED: (Step.RECTIFY, Step.VERIFY, Step.CLOSE),
        State.ASSIGNED: (Step.RECTIFY, Step.VERIFY, Step.CLOSE),
        State.RECTIFIED: (Step.VERIFY, Step.CLOSE),
        State.VERIFIED: (Step.CLOSE,),
    }
    for step in steps[State(row.state)]:
        move(session, row, step, actor=actor, now=now, reason=reason, by_camera=True)
    return row


def rule_for(
    session: Session, hazard: HazardRow, rules: Sequence[TicketRuleRow], zone: ZoneInfo
) -> TicketRuleRow | None:
    """The first rule that fits, None where none does."""
    unit_id = hazard.risk_unit_id
    unit = unit_id and kept(
        session, ("risk unit", unit_id), lambda: session.get(RiskUnitRow, unit_id)
    )
    grade = unit.effective if unit else None
    for rule in rules:
        if (
            rule.enabled
            and rule.kind in {None, hazard.kind}
            and rule.grade in {None, grade}
            and hazard.confidence >= rule.min_confidence
            and Schedule.parse(rule.schedule).active(hazard.started_at, zone)
        ):
            return rule
    return None


def place_key(hazard: HazardRow) -> str:
    """What merges: the same kind in the same zone of a camera, or of the same sensor; a report
    merges with nothing."""
    if hazard.source == Source.SENSOR:
        return f"{hazard.kind}:sensor:{hazard.reported_by}"
    if not hazard.camera_id:
        return f"hazard:{hazard.id}"
    return f"{hazard.kind}:{hazard.camera_id}:{hazard.zone_id}"


def _open_at(session: Session, key: str) -> TicketRow | None:
    statement = select(TicketRow).where(TicketRow.place_key == key).with_for_update()
    return session.scalar(statement.execution_options(populate_existing=True))


def _recently_closed(
    session: Session, hazard: HazardRow, rule: TicketRuleRow, now: float
) -> TicketRow | None:
    if not hazard.camera_id:
        return None
    statement = (
        select(TicketRow)
        .where(
            TicketRow.kind == hazard.kind,
            TicketRow.camera_id == hazard.camera_id,
            TicketRow.zone_id == hazard.zone_id,
            TicketRow.closed_at > now - rule.recurrence_days * DAY_S,
            TicketRow.state == State.CLOSED,
        )
        .order_by(TicketRow.closed_at.desc())
        .limit(1)
        .with_for_update()
    )
    return session.scalar(statement.execution_options(populate_existing=True))


def _come_back(
    session: Session,
    row: TicketRow,
    hazard: HazardRow,
    key: str,
    *,
    actor: str,
    now: float,
    calendar: WorkCalendar,
) -> TicketRow:
    level = row.escalation_level
    _join(session, hazard, row)
    row.count += 1
    row.last_hazard_at = hazard.started_at
    row.place_key = key
    move(session, row, Step.REOPEN, actor=actor, now=now, reason=f"came back: {hazard.id}")
    assign_by_rule(session, row, now=now, calendar=calendar)
    rungs = [rung for rung in ladder(session) if rung.level > level]
    if rungs:
        climb(session, row, rungs[0], now=now)
        further = rungs[1:] if row.due_at else []
        row.next_escalation_at = (
            calendar.add(row.due_at, further[0].after_s) if further and row.due_at else None
        )
    session.flush()
    return row


def _join(session: Session, hazard: HazardRow, row: TicketRow) -> bool:
    """Whether the locked hazard was not in a ticket yet."""
    if hazard.ticket_id is not None:
        return False
    hazard.ticket_id = row.id
    session.flush()
    return True
