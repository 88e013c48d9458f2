"""Hazards: list, look at, acknowledge."""

from typing import Annotated

from anyio import from_thread
from fastapi import APIRouter, Query

from api.caller import Caller, Known, needs
from api.context import Here
from api.current import hazard_news
from api.cursors import before_place
from api.schemas.cases import Hazard, Hazards
from api.schemas.shapes import Id, RecordId, RecordKey
from api.schemas.tickets import UTC
from api.sight import hazard_for, hazards_for, require_sight, unseen
from hazards.access.roles import Capability
from hazards.cases import actions, queries
from hazards.cases.kinds import HazardKind, Source, Verdict

router = APIRouter(tags=["hazards"])
Watching = Annotated[Caller, needs(Capability.WATCH)]
Noting = Annotated[Caller, needs(Capability.ACKNOWLEDGE)]


@router.get("/api/v1/hazards", summary="Hazards, newest first")
def list_hazards(
    caller: Watching,
    context: Here,
    *,
    camera_id: Id | None = None,
    kind: HazardKind | None = None,
    open: bool | None = None,
    source: Source | None = None,
    reviewed: bool | None = None,
    verdict: Verdict | None = None,
    risk_unit_id: RecordKey | None = None,
    subject_id: RecordKey | None = None,
    since: UTC | None = None,
    until: UTC | None = None,
    before: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Hazards:
    """before: the `next` of the page above. open: not ended yet. since, until: of the start, UTC
    seconds."""
    with context.database.read() as session:
        page = queries.hazard_page(
            session,
            camera_id=camera_id,
            kind=kind,
            open=open,
            source=source,
            reviewed=reviewed,
            verdict=verdict,
            risk_unit_id=risk_unit_id,
            subject_id=subject_id,
            since=since,
            until=until,
            before=before_place(before),
            limit=limit,
            paths=caller.paths,
            unseen=unseen(session, caller),
        )
        return Hazards(
            items=hazards_for(session, caller, page.hazards),
            next=str(page.next) if page.next else None,
        )


@router.get("/api/v1/hazards/{id}", summary="One hazard")
def read_hazard(id: RecordId, caller: Known, context: Here) -> Hazard:
    """Also for the person whom it is about. 404 not_found."""
    with context.database.read() as session:
        require_sight(session, caller, queries.hazard(session, id))
        return hazard_for(session, caller, id)


@router.post("/api/v1/hazards/{id}/acknowledge", summary="Take note of a hazard")
def acknowledge(id: RecordId, caller: Noting, context: Here) -> Hazard:
    """May be repeated; the first one's name and time stay."""
    with caller.begin() as session:
        caller.require(session, queries.hazard(session, id).unit_id)
        actions.acknowledge(session, id, by=caller.name, now=caller.now)
        news, shown = hazard_news(session, id), hazard_for(session, caller, id)
    from_thread.run_sync(context.engine.hub.publish_hazard, news)
    return shown
