"""Boxes that people left out, added by stronger models where those are sure.

Where a model is unsure nobody knows what is there: such a region is neither learned nor measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.dataset import CLASSES, LabelledPicture
from core.detections import Detections
from core.frame import Image
from core.geometry import area, iou
from core.manifest import ModelManifest
from inference.detector import Detector

HEADS = {"head", "helmet"}
SAME_PERSON_IOU = 0.5
SAME_HEAD_IOU = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Teacher:
    """A detector that knows some of our classes by the same names.

    detector: what it does not find above its floor is not there.
    sure: confidence from which a box counts as an object.
    """

    detector: Detector
    classes: tuple[str, ...]
    sure: float


def fill(
    picture: LabelledPicture, image: Image, classes: Sequence[str], teachers: Sequence[Teacher]
) -> LabelledPicture:
    """The picture with the missing boxes of `classes`, and with regions to ignore.

    A box at the place of a known object of any class adds nothing: people are right. For the
    head classes `head` and `helmet` exclude each other at one place; the surer one is right.
    """
    for teacher in teachers:
        taught = [name for name in teacher.classes if name in classes]
        if not taught:
            continue
        found = _surest_heads(teacher.detector.detect([image])[0], teacher.detector.manifest)
        for name in taught:
            of_class = found.of_class(teacher.detector.manifest.class_id(name))
            picture = _fill_class(picture, of_class, name, teacher.sure)
    return picture


def _surest_heads(found: Detections, manifest: ModelManifest) -> Detections:
    """Without heads at whose place a head of the other class is surer."""
    is_head = np.isin(
        found.class_id, [manifest.classes.index(n) for n in HEADS & {*manifest.classes}]
    )
    rivals = is_head[:, None] & is_head & (found.class_id[:, None] != found.class_id)
    surer = found.confidence > found.confidence[:, None]
    return found[~(rivals & surer & _same_head(found.xyxy, found.xyxy)).any(axis=1)]


def _fill_class(
    picture: LabelledPicture, found: Detections, name: str, sure: float
) -> LabelledPicture:
    class_id = CLASSES.index(name)
    rivals = [class_id] if name == "person" else [CLASSES.index("head"), CLASSES.index("helmet")]
    same = _same_person if name == "person" else _same_head
    limit = np.array([picture.width, picture.height] * 2, np.float32)
    boxes = np.clip(found.xyxy, 0, limit)
    known = picture.xyxy[np.isin(picture.class_id, rivals)]
    new = ~same(boxes, known).any(axis=1) & (area(boxes) >= 1.0)
    added = boxes[new & (found.confidence >= sure)]
    doubtful = boxes[new & (found.confidence < sure)]
    doubtful = doubtful[~same(doubtful, added).any(axis=1)]
    return replace(
        picture,
        xyxy=np.concatenate([picture.xyxy, added]),
        class_id=np.append(picture.class_id, np.full(len(added), class_id, np.int32)),
        filled=np.append(picture.filled, np.ones(len(added), np.bool_)),
        ignored=np.concatenate([picture.ignored, doubtful]),
        ignored_class_id=np.append(
            picture.ignored_class_id, np.full(len(doubtful), class_id, np.int32)
        ),
    )


def _same_person(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(N, M): one person in front of another shares much of the box, so only much is the same."""
    return np.asarray(iou(a, b) >= SAME_PERSON_IOU)


def _same_head(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(N, M): heads hardly overlap, but boxes around one head differ by hat, neck and hair."""
    return np.asarray((iou(a, b) >= SAME_HEAD_IOU) | (iou(_middle(a), _middle(b)) > 0))


def _middle(xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
    """The inner half of each box, in both directions."""
    quarter = (xyxy[:, 2:] - xyxy[:, :2]) / 4
    return np.concatenate([xyxy[:, :2] + quarter, xyxy[:, 2:] - quarter], axis=1)
