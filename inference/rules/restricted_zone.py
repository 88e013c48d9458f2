"""A person inside a zone where nobody may be."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.observation import Observation
from core.violation import Violation, ViolationKind
from core.zone import Zone
from inference.rules.handover import follow
from inference.rules.rule import Incident
from inference.rules.standing import standing_in

RULE = "restricted_zone/1"
MINIMUM_HITS = 3
"""Pictures with the foot point inside, before it counts."""
LEAVE_S = 1.0
"""Outside for this long, and the visit is over."""
LOST_S = 2.5
"""Not seen for this long, and the visit is over."""


@dataclass(slots=True)
class _Visit:
    """One person in the zone. Times in UTC seconds."""

    entered_at: float
    inside_at: float
    seen_at: float
    foot: NDArray[np.floating]
    hits: int
    confidence: float
    incident: Incident | None


class RestrictedZoneRule:
    """One violation per visit: foot point inside, long enough, often enough."""

    def __init__(self, camera_id: str, zone: Zone) -> None:
        self._camera_id = camera_id
        self._zone = zone
        self._visits: dict[int, _Visit] = {}

    def update(self, seen: Observation, *, watched: bool) -> Sequence[Violation]:
        """See Rule.update."""
        if not watched:
            return self.close()
        now, people = seen.frame.timestamp, seen.people
        feet, inside = standing_in(self._zone, seen)
        changed: list[Violation] = []
        present = set(people.track_id.tolist())
        for i, track_id in enumerate(people.track_id.tolist()):
            if inside[i]:
                height = float(people.xyxy[i, 3] - people.xyxy[i, 1])
                fresh = _Visit(now, now, now, feet[i], 0, 0.0, None)
                visit = follow(self._visits, track_id, fresh, height=height, present=present)
                changed += self._inside(track_id, visit, now, feet[i], float(people.confidence[i]))
            elif track_id in self._visits:
                self._visits[track_id].seen_at = now
        return [*changed, *self._leave(now)]

    def close(self) -> Sequence[Violation]:
        """See Rule.close."""
        open_visits = [v.incident.end() for v in self._visits.values() if v.incident]
        self._visits.clear()
        return open_visits

    def _inside(
        self,
        track_id: int,
        visit: _Visit,
        now: float,
        foot: NDArray[np.floating],
        confidence: float,
    ) -> list[Violation]:
        visit.inside_at = visit.seen_at = now
        visit.foot = foot
        visit.hits += 1
        visit.confidence = max(visit.confidence, confidence)
        if visit.incident is not None:
            return [visit.incident.see(now, confidence, track_id)]
        if visit.hits < MINIMUM_HITS or now - visit.entered_at < self._zone.dwell_s:
            return []
        visit.incident = Incident(
            kind=ViolationKind.RESTRICTED_ZONE,
            rule=RULE,
            camera_id=self._camera_id,
            zone=self._zone,
            track_ids=(track_id,),
            started_at=visit.entered_at,
            seen_at=now,
            confidence=visit.confidence,
        )
        return [visit.incident.violation]

    def _leave(self, now: float) -> list[Violation]:
        gone = [
            track_id
            for track_id, visit in self._visits.items()
            if now - visit.seen_at > LOST_S or visit.seen_at - visit.inside_at > LEAVE_S
        ]
        visits = [self._visits.pop(track_id) for track_id in gone]
        return [visit.incident.end() for visit in visits if visit.incident]
