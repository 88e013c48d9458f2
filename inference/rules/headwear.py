"""Which head box belongs to which person, and what it says about a helmet."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.detections import Detections
from core.geometry import centred_in
from inference.assignment import assign

HEAD_REACH = 0.35
"""A head sits in the upper part of its person's box: share of the box height."""
SIDE_REACH = 0.6
"""Its centre is at most this many box widths away from the middle of the box."""
FARTHEST = 1.0
"""Of the distance that `_distance` measures; a pair farther apart is never made."""
FLOOR = 0.02
"""Confidence that stands for 'the model gave this place no box of the other class'."""
LEAST_HEAD = 0.2
"""Confidence of the surer reading; a fainter head says nothing."""
MINIMUM_HEAD_PX = 9.0
"""Height of a head in pixels of the network's input; smaller ones cannot be told apart."""


@dataclass(frozen=True, slots=True)
class HeadEvidence:
    """What one picture says about one person's head.

    log_ratio: natural logarithm of bare against helmet; above 0 speaks for bare.
    confidence: of the more likely class, 0..1.
    """

    log_ratio: float
    confidence: float


def read_heads(
    people: NDArray[np.float32], heads: Detections, bare_id: int, smallest_px: float
) -> dict[int, HeadEvidence]:
    """The evidence for each person (row of `people`) whose head can be judged.

    people: (N, 4) boxes. heads: boxes of both head classes, same pixels.
    smallest_px: least height of a head in pixels of the picture.
    A person without an assigned head box, or with a small or faint one, is missing from the answer:
    that is 'cannot tell', never 'bare'.
    """
    pairs = assign(_distance(people, heads.xyxy), FARTHEST)
    evidence = {}
    for person, row in pairs:
        box = heads.xyxy[row]
        if box[3] - box[1] < smallest_px:
            continue
        same_place = centred_in(heads.xyxy, box)
        bare = _strongest(heads, same_place & (heads.class_id == bare_id))
        helmet = _strongest(heads, same_place & (heads.class_id != bare_id))
        if max(bare, helmet) < LEAST_HEAD:
            continue
        evidence[person] = HeadEvidence(float(np.log(bare / helmet)), max(bare, helmet))
    return evidence


def _distance(people: NDArray[np.float32], heads: NDArray[np.float32]) -> NDArray[np.float64]:
    """(N, M): 0 where a head sits at the top middle of a person, above 1 where it cannot be theirs.

    The top of the head is compared with the top of the person, in shares of the person's size.
    """
    width = np.maximum(people[:, 2] - people[:, 0], 1.0)[:, None]
    height = np.maximum(people[:, 3] - people[:, 1], 1.0)[:, None]
    middle = ((people[:, 0] + people[:, 2]) / 2)[:, None]
    side = np.abs((heads[None, :, 0] + heads[None, :, 2]) / 2 - middle) / width
    centre = ((heads[None, :, 1] + heads[None, :, 3]) / 2 - people[:, None, 1]) / height
    top = np.abs(heads[None, :, 1] - people[:, None, 1]) / height
    possible = (side <= SIDE_REACH) & (centre >= -0.1) & (centre <= HEAD_REACH)
    return np.where(possible, 2.0 * top + 0.5 * side, FARTHEST + 1.0).astype(np.float64)


def _strongest(heads: Detections, mask: NDArray[np.bool_]) -> float:
    return float(np.clip(heads.confidence[mask].max(initial=0.0), FLOOR, 0.98))
