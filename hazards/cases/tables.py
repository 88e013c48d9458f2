"""Hazards: one row per violation, report, inspection finding or sensor alarm."""

from typing import ClassVar

from sqlalchemy import Double, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.violation import BlockedWidth
from hazards.cases.kinds import Source
from hazards.tables import ID, JSON, Seconds, Table, Text


class HazardRow(Table):
    """id: the violation's. Names are those of the moment; a renamed or deleted camera keeps them.

    camera_id, camera_name, zone_id, zone_name, rule: empty where no camera saw it.
    blocked_share, blocked_metres, passage_metres: see `blocked`; None but for a blocked exit.
    acknowledged_at: UTC seconds, with the display name of who took note; None while nobody did.
    source: one of hazards.cases.kinds.Source. unit_id: part of the organisation it belongs to.
    description, reported_by: what a person or sensor said, and who.
    verdict: None, `confirmed` or `dismissed` with dismissal; reviewer_id: the user.
    subject_kind, subject_id: whom a person named as the one it is about (person, team,
    contractor).
    ticket_id: what must be done about it, None where nothing must.
    """

    __tablename__ = "hazards"
    RUNNING: ClassVar[frozenset[str]] = frozenset(
        {"last_seen_at", "confidence", "track_ids"}
        | {"blocked_share", "blocked_metres", "passage_metres"}
    )

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
    blocked_share: Mapped[float | None] = mapped_column(Double)
    blocked_metres: Mapped[float | None] = mapped_column(Double)
    passage_metres: Mapped[float | None] = mapped_column(Double)
    acknowledged_at: Mapped[float | None] = mapped_column(Seconds)
    acknowledged_by: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text, default="camera")
    risk_unit_id: Mapped[str | None] = mapped_column(ID)
    unit_id: Mapped[str] = mapped_column(ID, default="site")
    description: Mapped[str] = mapped_column(Text, default="")
    reported_by: Mapped[str] = mapped_column(Text, default="")
    photo_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    verdict: Mapped[str | None] = mapped_column(Text)
    dismissal: Mapped[str | None] = mapped_column(Text)
    reviewer_id: Mapped[int | None]
    reviewed_at: Mapped[float | None] = mapped_column(Seconds)
    review_note: Mapped[str] = mapped_column(Text, default="")
    subject_kind: Mapped[str | None] = mapped_column(Text)
    subject_id: Mapped[str | None] = mapped_column(ID)
    attributed_by: Mapped[str | None] = mapped_column(Text)
    attributed_at: Mapped[float | None] = mapped_column(Seconds)
    ticket_id: Mapped[str | None] = mapped_column(ID, index=True)

    __table_args__ = (
        # With kind and unit at their ends, so that these filters look at no row that does not fit.
        Index("ix_hazards_newest", "started_at", "id", "kind", "unit_id"),
        Index("ix_hazards_camera", "camera_id", "started_at", "id", "kind", "unit_id"),
        Index("ix_hazards_verdict", "verdict", "started_at", "id", "kind", "unit_id"),
        Index(None, "ended"),
        Index(None, "unit_id", "started_at"),
        Index(None, "risk_unit_id", "started_at"),
        Index(None, "subject_kind", "subject_id", "started_at"),
    )

    @property
    def blocked(self) -> BlockedWidth | None:
        """The taken width of a blocked exit that a camera saw; None for every other hazard."""
        if self.blocked_share is None:
            return None
        return BlockedWidth(self.blocked_share, self.blocked_metres, self.passage_metres)

    @property
    def seen_by(self) -> str | None:
        """The camera or sensor whose word it is, as who acts in the trail; None for a person's."""
        if self.source == Source.CAMERA:
            return f"camera:{self.camera_id}"
        return f"sensor:{self.reported_by}" if self.source == Source.SENSOR else None


class SecondReviewRow(Table):
    """A hazard that a second person judges without knowing the first verdict."""

    __tablename__ = "second_reviews"

    hazard_id: Mapped[str] = mapped_column(ID, ForeignKey("hazards.id"), primary_key=True)
    drawn_at: Mapped[float] = mapped_column(Seconds)
    verdict: Mapped[str | None] = mapped_column(Text)
    dismissal: Mapped[str | None] = mapped_column(Text)
    reviewer_id: Mapped[int | None]
    reviewed_at: Mapped[float | None] = mapped_column(Seconds)

    __table_args__ = (Index(None, "verdict", "drawn_at"),)
