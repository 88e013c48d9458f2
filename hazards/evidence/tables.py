"""Evidence files."""

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from hazards.tables import ID, Seconds, Table, Text


class EvidenceRow(Table):
    """One file, or the reason why there is none; fields as in core.evidence.Evidence.

    No foreign key to the hazard: evidence may be recorded before it.
    """

    __tablename__ = "evidence"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    violation_id: Mapped[str] = mapped_column(ID, index=True)
    kind: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    mime: Mapped[str] = mapped_column(Text)
    started_at: Mapped[float] = mapped_column(Seconds)
    duration_s: Mapped[float] = mapped_column(Seconds)
    boxes_path: Mapped[str] = mapped_column(Text)
    problem: Mapped[str] = mapped_column(Text)


class PhotoRow(Table):
    """A picture that a person sent. size: bytes. hazard_id, ticket_id: what it shows, one of them;
    None until its sender has said so."""

    __tablename__ = "photos"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    path: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    mime: Mapped[str] = mapped_column(Text)
    sent_by: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[float] = mapped_column(Seconds)
    hazard_id: Mapped[str | None] = mapped_column(ID)
    ticket_id: Mapped[str | None] = mapped_column(ID)
