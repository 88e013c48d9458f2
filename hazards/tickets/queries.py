"""Reads of tickets."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, tuple_
from sqlalchemy.orm import Session

from core.errors import NotFound
from hazards.cases.queries import Cursor
from hazards.cases.tables import HazardRow
from hazards.site.tree import units_within
from hazards.tickets.tables import (
    EscalationStepRow,
    HolidayRow,
    ShiftRow,
    TicketRow,
    TicketRuleRow,
    TransitionRow,
)
from hazards.tickets.transitions import UNDONE_STATES, State, Tier


@dataclass(frozen=True, slots=True)
class TicketPage:
    """next: where the list goes on, None at its end."""

    tickets: list[TicketRow]
    next: Cursor | None


def ticket(session: Session, id: str) -> TicketRow:
    """One ticket. Raises NotFound."""
    row = session.get(TicketRow, id, populate_existing=True)
    if row is None:
        raise NotFound(f"there is no ticket '{id}'")
    return row


def tickets_of(session: Session, ids: Collection[str]) -> list[TicketRow]:
    """Those of some ids that there are, by id."""
    statement = select(TicketRow).where(TicketRow.id.in_(ids))
    return list(session.scalars(statement.order_by(TicketRow.id)))


def transitions_of(session: Session, ticket_id: str) -> list[TransitionRow]:
    """What happened to a ticket, in order."""
    statement = select(TransitionRow).where(TransitionRow.ticket_id == ticket_id)
    return list(session.scalars(statement.order_by(TransitionRow.number)))


def hazards_of(session: Session, ticket_id: str, *, limit: int) -> list[HazardRow]:
    """The hazards that were merged into a ticket, newest first."""
    statement = select(HazardRow).where(HazardRow.ticket_id == ticket_id)
    return list(session.scalars(statement.order_by(HazardRow.started_at.desc()).limit(limit)))


def ticket_page(
    session: Session,
    *,
    paths: Sequence[str],
    own: str | None = None,
    states: Sequence[State] = (),
    tiers: Sequence[Tier] = (),
    kind: str | None = None,
    assignee_id: str | None = None,
    risk_unit_id: str | None = None,
    overdue_at: float | None = None,
    supervised: bool | None = None,
    before: Cursor | None = None,
    limit: int,
) -> TicketPage:
    """Up to `limit` tickets, newest first. None or empty means: whichever.

    paths: sub-trees that the user may see. own: the person, who sees what is assigned to them
    wherever it is. overdue_at: only what is overdue at this moment.
    """
    statement = (
        select(TicketRow)
        .where(_seen(paths, own))
        .order_by(TicketRow.opened_at.desc(), TicketRow.id.desc())
    )
    if states:
        statement = statement.where(TicketRow.state.in_(states))
    if tiers:
        statement = statement.where(TicketRow.tier.in_(tiers))
    if kind is not None:
        statement = statement.where(TicketRow.kind == kind)
    if assignee_id is not None:
        statement = statement.where(TicketRow.assignee_id == assignee_id)
    if risk_unit_id is not None:
        statement = statement.where(TicketRow.risk_unit_id == risk_unit_id)
    if supervised is not None:
        statement = statement.where(TicketRow.supervised.is_(supervised))
    if overdue_at is not None:
        statement = statement.where(
            TicketRow.state.in_(UNDONE_STATES), TicketRow.due_at < overdue_at
        )
    if before is not None:
        place = tuple_(TicketRow.opened_at, TicketRow.id)
        statement = statement.where(place < tuple_(before.started_at, before.id))
    rows = list(session.scalars(statement.limit(limit + 1)))
    page, more = rows[:limit], len(rows) > limit
    return TicketPage(page, Cursor(page[-1].opened_at, page[-1].id) if more else None)


def counts_by_state(
    session: Session, paths: Sequence[str], own: str | None = None
) -> dict[str, int]:
    """How many tickets stand where, of those that ticket_page would show."""
    statement = (
        select(TicketRow.state, func.count()).where(_seen(paths, own)).group_by(TicketRow.state)
    )
    return {state: int(count) for state, count in session.execute(statement)}


def ticket_rules(session: Session) -> list[TicketRuleRow]:
    """In the order in which they are tried."""
    return list(session.scalars(select(TicketRuleRow).order_by(TicketRuleRow.position)))


def ladder(session: Session) -> list[EscalationStepRow]:
    """The rungs, from the lowest."""
    return list(session.scalars(select(EscalationStepRow).order_by(EscalationStepRow.level)))


def shifts(session: Session) -> list[ShiftRow]:
    """In their order."""
    return list(session.scalars(select(ShiftRow).order_by(ShiftRow.position, ShiftRow.id)))


def holidays(session: Session) -> list[HolidayRow]:
    """By day."""
    return list(session.scalars(select(HolidayRow).order_by(HolidayRow.day)))


def overdue_count(
    session: Session, paths: Sequence[str], own: str | None = None, *, now: float
) -> int:
    """How many nobody has said are done, though their deadline has passed."""
    statement = select(func.count()).where(
        _seen(paths, own), TicketRow.state.in_(UNDONE_STATES), TicketRow.due_at < now
    )
    return session.scalar(statement) or 0


def _seen(paths: Sequence[str], own: str | None) -> ColumnElement[bool]:
    there = TicketRow.unit_id.in_(units_within(paths))
    return there if own is None else or_(there, TicketRow.assignee_id == own)
