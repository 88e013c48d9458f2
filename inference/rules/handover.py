"""A new track that begins where another one was lost is the same person."""

from collections.abc import Callable
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

JOIN_HEIGHTS = 1.0
"""Greatest distance between the two foot points, in heights of the person."""


class Followed(Protocol):
    """What a rule remembers of a person; foot: last foot point, (2,) pixels."""

    foot: NDArray[np.floating]


F = TypeVar("F", bound=Followed)


def follow(
    known: dict[int, F],
    track_id: int,
    fresh: F,
    *,
    height: float,
    present: set[int],
    carries: Callable[[F], bool] = lambda _: True,
) -> F:
    """What is known of a track; a new one takes over from the nearest lost one, else is `fresh`.

    known: by track id; changed in place. height: of the person's box, pixels. present: tracks
    seen in this picture, which cannot be lost. carries: whether something is worth taking over.
    """
    if track_id not in known:
        distances = {
            other: float(np.linalg.norm(state.foot - fresh.foot))
            for other, state in known.items()
            if other not in present and carries(state)
        }
        near = [t for t, distance in distances.items() if distance <= JOIN_HEIGHTS * height]
        known[track_id] = known.pop(min(near, key=distances.__getitem__)) if near else fresh
    return known[track_id]
