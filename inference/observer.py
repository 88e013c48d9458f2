"""From a picture's boxes to the people in it, for one camera."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.detections import Detections
from core.frame import Frame
from core.manifest import ModelManifest
from core.observation import Observation
from core.view import View
from inference.heads import tie_heads
from inference.roster import Roster
from inference.tracker import Tracker, TrackerSettings

Look = Callable[[Frame, NDArray[np.float32]], View]
"""What the view of a picture is worth; people: (N, 4) boxes, pixels, that hide a part of it."""
GREY_POINTS = np.array([0.2, 0.5, 0.8], np.float32)
"""Where the grey level of a box is taken, shares of its width and height."""
GREEN = 1
"""The channel that says most about brightness."""


class Observer:
    """Follows people and ties heads to them. No rule and no setting changes what it says."""

    def __init__(self, manifest: ModelManifest, look: Look) -> None:
        self._look = look
        self._person_id = manifest.class_id("person")
        self._head_ids = (manifest.class_id("head"), manifest.class_id("helmet"))
        self._tracker = Tracker(TrackerSettings(confidence=manifest.thresholds["person"]))
        self._roster = Roster()
        self._timestamp = -np.inf

    def observe(
        self, frame: Frame, detections: Detections, grey: NDArray[np.float32]
    ) -> Observation:
        """The next picture; see Observation. A timestamp that steps back forgets everybody."""
        if frame.timestamp < self._timestamp:
            self._roster.clear()
        self._timestamp = frame.timestamp
        (persons,) = np.nonzero(detections.class_id == self._person_id)
        tracks = self._tracker.update(detections, persons, frame.timestamp)
        people = self._roster.update(tracks, frame.width, frame.height, frame.timestamp)
        bare, helmet = self._head_ids
        (rows,) = np.nonzero((detections.class_id == bare) | (detections.class_id == helmet))
        tied = tie_heads(people.xyxy, detections.xyxy[rows])
        heads = np.where(tied >= 0, rows[tied], -1) if len(rows) else tied
        view = self._look(frame, detections.xyxy[persons])
        return Observation(frame, detections, grey, people, heads, self._roster.remembered, view)


def grey_levels(frame: Frame, detections: Detections) -> NDArray[np.float32]:
    """(N,) mean grey level, 0..255, of each box, from a grid of points in it."""
    low, high = detections.xyxy.reshape(-1, 2, 2, 1).transpose(1, 2, 0, 3)
    edge = np.array([frame.width - 1, frame.height - 1], np.float32)[:, None, None]
    points = np.minimum(np.maximum(low + (high - low) * GREY_POINTS, 0), edge)
    x, y = points.astype(np.intp)
    levels = frame.image[y[:, :, None], x[:, None, :], GREEN]
    return np.asarray(levels.sum(axis=(1, 2)) / len(GREY_POINTS) ** 2, np.float32)
