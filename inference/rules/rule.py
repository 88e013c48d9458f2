"""What every rule is."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from core.observation import Observation
from core.violation import Violation, ViolationKind, violation_id
from core.zone import Zone


class Rule(Protocol):
    """Judges one zone. Time comes from the frames; the same frames give the same answers."""

    def update(self, seen: Observation, *, watched: bool) -> Sequence[Violation]:
        """The violations that began, went on or ended with this picture.

        watched: whether the zone's schedule is on; where it is off, open violations end.
        """

    def close(self) -> Sequence[Violation]:
        """Ends what is still open, at the time it was last seen."""


class Incident:
    """One open violation of a rule, from its first certain picture to its end."""

    def __init__(
        self,
        *,
        kind: ViolationKind,
        rule: str,
        camera_id: str,
        zone: Zone,
        track_ids: tuple[int, ...],
        started_at: float,
        seen_at: float,
        confidence: float,
    ) -> None:
        # Two incidents may have begun at one moment, but they were not certain at one moment.
        key = f"{','.join(map(str, track_ids))}@{seen_at:.3f}"
        self.violation = Violation(
            id=violation_id(kind, camera_id, zone.id, started_at, key),
            kind=kind,
            rule=rule,
            camera_id=camera_id,
            zone_id=zone.id,
            track_ids=track_ids,
            started_at=started_at,
            last_seen_at=seen_at,
            ended=False,
            confidence=confidence,
        )

    def see(self, timestamp: float, confidence: float, track_id: int | None = None) -> Violation:
        """The violation goes on; the highest confidence is kept."""
        known = self.violation.track_ids
        new = (track_id,) if track_id is not None and track_id not in known else ()
        self.violation = replace(
            self.violation,
            track_ids=known + new,
            last_seen_at=timestamp,
            confidence=max(self.violation.confidence, confidence),
        )
        return self.violation

    def end(self) -> Violation:
        """The violation is over since it was last seen."""
        self.violation = replace(self.violation, ended=True)
        return self.violation
