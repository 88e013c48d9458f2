"""Verdicts, attribution, second reviews, and what they say about the alarms."""

import time
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from anyio import from_thread
from fastapi import APIRouter, Query
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.caller import Caller, needs
from api.context import Context, Here
from api.current import hazard_news, hazards_shown
from api.cursors import before_place
from api.news import HazardNews
from api.schemas.cases import Hazard
from api.schemas.review import (
    CameraPrecision,
    Quality,
    ReviewAgreement,
    ReviewQueue,
    SecondQueue,
    SecondVerdictWrite,
    ShiftForecast,
    SubjectChoice,
    SubjectChoices,
    SubjectWrite,
    VerdictWrite,
)
from api.schemas.shapes import RecordId
from api.schemas.tickets import UTC
from api.sight import hazard_for
from hazards.access.roles import Capability
from hazards.access.tables import UserRow
from hazards.cases import flow, quality, queries, review
from hazards.cases.kinds import SubjectKind
from hazards.cases.tables import HazardRow
from hazards.site.people import contractors, people
from hazards.site.people_tables import UnitRow
from hazards.site.tree import units_within
from hazards.tickets.calendar import work_calendar
from hazards.tickets.queries import shifts, ticket

router = APIRouter(tags=["review"])
Reviewer = Annotated[Caller, needs(Capability.REVIEW)]
COUNTED = 1000
DAY_S = 86400.0
CHOICES = 20


