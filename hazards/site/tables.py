"""Cameras and zones as somebody configured them."""

from typing import ClassVar

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.site import CameraConfig
from core.zone import Zone, ZoneKind
from hazards.risk.tables import CameraViewRow
from hazards.tables import ID, JSON, Seconds, Table, Text


class ZoneRow(Table):
    """polygon: [[x, y], ...] in 0..1. dwell_s: seconds. position: order within the camera.
    entry_line: [] or two points [x, y] in 0..1, see core.zone.Zone.

    risk_unit_id: what the zone watches; its hazards go there.
    """

    __tablename__ = "zones"

    camera_id: Mapped[str] = mapped_column(
        ID, ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    polygon: Mapped[list[list[float]]] = mapped_column(JSON)
    dwell_s: Mapped[float] = mapped_column(Seconds)
    schedule: Mapped[str] = mapped_column(Text)
    entry_line: Mapped[list[list[float]]] = mapped_column(JSON)
    position: Mapped[int]
    risk_unit_id: Mapped[str | None] = mapped_column(
        ID, ForeignKey("risk_units.id", ondelete="SET NULL"), index=True
    )

    @property
    def zone(self) -> Zone:
        """The zone that the rules judge."""
        return Zone.create(
            id=self.id,
            name=self.name,
            kind=ZoneKind(self.kind),
            polygon=self.polygon,
            dwell_s=self.dwell_s,
            schedule=self.schedule,
            entry_line=self.entry_line,
        )


class CameraRow(Table):
    """source: with its credentials. position: order on the wall and in an exported site.

    risk_unit_id: where it stands; for zones that have no risk unit of their own.
    """

    __tablename__ = "cameras"
    SECRET: ClassVar[frozenset[str]] = frozenset({"source"})

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    enabled: Mapped[bool]
    position: Mapped[int]
    risk_unit_id: Mapped[str | None] = mapped_column(
        ID, ForeignKey("risk_units.id", ondelete="SET NULL"), index=True
    )
    zones: Mapped[list[ZoneRow]] = relationship(
        order_by=ZoneRow.position, cascade="all, delete-orphan", lazy="selectin"
    )

    view: Mapped[CameraViewRow | None] = relationship(
        cascade="all, delete-orphan", lazy="selectin", single_parent=True
    )

    @property
    def config(self) -> CameraConfig:
        """The camera that a worker watches."""
        return CameraConfig(
            self.id,
            self.name,
            self.source,
            tuple(zone.zone for zone in self.zones),
            self.view.floor if self.view else None,
        )
