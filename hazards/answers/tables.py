"""Answers that are given again when a request is repeated."""

from typing import ClassVar

from sqlalchemy.orm import Mapped, mapped_column

from hazards.tables import ID, Seconds, Table, Text


class AnswerRow(Table):
    """id: SHA-256 over who asked for what under which key. request: SHA-256 of what was sent.
    body: the answer as JSON. at: UTC seconds.
    """

    __tablename__ = "answers"
    UNAUDITED: ClassVar[str] = "repeats what a request was answered; what it did is kept"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    request: Mapped[str] = mapped_column(ID)
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[float] = mapped_column(Seconds, index=True)
