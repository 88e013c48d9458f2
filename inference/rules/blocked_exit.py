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
from inference.rules.passage import BLOCK_PX, Grey, Mask, Passage, changed_blocks
from inference.rules.rule import Incident

RULE = "blocked_exit/1"
LEARN_S = 2.0
"""Time that every block is watched before it can be judged."""
BLOCKED_WIDTH = 0.15
"""Share of the passage's width."""
CLEAR_S = 3.0
"""Free for this long, and the exit counts as clear."""
ADAPT_S = 60.0
"""Time constant with which the reference follows the light in free blocks."""
WHOLE_PICTURE = 0.6
"""Share of the passage that changes at once when the light or the camera changed, not the way."""
LEAST_PERSON = 0.25
"""Confidence of a box that may hide something; fainter ones are imagined by an empty picture."""
PERSON_MARGIN = 0.1
"""Added around people, as share of their box: shadows and arms."""


class BlockedExitRule:
    """One violation from the moment something came to stand in the way until the way is free.

    person_id: class id of the boxes that are left out, also those that are no track yet.
    """

    def __init__(self, camera_id: str, zone: Zone, *, person_id: int) -> None:
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
        if self._ground is None or self._ground.size != (frame.width, frame.height):
            self._ground = _Ground(self._zone.polygon, frame.width, frame.height)
        sure = seen.detections[seen.detections.confidence >= LEAST_PERSON]
        people = np.concatenate([sure.of_class(self._person_id).xyxy, seen.people.xyxy])
        blocked = self._ground.look(frame, people, self._zone.dwell_s)
        share = self._ground.passage.share_of_width(blocked)
        if self._incident is None:
            return self._begin(now, share, blocked) if share >= BLOCKED_WIDTH else []
        if share >= BLOCKED_WIDTH / 2:
            self._free_since = np.inf
            return [self._incident.see(now, min(1.0, share))]
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
            zone=self._zone,
            track_ids=(),
            started_at=float(np.median(self._ground.changed_since[blocked])),
            seen_at=now,
            confidence=min(1.0, share),
        )
        return [self._incident.violation]


class _Ground:
    """The reference of a passage and, per block, since when it looks different.

    changed_since: (rows, columns) float64, UTC seconds, inf where it looks as it did.
    """

    def __init__(self, polygon: NDArray[np.float64], width: int, height: int) -> None:
        self.size = (width, height)
        self.passage = Passage.of(polygon, width, height)
        shape = (self.passage.rows, self.passage.columns)
        self.changed_since = np.full(shape, np.inf)
        self._watched_s = np.zeros(shape)
        self._reference: Grey | None = None
        self._timestamp = -np.inf

    def look(self, frame: Frame, people: NDArray[np.float32], dwell_s: float) -> Mask:
        """(rows, columns) bool: blocks that look different for the dwell time.

        people: (N, 4) boxes in pixels of the frame.
        """
        now = frame.timestamp
        passed = float(np.clip(now - self._timestamp, 0.0, 2.0))
        self._timestamp = now
        current = self.passage.cut(frame.image)
        if self._reference is None:
            self._reference = current
        judged = self.passage.inside & ~self._hidden(frame, people)
        changed = changed_blocks(current, self._reference, judged)
        known = self._watched_s >= LEARN_S
        self._watched_s[judged] += passed
        if (judged & known).any() and changed[judged & known].mean() > WHOLE_PICTURE:
            # Light or camera: judged again when it settles; what stood there before is kept.
            return self._standing(now, dwell_s)
        free = judged & ~changed
        begins = judged & changed & known & ~np.isfinite(self.changed_since)
        self.changed_since[begins] = now
        self.changed_since[free] = np.inf
        newest = passed / np.maximum(self._watched_s, 1e-9)
        self._learn(current, judged & ~known, newest)
        self._learn(current, free & known, np.full_like(newest, 1.0 - np.exp(-passed / ADAPT_S)))
        return self._standing(now, dwell_s)

    def _standing(self, now: float, dwell_s: float) -> Mask:
        return np.asarray(now - self.changed_since >= dwell_s, np.bool_)

    def _hidden(self, frame: Frame, people: NDArray[np.float32]) -> Mask:
        margin = (people[:, 2:] - people[:, :2]) * np.float32(PERSON_MARGIN)
        grown = np.concatenate([people[:, :2] - margin, people[:, 2:] + margin], axis=1)
        return self.passage.covered_by(grown, frame.width, frame.height)

    def _learn(self, current: Grey, blocks: Mask, weight: NDArray[np.float64]) -> None:
        """Moves the reference of some blocks towards the picture, by a weight per block."""
        assert self._reference is not None
        block = np.ones((BLOCK_PX, BLOCK_PX))
        pixels = np.kron(np.where(blocks, weight, 0.0), block).astype(np.float32)
        self._reference += (current - self._reference) * pixels
