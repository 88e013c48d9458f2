"""People whose heads are seen to be bare.

A bare head is positive evidence: a box of class `head` on this person, in enough pictures. No
helmet found proves nothing. Each person's evidence adds up until it is enough to change a mind.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.coverage import Answer
from core.observation import Observation
from core.violation import Violation, ViolationKind
from core.zone import Zone
from inference.rules.headwear import HeadReader
from inference.rules.rule import JUDGED, Answers, Incident, shares
from inference.rules.sequential import Evidence
from inference.rules.settings import HelmetSettings
from inference.rules.standing import feet_in

RULE = "missing_helmet/2"
LEAVE_S = 3.0
"""Outside the zone for this long, and a person is no longer judged in it."""


@dataclass(slots=True)
class _Wearer:
    """What is known about one person's head. Times in UTC seconds.

    bare_since: first picture that spoke for bare, inf where none does. bare: as decided last.
    """

    inside_at: float
    evidence: Evidence = field(default_factory=Evidence)
    bare_since: float = math.inf
    bare: bool = False


@dataclass(slots=True)
class _Case:
    """People missing helmets together. joined_at: when the last one was taken in."""

    incident: Incident
    members: set[int]
    joined_at: float
    bare_at: float


class MissingHelmetRule:
    """One violation per case: from its first bare picture until nobody in it is seen bare."""

    kind = ViolationKind.MISSING_HELMET

    def __init__(
        self, camera_id: str, zone: Zone, heads: HeadReader, settings: HelmetSettings
    ) -> None:
        self.answers: Answers = JUDGED
        self._camera_id = camera_id
        self._zone = zone
        self._heads = heads
        self._settings = settings
        self._bounds = settings.bounds
        self._wearers: dict[int, _Wearer] = {}
        self._cases: list[_Case] = []

    def update(self, seen: Observation, *, watched: bool) -> Sequence[Violation]:
        """See Rule.update."""
        if not watched:
            return self.close()
        now = seen.frame.timestamp
        inside = feet_in(self._zone, seen)
        readings = self._heads.read(seen)
        # Plain numbers: arithmetic with single elements of arrays costs several times as much.
        rows = zip(
            seen.people.track_id.tolist(),
            inside.tolist(),
            readings.answer.tolist(),
            readings.log_ratio.tolist(),
            readings.confidence.tolist(),
            readings.share.tolist(),
            strict=True,
        )
        answers: list[Answer] = []
        outside: set[int] = set()
        barely: dict[int, float] = {}
        for person, within, answer, ratio, confidence, share in rows:
            if not within:
                outside.add(person)
                continue
            answers.append(answer)
            wearer = self._wearers.get(person)
            if wearer is None:
                wearer = self._wearers[person] = _Wearer(now)
            wearer.inside_at = now
            if answer is Answer.JUDGED:
                self._weigh(wearer, ratio, share, now)
                if wearer.bare and ratio > 0:
                    barely[person] = confidence
        self.answers = shares(answers)
        self._forget(seen.remembered, outside, now)
        return [*self._see(barely, now), *self._end(now)]

    def close(self) -> Sequence[Violation]:
        """See Rule.close."""
        ended = [case.incident.end() for case in self._cases]
        self._cases.clear()
        self._wearers.clear()
        return ended

    def _weigh(self, wearer: _Wearer, log_ratio: float, share: float, now: float) -> None:
        wearer.evidence.weigh(log_ratio, now, share, self._bounds)
        if log_ratio > 0:
            wearer.bare_since = min(wearer.bare_since, now)
        if wearer.evidence.log_ratio <= self._bounds.lower:
            wearer.bare_since, wearer.bare = math.inf, False
        elif wearer.evidence.log_ratio >= self._bounds.upper:
            wearer.bare = wearer.bare or now - wearer.bare_since >= self._zone.dwell_s

    def _see(self, barely: dict[int, float], now: float) -> list[Violation]:
        """Cases that begin or go on. barely: confidence by id of those who are seen bare now."""
        said: dict[int, Violation] = {}
        for person, confidence in barely.items():
            case = self._case_of(person, now)
            if case is None:
                case = self._begin(person, confidence, now)
            case.bare_at = now
            said[id(case)] = case.incident.see(now, confidence, (person,))
        return list(said.values())

    def _case_of(self, person: int, now: float) -> _Case | None:
        for case in self._cases:
            if person in case.members:
                return case
        for case in self._cases:
            began = case.incident.violation.started_at
            together = now - case.joined_at <= self._settings.together_s
            if together and now - began <= self._settings.longest_s:
                case.members.add(person)
                case.joined_at = now
                return case
        return None

    def _begin(self, person: int, confidence: float, now: float) -> _Case:
        incident = Incident(
            kind=self.kind,
            rule=RULE,
            camera_id=self._camera_id,
            zone_id=self._zone.id,
            track_ids=(person,),
            started_at=self._wearers[person].bare_since,
            seen_at=now,
            confidence=confidence,
        )
        self._cases.append(_Case(incident, {person}, now, now))
        return self._cases[-1]

    def _forget(self, remembered: frozenset[int], outside: set[int], now: float) -> None:
        """Those who are gone: from the camera, or out of the zone. outside: seen there now."""
        self._wearers = {
            person: wearer
            for person, wearer in self._wearers.items()
            if person in remembered and not (person in outside and now - wearer.inside_at > LEAVE_S)
        }

    def _end(self, now: float) -> list[Violation]:
        over = []
        for case in self._cases:
            members = [self._wearers[p] for p in case.members if p in self._wearers]
            if any(wearer.bare for wearer in members):
                continue
            if not members or now - case.bare_at >= self._settings.cool_down_s:
                over.append(case)
        for case in over:
            self._cases.remove(case)
        return [case.incident.end() for case in over]
