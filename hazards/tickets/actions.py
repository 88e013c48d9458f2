"""Steps of tickets. The caller's transaction commits them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from core.errors import Conflict, Incomplete, NotFound, WrongTransition
from hazards.evidence.photos import place_photos
from hazards.site.people_tables import PersonRow
from hazards.tickets.calendar import WorkCalendar
from hazards.tickets.escalation import first_escalation
from hazards.tickets.tables import TicketRow, TransitionRow
from hazards.tickets.transitions import NEEDS, State, Step, Tier, next_state

CHANGED = "somebody has changed this ticket: load it again"


@dataclass(frozen=True, slots=True)
class Plan:
    """What must be done: tier, who, until when (UTC seconds).

    measures, money (yuan), plan: needed for a major hazard only; with deadline and person they are
    the five fields (五落实).
    """

    tier: Tier
    assignee_id: str
    due_at: float
    measures: str = ""
    money: float | None = None
    plan: str = ""
    supervised: bool = False


def take_step(
    session: Session,
    ticket_id: str,
    step: Step,
    *,
    actor: str,
    now: float,
    reason: str = "",
    photo_ids: Sequence[str] = (),
    version: int | None = None,
) -> TicketRow:
    """One step that changes nothing but where the ticket stands.

    For confirm, dismiss, rectify, reject, verify, accept, close and reopen; `assign` and
    `postpone` have their own actions. version: what the person saw, None where that does not
    matter. Raises NotFound, WrongTransition, Incomplete (reason or photo), Conflict (version).
    """
    row = locked(session, ticket_id, version=version)
    if step is Step.ACCEPT and not row.supervised:
        raise WrongTransition("only a supervised ticket is accepted: close this one")
    if step is Step.CLOSE and row.supervised and row.accepted_at is None:
        raise WrongTransition("a supervised ticket needs its acceptance before it is closed")
    move(session, row, step, actor=actor, now=now, reason=reason, photo_ids=photo_ids)
    return row


def assign(
    session: Session,
    ticket_id: str,
    plan: Plan,
    *,
    actor: str,
    now: float,
    calendar: WorkCalendar,
    reason: str = "",
    version: int | None = None,
) -> TicketRow:
    """Gives a ticket to a person, also again to another one. Raises as take_step does."""
    row = locked(session, ticket_id, version=version)
    _check_plan(session, plan, now)
    move(session, row, Step.ASSIGN, actor=actor, now=now, reason=reason)
    row.tier, row.assignee_id, row.due_at = plan.tier.value, plan.assignee_id, plan.due_at
    row.measures, row.money, row.plan = plan.measures, plan.money, plan.plan
    row.supervised = row.supervised or plan.supervised
    row.escalation_level = 0
    row.next_escalation_at = first_escalation(session, plan.due_at, calendar)
    session.flush()
    return row


def postpone(
    session: Session,
    ticket_id: str,
    *,
    due_at: float,
    reason: str,
    actor: str,
    now: float,
    calendar: WorkCalendar,
    version: int | None = None,
) -> TicketRow:
    """A later deadline, with its reason; it climbs from there. Raises as take_step does."""
    row = locked(session, ticket_id, version=version)
    if due_at <= max(now, row.due_at or now):
        raise Incomplete("the new deadline has to be later than the old one")
    move(session, row, Step.POSTPONE, actor=actor, now=now, reason=reason)
    row.due_at = due_at
    row.escalation_level = 0
    row.next_escalation_at = first_escalation(session, due_at, calendar)
    session.flush()
    return row


def locked(session: Session, ticket_id: str, *, version: int | None = None) -> TicketRow:
    """The ticket, for this transaction alone. Raises NotFound, Conflict (version)."""
    try:
        row = session.get(TicketRow, ticket_id, with_for_update=True, populate_existing=True)
    except StaleDataError as error:
        # It was read in this transaction before, and changed while we waited for the lock.
        raise Conflict(CHANGED) from error
    if row is None:
        raise NotFound(f"there is no ticket '{ticket_id}'")
    if version is not None and row.version != version:
        raise Conflict(CHANGED)
    return row


def move(
    session: Session,
    row: TicketRow,
    step: Step,
    *,
    actor: str,
    now: float,
    reason: str = "",
    photo_ids: Sequence[str] = (),
    by_camera: bool = False,
) -> None:
    """Takes a step of a locked ticket and writes it down. by_camera: needs no photo."""
    before = State(row.state)
    after = next_state(before, step)
    need = NEEDS[step]
    if need.reason and not reason.strip():
        raise Incomplete(f"say why: '{step}' needs a reason")
    if need.photos and not photo_ids and not by_camera:
        raise Incomplete(f"add a photo: '{step}' needs at least one")
    place_photos(session, photo_ids, by=actor, ticket_id=row.id)
    row.state = after.value
    if step is Step.ACCEPT:
        row.accepted_at, row.accepted_by = now, actor
    if after in {State.CLOSED, State.DISMISSED}:
        row.place_key, row.next_escalation_at = None, None
        row.closed_at = now
    if step is Step.REOPEN:
        row.closed_at = row.accepted_at = row.accepted_by = row.clear_at = row.due_at = None
    if after in {State.RECTIFIED, State.VERIFIED}:
        row.next_escalation_at = None
    write_down(
        session, row.id, step, before, after,
        actor=actor, now=now, reason=reason, photo_ids=photo_ids,
    )  # fmt: skip
    session.flush()


def write_down(
    session: Session,
    ticket_id: str,
    step: Step,
    before: State | None,
    after: State,
    *,
    actor: str,
    now: float,
    reason: str = "",
    photo_ids: Sequence[str] = (),
) -> None:
    """Adds a line to the history of a locked ticket."""
    last = select(func.max(TransitionRow.number)).where(TransitionRow.ticket_id == ticket_id)
    session.add(
        TransitionRow(
            ticket_id=ticket_id,
            number=(session.scalar(last) or 0) + 1,
            step=step.value,
            from_state=before.value if before else "",
            to_state=after.value,
            actor=actor,
            at=now,
            reason=reason.strip(),
            photo_ids=list(photo_ids),
        )
    )


def _check_plan(session: Session, plan: Plan, now: float) -> None:
    person = session.get(PersonRow, plan.assignee_id)
    if person is None or not person.active:
        raise NotFound(f"there is no active person '{plan.assignee_id}': choose somebody else")
    missing = []
    if plan.due_at <= now:
        missing.append("a deadline in the future")
    if plan.tier is Tier.MAJOR:
        if not plan.measures.strip():
            missing.append("measures")
        if plan.money is None or plan.money < 0:
            missing.append("money")
        if not plan.plan.strip():
            missing.append("an emergency plan")
    if missing:
        raise Incomplete(f"the ticket still needs {', '.join(missing)}")
