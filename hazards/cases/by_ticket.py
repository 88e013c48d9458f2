"""What people do to a ticket that concerns its hazards too: open, confirm, dismiss."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Incomplete, WrongTransition
from hazards.access.tables import UserRow
from hazards.cases import flow, review
from hazards.cases.kinds import Dismissal, Verdict
from hazards.cases.tables import HazardRow
from hazards.tickets import opening
from hazards.tickets.actions import locked, take_step
from hazards.tickets.calendar import WorkCalendar
from hazards.tickets.tables import TicketRow
from hazards.tickets.transitions import State, Step, Tier, next_state


def open_for(
    session: Session,
    hazard_id: str,
    *,
    tier: Tier,
    by: UserRow,
    now: float,
    calendar: WorkCalendar,
) -> TicketRow:
    """A person opens the ticket of a hazard that no rule gave one.

    The ticket of a confirmed hazard is confirmed as well. Raises NotFound, and WrongTransition
    for a hazard that was dismissed.
    """
    hazard = review.locked_hazard(session, hazard_id)
    if hazard.verdict == Verdict.DISMISSED:
        raise WrongTransition("this hazard was dismissed: nothing has to be done about it")
    actor = f"user:{by.id}"
    row = opening.open_ticket(session, hazard, tier=tier, actor=actor, now=now, calendar=calendar)
    if hazard.verdict == Verdict.CONFIRMED and row.state == State.DETECTED:
        take_step(session, row.id, Step.CONFIRM, actor=actor, now=now)
    return row


def confirm(
    session: Session,
    ticket_id: str,
    *,
    reason: str,
    by: UserRow,
    now: float,
    calendar: WorkCalendar,
    version: int | None = None,
) -> TicketRow:
    """Confirms the first hazard that nobody has judged, which moves the ticket and the points.

    Raises as hazards.tickets.actions.take_step does.
    """
    waiting = _unjudged(session, ticket_id)
    row = locked(session, ticket_id, version=version)
    next_state(State(row.state), Step.CONFIRM)
    if waiting:
        flow.decide(
            session, waiting[0].id, Verdict.CONFIRMED, note=reason, by=by, now=now,
            calendar=calendar,
        )  # fmt: skip
        return locked(session, ticket_id)
    return take_step(
        session, ticket_id, Step.CONFIRM, actor=f"user:{by.id}", now=now, reason=reason
    )


def dismiss(
    session: Session,
    ticket_id: str,
    *,
    dismissal: Dismissal | None,
    reason: str,
    by: UserRow,
    now: float,
    calendar: WorkCalendar,
    version: int | None = None,
) -> TicketRow:
    """Dismisses every hazard of the ticket that nobody has judged, and the ticket.

    Raises as hazards.tickets.actions.take_step does, and Incomplete without a dismissal.
    """
    if dismissal is None:
        raise Incomplete("say why it is no hazard: a dismissal needs its reason")
    waiting = _unjudged(session, ticket_id)
    row = locked(session, ticket_id, version=version)
    next_state(State(row.state), Step.DISMISS)
    for hazard in waiting:
        flow.decide(
            session, hazard.id, Verdict.DISMISSED, dismissal=dismissal, note=reason, by=by,
            now=now, calendar=calendar,
        )  # fmt: skip
    row = locked(session, ticket_id)
    if row.state != State.DISMISSED:
        text = f"{dismissal}: {reason}" if reason.strip() else dismissal.value
        take_step(session, ticket_id, Step.DISMISS, actor=f"user:{by.id}", now=now, reason=text)
    return row


def _unjudged(session: Session, ticket_id: str) -> list[HazardRow]:
    """Locked, oldest first: hazards are locked before their ticket, everywhere."""
    ids = session.scalars(
        select(HazardRow.id)
        .where(HazardRow.ticket_id == ticket_id, HazardRow.verdict.is_(None))
        .order_by(HazardRow.started_at, HazardRow.id)
    ).all()
    rows = [review.locked_hazard(session, hazard_id) for hazard_id in ids]
    return [row for row in rows if row.verdict is None]
