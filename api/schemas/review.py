"""Review of hazards, and how far the alarms can be trusted."""

from pydantic import BaseModel, ConfigDict

from api.schemas.cases import Hazard, Subject
from api.schemas.shapes import RecordKey, Text
from hazards.cases.kinds import Dismissal, SubjectKind, Verdict


class VerdictWrite(BaseModel):
    """dismissal: why it is no hazard, with `dismissed` only."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict
    dismissal: Dismissal | None = None
    note: Text = ""


class SecondVerdictWrite(BaseModel):
    """As a first verdict; it measures agreement and changes nothing else."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict
    dismissal: Dismissal | None = None


class SubjectWrite(BaseModel):
    """Whom a hazard is about."""

    model_config = ConfigDict(extra="forbid")

    kind: SubjectKind
    id: RecordKey


class SubjectChoice(Subject):
    """detail: staff number and post of a person, empty otherwise."""

    detail: str


class SubjectChoices(BaseModel):
    """People first, then teams, then contractors."""

    items: list[SubjectChoice]


class ReviewQueue(BaseModel):
    """Newest first. waiting: hazards without a verdict, counted up to 1000.

    next: value for `before`, null at the end.
    """

    items: list[Hazard]
    next: str | None
    waiting: int


class SecondQueue(BaseModel):
    """Longest waiting first, without the first verdict."""

    items: list[Hazard]


class CameraPrecision(BaseModel):
    """Confirmed among the reviewed alarms. low, high: Wilson's 95 % interval, 0..1."""

    model_config = ConfigDict(from_attributes=True)

    camera_id: str
    kind: str
    rule: str
    confirmed: int
    reviewed: int
    low: float
    high: float


class ReviewAgreement(BaseModel):
    """kappa: Cohen's; null where it is not defined."""

    model_config = ConfigDict(from_attributes=True)

    pairs: int
    agreeing: int
    kappa: float | None


class ShiftForecast(BaseModel):
    """Alarms that a shift may expect. low, high: 90 % of such shifts."""

    model_config = ConfigDict(from_attributes=True)

    shift_id: str
    shift_name: str
    shifts_seen: int
    mean: float
    low: int
    high: int


class Quality(BaseModel):
    """since, until: UTC seconds of the alarms that `precision` counts."""

    since: float
    until: float
    precision: list[CameraPrecision]
    agreement: ReviewAgreement
    forecast: list[ShiftForecast]
