"""What is overdue climbs the ladder, one rung at a time, and never the same rung twice."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from hazards.access.queries import nearest_users
from hazards.access.roles import Role
from hazards.notify.actions import Notice, enqueue
from hazards.risk.tables import RiskUnitRow
from hazards.site.people_tables import PersonRow
from hazards.tickets.calendar import WorkCalendar
from hazards.tickets.history import write_down
from hazards.tickets.queries import ladder
from hazards.tickets.tables import EscalationStepRow, TicketRow
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
    climb(session, [(row, above[0])], now=now)
    further = above[1:]
    row.next_escalation_at = (
        max(calendar.add(row.due_at, further[0].after_s), now) if further else None
    )
    session.flush()
    return row.escalation_level


def climb(
    session: Session, climbs: Sequence[tuple[TicketRow, EscalationStepRow]], *, now: float
) -> None:
    """Puts locked tickets on rungs and tells whoever stands there; so many statements for any
    number of them."""
    people = _people_on(session, climbs)
    notices = []
    for row, rung in climbs:
        row.escalation_level = rung.level
        row.supervised = row.supervised or rung.supervise
        write_down(
            session, row, Step.ESCALATE, State(row.state),
            actor=ACTOR, now=now, reason=f"level {rung.level}: {rung.to}",
        )  # fmt: skip
        notices.append(
            Notice(
                key=f"escalation:{row.id}:{row.due_at}:{rung.level}",
                code="supervised" if rung.supervise else "overdue",
                details={
                    "ticket_id": row.id,
                    "title": row.title,
                    "level": rung.level,
                    "to": rung.to,
                    "due_at": row.due_at,
                },
                person_ids=people[row.id],
                unit_id=row.unit_id,
            )
        )
    enqueue(session, notices, now=now)


def _people_on(
    session: Session, climbs: Sequence[tuple[TicketRow, EscalationStepRow]]
) -> dict[str, list[str]]:
    """The ids of the people on a rung by ticket: the owner, or those who have the role nearest to
    the ticket's unit. For an owner who has left or was never named, the safety staff."""
    units = {row.risk_unit_id for row, _ in climbs if row.risk_unit_id}
    named = select(RiskUnitRow.id, RiskUnitRow.owner_id).where(RiskUnitRow.id.in_(units))
    of_unit = dict(session.execute(named).all())
    owners = {row.id: row.assignee_id or of_unit.get(row.risk_unit_id or "") for row, _ in climbs}
    there = select(PersonRow.id).where(PersonRow.id.in_(owners.values()), PersonRow.active)
    active = set(session.scalars(there))
    roles = {
        row.id: Role.SAFETY_STAFF if rung.to == OWNER else Role(rung.to) for row, rung in climbs
    }
    users = nearest_users(session, {(roles[row.id], row.unit_id) for row, _ in climbs})
    found: dict[str, list[str]] = {}
    for row, rung in climbs:
        owner = owners[row.id]
        if rung.to == OWNER and owner in active:
            found[row.id] = [owner]
        else:
            on_rung = users[roles[row.id], row.unit_id]
            found[row.id] = [user.person_id for user in on_rung if user.person_id]
    return found


def first_escalation(
    rungs: Sequence[EscalationStepRow], due_at: float, calendar: WorkCalendar
) -> float | None:
    """When a ticket with this deadline begins to climb; None without a ladder."""
    return calendar.add(due_at, rungs[0].after_s) if rungs else None
