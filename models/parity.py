"""Whether a variant of a model still finds what the model finds.

A variant (half precision, 8-bit integers, another runtime) ships only where it loses nothing that
a rule would miss. Compared are boxes after non-maximum suppression: only those are ever used.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.detections import Detections
from core.errors import ModelError
from core.geometry import iou
from models.evaluation import Evaluation

SAME_BOX_IOU = 0.7
SAME_CONFIDENCE = 0.1
LARGEST_RECALL_LOSS = 0.01
"""Of `head` at the working threshold: a bare head that is missed is a violation that is missed."""


@dataclass(frozen=True, slots=True)
class Parity:
    """boxes: sure ones of either side. agreement: share that the other side has too, 0..1.

    recall_loss: recall of `head` of the reference less that of the variant.
    """

    boxes: int
    agreement: float
    recall_loss: float

    def check(self, name: str, least_agreement: float) -> None:
        """Raises ModelError where the variant must not ship. Written so that nan fails too."""
        if not (self.agreement >= least_agreement and self.recall_loss <= LARGEST_RECALL_LOSS):
            raise ModelError(
                f"{name} differs too much from its reference: {self.agreement:.2%} of {self.boxes} "
                f"boxes agree (least {least_agreement:.0%}), recall of bare heads falls by "
                f"{self.recall_loss:.4f} (most {LARGEST_RECALL_LOSS})"
            )


def compare(reference: Evaluation, variant: Evaluation, thresholds: NDArray[np.float32]) -> Parity:
    """Two evaluations of the same pictures.

    thresholds: (classes,) working confidence by class id. Raises ModelError where neither finds
    anything.
    """
    agreed = boxes = 0
    for a, b in zip(reference.pictures, variant.pictures, strict=True):
        for one, other in ((a.found, b.found), (b.found, a.found)):
            sure = one[one.confidence >= thresholds[one.class_id]]
            boxes += len(sure)
            agreed += int(_has_twin(sure, other).sum())
    if not boxes:
        raise ModelError("nothing is found in these pictures: give pictures with people")
    loss = reference.classes["head"].recall - variant.classes["head"].recall
    return Parity(boxes, agreed / boxes, loss)


def _has_twin(boxes: Detections, others: Detections) -> NDArray[np.bool_]:
    """(N,): whether each box is among the others, of its class, nearly as sure."""
    same = iou(boxes.xyxy, others.xyxy) >= SAME_BOX_IOU
    same &= boxes.class_id[:, None] == others.class_id[None]
    same &= np.abs(boxes.confidence[:, None] - others.confidence[None]) <= SAME_CONFIDENCE
    return np.asarray(same.any(axis=1))
