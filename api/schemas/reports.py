"""Hazards that people report, with photos."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.shapes import RecordKey, Text
from hazards.cases.kinds import HazardKind, Source
from hazards.evidence.tables import PhotoRow

FormCode = Annotated[str, StringConstraints(pattern="^[0-9A-Za-z_-]{1,64}$")]
"""What a QR code says."""


class ReportForm(BaseModel):
    """The place that a QR code stands for."""

    code: str
    risk_unit_id: str
    risk_unit_name: str
    unit_id: str
    unit_name: str


class ReportWrite(BaseModel):
    """form_code: of the QR code. Without one, unit_id says where; without either, the site.

    source: `inspection` needs that capability.
    """

    model_config = ConfigDict(extra="forbid")

    form_code: FormCode | None = None
    unit_id: RecordKey | None = None
    kind: HazardKind
    description: Annotated[Text, Field(min_length=1)]
    photo_ids: Annotated[list[RecordKey], Field(max_length=9)] = []
    source: Literal[Source.REPORT, Source.INSPECTION] = Source.REPORT


class Photo(BaseModel):
    """size: bytes. sent_at: UTC seconds."""

    id: str
    url: str
    sha256: str
    size: int
    sent_at: float

    @classmethod
    def of(cls, row: PhotoRow) -> Self:
        """From a row."""
        return cls(
            id=row.id,
            url=f"/api/v1/photos/{row.id}",
            sha256=row.sha256,
            size=row.size,
            sent_at=row.sent_at,
        )
