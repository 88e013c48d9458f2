"""Figures of a detector over many pictures, in the terms of the COCO evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.matching import Matches

HEAD_HEIGHTS = ((0, 16), (16, 32), (32, 64), (64, 10_000))
"""Pixels of the picture: from, below."""


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Of one class at one IoU. precision, recall: at the working threshold."""

    objects: int
    ap: float
    precision: float
    recall: float


def average_precision(matches: Sequence[Matches]) -> float:
    """Area under precision over recall, 101 points (Lin et al., Microsoft COCO, 2014).

    nan where nothing is labelled.
    """
    objects = sum(len(m.truth_xyxy) for m in matches)
    if not objects:
        return float("nan")
    confidence = np.concatenate([m.confidence for m in matches])
    hit = np.concatenate([m.truth >= 0 for m in matches])
    order = np.argsort(-confidence, kind="stable")
    hits = np.cumsum(hit[order])
    if not len(hits):
        return 0.0
    precision = hits / np.arange(1, len(hits) + 1)
    best_beyond = np.maximum.accumulate(precision[::-1])[::-1]
    # In whole numbers: as floats, 7 of 10 objects would not reach the recall of 0.7.
    places = np.searchsorted(100 * hits, np.arange(101) * objects, side="left")
    return float(np.append(best_beyond, 0.0)[places].mean())


def figures(matches: Sequence[Matches], threshold: float) -> ClassFigures:
    """AP over all confidences; precision and recall of what reaches the threshold."""
    objects = sum(len(m.truth_xyxy) for m in matches)
    sure = [m.truth[m.confidence >= threshold] for m in matches]
    hits, found = sum(int((t >= 0).sum()) for t in sure), sum(len(t) for t in sure)
    return ClassFigures(
        objects=objects,
        ap=average_precision(matches),
        precision=hits / found if found else float("nan"),
        recall=hits / objects if objects else float("nan"),
    )


def of_height(matches: Matches, low: float, high: float) -> Matches:
    """Only objects of a height, and found boxes of that height or on such an object.

    low, high: pixels; low included. As COCO does for areas: what is found on an object of another
    height is neither right nor wrong.
    """
    wanted = _within(matches.truth_xyxy, low, high)
    on_wanted = (matches.truth >= 0) & np.append(wanted, False)[matches.truth]
    kept = np.where(matches.truth >= 0, on_wanted, _within(matches.xyxy, low, high))
    renumbered = np.append(np.cumsum(wanted) - 1, -1)[matches.truth]
    return Matches(
        matches.confidence[kept],
        matches.xyxy[kept],
        renumbered[kept].astype(np.intp),
        matches.truth_xyxy[wanted],
    )


def _within(xyxy: NDArray[np.float32], low: float, high: float) -> NDArray[np.bool_]:
    height = xyxy[:, 3] - xyxy[:, 1]
    return np.asarray((height >= low) & (height < high))
