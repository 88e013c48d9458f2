"""Violations, clear exits, sensor alarms and evidence as JSON, on their way to the database."""

from dataclasses import asdict
from typing import Any

from core.evidence import Evidence, EvidenceKind
from core.sensor import SensorAlarm, SensorKind
from core.violation import BlockedWidth, Cleared, Violation, ViolationKind

Record = Violation | Cleared | SensorAlarm | Evidence


def to_json(record: Record) -> dict[str, Any]:
    """A record with its type's name."""
    return {"type": type(record).__name__, **asdict(record)}


def from_json(data: dict[str, Any]) -> Record:
    """Raises KeyError, TypeError or ValueError for anything that to_json did not write."""
    fields = dict(data)
    kind = fields.pop("type")
    if kind == "Violation":
        fields["kind"] = ViolationKind(fields["kind"])
        fields["track_ids"] = tuple(fields["track_ids"])
        if (blocked := fields.get("blocked")) is not None:  # older files have no such field
            fields["blocked"] = BlockedWidth(**blocked)
        return Violation(**fields)
    if kind == "Cleared":
        return Cleared(**fields)
    if kind == "SensorAlarm":
        fields["kind"] = SensorKind(fields["kind"])
        return SensorAlarm(**fields)
    if kind == "Evidence":
        fields["kind"] = EvidenceKind(fields["kind"])
        return Evidence(**fields)
    raise ValueError(f"unknown record type {kind!r}")
