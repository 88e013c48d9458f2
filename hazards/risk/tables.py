"""Risk units and what they are drawn on."""

from typing import ClassVar

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.floor import Floor
from hazards.tables import ID, JSON, Double, Seconds, Table, Text


class FloorPlanRow(Table):
    """path: a PNG under the data folder. width, height: px. metres_per_px: None while unknown."""

    __tablename__ = "floor_plans"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    unit_id: Mapped[str] = mapped_column(ID, ForeignKey("units.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    width: Mapped[int]
    height: Mapped[int]
    metres_per_px: Mapped[float | None] = mapped_column(Double)
    made_at: Mapped[float] = mapped_column(Seconds)


class GradeRow(Table):
    """A level of risk. rank: 1 is the lowest. colour: `#rrggbb`.

    lec_from, matrix_from: the smallest score of the level by L·E·C, and by likelihood times
    severity.
    """

    __tablename__ = "grades"

    code: Mapped[str] = mapped_column(ID, primary_key=True)
    rank: Mapped[int] = mapped_column(unique=True)
    name_zh: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    colour: Mapped[str] = mapped_column(Text)
    lec_from: Mapped[float] = mapped_column(Double)
    matrix_from: Mapped[float] = mapped_column(Double)


class RiskUnitRow(Table):
    """An area, a piece of equipment or an activity, with its risk.

    polygon: [[x, y], ...] in 0..1 of the plan, empty where nothing is drawn. factors: what the
    grade comes from, {"likelihood", "exposure", "consequence"} or {"likelihood", "severity"}.
    inherent: grade as approved. effective: grade with what is open now, since effective_since.
    controls: sentences by kind (engineering, management, training, protective, emergency).
    form_code: what the QR code says. version: grows with every edit.
    """

    __tablename__ = "risk_units"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    unit_id: Mapped[str] = mapped_column(ID, ForeignKey("units.id"), index=True)
    plan_id: Mapped[str | None] = mapped_column(ID, ForeignKey("floor_plans.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    polygon: Mapped[list[list[float]]] = mapped_column(JSON)
    owner_id: Mapped[str | None] = mapped_column(ID, ForeignKey("people.id"), index=True)
    method: Mapped[str] = mapped_column(Text)
    factors: Mapped[dict[str, float]] = mapped_column(JSON)
    score: Mapped[float] = mapped_column(Double)
    inherent: Mapped[str] = mapped_column(ID, ForeignKey("grades.code"))
    approved_by: Mapped[str | None] = mapped_column(Text)
    approved_at: Mapped[float | None] = mapped_column(Seconds)
    effective: Mapped[str] = mapped_column(ID, ForeignKey("grades.code"))
    effective_since: Mapped[float] = mapped_column(Seconds)
    controls: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    form_code: Mapped[str] = mapped_column(ID, unique=True)
    active: Mapped[bool]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class InChargeRow(Table):
    """Who answers for a risk unit at a level of the organisation (company … post)."""

    __tablename__ = "in_charge"

    risk_unit_id: Mapped[str] = mapped_column(
        ID, ForeignKey("risk_units.id", ondelete="CASCADE"), primary_key=True
    )
    level: Mapped[str] = mapped_column(ID, primary_key=True)
    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id"), index=True)


class CheckItemRow(Table):
    """One line of a check list. frequency: shift, day, week, month or quarter."""

    __tablename__ = "check_items"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    risk_unit_id: Mapped[str] = mapped_column(
        ID, ForeignKey("risk_units.id", ondelete="CASCADE"), index=True
    )
    text: Mapped[str] = mapped_column(Text)
    frequency: Mapped[str] = mapped_column(Text)
    position: Mapped[int]


class CheckRow(Table):
    """A line that was checked in a period, such as `2026-11-24` or `2026-Q4`; once is enough."""

    __tablename__ = "checks"

    item_id: Mapped[str] = mapped_column(
        ID, ForeignKey("check_items.id", ondelete="CASCADE"), primary_key=True
    )
    period: Mapped[str] = mapped_column(ID, primary_key=True)
    at: Mapped[float] = mapped_column(Seconds)
    by: Mapped[str] = mapped_column(Text)
    in_order: Mapped[bool]
    note: Mapped[str] = mapped_column(Text)


class CameraViewRow(Table):
    """How a camera's picture lies on a plan: four points of each in 0..1, and the 3×3 homography
    from picture to plan, row by row."""

    __tablename__ = "camera_views"

    camera_id: Mapped[str] = mapped_column(
        ID, ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True
    )
    plan_id: Mapped[str] = mapped_column(ID, ForeignKey("floor_plans.id"), index=True)
    picture_points: Mapped[list[list[float]]] = mapped_column(JSON)
    plan_points: Mapped[list[list[float]]] = mapped_column(JSON)
    homography: Mapped[list[float]] = mapped_column(JSON)
    plan: Mapped[FloorPlanRow] = relationship(lazy="joined", innerjoin=True)

    @property
    def floor(self) -> Floor | None:
        """The floor in the camera's picture; None while the plan has no scale."""
        metres_per_px = self.plan.metres_per_px
        if metres_per_px is None:
            return None
        return Floor.of(
            self.homography,
            self.picture_points,
            width_m=self.plan.width * metres_per_px,
            height_m=self.plan.height * metres_per_px,
        )


class BlindCameraRow(Table):
    """A camera that sees nothing, and since when. No row: it sees."""

    __tablename__ = "blind_cameras"
    UNAUDITED: ClassVar[str] = "state of a camera, written by its worker"

    camera_id: Mapped[str] = mapped_column(
        ID, ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True
    )
    since: Mapped[float] = mapped_column(Seconds)


class ColourChangeRow(Table):
    """A risk unit changed its effective grade. reasons: [{"code", "values"}, ...]."""

    __tablename__ = "colour_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    risk_unit_id: Mapped[str] = mapped_column(ID, ForeignKey("risk_units.id", ondelete="CASCADE"))
    at: Mapped[float] = mapped_column(Seconds)
    grade: Mapped[str] = mapped_column(ID)
    reasons: Mapped[list[dict[str, object]]] = mapped_column(JSON)

    __table_args__ = (Index(None, "risk_unit_id", "at"),)


class RiskReviewRow(Table):
    """The quarterly look back at a risk unit (风险回头看). quarter: `2026-Q4`. Made when done."""

    __tablename__ = "risk_reviews"

    risk_unit_id: Mapped[str] = mapped_column(
        ID, ForeignKey("risk_units.id", ondelete="CASCADE"), primary_key=True
    )
    quarter: Mapped[str] = mapped_column(ID, primary_key=True)
    at: Mapped[float] = mapped_column(Seconds)
    by: Mapped[str] = mapped_column(Text)
    before: Mapped[str] = mapped_column(ID)
    after: Mapped[str] = mapped_column(ID)
    note: Mapped[str] = mapped_column(Text)
