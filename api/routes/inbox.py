"""What a person was told, and how the outbox is doing."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.caller import Caller, needs
from api.schemas.inbox import Inbox, InboxMessage, MessageCounts
from hazards.access.roles import Capability
from hazards.notify import queries
from hazards.site.people_tables import ROOT

router = APIRouter(tags=["messages"])
Reporter = Annotated[Caller, needs(Capability.REPORT)]
Administrator = Annotated[Caller, needs(Capability.ADMINISTER)]


@router.get("/api/v1/inbox", summary="One's own messages")
def read_inbox(
    caller: Reporter,
    *,
    before: Annotated[float | None, Query(gt=0, lt=1e11, allow_inf_nan=False)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> Inbox:
    """Newest first. 403 forbidden where the user is no person of the site."""
    with caller.database.read() as session:
        rows = queries.inbox(session, caller.person_id, before=before, limit=limit + 1)
    page, more = rows[:limit], len(rows) > limit
    items = [InboxMessage.of(row) for row in page]
    return Inbox(items=items, next=page[-1].made_at if more else None)


@router.get("/api/v1/messages/counts", summary="How the outbox is doing")
def read_message_counts(caller: Administrator) -> MessageCounts:
    """By state; `failed` and `unclear` want somebody to look at them."""
    with caller.database.read() as session:
        caller.require(session, ROOT)
        return MessageCounts(**queries.message_counts(session))
