"""Hazards: list, look at, acknowledge."""

from typing import Annotated

from anyio import from_thread
from fastapi import APIRouter, Query

from api.caller import Caller, needs
from api.context import Here
from api.current import hazard_now
from api.errors import InvalidRequest
from api.schemas.cases import Hazard, Hazards
from api.schemas.shapes import Id, RecordId
from core.violation import ViolationKind
from hazards.access.roles import Capability
from hazards.cases import actions, queries
from hazards.evidence.queries import evidence_of

router = APIRouter(tags=["hazards"])
Watching = Annotated[Caller, needs(Capability.WATCH)]
Noting = Annotated[Caller, needs(Capability.ACKNOWLEDGE)]


@router.get("/api/v1/hazards", summary="Hazards, newest first")
def list_hazards(
    caller: Watching,
    context: Here,
    *,
    camera_id: Id | None = None,
    kind: ViolationKind | None = None,
    open: bool | None = None,
    before: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Hazards:
    """before: the `next` of the page above. open: not ended yet."""
    with context.database.read() as session:
        page = queries.hazard_page(
            session,
            camera_id=camera_id,
            kind=kind,
            open=open,
            before=_cursor(before),
            limit=limit,
            paths=caller.paths,
        )
        evidence = evidence_of(session, [row.id for row in page.hazards])
    return Hazards(
        items=[Hazard.of(row, evidence[row.id]) for row in page.hazards],
        next=str(page.next) if page.next else None,
    )


@router.get("/api/v1/hazards/{id}", summary="One hazard")
def read_hazard(id: RecordId, caller: Watching, context: Here) -> Hazard:
    """404 not_found."""
    with context.database.read() as session:
        caller.require(session, queries.hazard(session, id).unit_id)
        return hazard_now(session, id)


@router.post("/api/v1/hazards/{id}/acknowledge", summary="Take note of a hazard")
def acknowledge(id: RecordId, caller: Noting, context: Here) -> Hazard:
    """May be repeated; the first one's name and time stay."""
    with caller.begin() as session:
        caller.require(session, queries.hazard(session, id).unit_id)
        actions.acknowledge(session, id, by=caller.name, now=caller.now)
        hazard = hazard_now(session, id)
    from_thread.run_sync(context.engine.hub.publish_hazard, hazard)
    return hazard


def _cursor(text: str | None) -> queries.Cursor | None:
    if text is None:
        return None
    try:
        return queries.Cursor.parse(text)
    except ValueError as error:
        raise InvalidRequest("before", "use the `next` of a page of this list") from error
