"""Whose feet can be seen."""

import numpy as np
from numpy.typing import NDArray

from core.observation import Observation
from inference.roster import cut_by_edge

LEAST_HEADS = 3.2
"""A body of fewer heads has its feet hidden, or crouches: a standing one has five."""


def feet_hidden(seen: Observation) -> NDArray[np.bool_]:
    """(N,): whether something stands before the feet of each person, so that nobody can tell where
    they are. What the picture's edge cuts off is not hidden: it is below the edge.
    """
    (who,) = np.nonzero(seen.heads >= 0)
    heads = seen.detections.xyxy[seen.heads[who]]
    who = who[seen.heights[who] < LEAST_HEADS * (heads[:, 3] - heads[:, 1])]
    hidden = np.zeros(len(seen.people), bool)
    if len(who):
        cut = cut_by_edge(seen.people.xyxy[who], seen.frame.width, seen.frame.height)
        hidden[who] = ~cut[:, 3]
    return hidden
