"""The audit trail."""

from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from hazards.tables import ID, JSON, Seconds, Table, Text


class AuditRow(Table):
    """One changed row of another table. Only ever inserted: triggers refuse the rest.

    change: insert, update or delete. before, after: the columns that changed. hash: SHA-256 over
    the previous hash and all columns before it.
    """

    __tablename__ = "audit_trail"
    UNAUDITED: ClassVar[str] = "the trail itself"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[float] = mapped_column(Seconds)
    actor: Mapped[str] = mapped_column(Text)
    change: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    hash: Mapped[str] = mapped_column(ID)

    __table_args__ = (
        Index(None, "subject", "subject_id", "number"),
        Index(None, "actor", "number"),
    )
