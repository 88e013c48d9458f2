"""A person whose head is seen to be bare.

A bare head is positive evidence: a box of class `head` on this person, in enough pictures. No
helmet found proves nothing. Each track adds up the log-likelihood ratio of bare against helmet
(Wald's sequential probability ratio test, 1945) and changes its mind only at the bounds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.detections import Detections
from core.observation import Observation
from core.violation import Violation, ViolationKind
from core.zone import Zone
from inference.rules.handover import follow
from inference.rules.headwear import HeadEvidence, read_heads
from inference.rules.rule import Incident
from inference.rules.standing import standing_in

RULE = "missing_helmet/1"
BARE = 6.9
"""Upper bound, log((1 - miss) / false alarm) with 1 % and 0.1 %."""
HELMET = -4.6
"""Lower bound, log(miss / (1 - false alarm))."""
STRONGEST = 2.0
"""One picture counts at most this much: pictures of one second are no independent witnesses."""
MINIMUM_BARE = 5
"""Pictures that speak for bare, before it counts."""
LOST_S = 3.0
"""Not seen for this long, and the violation is over."""


@dataclass(slots=True)
class _Wearer:
    """What is known about one person's head. Times in UTC seconds."""

    log_ratio: float
    bare_since: float
    bare_pictures: int
    seen_at: float
    foot: NDArray[np.floating]
    incident: Incident | None


class MissingHelmetRule:
    """One violation per person, from the first bare picture until a helmet or until out of sight.

    bare_id, helmet_id: class ids. smallest_share: least head height that can be judged, as a share
    of the picture's longer side.
    """

    def __init__(
        self, camera_id: str, zone: Zone, *, bare_id: int, helmet_id: int, smallest_share: float
    ) -> None:
        self._camera_id = camera_id
        self._zone = zone
        self._bare_id, self._helmet_id = bare_id, helmet_id
        self._smallest_share = smallest_share
        self._wearers: dict[int, _Wearer] = {}

    def update(self, seen: Observation, *, watched: bool) -> Sequence[Violation]:
        """See Rule.update."""
        if not watched:
            return self.close()
        now, people = seen.frame.timestamp, seen.people
        feet, inside = standing_in(self._zone, seen)
        evidence = read_heads(
            people.xyxy,
            self._heads(seen.detections),
            self._bare_id,
            self._smallest_share * max(seen.frame.width, seen.frame.height),
        )
        changed: list[Violation] = []
        present = set(people.track_id.tolist())
        for i, track_id in enumerate(people.track_id.tolist()):
            if not inside[i]:
                continue
            height = float(people.xyxy[i, 3] - people.xyxy[i, 1])
            wearer = follow(
                self._wearers,
                track_id,
                _Wearer(0.0, now, 0, now, feet[i], None),
                height=height,
                present=present,
                carries=lambda known: known.incident is not None,
            )
            wearer.seen_at, wearer.foot = now, feet[i]
            if i in evidence:
                changed += self._weigh(track_id, wearer, evidence[i], now)
        return [*changed, *self._lose(now)]

    def close(self) -> Sequence[Violation]:
        """See Rule.close."""
        open_violations = [w.incident.end() for w in self._wearers.values() if w.incident]
        self._wearers.clear()
        return open_violations

    def _heads(self, detections: Detections) -> Detections:
        return detections[np.isin(detections.class_id, (self._bare_id, self._helmet_id))]

    def _weigh(
        self, track_id: int, wearer: _Wearer, evidence: HeadEvidence, now: float
    ) -> list[Violation]:
        step = float(np.clip(evidence.log_ratio, -STRONGEST, STRONGEST))
        if step > 0:
            if wearer.bare_pictures == 0:
                wearer.bare_since = now
            wearer.bare_pictures += 1
        wearer.log_ratio = float(np.clip(wearer.log_ratio + step, HELMET, BARE))
        if wearer.log_ratio <= HELMET:
            wearer.bare_pictures = 0
            ended = [wearer.incident.end()] if wearer.incident else []
            wearer.incident = None
            return ended
        if wearer.incident is not None:
            return [wearer.incident.see(now, evidence.confidence, track_id)] if step > 0 else []
        certain = wearer.log_ratio >= BARE and wearer.bare_pictures >= MINIMUM_BARE
        if not certain or now - wearer.bare_since < self._zone.dwell_s:
            return []
        wearer.incident = Incident(
            kind=ViolationKind.MISSING_HELMET,
            rule=RULE,
            camera_id=self._camera_id,
            zone=self._zone,
            track_ids=(track_id,),
            started_at=wearer.bare_since,
            seen_at=now,
            confidence=evidence.confidence,
        )
        return [wearer.incident.violation]

    def _lose(self, now: float) -> list[Violation]:
        gone = [t for t, wearer in self._wearers.items() if now - wearer.seen_at > LOST_S]
        wearers = [self._wearers.pop(track_id) for track_id in gone]
        return [wearer.incident.end() for wearer in wearers if wearer.incident]
