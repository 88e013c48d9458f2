"""Which head box belongs to which person."""

import numpy as np
from numpy.typing import NDArray

from inference.assignment import assign

TOP_REACH = 0.5
"""The top of the head is this near to the top of the person, in heights of the head."""
SIDE_REACH = 0.45
"""Its centre is at most this many box widths away from the middle of the person."""


def tie_heads(people: NDArray[np.float32], heads: NDArray[np.float32]) -> NDArray[np.intp]:
    """Row of each person's head, (N,), -1 where none fits; each head is one person's at most.

    people: (N, 4), heads: (M, 4) boxes. Measured on site cameras, 99 of 100 worn heads lie within
    0.2 heads of the top of their person and 0.35 widths of the middle. A helmet in the hand, on a
    table or on a neighbour's head does not.
    """
    left, top, right, bottom = people.T[:, :, None]
    x1, y1, x2, y2 = heads.T
    size = np.maximum(y2 - y1, 1.0)
    side = np.abs(x1 + x2 - left - right) / (2 * SIDE_REACH * np.maximum(right - left, 1.0))
    apart = np.abs(y1 - top) / (TOP_REACH * size)
    possible = (side <= 1) & (apart <= 1) & (size <= bottom - top)
    tied = np.full(len(people), -1, np.intp)
    for person, head in assign(np.where(possible, (side + apart) / 2, 2.0), 1.0):
        tied[person] = head
    return tied
