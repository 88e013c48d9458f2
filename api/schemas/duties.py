"""Check lists and the quarterly look back: what is due, and what was done."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict

from api.schemas.shapes import RecordKey, Text
from hazards.risk.tables import RiskReviewRow

Frequency = Literal["shift", "day", "week", "month", "quarter"]


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
