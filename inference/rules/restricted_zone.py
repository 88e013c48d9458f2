"""A person inside a zone where nobody may be."""

from collections.abc import Sequence
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from core.coverage import Answer
from core.geometry import Outline, depth_in_polygon
from core.observation import Observation
from core.violation import Violation, ViolationKind
from core.zone import Zone
from inference.memory import Memory
from inference.rules.entry_line import EntryLine
from inference.rules.rule import CODE, JUDGED, Answers, Incident, shares
from inference.rules.settings import ZoneSettings
from inference.rules.standing import feet_hidden

Floats = NDArray[np.floating]

RULE = "restricted_zone/3"
LEAVE_S = 1.0
"""Outside for this long, and what was no visit yet is forgotten."""
MARGIN = 0.03
"""Heights of the person that the feet must be outside before they are: boxes tremble."""
JUMP = 0.5
"""Heights by which a box may be wrong from one picture to the next."""
FASTEST = 4.0
"""Heights per second that a person runs: 7 m/s."""


class RestrictedZoneRule:
    """One violation per visit: feet inside, often enough, long enough."""

    kind = ViolationKind.RESTRICTED_ZONE

    def __init__(self, camera_id: str, zone: Zone, settings: ZoneSettings) -> None:
        self.answers: Answers = JUDGED
        self._camera_id = camera_id
        self._zone = zone
        self._outline = Outline.of(zone.polygon)
        self._settings = settings
        # entered_at: of the visit, inf without one. outside_since: inf while inside.
        self._people = Memory(
            feet=(np.nan, np.nan),
            seen_at=0.0,
            entered_at=np.inf,
            outside_since=np.inf,
            hits=0,
            confidence=0.0,
        )
        self._incidents: dict[int, Incident] = {}
        self._line = EntryLine(zone.entry_line)

    def update(self, seen: Observation, *, watched: bool) -> Sequence[Violation]:
        """See Rule.update."""
        if not watched:
            return self.close()
        now, people = seen.frame.timestamp, seen.people
        rows = self._people.rows(people.track_id)
        hidden = feet_hidden(seen)
        walks = self._walks(rows, seen.feet, seen.heights, now)
        answers = np.where(walks, CODE[Answer.JUDGED], CODE[Answer.JUMPED])
        answers[hidden] = CODE[Answer.HIDDEN]
        self.answers = shares(answers)
        judged = answers == CODE[Answer.JUDGED]
        came_in = judged.copy()
        came_in[judged] = self._line.passed(
            people.track_id[judged],
            seen.feet[judged],
            (seen.frame.width, seen.frame.height),
            margin=MARGIN * seen.heights[judged],
        )
        inside = came_in & seen.inside(self._outline)
        away = judged & ~inside & np.isfinite(self._people["entered_at"][rows])
        if away.any():
            polygon = self._zone.polygon * (seen.frame.width, seen.frame.height)
            depth = depth_in_polygon(seen.feet[away], polygon)
            inside[away] = came_in[away] & (depth >= -MARGIN * seen.heights[away])
            left = rows[away & ~inside]
            since = self._people["outside_since"]
            since[left] = np.minimum(since[left], now)
        stand = rows[inside], people.track_id[inside], people.confidence[inside]
        return [*self._stand(*stand, now), *self._end(seen.remembered, now)]

    def close(self) -> Sequence[Violation]:
        """See Rule.close."""
        ended = [incident.end() for incident in self._incidents.values()]
        self._people.clear()
        self._line.clear()
        self._incidents.clear()
        return ended

    def _walks(
        self, rows: NDArray[np.intp], feet: NDArray[np.floating], height: Floats, now: float
    ) -> NDArray[np.bool_]:
        """Whether each can have come here since the last picture."""
        last, passed = self._people["feet"][rows], now - self._people["seen_at"][rows]
        away = np.hypot(*(feet - last).T)
        self._people["feet"][rows], self._people["seen_at"][rows] = feet, now
        return np.asarray(np.isnan(away) | (away <= (JUMP + FASTEST * passed) * height), np.bool_)

    def _stand(
        self, rows: NDArray[np.intp], ids: NDArray[np.int64], confidence: Floats, now: float
    ) -> list[Violation]:
        """Those who stand in the zone, (K,) each."""
        known = self._people
        known["entered_at"][rows] = entered = np.minimum(known["entered_at"][rows], now)
        known["confidence"][rows] = surest = np.maximum(known["confidence"][rows], confidence)
        known["hits"][rows] = hits = known["hits"][rows] + 1
        known["outside_since"][rows] = np.inf
        counts = (hits >= self._settings.minimum_hits) & (now - entered >= self._zone.dwell_s)
        said = []
        columns = ids[counts].tolist(), entered[counts].tolist(), surest[counts].tolist()
        for person, entered_at, sure in zip(*columns, strict=True):
            incident = self._incidents.get(person)
            if incident is None:
                incident = self._incidents[person] = Incident(
                    kind=self.kind,
                    rule=RULE,
                    camera_id=self._camera_id,
                    zone_id=self._zone.id,
                    track_ids=(person,),
                    started_at=entered_at,
                    seen_at=now,
                    confidence=sure,
                )
            said.append(incident.see(now, sure))
        return said

    def _end(self, remembered: frozenset[int], now: float) -> list[Violation]:
        known = self._people
        open_now = known.among(self._incidents)
        patience = np.where(open_now, self._settings.cool_down_s, LEAVE_S)
        gone = ~known.among(remembered)
        over = (now - known["outside_since"] >= patience) | gone
        self._line.keep(remembered)
        if not over.any():
            return []
        left = list(compress(known.ids, over & open_now))
        ended = [self._incidents.pop(person) for person in left]
        self._line.use_up(left)
        known.reset(over, "entered_at", "outside_since", "hits", "confidence")
        known.keep(~gone)
        return [incident.end() for incident in ended]
