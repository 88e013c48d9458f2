"""What the rules judge: one picture with everything seen in it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.detections import Detections, Tracks
from core.frame import Frame
from core.geometry import Outline, foot_points
from core.view import View


@dataclass(frozen=True, eq=False)
class Observation:
    """One picture of one camera.

    detections: every box of the picture, all classes. grey: (N,) float32, mean grey level 0..255
    inside each of them. people: the tracked persons among them. heads: (len(people),) intp, row of
    each person's head in the detections, -1 where none was found. remembered: track ids of the
    people and of those who may still come back as themselves. view: what the picture is worth.
    """

    frame: Frame
    detections: Detections
    grey: NDArray[np.float32]
    people: Tracks
    heads: NDArray[np.intp]
    remembered: frozenset[int]
    view: View

    @cached_property
    def heights(self) -> NDArray[np.float32]:
        """(len(people),) pixels."""
        return self.people.xyxy[:, 3] - self.people.xyxy[:, 1]

    @cached_property
    def feet(self) -> NDArray[np.float64]:
        """(len(people), 2) pixels, lower middle of the unclipped boxes.

        Feet below the picture stand at its lower edge: whoever is cut off there is in a zone that
        reaches the edge, and has passed one that does not.
        """
        edge = np.array([self.frame.width - 1, self.frame.height - 1], np.float64)
        return np.minimum(np.maximum(foot_points(self.people.xyxy), 0), edge)

    def inside(self, outline: Outline) -> NDArray[np.bool_]:
        """(len(people),) whether they stand in a zone; its outline in shares of the picture."""
        return outline.holds(self.feet / (self.frame.width, self.frame.height))
