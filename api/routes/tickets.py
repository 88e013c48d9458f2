"""Tickets: list, look at, and take every step of their life."""

import time
from collections.abc import Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

from anyio import from_thread
from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from api.caller import Caller, Known, needs
from api.context import Context, Here
from api.current import hazards_shown
from api.cursors import before_place
from api.errors import InvalidRequest
from api.etags import Expected, tagged
from api.schemas.review import SubjectChoice, SubjectChoices
from api.schemas.shapes import Id, RecordId, RecordKey
from api.schemas.tickets import (
    Ticket,
    TicketCounts,
    TicketOpen,
    TicketPlan,
    TicketPostpone,
    Tickets,
    TicketStep,
    TicketSummary,
)
from api.sight import own_person, require_ticket_sight, unseen_ids
from core.errors import Forbidden
from hazards.access.roles import Capability
from hazards.cases import by_ticket
from hazards.cases.kinds import HazardKind, SubjectKind
from hazards.cases.queries import hazard
from hazards.site.names import names_of
from hazards.site.people import people
from hazards.tickets import actions, queries
from hazards.tickets.calendar import WorkCalendar, work_calendar
from hazards.tickets.tables import TicketRow
from hazards.tickets.transitions import NEEDS, State, Step, Tier, steps_from

router = APIRouter(tags=["tickets"])
Assigner = Annotated[Caller, needs(Capability.ASSIGN)]
SHOWN_HAZARDS = 20
CHOICES = 20


