"""What the rules of a site say about hazards: whether there is a ticket, and whose it is."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.schedule import Schedule
from hazards.access.queries import nearest_users
from hazards.access.roles import Role
from hazards.cases.tables import HazardRow
from hazards.notify.actions import Notice, enqueue
from hazards.risk.tables import RiskUnitRow
from hazards.site.people_tables import PersonRow
from hazards.tickets.actions import Plan, give
from hazards.tickets.calendar import WorkCalendar
from hazards.tickets.escalation import first_escalation
from hazards.tickets.queries import ladder, ticket_rules
from hazards.tickets.tables import TicketRow, TicketRuleRow
from hazards.tickets.transitions import State, Tier

OWNER = "owner"


def rules_for(
    session: Session, hazards: Sequence[HazardRow], zone: ZoneInfo
) -> list[tuple[HazardRow, TicketRuleRow]]:
    """The hazards for which a rule wants a ticket, each with the first rule that fits."""
    if not hazards:
        return []
    rules = ticket_rules(session)
    units = {hazard.risk_unit_id for hazard in hazards if hazard.risk_unit_id}
    chosen = select(RiskUnitRow.id, RiskUnitRow.effective).where(RiskUnitRow.id.in_(units))
    grades = dict(session.execute(chosen).all())
    schedules = {rule.id: Schedule.parse(rule.schedule) for rule in rules}
    found = []
    for hazard in hazards:
        grade = grades.get(hazard.risk_unit_id or "")
        for rule in rules:
            if (
                rule.enabled
                and rule.kind in {None, hazard.kind}
                and rule.grade in {None, grade}
                and hazard.confidence >= rule.min_confidence
                and schedules[rule.id].active(hazard.started_at, zone)
            ):
                found.append((hazard, rule))
                break
    return found


def assign_by_rule(
    session: Session, rows: Sequence[TicketRow], *, now: float, calendar: WorkCalendar
) -> None:
    """Gives locked tickets that are confirmed to whom their rules name, for the caller to flush.

    Where nobody is named the safety staff is told; a major one waits for a person's plan.
    """
    rules = {rule.id: rule for rule in ticket_rules(session)} if rows else {}
    waiting = [
        (row, rule)
        for row in rows
        if (rule := rules.get(row.rule_id or ""))
        and rule.tier != Tier.MAJOR
        and row.state == State.CONFIRMED
    ]
    if not waiting:
        return
    people = _assignees(session, waiting)
    rungs = ladder(session)
    unassigned = []
    for row, rule in waiting:
        person_id = people.get(row.id)
        if person_id is None:
            unassigned.append(row)
            continue
        plan = Plan(Tier(rule.tier), person_id, calendar.add(now, rule.deadline_s))
        next_at = first_escalation(rungs, plan.due_at, calendar)
        actor = f"rule:{rule.id}"
        give(session, row, plan, actor=actor, now=now, next_escalation_at=next_at)
    _tell_staff(session, unassigned, now)


def _assignees(
    session: Session, waiting: Sequence[tuple[TicketRow, TicketRuleRow]]
) -> dict[str, str]:
    """Who gets a ticket, by its id; left out where nobody is named, or does not work here."""
    units = {row.risk_unit_id for row, rule in waiting if rule.assignee == OWNER}
    owned = select(RiskUnitRow.id, RiskUnitRow.owner_id).where(RiskUnitRow.id.in_(units - {None}))
    owners = dict(session.execute(owned).all())
    named = {
        row.id: owners.get(row.risk_unit_id or "") if rule.assignee == OWNER else rule.assignee
        for row, rule in waiting
    }
    known = select(PersonRow.id).where(PersonRow.id.in_(set(named.values()) - {None}))
    active = set(session.scalars(known.where(PersonRow.active)))
    return {row_id: person for row_id, person in named.items() if person in active and person}


def _tell_staff(session: Session, rows: Sequence[TicketRow], now: float) -> None:
    if not rows:
        return
    staff = nearest_users(session, {(Role.SAFETY_STAFF, row.unit_id) for row in rows})
    notices = [
        Notice(
            key=f"unassigned:{row.id}:{row.count}",
            code="unassigned",
            details={"ticket_id": row.id, "title": row.title},
            person_ids=[
                user.person_id for user in staff[Role.SAFETY_STAFF, row.unit_id] if user.person_id
            ],
            unit_id=row.unit_id,
        )
        for row in rows
    ]
    enqueue(session, notices, now=now)
