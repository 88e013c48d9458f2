"""Pictures in, boxes out: letterbox, one batched run, non-maximum suppression."""

from collections.abc import Sequence
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from core.detections import Detections
from core.frame import Image
from core.manifest import ModelManifest
from inference.letterbox import Letterbox, write_letterbox
from inference.session import BOX_VALUES

BATCH_SIZES = (1, 2, 4, 8)
"""Only these are ever run: a new size makes the runtime plan its memory anew."""
NMS_IOU = 0.6
MAXIMUM_BOXES = 300


class Network(Protocol):
    """What the detector needs of a session."""

    manifest: ModelManifest

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """(B, 3, S, S) -> (B, 4 + classes, candidates)."""


class Detector:
    """Finds boxes of every class above a floor of confidence.

    floor: per class, (classes,) float32 in 0..1. The tracker's second stage wants weak boxes too,
    so the floor lies below the working thresholds of the manifest.
    """

    def __init__(self, session: Network, floor: float | None = None) -> None:
        self.manifest = session.manifest
        self._session = session
        working = [self.manifest.thresholds[name] for name in self.manifest.classes]
        self._floor = np.array(working if floor is None else [floor] * len(working), np.float32)
        size = self.manifest.input_size
        self._batches = {n: np.zeros((n, 3, size, size), np.float32) for n in BATCH_SIZES}

    def warm_up(self) -> None:
        """Runs every batch size once, so that the first camera does not wait."""
        for batch in self._batches.values():
            self._session.run(batch)

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        """Boxes of each picture, (H, W, 3) uint8 BGR, in its own pixels, unclipped."""
        found: list[Detections] = []
        while len(found) < len(images):
            rest = images[len(found) :]
            count = max(n for n in BATCH_SIZES if n <= len(rest))
            batch = self._batches[count]
            boxes = [write_letterbox(rest[i], batch[i]) for i in range(count)]
            output = self._session.run(batch)
            found += [self._decode(output[i], boxes[i]) for i in range(count)]
        return found

    def _decode(self, output: NDArray[np.float32], letterbox: Letterbox) -> Detections:
        """One picture's (4 + classes, candidates) as boxes, best first."""
        scores = output[BOX_VALUES:]
        class_id = scores.argmax(axis=0)
        confidence = scores[class_id, np.arange(scores.shape[1])]
        keep = np.flatnonzero(confidence >= self._floor[class_id])
        if not len(keep):
            return Detections.empty()
        cx, cy, width, height = output[:BOX_VALUES, keep]
        corner = np.stack([cx - width / 2, cy - height / 2, width, height], axis=1)
        kept = cv2.dnn.NMSBoxesBatched(
            corner.tolist(),
            confidence[keep].tolist(),
            class_id[keep].tolist(),
            score_threshold=0.0,
            nms_threshold=NMS_IOU,
        )
        order = np.asarray(kept, np.intp).reshape(-1)[:MAXIMUM_BOXES]
        xyxy = np.concatenate([corner[order, :2], corner[order, :2] + corner[order, 2:]], axis=1)
        return Detections(
            letterbox.to_picture(xyxy.astype(np.float32)),
            confidence[keep][order].astype(np.float32),
            class_id[keep][order].astype(np.int32),
        )
