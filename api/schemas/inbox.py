"""Messages that people were sent."""

from typing import Self

from pydantic import BaseModel

from hazards.notify.tables import MessageRow


class InboxMessage(BaseModel):
    """code, details: what it says, put into words by the pages. made_at: UTC seconds."""

    id: str
    code: str
    details: dict[str, object]
    made_at: float

    @classmethod
    def of(cls, row: MessageRow) -> Self:
        """From a row."""
        return cls.model_validate(row, from_attributes=True)


class Inbox(BaseModel):
    """Newest first. next: value for `before`, null at the end."""

    items: list[InboxMessage]
    next: float | None


class MessageCounts(BaseModel):
    """How many messages are waiting, sending, sent, failed, or unclear."""

    waiting: int = 0
    sending: int = 0
    sent: int = 0
    failed: int = 0
    unclear: int = 0
