"""Floor plans, risk units, grades and the four-colour map."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.schemas.shapes import Line, RecordKey, Text
from api.schemas.site import Coordinate
from hazards.risk.actions import RiskDraft
from hazards.risk.colours import UnitColour
from hazards.risk.grading import Method
from hazards.risk.queries import PlacedCamera
from hazards.risk.tables import (
    ColourChangeRow,
    FloorPlanRow,
    GradeRow,
    RiskReviewRow,
)
from hazards.site.tree import UnitKind
from hazards.tickets.tables import TicketRow

Point = tuple[Coordinate, Coordinate]
RiskUnitKind = Literal["area", "equipment", "activity"]
ControlKind = Literal["engineering", "management", "training", "protective", "emergency"]
Frequency = Literal["shift", "day", "week", "month", "quarter"]


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


class GradeWrite(BaseModel):
    """Names, colour and bands of a level."""

    model_config = ConfigDict(extra="forbid")

    name_zh: Line
    name_en: Line
    colour: str = Field(pattern="^#[0-9a-f]{6}$")
    lec_from: float = Field(ge=0, le=100_000, allow_inf_nan=False)
    matrix_from: float = Field(ge=0, le=100_000, allow_inf_nan=False)


class FloorPlan(BaseModel):
    """url: the picture, a PNG of width by height px. metres_per_px: null while unknown."""

    id: str
    unit_id: str
    name: str
    url: str
    width: int
    height: int
    metres_per_px: float | None

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
        )


class FloorPlans(BaseModel):
    """By name."""

    items: list[FloorPlan]


class ScaleWrite(BaseModel):
    """How many metres a pixel of the plan's picture is."""

    model_config = ConfigDict(extra="forbid")

    metres_per_px: float = Field(gt=0, lt=1000, allow_inf_nan=False)


class PersonName(BaseModel):
    """Somebody of the site."""

    id: str
    name: str


class Reason(BaseModel):
    """Part of the sentence that explains a colour; the pages put it into words.

    code: open_major {count}, overdue {count}, repeated {count}, blind {camera_id, camera_name,
    minutes} or judged {grade}.
    """

    code: Literal["open_major", "overdue", "repeated", "blind", "judged"]
    values: dict[str, int | str]


class MapUnit(BaseModel):
    """A risk unit in its colour of now.

    grade: code of the effective grade, never below `inherent`; since: UTC seconds. reasons: empty
    where it is the inherent one. open, overdue: tickets.
    """

    id: str
    name: str
    kind: RiskUnitKind
    unit_id: str
    plan_id: str | None
    polygon: list[Point]
    owner: PersonName | None
    inherent: str
    approved: bool
    grade: str
    since: float
    reasons: list[Reason]
    open: int
    overdue: int

    @classmethod
    def of(cls, found: UnitColour, people: Mapping[str, str]) -> Self:
        """people: names by id."""
        return cls.model_validate(cls.fields(found, people))

    @staticmethod
    def fields(found: UnitColour, people: Mapping[str, str]) -> dict[str, object]:
        """What the map shows of a unit."""
        row = found.unit
        owner = row.owner_id and {"id": row.owner_id, "name": people.get(row.owner_id, "")}
        return {
            "id": row.id,
            "name": row.name,
            "kind": row.kind,
            "unit_id": row.unit_id,
            "plan_id": row.plan_id,
            "polygon": row.polygon,
            "owner": owner or None,
            "inherent": row.inherent,
            "approved": row.approved_at is not None,
            "grade": found.colour.grade,
            "since": found.since,
            "reasons": [reason.kept for reason in found.colour.reasons],
            "open": found.facts.open,
            "overdue": found.facts.overdue,
        }


class MapUnits(BaseModel):
    """Risk units, by name."""

    items: list[MapUnit]


class MapCamera(BaseModel):
    """A camera laid onto the plan: four points of the floor in its picture, and on the plan.

    blind_since: UTC seconds, null while it sees.
    """

    camera_id: str
    name: str
    picture_points: list[Point]
    plan_points: list[Point]
    blind_since: float | None

    @classmethod
    def of(cls, placed: PlacedCamera) -> Self:
        """From the rows."""
        return cls(
            camera_id=placed.camera.id,
            name=placed.camera.name,
            picture_points=[(x, y) for x, y in placed.view.picture_points],
            plan_points=[(x, y) for x, y in placed.view.plan_points],
            blind_since=placed.blind_since,
        )


class PlanMap(BaseModel):
    """The four-colour map of one plan. at: UTC seconds for which it is true."""

    plan: FloorPlan
    grades: list[Grade]
    units: list[MapUnit]
    cameras: list[MapCamera]
    at: float


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
    version: int


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


class ColourChange(BaseModel):
    """at: UTC seconds. reasons: empty where it went back to the inherent grade."""

    at: float
    grade: str
    reasons: list[Reason]

    @classmethod
    def of(cls, row: ColourChangeRow) -> Self:
        """From a row."""
        return cls.model_validate(row, from_attributes=True)


class ColourHistory(BaseModel):
    """Newest first."""

    items: list[ColourChange]


class CameraViewWrite(BaseModel):
    """Four points of the floor in the camera's picture and the same on the plan, all in 0..1."""

    model_config = ConfigDict(extra="forbid")

    plan_id: RecordKey
    picture_points: Annotated[list[Point], Field(min_length=4, max_length=4)]
    plan_points: Annotated[list[Point], Field(min_length=4, max_length=4)]


class WatchWrite(BaseModel):
    """What a camera, or one of its zones, watches. risk_unit_id: null for nothing any more."""

    model_config = ConfigDict(extra="forbid")

    zone_id: RecordKey | None = None
    risk_unit_id: RecordKey | None


class DueReview(BaseModel):
    """A risk unit that nobody has looked back at in the quarter. due_at: UTC seconds."""

    risk_unit_id: str
    name: str
    inherent: str
    quarter: str
    due_at: float


class DueReviews(BaseModel):
    """Highest grade first."""

    items: list[DueReview]


class ReviewWrite(BaseModel):
    """grade: code; a change needs a note."""

    model_config = ConfigDict(extra="forbid")

    grade: RecordKey
    note: Text = ""


class RiskReview(BaseModel):
    """The quarterly look back at a risk unit (风险回头看)."""

    risk_unit_id: str
    quarter: str
    at: float
    before: str
    after: str
    note: str

    @classmethod
    def of(cls, row: RiskReviewRow) -> Self:
        """From a row."""
        return cls.model_validate(row, from_attributes=True)


class DueCheck(BaseModel):
    """A line of a check list that was not checked in its period."""

    item_id: str
    text: str
    frequency: Frequency
    period: str
    risk_unit_id: str
    risk_unit_name: str


class DueChecks(BaseModel):
    """By risk unit and line."""

    items: list[DueCheck]


class CheckWrite(BaseModel):
    """What is not in order needs a note."""

    model_config = ConfigDict(extra="forbid")

    in_order: bool
    note: Text = ""


class Check(BaseModel):
    """A line that was checked; the first check of a period stays. at: UTC seconds."""

    item_id: str
    period: str
    at: float
    in_order: bool
    note: str
