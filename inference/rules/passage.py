"""What has changed in a passage since it was free: the comparison behind the blocked-exit rule.

The passage is cut into small blocks. A block has changed when its texture no longer resembles the
reference (normalised cross-correlation, which a change of light leaves alone), or when it became
lighter or darker than the passage as a whole did. Nothing depends on what the object is.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from core.frame import Image

Mask = NDArray[np.bool_]
Grey = NDArray[np.float32]

BLOCKS_ACROSS = 32
"""Over the width of the polygon's bounding box."""
BLOCK_PX = 6
TEXTURE = 6.0
"""Standard deviation in grey levels above which a block has texture."""
LEAST_CORRELATION = 0.5
LEAST_CONTRAST = 0.22
"""Natural logarithm of brightness against the passage's median change: about a quarter."""


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """A polygon as a grid of blocks.

    corners: x1 y1 x2 y2 of its bounding box, shares of the picture.
    rows, columns: of the grid. inside: (rows, columns) bool, blocks that the polygon covers.
    """

    corners: tuple[float, float, float, float]
    rows: int
    columns: int
    inside: Mask

    @classmethod
    def of(cls, polygon: NDArray[np.float64], width: int, height: int) -> "Passage":
        """Of a polygon (K, 2) in 0..1 on a picture of a size in pixels."""
        low, high = polygon.min(axis=0), polygon.max(axis=0)
        aspect = (high[1] - low[1]) * height / max((high[0] - low[0]) * width, 1.0)
        columns, rows = BLOCKS_ACROSS, int(np.clip(round(BLOCKS_ACROSS * aspect), 4, 64))
        canvas = np.zeros((rows * BLOCK_PX, columns * BLOCK_PX), np.uint8)
        scale = np.array([canvas.shape[1], canvas.shape[0]]) / np.maximum(high - low, 1e-6)
        cv2.fillPoly(canvas, [np.round((polygon - low) * scale).astype(np.int32)], 255)
        inside = _block_means(canvas.astype(np.float32)) > 127
        return cls((low[0], low[1], high[0], high[1]), rows, columns, inside)

    @classmethod
    def around(cls, polygon: NDArray[np.float64], width: int, height: int) -> "Passage":
        """The rest of the picture outside a polygon (K, 2) in 0..1."""
        picture = cls.of(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]), width, height)
        low = polygon.min(axis=0) * (width, height)
        high = polygon.max(axis=0) * (width, height)
        box = np.concatenate([low, high])[None].astype(np.float32)
        return replace(picture, inside=picture.inside & ~picture.covered_by(box, width, height))

    def cut(self, image: Image) -> Grey:
        """(rows * BLOCK_PX, columns * BLOCK_PX) float32 grey of the passage."""
        x1, y1, x2, y2 = self.pixels(image.shape[1], image.shape[0])
        grey = cv2.cvtColor(image[y1:y2, x1:x2], cv2.COLOR_BGR2GRAY)
        size = (self.columns * BLOCK_PX, self.rows * BLOCK_PX)
        return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float32)

    def pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Its bounding box in pixels of a picture."""
        x1, y1, x2, y2 = self.corners
        left, top = int(x1 * width), int(y1 * height)
        return left, top, max(left + 2, round(x2 * width)), max(top + 2, round(y2 * height))

    def covered_by(self, boxes: NDArray[np.float32], width: int, height: int) -> Mask:
        """(rows, columns) bool: blocks that boxes (N, 4), pixels of the picture, touch."""
        x1, y1, x2, y2 = self.pixels(width, height)
        covered = np.zeros((self.rows, self.columns), bool)
        step = np.array([(x2 - x1) / self.columns, (y2 - y1) / self.rows] * 2)
        for box in (boxes - np.array([x1, y1, x1, y1])) / step:
            low = np.clip(np.floor(box[:2]), 0, None).astype(int)
            high = np.clip(np.ceil(box[2:]), 0, None).astype(int)
            covered[low[1] : high[1], low[0] : high[0]] = True
        return covered

    def share_of_width(self, blocked: Mask) -> float:
        """Largest share of the passage's width, 0..1, that one connected object takes.

        blocked: (rows, columns) bool. The width is the one of the passage at the object's foot.
        """
        count, labels = cv2.connectedComponents(blocked.astype(np.uint8), connectivity=8)
        shares = [0.0]
        for label in range(1, count):
            rows, columns = np.nonzero(labels == label)
            if len(rows) < 4:
                continue
            passage = int(self.inside[rows.max()].sum())
            shares.append((columns.max() - columns.min() + 1) / max(passage, 1))
        return float(min(1.0, max(shares)))


def changed_blocks(current: Grey, reference: Grey, judged: Mask) -> Mask:
    """(rows, columns) bool: judged blocks that differ from the reference, both cut by a Passage."""
    mean_now, mean_then = _block_means(current), _block_means(reference)
    var_now = _block_means(current**2) - mean_now**2
    var_then = _block_means(reference**2) - mean_then**2
    covariance = _block_means(current * reference) - mean_now * mean_then
    texture = np.maximum(var_now, var_then) > TEXTURE**2
    floor = (TEXTURE / 2) ** 2
    correlation = covariance / np.sqrt(np.maximum(var_now, floor) * np.maximum(var_then, floor))
    ratio = np.log((mean_now + 16.0) / (mean_then + 16.0))
    overall = np.median(ratio[judged]) if judged.any() else 0.0
    other_light = np.abs(ratio - overall) > LEAST_CONTRAST
    other_texture = texture & (correlation < LEAST_CORRELATION)
    changed = (other_texture | other_light) & judged
    # One object is one piece: close the gaps that a plain surface leaves.
    closed = cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return np.asarray(closed.astype(bool) & judged)


def _block_means(grey: Grey) -> Grey:
    rows, columns = grey.shape[0] // BLOCK_PX, grey.shape[1] // BLOCK_PX
    return np.asarray(grey.reshape(rows, BLOCK_PX, columns, BLOCK_PX).mean(axis=(1, 3)), np.float32)
