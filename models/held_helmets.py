"""Helmets that nobody wears: copied from a head to a person's hands, as hard negatives.

The copy has no box. A detector that learned "yellow dome = helmet" learns that the head belongs
to it; a helmet in the hand must not count as worn.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

HELMET_SHARE = 0.6
"""Of a head box, from above: the helmet without the face."""
LEAST_HEIGHT = 20
"""Pixels of the head box; smaller helmets are no use as copies."""
TRIES = 6


def paste_held_helmets(
    image: NDArray[np.uint8],
    people: NDArray[np.float32],
    heads: NDArray[np.float32],
    helmets: NDArray[np.float32],
    random: np.random.Generator,
) -> NDArray[np.uint8]:
    """The picture with up to one helmet in a person's hands, away from every head.

    image: (H, W, 3) uint8. people, heads, helmets: (N, 4) float32 pixels; `heads` holds the boxes
    that must stay uncovered, those of `helmets` among them.
    """
    large = helmets[(helmets[:, 3] - helmets[:, 1]) >= LEAST_HEIGHT]
    if not len(large) or not len(people):
        return image
    for _ in range(TRIES):
        x1, y1, x2, y2 = large[random.integers(len(large))]
        patch = image[
            max(0, int(y1)) : int(y1 + HELMET_SHARE * (y2 - y1)), max(0, int(x1)) : int(x2)
        ]
        px1, py1, px2, py2 = people[random.integers(len(people))]
        height, width = patch.shape[:2]
        left = int(random.uniform(px1, max(px1 + 1, px2 - width)))
        top = int(py1 + random.uniform(0.45, 0.7) * (py2 - py1))
        place = np.array([left, top, left + width, top + height])
        fits = min(height, width) >= 8 and place[2] <= image.shape[1] and place[3] <= image.shape[0]
        similar = 0.08 * (py2 - py1) <= height <= 0.3 * (py2 - py1)
        if fits and similar and left >= 0 and top >= 0 and not _touches(place, heads):
            return _paste(image, patch, left, top)
    return image


def _touches(place: NDArray[np.int64], boxes: NDArray[np.float32]) -> bool:
    low, high = np.maximum(boxes[:, :2], place[:2]), np.minimum(boxes[:, 2:], place[2:])
    return bool((high > low).all(axis=1).any())


def _paste(
    image: NDArray[np.uint8], patch: NDArray[np.uint8], left: int, top: int
) -> NDArray[np.uint8]:
    """A soft half ellipse, flat side down: the outline of a helmet."""
    height, width = patch.shape[:2]
    dome = np.zeros((height, width), np.float32)
    cv2.ellipse(dome, (width // 2, height - 1), (width // 2, height - 1), 0, 180, 360, 1.0, -1)
    alpha = cv2.GaussianBlur(dome, (3, 3), 0)[..., None]
    result = image.copy()
    under = result[top : top + height, left : left + width]
    under[:] = (patch * alpha + under * (1 - alpha)).astype(np.uint8)
    return result
