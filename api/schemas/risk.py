"""Risk units as they are drawn, judged and looked after."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.schemas.duties import Frequency
from api.schemas.risk_map import MapUnit, PersonName, RiskUnitKind
from api.schemas.shapes import Line, RecordKey
from api.schemas.site import Coordinate, Point
from hazards.risk.actions import RiskDraft
from hazards.risk.grading import Method
from hazards.site.tree import UnitKind
from hazards.tickets.tables import TicketRow

ControlKind = Literal["engineering", "management", "training", "protective", "emergency"]


class CheckLine(BaseModel):
    """id: null for a new line."""

    model_config = ConfigDict(extra="forbid")

    id: RecordKey | None = None
    text: Line
    frequency: Frequency


class OpenTicket(BaseModel):
    """due_at: UTC seconds."""

    id: str
    title: str
    kind: str
    state: str
    tier: str
    due_at: float | None

    @classmethod
    def of(cls, row: TicketRow) -> Self:
        """From a row."""
        return cls.model_validate(row, from_attributes=True)


class WatchingCamera(BaseModel):
    """A camera that watches a risk unit."""

    id: str
    name: str


class RiskUnit(MapUnit):
    """All about one. factors: by name, as `method` wants them. controls: sentences by kind.

    in_charge: who answers at which level of the organisation. form_code: what its QR code says.
    version: for If-Match. tickets: the newest open ones.
    """

    method: Method
    factors: dict[str, float]
    score: float
    controls: dict[ControlKind, list[str]]
    in_charge: dict[UnitKind, PersonName]
    check_list: list[CheckLine]
    cameras: list[WatchingCamera]
    tickets: list[OpenTicket]
    approved_at: float | None
    form_code: str
    version: str


def _told_apart(lines: list[Line]) -> list[Line]:
    return list(dict.fromkeys(lines))


class RiskUnitWrite(BaseModel):
    """polygon: [[x, y], …] in 0..1 of the plan, empty where nothing is drawn.

    factors: likelihood, exposure and consequence for `lec`, likelihood and severity for `matrix`.
    """

    model_config = ConfigDict(extra="forbid")

    unit_id: RecordKey
    name: Line
    kind: RiskUnitKind
    plan_id: RecordKey | None
    polygon: Annotated[list[Point], Field(max_length=64)]
    owner_id: RecordKey | None
    method: Method
    factors: Annotated[dict[RecordKey, Coordinate], Field(max_length=5)]
    controls: dict[
        ControlKind, Annotated[list[Line], Field(max_length=50), AfterValidator(_told_apart)]
    ]

    def draft(self) -> RiskDraft:
        """What the domain takes."""
        return RiskDraft(
            unit_id=self.unit_id,
            name=self.name,
            kind=self.kind,
            plan_id=self.plan_id,
            polygon=self.polygon,
            owner_id=self.owner_id,
            method=self.method,
            factors=self.factors,
            controls={str(kind): lines for kind, lines in self.controls.items()},
        )


class GridWrite(BaseModel):
    """Risk units side by side over a whole plan, 6 by 6 as is usual.

    owners: person's id by number of the cell, row by row from 0; the others are owner_id's.
    """

    model_config = ConfigDict(extra="forbid")

    cell: RiskUnitWrite
    rows: int = Field(default=6, ge=1, le=20)
    columns: int = Field(default=6, ge=1, le=20)
    owners: Annotated[dict[Annotated[int, Field(ge=0)], RecordKey], Field(max_length=400)] = {}


class InChargeWrite(BaseModel):
    """Person's id by level; replaces all."""

    model_config = ConfigDict(extra="forbid")

    people: dict[UnitKind, RecordKey]


class CheckListWrite(BaseModel):
    """Lines in order; what is not named goes."""

    model_config = ConfigDict(extra="forbid")

    lines: Annotated[list[CheckLine], Field(max_length=100)]
