"""A person inside a zone where nobody may be."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.coverage import Answer
from core.observation import Observation
from core.violation import Violation, ViolationKind
from core.zone import Zone
from inference.rules.entry_line import EntryLine
from inference.rules.rule import JUDGED, Answers, Incident, shares
from inference.rules.settings import ZoneSettings
from inference.rules.standing import standing_in

RULE = "restricted_zone/3"
LEAVE_S = 1.0
"""Outside for this long, and what was no visit yet is forgotten."""
MARGIN = 0.03
"""Heights of the person that the feet must be outside before they are: boxes tremble."""
JUMP = 0.5
"""Heights by which a box may be wrong from one picture to the next."""
FASTEST = 4.0
"""Heights per second that a person runs: 7 m/s."""


@dataclass(slots=True)
class _Step:
    """Where somebody stood last. x, y: of the foot point, pixels. seen_at: UTC seconds."""

    x: float
    y: float
    seen_at: float


@dataclass(slots=True)
class _Visit:
    """One person in the zone. Times in UTC seconds; outside_since: inf while inside."""

    entered_at: float
    outside_since: float = math.inf
    hits: int = 0
    confidence: float = 0.0
    incident: Incident | None = None


class RestrictedZoneRule:
    """One violation per visit: feet inside, often enough, long enough."""

    kind = ViolationKind.RESTRICTED_ZONE

    def __init__(self, camera_id: str, zone: Zone, settings: ZoneSettings) -> None:
        self.answers: Answers = JUDGED
        self._camera_id = camera_id
        self._zone = zone
        self._settings = settings
        self._steps: dict[int, _Step] = {}
        self._visits: dict[int, _Visit] = {}
        self._line = EntryLine(zone.entry_line)

    def update(self, seen: Observation, *, watched: bool) -> Sequence[Violation]:
        """See Rule.update."""
        if not watched:
            return self.close()
        now, people = seen.frame.timestamp, seen.people
        size = seen.frame.width, seen.frame.height
        standing = standing_in(self._zone, seen)
        # Plain numbers: arithmetic with single elements of arrays costs several times as much.
        rows = zip(
            people.track_id.tolist(),
            standing.feet.tolist(),
            standing.depth.tolist(),
            standing.hidden.tolist(),
            (people.xyxy[:, 3] - people.xyxy[:, 1]).tolist(),
            people.confidence.tolist(),
            strict=True,
        )
        answers: list[Answer] = []
        changed: list[Violation] = []
        for person, (x, y), depth, hidden, height, confidence in rows:
            plausible = self._walks(person, _Step(x, y, now), height)
            if hidden:
                answers.append(Answer.HIDDEN)
            elif not plausible:
                answers.append(Answer.JUMPED)
            else:
                answers.append(Answer.JUDGED)
                heights = depth / max(height, 1.0)
                if not self._line.passed(person, x, y, size, margin=MARGIN * height):
                    heights = -math.inf
                changed += self._stands(person, heights, confidence, now)
        self.answers = shares(answers)
        return [*changed, *self._end(seen.remembered, now)]

    def close(self) -> Sequence[Violation]:
        """See Rule.close."""
        ended = [v.incident.end() for v in self._visits.values() if v.incident]
        self._visits.clear()
        self._steps.clear()
        self._line.keep(frozenset())
        return ended

    def _walks(self, person: int, step: _Step, height: float) -> bool:
        """Whether somebody can have come here since the last picture."""
        last = self._steps.get(person)
        self._steps[person] = step
        if last is None:
            return True
        away = math.hypot(step.x - last.x, step.y - last.y)
        return away <= (JUMP + FASTEST * (step.seen_at - last.seen_at)) * height

    def _stands(
        self, person: int, depth: float, confidence: float, now: float
    ) -> Sequence[Violation]:
        """depth: heights of the person that the feet lie inside the zone."""
        visit = self._visits.get(person)
        if visit is None:
            if depth < 0:
                return []
            visit = self._visits[person] = _Visit(now)
        elif depth < -MARGIN:
            visit.outside_since = min(visit.outside_since, now)
            return []
        visit.outside_since = math.inf
        visit.hits += 1
        visit.confidence = max(visit.confidence, confidence)
        if visit.incident is not None:
            return [visit.incident.see(now, confidence)]
        if visit.hits < self._settings.minimum_hits or now - visit.entered_at < self._zone.dwell_s:
            return []
        visit.incident = Incident(
            kind=self.kind,
            rule=RULE,
            camera_id=self._camera_id,
            zone_id=self._zone.id,
            track_ids=(person,),
            started_at=visit.entered_at,
            seen_at=now,
            confidence=visit.confidence,
        )
        return [visit.incident.violation]

    def _end(self, remembered: frozenset[int], now: float) -> list[Violation]:
        self._steps = {p: step for p, step in self._steps.items() if p in remembered}
        over = []
        for person, visit in self._visits.items():
            patience = LEAVE_S if visit.incident is None else self._settings.cool_down_s
            if person not in remembered or now - visit.outside_since >= patience:
                over.append(person)
        ended = []
        for person in over:
            incident = self._visits.pop(person).incident
            if incident is not None:
                ended.append(incident.end())
                self._line.use_up(person)
        self._line.keep(remembered)
        return ended