@router.get("/api/v1/tickets", summary="Tickets, newest first")
def list_tickets(
    context: Here,
    caller: Known,
    *,
    state: Annotated[list[State], Query(max_length=7)] = [],  # noqa: B006
    tier: Annotated[list[Tier], Query(max_length=4)] = [],  # noqa: B006
    kind: HazardKind | None = None,
    mine: bool = False,
    assignee_id: RecordKey | None = None,
    risk_unit_id: Id | None = None,
    overdue: bool = False,
    supervised: bool | None = None,
    before: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Tickets:
    """Of the parts of the site that the caller may watch, and all that are assigned to the caller.

    mine: only the latter. before: the `next` of the page above.
    """
    now = time.time()
    own = own_person(caller)
    if mine and own is None:
        return Tickets(items=[], next=None)
    with context.database.read() as session:
        page = queries.ticket_page(
            session,
            paths=caller.reach(session, Capability.WATCH),
            own=own,
            states=state,
            tiers=tier,
            kind=kind.value if kind else None,
            assignee_id=own if mine else assignee_id,
            risk_unit_id=risk_unit_id,
            overdue_at=now if overdue else None,
            supervised=supervised,
            before=before_place(before),
            limit=limit,
        )
        return Tickets(
            items=_summaries(session, caller, page.tickets, now),
            next=str(page.next) if page.next else None,
        )


@router.get("/api/v1/tickets/counts", summary="How many tickets stand where")
def count_tickets(context: Here, caller: Known) -> TicketCounts:
    """Of those that the list shows without filters."""
    with context.database.read() as session:
        paths, own = caller.reach(session, Capability.WATCH), own_person(caller)
        found = queries.counts_by_state(session, paths, own)
        return TicketCounts(
            by_state={state: found.get(state, 0) for state in State},
            overdue=queries.overdue_count(session, paths, own, now=time.time()),
        )


@router.get("/api/v1/tickets/{id}", summary="One ticket, with its history")
def read_ticket(id: RecordId, context: Here, caller: Known, response: Response) -> Ticket:
    """Its ETag is for the steps. 404 not_found, also where the caller may not see it."""
    with context.database.read() as session:
        row = queries.ticket(session, id)
        require_ticket_sight(session, caller, row)
        return tagged(response, _shown(session, caller, row), row.version)


@router.get("/api/v1/tickets/{id}/assignees", summary="Who may be given a ticket")
def assignees(
    id: RecordId,
    context: Here,
    caller: Assigner,
    search: Annotated[str, Query(max_length=100)] = "",
) -> SubjectChoices:
    """Active people whose name or number holds the text; at most 20, by staff number."""
    with context.database.read() as session:
        caller.require(session, queries.ticket(session, id).unit_id)
        found = people(session, paths=caller.paths, search=search, limit=CHOICES)
    return SubjectChoices(
        items=[
            SubjectChoice(
                kind=SubjectKind.PERSON, id=p.id, name=p.name, detail=f"{p.number} {p.post}"
            )
            for p in found
        ]
    )


@router.post("/api/v1/hazards/{id}/ticket", status_code=201, summary="Open a ticket for a hazard")
def open_ticket(
    id: RecordId, body: TicketOpen, caller: Assigner, context: Here, response: Response
) -> Ticket:
    """Where its place has an open ticket already, the hazard joins that one."""
    with caller.begin() as session:
        caller.require(session, hazard(session, id).unit_id)
        row = by_ticket.open_for(
            session,
            id,
            tier=body.tier,
            by=caller.user,
            now=caller.now,
            calendar=_calendar(session, context),
        )
        shown = _changed(session, caller, row, response)
    return _told(context, shown)


@router.post("/api/v1/tickets/{id}/steps", summary="Take a step")
def take_step(
    id: RecordId,
    body: TicketStep,
    caller: Known,
    expected: Expected,
    context: Here,
    response: Response,
) -> Ticket:
    """409 wrong_transition where it does not fit, 412 stale where somebody was faster."""
    if body.step in {Step.ASSIGN, Step.POSTPONE} or not NEEDS[body.step].capability:
        raise InvalidRequest("step", f"'{body.step}' is not taken here")
    with caller.begin() as session:
        row = queries.ticket(session, id)
        require_ticket_sight(session, caller, row)
        _allowed(session, caller, row, body.step)
        expected.check(row.version)
        version = row.version
        if body.step is Step.CONFIRM:
            row = by_ticket.confirm(
                session, id, reason=body.reason, by=caller.user, now=caller.now,
                calendar=_calendar(session, context), version=version,
            )  # fmt: skip
        elif body.step is Step.DISMISS:
            row = by_ticket.dismiss(
                session, id, dismissal=body.dismissal, reason=body.reason, by=caller.user,
                now=caller.now, calendar=_calendar(session, context), version=version,
            )  # fmt: skip
        else:
            row = actions.take_step(
                session, id, body.step, actor=caller.actor, now=caller.now, reason=body.reason,
                photo_ids=body.photo_ids, version=version,
            )  # fmt: skip
        shown = _changed(session, caller, row, response)
    return _told(context, shown)


@router.post("/api/v1/tickets/{id}/assign", summary="Give a ticket to a person")
def assign(
    id: RecordId,
    body: TicketPlan,
    caller: Assigner,
    expected: Expected,
    context: Here,
    response: Response,
) -> Ticket:
    """422 incomplete names what a major one still needs: measures, money, emergency plan."""
    with caller.begin() as session:
        row = queries.ticket(session, id)
        caller.require(session, row.unit_id)
        expected.check(row.version)
        plan = actions.Plan(
            tier=body.tier,
            assignee_id=body.assignee_id,
            due_at=body.due_at,
            measures=body.measures,
            money=body.money,
            plan=body.plan,
            supervised=body.supervised,
        )
        row = actions.assign(
            session, id, plan, actor=caller.actor, now=caller.now, reason=body.reason,
            calendar=_calendar(session, context), version=row.version,
        )  # fmt: skip
        shown = _changed(session, caller, row, response)
    return _told(context, shown)


@router.post("/api/v1/tickets/{id}/postpone", summary="Set a later deadline")
def postpone(
    id: RecordId,
    body: TicketPostpone,
    caller: Assigner,
    expected: Expected,
    context: Here,
    response: Response,
) -> Ticket:
    """422 incomplete without a reason, or where the deadline is not later."""
    with caller.begin() as session:
        row = queries.ticket(session, id)
        caller.require(session, row.unit_id)
        expected.check(row.version)
        row = actions.postpone(
            session, id, due_at=body.due_at, reason=body.reason, actor=caller.actor,
            now=caller.now, calendar=_calendar(session, context), version=row.version,
        )  # fmt: skip
        shown = _changed(session, caller, row, response)
    return _told(context, shown)


def _may(session: Session, caller: Caller, row: TicketRow, step: Step) -> bool:
    capability = Capability(NEEDS[step].capability)
    if caller.can(session, capability, row.unit_id):
        return True
    # Whoever was given a ticket may say that it is done, wherever it is.
    own = own_person(caller)
    mine = step is Step.RECTIFY and own is not None and row.assignee_id == own
    return mine and bool(caller.reach(session, capability))


def _allowed(session: Session, caller: Caller, row: TicketRow, step: Step) -> None:
    if not _may(session, caller, row, step):
        raise Forbidden(f"you may not {step} this ticket: ask whoever may")


def _steps_now(session: Session, caller: Caller, row: TicketRow) -> list[Step]:
    possible = steps_from(State(row.state))
    if not row.supervised or row.accepted_at is not None:
        possible = [step for step in possible if step is not Step.ACCEPT]
    elif row.accepted_at is None:
        possible = [step for step in possible if step is not Step.CLOSE]
    return [step for step in possible if _may(session, caller, row, step)]


def _calendar(session: Session, context: Context) -> WorkCalendar:
    return work_calendar(session, ZoneInfo(context.settings.time_zone))


def _summaries(
    session: Session, caller: Caller, rows: Sequence[TicketRow], now: float
) -> list[TicketSummary]:
    kept_back = unseen_ids(session, caller, [row.hazard_id for row in rows])
    names = names_of(
        session,
        people=[row.assignee_id for row in rows],
        units=[row.unit_id for row in rows],
        risk_units=[row.risk_unit_id for row in rows],
        cameras=[row.camera_id for row in rows],
    )
    return [TicketSummary.of(row, names, now=now, kept_back=kept_back) for row in rows]


def _shown(session: Session, caller: Caller, row: TicketRow) -> Ticket:
    history = queries.transitions_of(session, row.id)
    merged = queries.hazards_of(session, row.id, limit=SHOWN_HAZARDS)
    kept_back = unseen_ids(session, caller, {row.hazard_id, *(one.id for one in merged)})
    names = names_of(
        session,
        actors=[row.opened_by, row.accepted_by or "", *(line.actor for line in history)],
        people=[row.assignee_id],
        units=[row.unit_id],
        risk_units=[row.risk_unit_id],
        cameras=[row.camera_id],
    )
    return Ticket.whole(
        row,
        names,
        now=caller.now,
        steps=_steps_now(session, caller, row),
        history=history,
        hazards=[one for one in hazards_shown(session, merged) if one.id not in kept_back],
        kept_back=kept_back,
    )


def _changed(session: Session, caller: Caller, row: TicketRow, response: Response) -> Ticket:
    session.flush()
    return tagged(response, _shown(session, caller, row), row.version)


def _told(context: Context, shown: Ticket) -> Ticket:
    """Once it is committed, the pages that show it learn of it."""
    from_thread.run_sync(context.engine.hub.publish_ticket, shown.id, shown.version)
    return shown
