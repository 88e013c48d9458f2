"""A new track that begins where another one was lost is the same person."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

JOIN_HEIGHTS = 1.0
"""Greatest distance between the two foot points, in heights of the person."""


def lost_near(
    feet: Mapping[int, NDArray[np.floating]],
    present: set[int],
    foot: NDArray[np.floating],
    height: float,
) -> int | None:
    """The track that ended nearest to a foot point, None where none is near enough.

    feet: last foot point (2,) by track id, pixels. present: tracks seen in this picture, which
    cannot be lost. foot: (2,) pixels of the new track. height: of its box, pixels.
    """
    distances = {
        track_id: float(np.linalg.norm(last - foot))
        for track_id, last in feet.items()
        if track_id not in present
    }
    near = [t for t, distance in distances.items() if distance <= JOIN_HEIGHTS * height]
    return min(near, key=distances.__getitem__) if near else None
