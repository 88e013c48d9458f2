"""Channels of people and units, through which messages leave the service."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.caller import Caller, needs
from api.channel_address import read_address
from api.context import Here
from api.etags import Expected, tagged
from api.once import Once
from api.problem_titles import language_of
from api.schemas.channels import (
    Channel,
    ChannelCreate,
    ChannelEdit,
    ChannelMessage,
    ChannelMessages,
    Channels,
)
from api.schemas.page import After, Limit, place_of
from api.schemas.shapes import MaybeLine, RecordId
from hazards.access.roles import Capability
from hazards.notify import channels
from hazards.notify.tables import ChannelRow
from hazards.site.names import names_of

router = APIRouter(tags=["messages"])
Administering = Annotated[Caller, needs(Capability.ADMINISTER)]
NEWEST = 10


class Nothing(BaseModel):
    """A request that has no body."""


@router.get("/api/v1/channels", summary="Channels, by name")
def list_channels(
    caller: Administering,
    context: Here,
    *,
    search: Annotated[MaybeLine, Query()] = "",
    after: After = None,
    limit: Limit = 50,
) -> Channels:
    """Of the units and people of the caller's part of the site. search: part of a name."""
    place = place_of(after, str, str)
    with context.database.read() as session:
        rows = channels.channels(
            session, paths=caller.paths, search=search, after=place, limit=limit + 1
        )
        return Channels.of(_shown(session, rows), [(row.name, row.id) for row in rows], limit)


@router.post("/api/v1/channels", status_code=201, summary="Add a channel")
def create_channel(body: ChannelCreate, caller: Administering, once: Once) -> Channel:
    """422 invalid_request for an address that no service has; incomplete without one owner."""
    read_address(body.url)

    def make(session: Session) -> Channel:
        _require_owner(caller, session, body.person_id, body.unit_id)
        return _shown(session, [channels.create_channel(session, **dict(body))])[0]

    return once.answer(caller, body, Channel, make)


@router.get("/api/v1/channels/{id}", summary="One channel")
def read_channel(id: RecordId, caller: Administering, context: Here, response: Response) -> Channel:
    """Without its secret, which nobody is told again. 404 not_found."""
    with context.database.read() as session:
        return tagged(response, _shown(session, [_mine(caller, session, id)])[0])


@router.put("/api/v1/channels/{id}", summary="Change a channel")
def edit_channel(
    id: RecordId, body: ChannelEdit, caller: Administering, expected: Expected, response: Response
) -> Channel:
    """Without a url it keeps the one it has. What waits goes to the new address."""
    if body.url is not None:
        read_address(body.url)
    with caller.begin() as session:
        row = _mine(caller, session, id, lock=True)
        _require_owner(caller, session, body.person_id, body.unit_id)
        expected.check(_shown(session, [row])[0])
        row = channels.edit_channel(session, id, **dict(body))
        return tagged(response, _shown(session, [row])[0])


@router.delete("/api/v1/channels/{id}", status_code=204, summary="Delete a channel")
def delete_channel(id: RecordId, caller: Administering) -> None:
    """What waits for it is not sent any more."""
    with caller.begin() as session:
        _mine(caller, session, id, lock=True)
        channels.delete_channel(session, id)


@router.post("/api/v1/channels/{id}/test", status_code=201, summary="Send a test message")
def test_channel(
    id: RecordId, caller: Administering, request: Request, once: Once
) -> ChannelMessage:
    """Through the outbox: what became of it stands among the channel's messages. 409 conflict
    where the channel is switched off."""
    language = language_of(request.headers)

    def make(session: Session) -> ChannelMessage:
        _mine(caller, session, id)
        row = channels.send_test(session, id, by=caller.name, now=caller.now)
        return ChannelMessage.of(row, language)

    return once.answer(caller, Nothing(), ChannelMessage, make)


@router.get("/api/v1/channels/{id}/messages", summary="What went through a channel")
def list_channel_messages(
    id: RecordId, caller: Administering, context: Here, request: Request
) -> ChannelMessages:
    """The newest, and what became of each."""
    language = language_of(request.headers)
    with context.database.read() as session:
        _mine(caller, session, id)
        rows = channels.messages_of(session, id, limit=NEWEST)
        return ChannelMessages(items=[ChannelMessage.of(row, language) for row in rows])


def _mine(caller: Caller, session: Session, id: str, *, lock: bool = False) -> ChannelRow:
    row = channels.channel(session, id, lock=lock)
    _require_owner(caller, session, row.person_id, row.unit_id)
    return row


def _require_owner(
    caller: Caller, session: Session, person_id: str | None, unit_id: str | None
) -> None:
    caller.require(session, channels.home_of(session, person_id=person_id, unit_id=unit_id))


def _shown(session: Session, rows: list[ChannelRow]) -> list[Channel]:
    names = names_of(
        session,
        people=[row.person_id for row in rows],
        units=[row.unit_id for row in rows],
    )
    return [Channel.of(row, names) for row in rows]
