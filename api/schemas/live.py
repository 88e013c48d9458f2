"""Text messages of the live socket, and data of the server-sent events."""

from typing import Literal, Self

from pydantic import BaseModel

from api.schemas.evidence import Box
from api.schemas.site import Status
from hazards.risk.tables import RiskUnitRow


class LiveInit(BaseModel):
    """Followed by 0x01 + init segment. epoch: UTC seconds of media time 0. Sizes in pixels."""

    type: Literal["init"] = "init"
    mime: str
    epoch: float
    width: int
    height: int


class LiveTracks(BaseModel):
    """Boxes of one judged picture. timestamp: UTC seconds. latency_s: from capture to verdict."""

    type: Literal["tracks"] = "tracks"
    timestamp: float
    boxes: list[Box]
    latency_s: float


class LiveStatus(BaseModel):
    """At once on connect and on every change."""

    type: Literal["status"] = "status"
    status: Status


class LiveStill(BaseModel):
    """Followed by 0x03 + JPEG. timestamp: UTC seconds."""

    type: Literal["still"] = "still"
    timestamp: float


class CameraEvent(BaseModel):
    """Data of `event: camera`."""

    id: str
    status: Status


class TicketEvent(BaseModel):
    """Data of `event: ticket`."""

    id: str
    version: int


class ColourEvent(BaseModel):
    """Data of `event: colour`: a risk unit took this grade at `since`; the map says why."""

    id: str
    plan_id: str | None
    grade: str
    since: float

    @classmethod
    def of(cls, row: RiskUnitRow) -> Self:
        """From the record."""
        return cls(id=row.id, plan_id=row.plan_id, grade=row.effective, since=row.effective_since)
