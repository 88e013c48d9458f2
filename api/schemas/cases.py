"""Hazards."""

from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel

from api.schemas.evidence import Evidence
from core.violation import ViolationKind
from hazards.cases.tables import HazardRow
from hazards.evidence.tables import EvidenceRow


class Hazard(BaseModel):
    """One incident. started_at, last_seen_at, acknowledged_at: UTC seconds. confidence: 0..1."""

    id: str
    kind: ViolationKind
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
    acknowledged_at: float | None
    acknowledged_by: str | None
    evidence: list[Evidence]

    @classmethod
    def of(cls, row: HazardRow, evidence: Sequence[EvidenceRow]) -> Self:
        """From a row and the rows of its evidence."""
        return cls(
            id=row.id,
            kind=ViolationKind(row.kind),
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
            acknowledged_at=row.acknowledged_at,
            acknowledged_by=row.acknowledged_by,
            evidence=[Evidence.of(piece) for piece in evidence],
        )


class Hazards(BaseModel):
    """One page, newest start first. next: value for `before`, null at the end."""

    items: list[Hazard]
    next: str | None
