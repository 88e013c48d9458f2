"""A second look at small heads.

A head of 20 pixels in a 960-pixel picture has 9 left in the network's input: too few to tell hair
from a helmet. The same network run on the upper part of each such person, enlarged, sees it three
to five times larger, for about a tenth of the cost of a whole picture.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.detections import Detections
from core.frame import Image
from core.geometry import centred_in
from inference.detector import Detector, Network

CROP_SIZE = 128
"""Pixels of the network's input for one crop."""
CROPS_PER_PICTURE = 8
"""The surest people first; the next picture looks at them again anyway."""
LARGE_HEAD_PX = 40.0
"""Of the network's input: heads at least this high need no second look."""
SURE = 0.55
"""Confidence of a head box that leaves no doubt, where no box of the other class contradicts."""
DOUBT = 0.2
"""Confidence of a contradicting box that does."""
HEAD_SHARE = 0.14
"""Height of a head as share of a standing person's box."""
CROP_WIDTHS = 1.1
CROP_HEIGHTS = 0.4
"""The crop is a square of this many box widths or box heights, whichever is more."""
EDGE_PX = 1.0
"""A box this near to the edge of its crop may be cut."""
ABOVE = 0.15
"""Share of the crop that lies above the person's box."""


class CloserLook:
    """A detector that looks again at people whose heads are small in the picture."""

    def __init__(self, session: Network, *, floor: float) -> None:
        manifest = session.manifest
        self.manifest = manifest
        self._wide = Detector(session, floor)
        self._near = Detector(session, floor, input_size=CROP_SIZE)
        self._person_id = manifest.class_id("person")
        self._person_threshold = manifest.thresholds["person"]

    def warm_up(self, width: int, height: int) -> None:
        """See Detector.warm_up."""
        self._wide.warm_up(width, height)
        self._near.warm_up(CROP_SIZE, CROP_SIZE)

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        """Like Detector.detect; head boxes in the crops replace those of the whole picture."""
        found = self._wide.detect(images)
        crops = [
            (index, crop)
            for index, image in enumerate(images)
            for crop in self._crops(image, found[index])
        ]
        pictures = [
            np.ascontiguousarray(images[i][crop[1] : crop[3], crop[0] : crop[2]])
            for i, crop in crops
        ]
        for (index, crop), seen in zip(crops, self._near.detect(pictures), strict=True):
            heads = seen[seen.class_id != self._person_id]
            if len(heads):
                found[index] = self._replace(found[index], heads, crop)
        return found

    def _crops(self, image: Image, found: Detections) -> list[NDArray[np.int64]]:
        """x1 y1 x2 y2 (pixels) around the heads of people that need a second look."""
        scale = self.manifest.input_size / max(image.shape[:2])
        people = found.xyxy[
            (found.class_id == self._person_id) & (found.confidence >= self._person_threshold)
        ]
        head = (people[:, 3] - people[:, 1]) * HEAD_SHARE * scale
        crops = [
            crop
            for box in people[head < LARGE_HEAD_PX]
            if (crop := _head_crop(box, image)) is not None and self._in_doubt(found, crop)
        ]
        return crops[:CROPS_PER_PICTURE]

    def _in_doubt(self, found: Detections, crop: NDArray[np.int64]) -> bool:
        """Whether the whole picture left open what is on the heads in a crop."""
        heads = found[centred_in(found.xyxy, crop) & (found.class_id != self._person_id)]
        if not len(heads):
            return True
        best = heads.class_id[heads.confidence.argmax()]
        against = heads.confidence[heads.class_id != best].max(initial=0.0)
        return bool(heads.confidence.max() < SURE or against > DOUBT)

    def _replace(self, found: Detections, heads: Detections, crop: NDArray[np.int64]) -> Detections:
        """Whole heads of a crop take the place of what was seen where they are."""
        side = crop[2:] - crop[:2]
        low, high = heads.xyxy[:, :2], heads.xyxy[:, 2:]
        whole = np.asarray(((low > EDGE_PX) & (high < side - EDGE_PX)).all(axis=1), np.bool_)
        near = heads[whole]
        near = replace(near, xyxy=near.xyxy + np.tile(crop[:2], 2).astype(np.float32))
        kept = np.ones(len(found), np.bool_)
        for box in near.xyxy:
            kept &= ~centred_in(found.xyxy, box)
        kept |= found.class_id == self._person_id
        rest = found[kept]
        return Detections(
            np.concatenate([rest.xyxy, near.xyxy]),
            np.concatenate([rest.confidence, near.confidence]),
            np.concatenate([rest.class_id, near.class_id]),
        )


def _head_crop(box: NDArray[np.float32], image: Image) -> NDArray[np.int64] | None:
    width, height = box[2] - box[0], box[3] - box[1]
    side = max(width * CROP_WIDTHS, height * CROP_HEIGHTS)
    left, top = (box[0] + box[2] - side) / 2, box[1] - ABOVE * side
    limit = np.array([image.shape[1], image.shape[0]] * 2)
    crop = np.clip(np.array([left, top, left + side, top + side]), 0, limit).astype(np.int64)
    return crop if (crop[2:] - crop[:2]).min() >= 16 else None
