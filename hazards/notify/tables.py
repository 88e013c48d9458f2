"""Where messages go, and the messages."""

from typing import ClassVar

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hazards.tables import ID, JSON, Seconds, Table, Text


class ChannelRow(Table):
    """An address of a person, or of a unit and all below it. url: in Apprise's words, with its
    secret."""

    __tablename__ = "channels"
    SECRET: ClassVar[frozenset[str]] = frozenset({"url"})

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    person_id: Mapped[str | None] = mapped_column(
        ID, ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    unit_id: Mapped[str | None] = mapped_column(
        ID, ForeignKey("units.id", ondelete="CASCADE"), index=True
    )
    active: Mapped[bool]


class MessageRow(Table):
    """One message through one channel.

    key: what it is about and to whom; a second one with the same key is not made. code, details:
    what it says, put into words by the sender. state: waiting, sending, sent, failed, or unclear
    where a sender died while sending. next_try_at: UTC seconds. claimed_until: until when the
    sender that has it may take.
    """

    __tablename__ = "messages"
    UNAUDITED: ClassVar[str] = "the outbox: state of a delivery, written by the sender"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    channel_id: Mapped[str | None] = mapped_column(
        ID, ForeignKey("channels.id", ondelete="SET NULL")
    )
    person_id: Mapped[str | None] = mapped_column(ID)
    code: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, object]] = mapped_column(JSON)
    made_at: Mapped[float] = mapped_column(Seconds)
    state: Mapped[str] = mapped_column(ID)
    attempts: Mapped[int]
    next_try_at: Mapped[float] = mapped_column(Seconds)
    claimed_by: Mapped[str] = mapped_column(Text)
    claimed_until: Mapped[float] = mapped_column(Seconds)
    sent_at: Mapped[float | None] = mapped_column(Seconds)
    problem: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        Index(None, "state", "next_try_at"),
        Index(None, "person_id", "made_at"),
        Index(None, "channel_id", "made_at"),
    )
