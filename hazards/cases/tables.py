"""Hazards: one row per violation."""

from sqlalchemy import Double, Index
from sqlalchemy.orm import Mapped, mapped_column

from hazards.tables import ID, JSON, Seconds, Table, Text


class HazardRow(Table):
    """id: the violation's. Names are those of the moment; a renamed or deleted camera keeps them.

    acknowledged_at: UTC seconds, with the display name of who took note; None while nobody did.
    """

    __tablename__ = "hazards"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(Text)
    camera_id: Mapped[str] = mapped_column(ID)
    camera_name: Mapped[str] = mapped_column(Text)
    zone_id: Mapped[str] = mapped_column(ID)
    zone_name: Mapped[str] = mapped_column(Text)
    track_ids: Mapped[list[int]] = mapped_column(JSON)
    started_at: Mapped[float] = mapped_column(Seconds)
    last_seen_at: Mapped[float] = mapped_column(Seconds)
    ended: Mapped[bool]
    confidence: Mapped[float] = mapped_column(Double)
    acknowledged_at: Mapped[float | None] = mapped_column(Seconds)
    acknowledged_by: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index(None, "started_at", "id"),
        Index(None, "camera_id", "started_at"),
        Index(None, "ended"),
    )
