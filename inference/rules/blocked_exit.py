"""Something stands in the way of an exit, whatever it is.

The passage is compared with how it looked while it was free. People are left out for as long as
they are there: a block behind a person keeps what was known of it. What stands still for the dwell
time and takes enough of the passage's width blocks it. The reference follows slow changes of light
only where nothing has changed, so a blocker is never learned.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.frame import Frame
from core.observation import Observation
from core.violation import Violation, ViolationKind
from core.zone import Zone
from inference.rules.passage import Mask, Passage
from inference.rules.reference import Reference
from inference.rules.rule import JUDGED, Answers, Incident
from inference.rules.settings import ExitSettings

RULE = "blocked_exit/1"
BLOCKED_WIDTH = 0.15
"""Share of the passage's width."""
CLEAR_S = 3.0
"""Free for this long, and the exit counts as clear."""
LONGEST_STEP_S = 2.0
"""Between two pictures; a longer gap was not watched."""
WHOLE_PICTURE = 0.6
"""Where so much of the passage and of the rest looks different, the light or camera changed."""
LEAST_PERSON = 0.25
"""Confidence of a box that may hide something; fainter ones are imagined by an empty picture."""


class BlockedExitRule:
    """One violation from the moment something came to stand in the way until the way is free.

    person_id: class id of the boxes that are left out, also those that are no track yet.
    """

    def __init__(
        self, camera_id: str, zone: Zone, settings: ExitSettings, *, person_id: int
    ) -> None:
        self.answers: Answers = JUDGED
        self._settings = settings
        self._camera_id = camera_id
        self._zone = zone
        self._person_id = person_id
        self._ground: _Ground | None = None
        self._free_since = -np.inf
        self._incident: Incident | None = None

    def update(self, seen: Observation, *, watched: bool) -> Sequence[Violation]:
        """See Rule.update."""
        if not watched:
            return self.close()
        now, frame = seen.frame.timestamp, seen.frame
        if self._ground is None:
            self._ground = _Ground(self._zone.polygon, frame.width, frame.height)
        sure = seen.detections[seen.detections.confidence >= LEAST_PERSON]
        people = np.concatenate([sure.of_class(self._person_id).xyxy, seen.people.xyxy])
        blocked = self._ground.look(frame, people, self._zone.dwell_s)
        share = self._ground.passage.share_of_width(blocked)
        if self._incident is None:
            return self._begin(now, share, blocked) if share >= BLOCKED_WIDTH else []
        if share >= BLOCKED_WIDTH / 2:
            self._free_since = np.inf
            return [self._incident.see(now, share)]
        self._free_since = min(self._free_since, now)
        if now - self._free_since < CLEAR_S:
            return []
        ended = self._incident.end()
        self._incident = None
        return [ended]

    def close(self) -> Sequence[Violation]:
        """See Rule.close."""
        ended = [self._incident.end()] if self._incident else []
        self._incident = None
        if self._ground is not None:
            # What still stands there is a new incident, from when the exit is watched again.
            self._ground.changed_since[:] = np.inf
        return ended

    def _begin(self, now: float, share: float, blocked: Mask) -> list[Violation]:
        assert self._ground is not None
        self._free_since = np.inf
        self._incident = Incident(
            kind=ViolationKind.BLOCKED_EXIT,
            rule=RULE,
            camera_id=self._camera_id,
            zone_id=self._zone.id,
            track_ids=(),
            started_at=float(np.median(self._ground.changed_since[blocked])),
            seen_at=now,
            confidence=share,
        )
        return [self._incident.violation]


class _Ground:
    """A passage, what lies around it, and per block since when it looks different.

    changed_since: (rows, columns) float64, UTC seconds, inf where it looks as it did.
    """

    def __init__(self, polygon: NDArray[np.float64], width: int, height: int) -> None:
        self.passage = Passage.of(polygon, width, height)
        self.changed_since = np.full((self.passage.rows, self.passage.columns), np.inf)
        self._reference = Reference(self.passage)
        self._around = Reference(Passage.around(polygon, width, height))
        self._timestamp: float | None = None

    def look(self, frame: Frame, people: NDArray[np.float32], dwell_s: float) -> Mask:
        """(rows, columns) bool: blocks that look different for the dwell time.

        people: (N, 4) boxes in pixels of the frame.
        """
        now = frame.timestamp
        before = now if self._timestamp is None else self._timestamp
        passed = float(np.clip(now - before, 0.0, LONGEST_STEP_S))
        self._timestamp = now
        references = (self._reference, self._around)
        for reference in references:
            reference.compare(frame, people, passed)
        if any(reference.share_changed <= WHOLE_PICTURE for reference in references):
            judged, changed = self._reference.judged, self._reference.changed
            self.changed_since[changed & ~np.isfinite(self.changed_since)] = now
            self.changed_since[judged & ~changed] = np.inf
            for reference in references:
                reference.follow(passed)
        return np.asarray(now - self.changed_since >= dwell_s, np.bool_)
