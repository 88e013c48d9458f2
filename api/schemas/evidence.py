"""Evidence and the boxes over it."""

from typing import Literal, Self

from pydantic import BaseModel

from core.evidence import EvidenceKind
from hazards.evidence.tables import EvidenceRow


class Box(BaseModel):
    """xyxy: x1 y1 x2 y2 in 0..1 of the picture. track_id: 0 where there is none."""

    label: Literal["person", "head", "helmet"]
    track_id: int
    xyxy: tuple[float, float, float, float]
    confidence: float
    alarm: bool


class JudgedPicture(BaseModel):
    """timestamp: UTC seconds."""

    timestamp: float
    boxes: list[Box]


class EvidenceBoxes(BaseModel):
    """What was judged while the clip was recorded."""

    camera_id: str
    frames: list[JudgedPicture]


class Evidence(BaseModel):
    """url is null where there is no file; problem then says why, by code.

    started_at: UTC seconds of the first picture. duration_s: seconds. size: bytes.
    """

    id: str
    kind: EvidenceKind
    url: str | None
    boxes_url: str | None
    sha256: str
    size: int
    mime: str
    started_at: float
    duration_s: float
    problem: str

    @classmethod
    def of(cls, row: EvidenceRow) -> Self:
        """From a row."""
        url = f"/api/v1/evidence/{row.id}"
        return cls(
            id=row.id,
            kind=EvidenceKind(row.kind),
            url=url if row.path else None,
            boxes_url=f"{url}/boxes" if row.boxes_path else None,
            sha256=row.sha256,
            size=row.size,
            mime=row.mime,
            started_at=row.started_at,
            duration_s=row.duration_s,
            problem=row.problem,
        )
