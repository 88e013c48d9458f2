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

    floor: least confidence, 0..1; without one, the working thresholds of the manifest. The
    tracker's second stage wants weaker boxes too.
    input_size: pixels of the input's longer side; without one, what the model was trained at.
    """

    def __init__(
        self, session: Network, floor: float | None = None, *, input_size: int | None = None
    ) -> None:
        self.manifest = session.manifest
        self._session = session
        self._size = input_size or session.manifest.input_size
        working = [self.manifest.thresholds[name] for name in self.manifest.classes]
        self._floor = np.array(working if floor is None else [floor] * len(working), np.float32)
        self._batches: dict[tuple[int, ...], NDArray[np.float32]] = {}

    def warm_up(self, width: int, height: int) -> None:
        """Runs every batch size once for pictures of a size, so that the first ones do not wait."""
        picture = np.zeros((height, width, 3), np.uint8)
        for count in BATCH_SIZES:
            self.detect([picture] * count)

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        """Boxes of each picture, (H, W, 3) uint8 BGR, in its own pixels, unclipped."""
        boxes = [Letterbox.fit(image.shape[1], image.shape[0], self._size) for image in images]
        found = [Detections.empty()] * len(images)
        for shape in dict.fromkeys(box.shape for box in boxes):
            rest = [i for i, box in enumerate(boxes) if box.shape == shape]
            while rest:
                count = max(n for n in BATCH_SIZES if n <= len(rest))
                batch = self._batches.setdefault((count, *shape), np.empty((count, *shape), "f4"))
                for row, i in enumerate(rest[:count]):
                    write_letterbox(images[i], boxes[i], batch[row])
                output = self._session.run(batch)
                for row, i in enumerate(rest[:count]):
                    found[i] = self._decode(output[row], boxes[i])
                rest = rest[count:]
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