@router.get("/api/v1/review", summary="Hazards that wait for a verdict")
def review_queue(
    context: Here,
    caller: Reviewer,
    *,
    before: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ReviewQueue:
    """Of the parts of the site that the caller reviews. before: the `next` of the page above."""
    with context.database.read() as session:
        page = queries.hazard_page(
            session,
            camera_id=None,
            kind=None,
            open=None,
            before=before_place(before),
            limit=limit,
            paths=caller.paths,
            reviewed=False,
        )
        return ReviewQueue(
            items=hazards_shown(session, page.hazards),
            next=str(page.next) if page.next else None,
            waiting=queries.waiting_count(session, caller.paths, at_most=COUNTED),
        )


@router.post("/api/v1/hazards/{id}/verdict", summary="Confirm or dismiss a hazard")
def give_verdict(id: RecordId, body: VerdictWrite, caller: Reviewer, context: Here) -> Hazard:
    """Moves its ticket and books its points. 409 wrong_transition where somebody was faster."""
    with caller.begin() as session:
        _reachable(session, caller, id)
        row = flow.decide(
            session,
            id,
            body.verdict,
            dismissal=body.dismissal,
            note=body.note,
            by=caller.user,
            now=caller.now,
            calendar=work_calendar(session, ZoneInfo(context.settings.time_zone)),
        )
        change = _changed(session, caller, row)
    return _told(context, change)


@router.put("/api/v1/hazards/{id}/subject", summary="Say whom a hazard is about")
def name_subject(id: RecordId, body: SubjectWrite, caller: Reviewer, context: Here) -> Hazard:
    """409 conflict once its points are booked."""
    with caller.begin() as session:
        _reachable(session, caller, id)
        row = flow.name_subject(session, id, body.kind, body.id, by=caller.user, now=caller.now)
        change = _changed(session, caller, row)
    return _told(context, change)


@router.get("/api/v1/review/subjects", summary="Whom a hazard may be about")
def subjects(
    context: Here, caller: Reviewer, search: Annotated[str, Query(max_length=100)] = ""
) -> SubjectChoices:
    """People, teams and contractors whose name or number holds the text; at most 20 of each."""
    with context.database.read() as session:
        found = people(session, paths=caller.paths, search=search, limit=CHOICES)
        teams = session.scalars(
            select(UnitRow)
            .where(UnitRow.id.in_(units_within(caller.paths)))
            .where(UnitRow.name.icontains(search, autoescape=True))
            .order_by(UnitRow.path)
            .limit(CHOICES)
        ).all()
        firms = [
            firm
            for firm in contractors(session, paths=caller.paths)
            if firm.active and search.lower() in firm.name.lower()
        ][:CHOICES]
    return SubjectChoices(
        items=[
            *(_choice(SubjectKind.PERSON, p.id, p.name, f"{p.number} {p.post}") for p in found),
            *(_choice(SubjectKind.TEAM, unit.id, unit.name) for unit in teams),
            *(_choice(SubjectKind.CONTRACTOR, firm.id, firm.name) for firm in firms),
        ]
    )


@router.get("/api/v1/review/second", summary="Hazards that wait for a second verdict")
def second_queue(
    context: Here, caller: Reviewer, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> SecondQueue:
    """Without what the first reviewer said. A machine judges nothing, so none waits for it."""
    if not isinstance(caller.row, UserRow):
        return SecondQueue(items=[])
    with context.database.read() as session:
        rows = review.second_queue(session, caller.row, paths=caller.paths, limit=limit)
        return SecondQueue(items=[shown.blind() for shown in hazards_shown(session, rows)])


@router.post(
    "/api/v1/hazards/{id}/second-verdict", status_code=204, summary="Give the second verdict"
)
def give_second_verdict(
    id: RecordId, body: SecondVerdictWrite, caller: Reviewer, context: Here
) -> None:
    """403 forbidden for the first reviewer and for who handled the ticket, 409 wrong_transition
    where it was given already."""
    with caller.begin() as session:
        _reachable(session, caller, id)
        review.give_second_verdict(
            session, id, body.verdict, dismissal=body.dismissal, by=caller.user, now=caller.now
        )
        news = hazard_news(session, id)
    from_thread.run_sync(context.engine.hub.publish_hazard, news)


@router.get("/api/v1/review/quality", summary="How far the alarms can be trusted")
def alarm_quality(
    context: Here,
    caller: Annotated[Caller, needs(Capability.WATCH)],
    since: Annotated[UTC | None, Query()] = None,
    until: Annotated[UTC | None, Query()] = None,
) -> Quality:
    """Of the caller's parts of the site; the last 30 days where nothing else is asked for."""
    now = time.time()
    end = until if until is not None else now
    start = since if since is not None else end - 30 * DAY_S
    zone = ZoneInfo(context.settings.time_zone)
    with context.database.read() as session:
        known = shifts(session)
        names = {shift.id: shift.name for shift in known}
        expected = quality.forecast(
            session,
            [(shift.id, shift.schedule) for shift in known],
            now=now,
            zone=zone,
            paths=caller.paths,
        )
        return Quality(
            since=start,
            until=end,
            precision=[
                CameraPrecision.model_validate(row)
                for row in quality.precision(session, since=start, until=end, paths=caller.paths)
            ],
            agreement=ReviewAgreement.model_validate(
                quality.agreement(session, since=start, paths=caller.paths)
            ),
            forecast=[
                ShiftForecast(
                    shift_id=one.shift_id,
                    shift_name=names[one.shift_id],
                    shifts_seen=one.shifts_seen,
                    mean=one.mean,
                    low=one.low,
                    high=one.high,
                )
                for one in expected
            ],
        )


def _reachable(session: Session, caller: Caller, id: str) -> None:
    caller.require(session, queries.hazard(session, id).unit_id)


@dataclass(frozen=True, slots=True)
class _Change:
    """shown: to the caller. ticket: id and version, None where the hazard has none."""

    shown: Hazard
    news: HazardNews
    ticket: tuple[str, int] | None


def _changed(session: Session, caller: Caller, row: HazardRow) -> _Change:
    session.flush()
    of_it = ticket(session, row.ticket_id) if row.ticket_id else None
    return _Change(
        hazard_for(session, caller, row.id),
        hazard_news(session, row.id),
        (of_it.id, of_it.version) if of_it else None,
    )


def _told(context: Context, change: _Change) -> Hazard:
    """Once it is committed, the pages that show it learn of it."""
    hub = context.engine.hub
    from_thread.run_sync(hub.publish_hazard, change.news)
    if change.ticket is not None:
        from_thread.run_sync(hub.publish_ticket, *change.ticket)
    return change.shown


def _choice(kind: SubjectKind, id: str, name: str, detail: str = "") -> SubjectChoice:
    return SubjectChoice(kind=kind, id=id, name=name, detail=detail)
