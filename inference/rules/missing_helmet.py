"""People whose heads are seen to be bare.

A bare head is positive evidence: a box of class `head` on this person, in enough pictures. No
helmet found proves nothing. Each person's evidence adds up until it is enough to change a mind.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.coverage import Answer
from core.geometry import Outline
from core.observation import Observation
from core.violation import Violation, ViolationKind
from core.zone import Zone
from inference.memory import Memory
from inference.rules.headwear import HeadReader
from inference.rules.rule import CODE, JUDGED, Answers, Incident, shares
from inference.rules.sequential import Evidence
from inference.rules.settings import HelmetSettings

Floats = NDArray[np.float64]

RULE = "missing_helmet/3"
LEAVE_S = 3.0
"""Outside the zone for this long, and a person is no longer judged in it."""


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
        self._outline = Outline.of(zone.polygon)
        self._heads = heads
        self._settings = settings
        self._bounds = settings.bounds
        self._wearers = Memory(
            log_ratio=0.0, counted_at=-np.inf, bare_since=np.inf, bare=False, inside_at=0.0
        )
        self._cases: list[_Case] = []

    def update(self, seen: Observation, *, watched: bool) -> Sequence[Violation]:
        """See Rule.update."""
        if not watched:
            return self.close()
        now, ids = seen.frame.timestamp, seen.people.track_id
        inside = seen.inside(self._outline)
        self._forget(seen.remembered, ids[~inside], now)
        rows = self._wearers.rows(ids[inside])
        self._wearers["inside_at"][rows] = now
        readings = self._heads.read(seen)
        self.answers = shares(readings.answer[inside])
        judged = inside & (readings.answer == CODE[Answer.JUDGED])
        ratio = readings.log_ratio[judged]
        bare = self._weigh(rows[judged[inside]], ratio, readings.share[judged], now)
        barely = bare & (ratio > 0)
        sure = readings.confidence[judged][barely]
        seen_bare = zip(ids[judged][barely].tolist(), sure.tolist(), strict=True)
        return [*self._see(dict(seen_bare), now), *self._end(now)]

    def close(self) -> Sequence[Violation]:
        """See Rule.close."""
        ended = [case.incident.end() for case in self._cases]
        self._cases.clear()
        self._wearers.clear()
        return ended

    def _weigh(
        self, rows: NDArray[np.intp], ratio: Floats, share: Floats, now: float
    ) -> NDArray[np.bool_]:
        """Whether each of some wearers (K,) is bare, with this picture's evidence (K,).

        bare_since is the first picture that spoke for bare, inf where none does.
        """
        wearers = self._wearers
        evidence = Evidence(wearers["log_ratio"][rows], wearers["counted_at"][rows])
        evidence.weigh(ratio, now, share, self._bounds)
        helmet = evidence.log_ratio <= self._bounds.lower
        since = np.minimum(wearers["bare_since"][rows], np.where(ratio > 0, now, np.inf))
        since[helmet] = np.inf
        certain = (evidence.log_ratio >= self._bounds.upper) & (now - since >= self._zone.dwell_s)
        bare = ~helmet & (wearers["bare"][rows] | certain)
        wearers["log_ratio"][rows], wearers["counted_at"][rows] = evidence.log_ratio, now
        wearers["bare_since"][rows], wearers["bare"][rows] = since, bare
        return np.asarray(bare, np.bool_)

    def _see(self, barely: dict[int, float], now: float) -> list[Violation]:
        """Cases that begin or go on. barely: confidence by id of those who are seen bare now."""
        for person, confidence in barely.items():
            case = self._case_of(person, now) or self._begin(person, confidence, now)
            case.bare_at = now
        return [
            case.incident.see(now, max(barely[p] for p in there), there)
            for case in self._cases
            if (there := [person for person in barely if person in case.members])
        ]

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
            started_at=float(self._wearers["bare_since"][self._wearers.known([person])][0]),
            seen_at=now,
            confidence=confidence,
        )
        self._cases.append(_Case(incident, {person}, now, now))
        return self._cases[-1]

    def _forget(self, remembered: frozenset[int], outside: NDArray[np.int64], now: float) -> None:
        """Those who are gone: from the camera, or out of the zone. outside: ids seen there now."""
        keep = self._wearers.among(remembered)
        rows = self._wearers.known(outside.tolist())
        keep[rows] &= now - self._wearers["inside_at"][rows] <= LEAVE_S
        self._wearers.keep(keep)

    def _end(self, now: float) -> list[Violation]:
        over = []
        for case in self._cases:
            members = self._wearers.known(case.members)
            late = now - case.bare_at >= self._settings.cool_down_s
            if not len(members) or (late and not self._wearers["bare"][members].any()):
                over.append(case)
        for case in over:
            self._cases.remove(case)
        return [case.incident.end() for case in over]
