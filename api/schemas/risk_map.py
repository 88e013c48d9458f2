"""The four-colour map, and how colours change."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel

from api.schemas.plans import FloorPlan, Grade
from api.schemas.site import Point
from hazards.risk.colours import UnitColour
from hazards.risk.queries import PlacedCamera
from hazards.risk.tables import ColourChangeRow

RiskUnitKind = Literal["area", "equipment", "activity"]


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
