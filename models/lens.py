"""The barrel distortion of a wide-angle lens, for a picture and its boxes."""

import cv2
import numpy as np
from numpy.typing import NDArray

KEPT_AREA = 0.4
"""A box that loses more of its area at the picture's edge is dropped."""


def bend(
    image: NDArray[np.uint8], xyxy: NDArray[np.float32], strength: float
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.bool_]]:
    """Bends a picture and its boxes as a wide-angle lens does.

    image: (H, W, 3) uint8. xyxy: (N, 4) float32 pixels. strength: first radial coefficient, below
    0, of the division by the half diagonal (Brown, Decentering Distortion of Lenses, 1966).
    Returns the picture, the boxes around the bent boxes (N, 4), and which are worth keeping (N,).
    """
    height, width = image.shape[:2]
    middle = np.array([width / 2, height / 2], np.float32)
    radius = float(np.hypot(*middle))
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    offset = np.stack([x, y], axis=-1) - middle
    # Where the bent picture takes its colour from: nearer to the middle, but for the corners.
    squared = (offset**2).sum(axis=-1, keepdims=True) / radius**2
    origin = middle + offset * (1 - strength * squared) / (1 - strength)
    bent = cv2.remap(image, origin[..., 0], origin[..., 1], cv2.INTER_LINEAR)
    moved = _bend_points(_outline(xyxy) - middle, radius, strength) + middle
    around = np.concatenate([moved.min(axis=1), moved.max(axis=1)], axis=1)
    clipped = np.clip(around, 0, [width, height, width, height]).astype(np.float32)
    size, whole = clipped[:, 2:] - clipped[:, :2], around[:, 2:] - around[:, :2]
    kept = np.asarray(
        (size > 2).all(axis=1) & (size.prod(1) >= KEPT_AREA * whole.prod(1)), np.bool_
    )
    return np.asarray(bent, np.uint8), clipped, kept


def _outline(xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, 8, 2): corners and middles of the sides."""
    x1, y1, x2, y2 = xyxy.T
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    xs = np.stack([x1, x, x2, x2, x2, x, x1, x1], axis=1)
    ys = np.stack([y1, y1, y1, y, y2, y2, y2, y], axis=1)
    return np.stack([xs, ys], axis=-1)


def _bend_points(
    offset: NDArray[np.float32], radius: float, strength: float
) -> NDArray[np.float32]:
    """Where points of the straight picture come to lie: solves the mapping above for the place."""
    place = offset.copy()
    for _ in range(12):  # a fixed point; each step halves the error at the strengths in use
        squared = (place**2).sum(axis=-1, keepdims=True) / radius**2
        place = offset * (1 - strength) / (1 - strength * squared)
    return np.asarray(place, np.float32)
