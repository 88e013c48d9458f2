"""What is overdue climbs the ladder, one rung at a time, and never the same rung twice."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hazards.access.queries import users_with
from hazards.access.roles import Role
from hazards.notify.actions import enqueue
from hazards.risk.tables import RiskUnitRow
from hazards.site.people_tables import PersonRow
from hazards.tickets.calendar import WorkCalendar
from hazards.tickets.queries import ladder
from hazards.tickets.tables import EscalationStepRow, TicketRow, TransitionRow
from hazards.tickets.transitions import UNDONE_STATES, State, Step

ACTOR = "system"
OWNER = "owner"
"""The rung of the person who has the ticket, or else of the risk unit's owner; the others are
roles."""


def due_escalations(session: Session, now: float, *, limit: int = 500) -> list[str]:
    """The ids of tickets that have to climb now, longest waiting first."""
    statement = (
        select(TicketRow.id)
        .where(TicketRow.next_escalation_at <= now, TicketRow.state.in_(UNDONE_STATES))
        .order_by(TicketRow.next_escalation_at, TicketRow.id)
        .limit(limit)
    )
    return list(session.scalars(statement))


def escalate(session: Session, ticket_id: str, *, now: float, calendar: WorkCalendar) -> int | None:
    """Takes one ticket one rung up, and puts the messages into the outbox.

    Returns the level that it reached, None where there was nothing to do (any more): doing it
    again, by another process or after a restart, neither climbs nor sends.
    """
    row = session.get(TicketRow, ticket_id, with_for_update=True, populate_existing=True)
    if (
        row is None
        or row.next_escalation_at is None
        or row.next_escalation_at > now
        or row.state not in UNDONE_STATES
    ):
        return None
    rungs = ladder(session)
    above = [rung for rung in rungs if rung.level > row.escalation_level]
    if not above or row.due_at is None:
        row.next_escalation_at = None
        return None
    climb(session, row, above[0], now=now)
    further = above[1:]
    row.next_escalation_at = (
        max(calendar.add(row.due_at, further[0].after_s), now) if further else None
    )
    session.flush()
    return row.escalation_level


def climb(session: Session, row: TicketRow, rung: EscalationStepRow, *, now: float) -> None:
    """Puts a locked ticket on a rung and tells whoever stands there."""
    row.escalation_level = rung.level
    row.supervised = row.supervised or rung.supervise
    state = State(row.state)
    numbers = select(TransitionRow.number).where(TransitionRow.ticket_id == row.id)
    session.add(
        TransitionRow(
            ticket_id=row.id,
            number=max(session.scalars(numbers), default=0) + 1,
            step=Step.ESCALATE.value,
            from_state=state.value,
            to_state=state.value,
            actor=ACTOR,
            at=now,
            reason=f"level {rung.level}: {rung.to}",
            photo_ids=[],
        )
    )
    enqueue(
        session,
        key=f"escalation:{row.id}:{row.due_at}:{rung.level}",
        code="supervised" if rung.supervise else "overdue",
        details={
            "ticket_id": row.id,
            "title": row.title,
            "level": rung.level,
            "to": rung.to,
            "due_at": row.due_at,
        },
        person_ids=people_on(session, row, rung.to),
        unit_id=row.unit_id,
        now=now,
    )


def people_on(session: Session, row: TicketRow, to: str) -> list[str]:
    """The ids of the people on a rung: the owner, or those who have the role nearest to the
    ticket's unit. For an owner who has left or was never named, the safety staff."""
    role = Role.SAFETY_STAFF if to == OWNER else Role(to)
    if to == OWNER:
        named = select(RiskUnitRow.owner_id).where(RiskUnitRow.id == row.risk_unit_id)
        owner_id = row.assignee_id or session.scalar(named)
        owner = session.get(PersonRow, owner_id) if owner_id else None
        if owner is not None and owner.active:
            return [owner.id]
    users = users_with(session, role, row.unit_id)
    return [user.person_id for user in users if user.person_id]


def first_escalation(session: Session, due_at: float, calendar: WorkCalendar) -> float | None:
    """When a ticket with this deadline begins to climb; None without a ladder."""
    rungs = ladder(session)
    return calendar.add(due_at, rungs[0].after_s) if rungs else None
