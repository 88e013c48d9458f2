"""Boxes of people who walk about, for benchmarks that need no picture of them."""

import numpy as np
from numpy.typing import NDArray

from core.detections import Detections

BODY, HEAD = (50.0, 150.0), (24.0, 30.0)
"""Width and height of their boxes, pixels at a size of 1."""


def walkers(
    feet: NDArray[np.floating], bare: int, size: float, random: np.random.Generator
) -> Detections:
    """A person and a head for each foot point (N, 2), pixels; the first `bare` without a helmet."""
    jitter = random.normal(0, 1, (len(feet), 4))
    body, head = (_upright(feet, box, size) + jitter for box in (BODY, HEAD))
    head[:, [1, 3]] -= size * (BODY[1] - HEAD[1])
    classes = [0] * len(feet) + [1] * bare + [2] * (len(feet) - bare)
    return Detections(
        np.concatenate([body, head]).astype(np.float32),
        random.uniform(0.5, 0.95, 2 * len(feet)).astype(np.float32),
        np.array(classes, np.int32),
    )


def _upright(
    feet: NDArray[np.floating], box: tuple[float, float], size: float
) -> NDArray[np.floating]:
    x, y = feet.T
    half, height = size * box[0] / 2, size * box[1]
    return np.stack([x - half, y - height, x + half, y], axis=1)
