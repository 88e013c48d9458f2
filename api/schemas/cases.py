"""Hazards."""

from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel

from api.schemas.evidence import Evidence
from hazards.cases.kinds import Dismissal, HazardKind, Source, SubjectKind, Verdict
from hazards.cases.tables import HazardRow
from hazards.evidence.tables import EvidenceRow
from hazards.site.names import Names


class Subject(BaseModel):
    """Whom a hazard is about, as a person said."""

    kind: SubjectKind
    id: str
    name: str


class Judgement(BaseModel):
    """A person's verdict. at: UTC seconds. note: as it was written, may be empty."""

    verdict: Verdict
    dismissal: Dismissal | None
    note: str
    by: str
    at: float


class BlockedWidth(BaseModel):
    """How much of an exit's width is taken. share: 0..1.

    metres: taken of the passage_metres that it is wide there; null while the camera's place on a
    plan with a scale is unknown.
    """

    share: float
    metres: float | None
    passage_metres: float | None


class Hazard(BaseModel):
    """One incident. started_at, last_seen_at, acknowledged_at: UTC seconds. confidence: 0..1.
    blocked: of a blocked exit that a camera saw, null for every other hazard.

    camera_id, zone_id, rule: empty where no camera saw it. description, reported_by, photo_ids:
    what a person or sensor said. judgement: null while nobody has reviewed it.
    """

    id: str
    kind: HazardKind
    source: Source
    rule: str
    camera_id: str
    camera_name: str
    zone_id: str
    zone_name: str
    track_ids: list[int]
    started_at: float
    last_seen_at: float
    ended: bool
    confidence: float
    blocked: BlockedWidth | None
    acknowledged_at: float | None
    acknowledged_by: str | None
    risk_unit_id: str | None
    risk_unit_name: str
    unit_id: str
    unit_name: str
    description: str
    reported_by: str
    photo_ids: list[str]
    judgement: Judgement | None
    subject: Subject | None
    ticket_id: str | None
    evidence: list[Evidence]

    @classmethod
    def of(cls, row: HazardRow, evidence: Sequence[EvidenceRow], names: Names) -> Self:
        """From a row, the rows of its evidence and the names it refers to."""
        return cls(
            id=row.id,
            kind=HazardKind(row.kind),
            source=Source(row.source),
            rule=row.rule,
            camera_id=row.camera_id,
            camera_name=row.camera_name,
            zone_id=row.zone_id,
            zone_name=row.zone_name,
            track_ids=row.track_ids,
            started_at=row.started_at,
            last_seen_at=row.last_seen_at,
            ended=row.ended,
            confidence=row.confidence,
            blocked=row.blocked and BlockedWidth.model_validate(row.blocked, from_attributes=True),
            acknowledged_at=row.acknowledged_at,
            acknowledged_by=row.acknowledged_by,
            risk_unit_id=row.risk_unit_id,
            risk_unit_name=names.risk_units.get(row.risk_unit_id or "", ""),
            unit_id=row.unit_id,
            unit_name=names.units.get(row.unit_id, ""),
            description=row.description,
            reported_by=names.people.get(row.reported_by, row.reported_by),
            photo_ids=row.photo_ids,
            judgement=_judgement(row, names),
            subject=_subject(row, names),
            ticket_id=row.ticket_id,
            evidence=[Evidence.of(piece) for piece in evidence],
        )

    def blind(self) -> Self:
        """As a second reviewer sees it: without what the first one said."""
        return self.model_copy(
            update={
                "judgement": None,
                "subject": None,
                "ticket_id": None,
                "acknowledged_at": None,
                "acknowledged_by": None,
            }
        )


class Hazards(BaseModel):
    """One page, newest start first. next: value for `before`, null at the end."""

    items: list[Hazard]
    next: str | None


def _judgement(row: HazardRow, names: Names) -> Judgement | None:
    if row.verdict is None or row.reviewed_at is None:
        return None
    return Judgement(
        verdict=Verdict(row.verdict),
        dismissal=Dismissal(row.dismissal) if row.dismissal else None,
        note=row.review_note,
        by=names.users.get(row.reviewer_id or 0, ""),
        at=row.reviewed_at,
    )


def _subject(row: HazardRow, names: Names) -> Subject | None:
    if row.subject_kind is None or row.subject_id is None:
        return None
    name = names.subject(row.subject_kind, row.subject_id)
    return Subject(kind=SubjectKind(row.subject_kind), id=row.subject_id, name=name)
