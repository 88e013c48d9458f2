"""Levels of risk, floor plans, and cameras laid onto them."""

from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.shapes import Line, RecordKey, fingerprint
from hazards.risk.tables import FloorPlanRow, GradeRow


class Grade(BaseModel):
    """A level of risk. rank: 1 is the lowest. colour: `#rrggbb`. Bands begin at lec_from and
    matrix_from."""

    code: str
    rank: int
    name_zh: str
    name_en: str
    colour: str
    lec_from: float
    matrix_from: float

    @classmethod
    def of(cls, row: GradeRow) -> Self:
        """From a row."""
        return cls.model_validate(row, from_attributes=True)


class Grades(BaseModel):
    """All levels, from the lowest."""

    items: list[Grade]

    @classmethod
    def of(cls, rows: Sequence[GradeRow]) -> Self:
        """From rows."""
        return cls(items=[Grade.of(row) for row in rows])


class GradeWrite(BaseModel):
    """Names, colour and bands of a level."""

    model_config = ConfigDict(extra="forbid")

    name_zh: Line
    name_en: Line
    colour: str = Field(pattern="^#[0-9a-f]{6}$")
    lec_from: float = Field(ge=0, le=100_000, allow_inf_nan=False)
    matrix_from: float = Field(ge=0, le=100_000, allow_inf_nan=False)


class FloorPlan(BaseModel):
    """url: the picture, a PNG of width by height px. metres_per_px: null while unknown. version:
    for If-Match."""

    id: str
    unit_id: str
    name: str
    url: str
    width: int
    height: int
    metres_per_px: float | None
    version: str

    @classmethod
    def of(cls, row: FloorPlanRow) -> Self:
        """From a row."""
        return cls(
            id=row.id,
            unit_id=row.unit_id,
            name=row.name,
            url=f"/api/v1/plans/{row.id}/picture",
            width=row.width,
            height=row.height,
            metres_per_px=row.metres_per_px,
            version=fingerprint(row.name, row.metres_per_px),
        )


class FloorPlans(BaseModel):
    """By name."""

    items: list[FloorPlan]


class ScaleWrite(BaseModel):
    """How many metres a pixel of the plan's picture is."""

    model_config = ConfigDict(extra="forbid")

    metres_per_px: float = Field(gt=0, lt=1000, allow_inf_nan=False)


class WatchWrite(BaseModel):
    """What a camera, or one of its zones, watches. risk_unit_id: null for nothing any more."""

    model_config = ConfigDict(extra="forbid")

    zone_id: RecordKey | None = None
    risk_unit_id: RecordKey | None
