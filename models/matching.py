"""Which found box is which labelled object: the part of an evaluation that all figures share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.dataset import CLASSES, LabelledPicture
from core.detections import Detections
from core.geometry import area, iou

IGNORED_SHARE = 0.5
"""Of a found box that lies in an ignored region: it is neither right nor wrong."""


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """The boxes found of one class in one picture against its labels, at one IoU.

    confidence: (N,) float32 of the found boxes that count, best first.
    xyxy: (N, 4) float32. truth: (N,) intp, row of the object that each one found, -1 for none.
    truth_xyxy: (M, 4) float32 of the labelled objects.
    """

    confidence: NDArray[np.float32]
    xyxy: NDArray[np.float32]
    truth: NDArray[np.intp]
    truth_xyxy: NDArray[np.float32]


def match(
    picture: LabelledPicture, found: Detections, class_name: str, minimum_iou: float
) -> Matches:
    """Greedy by confidence, each object at most once, as PASCAL VOC and COCO do.

    Objects are the boxes that people drew. A found box on a filled-in box or an ignored region
    does not count. found: in the class ids of CLASSES, pixels of the picture.
    """
    class_id = CLASSES.index(class_name)
    ours = found.of_class(class_id)
    ours = ours[np.argsort(-ours.confidence, kind="stable")]
    drawn = (picture.class_id == class_id) & ~picture.filled
    objects = picture.xyxy[drawn]
    overlap = iou(ours.xyxy, objects)
    truth = np.full(len(ours), -1, np.intp)
    free = np.ones(len(objects), np.bool_)
    for row in range(len(ours)):
        candidates = np.where(free, overlap[row], 0.0)
        if len(objects) and candidates.max() >= minimum_iou:
            truth[row] = int(candidates.argmax())
            free[truth[row]] = False
    unknown = _unknown_regions(picture, class_name)
    counts = (truth >= 0) | ~_lies_in(ours.xyxy, unknown)
    return Matches(ours.confidence[counts], ours.xyxy[counts], truth[counts], objects)


def _unknown_regions(picture: LabelledPicture, class_name: str) -> NDArray[np.float32]:
    """Boxes that no person vouches for. A doubtful head is doubtful with and without helmet."""
    ids = [CLASSES.index(class_name)]
    if class_name != "person":
        ids = [CLASSES.index("head"), CLASSES.index("helmet")]
    filled = picture.xyxy[picture.filled & np.isin(picture.class_id, ids)]
    return np.concatenate([filled, picture.ignored[np.isin(picture.ignored_class_id, ids)]])


def _lies_in(xyxy: NDArray[np.float32], regions: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(N,): whether IGNORED_SHARE of a box lies in one of the regions."""
    low = np.maximum(xyxy[:, None, :2], regions[None, :, :2])
    high = np.minimum(xyxy[:, None, 2:], regions[None, :, 2:])
    shared = np.maximum(high - low, 0).prod(axis=2)
    share = shared / np.maximum(area(xyxy), 1e-9)[:, None]
    return np.asarray((share >= IGNORED_SHARE).any(axis=1))
