"""Channels, through which messages leave the service."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from api.channel_address import shown_address
from api.schemas.page import Page
from api.schemas.shapes import Address, Id, Line, RecordKey
from api.translation import sentence
from hazards.notify.tables import ChannelRow, MessageRow
from hazards.site.names import Names


class ChannelWrite(BaseModel):
    """Either person_id, or unit_id for what happens in a unit and in all below it."""

    model_config = ConfigDict(extra="forbid")

    name: Line
    person_id: RecordKey | None
    unit_id: Id | None


class ChannelCreate(ChannelWrite):
    """url: in Apprise's words, such as `wecombot://KEY`; kept, and never shown again."""

    url: Annotated[Address, Field(repr=False)]


class ChannelEdit(ChannelWrite):
    """url: null keeps the address. active: false sends nothing there."""

    url: Annotated[Address | None, Field(repr=False)]
    active: bool


class Channel(BaseModel):
    """service: whose it is, such as `DingTalk`; empty where the address cannot be read any more.

    address: without its secret, `mailtos://example.com/****`. owner_name: of the person or unit.
    """

    id: str
    name: str
    service: str
    address: str
    person_id: str | None
    unit_id: str | None
    owner_name: str
    active: bool

    @classmethod
    def of(cls, row: ChannelRow, names: Names) -> Self:
        """From a row."""
        shown = shown_address(row.url)
        owner = names.people.get(row.person_id or "") or names.units.get(row.unit_id or "")
        return cls(
            id=row.id,
            name=row.name,
            service=shown.service,
            address=shown.masked,
            person_id=row.person_id,
            unit_id=row.unit_id,
            owner_name=owner or "",
            active=row.active,
        )


class Channels(Page[Channel]):
    """One page, by name."""


class MessageState(StrEnum):
    """Where a message stands; `unclear` may have arrived, and is not sent again by itself."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCLEAR = "unclear"


class ChannelMessage(BaseModel):
    """code, details: what it says, put into words by the pages. Times: UTC seconds.

    problem: why it did not go out the last time, empty where it did. next_try_at: of one that
    waits.
    """

    id: str
    code: str
    details: dict[str, object]
    state: MessageState
    made_at: float
    sent_at: float | None
    attempts: int
    next_try_at: float
    problem: str

    @classmethod
    def of(cls, row: MessageRow, language: str) -> Self:
        """From a row."""
        shown = cls.model_validate(row, from_attributes=True)
        return shown.model_copy(update={"problem": sentence(row.problem, language)})


class ChannelMessages(BaseModel):
    """Newest first."""

    items: list[ChannelMessage]
