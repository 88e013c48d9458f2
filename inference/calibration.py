"""From the raw confidence of a box to the probability that it is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.detections import Detections

Points = Sequence[tuple[float, float]]
"""Pairs of confidence and probability, both rising; straight lines lie between them."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Measured on pictures that the model was not trained on. points: by class id; a class
    without any is taken at its word.
    """

    points: Mapping[int, Points]

    def probability(self, found: Detections) -> NDArray[np.float64]:
        """Of each box, (N,) 0..1."""
        probability = found.confidence.astype(np.float64)
        for class_id, points in self.points.items():
            rows = found.class_id == class_id
            confidence, measured = np.array(points, np.float64).T
            probability[rows] = np.interp(probability[rows], confidence, measured)
        return probability


IDENTITY = Calibration({})
