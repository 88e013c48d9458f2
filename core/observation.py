"""What the rules judge: one picture with everything seen in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.detections import Detections, Tracks
from core.frame import Frame
from core.view import View


@dataclass(frozen=True, slots=True, eq=False)
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
