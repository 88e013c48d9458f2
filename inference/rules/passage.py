"""What has changed in a passage since it was free: the comparison behind the blocked-exit rule.

The passage is cut into small blocks. A block has changed when its texture no longer resembles the
reference (normalised cross-correlation, which a change of light leaves alone). Where there is no
texture before and after, it has changed when it became lighter or darker than the passage as a
whole did. A faint shadow can change the texture too: a piece of change in which neither brightness
nor colour differs clearly is none. Nothing depends on what the object is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from core.frame import Image

Mask = NDArray[np.bool_]
Grey = NDArray[np.float32]
Point = tuple[float, float]
Part = tuple[float, float]
"""From where to where, shares of the passage's width."""

BLOCKS_ACROSS = 32
"""Over the width of the polygon's bounding box."""
BLOCK_PX = 6
TEXTURE = 6.0
"""Standard deviation in grey levels above which a block has texture."""
LEAST_CORRELATION = 0.5
LEAST_CONTRAST = 0.22
"""Natural logarithm of brightness against the passage's median change: about a quarter."""
LEAST_TEXTURED = 0.3
"""Share of blocks with texture from which the floor has one; there a shadow hides none of it."""
HIDES = 0.2
"""Share of its blocks in which an object hides the texture of such a floor, at least."""
LEAST_COLOUR = 0.08
"""Natural logarithm of red or blue against green, and against the passage's median change."""
LEAST_CLEAR = 4
"""Blocks of a piece of change that differ clearly; of fewer, faint shadows make pieces as large."""
COLOURED = 0.01
"""Deviation of the blocks' colours, in the same unit, above which a picture has colours."""
LEAST_OBJECT = 0.1
"""Share of the passage's width; what is narrower is no object that counts."""


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
        inside = block_means(canvas.astype(np.float32)) > 127
        return cls((low[0], low[1], high[0], high[1]), rows, columns, inside)

    @classmethod
    def around(cls, polygon: NDArray[np.float64], width: int, height: int) -> "Passage":
        """The rest of the picture outside a polygon (K, 2) in 0..1."""
        picture = cls.of(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]), width, height)
        low = polygon.min(axis=0) * (width, height)
        high = polygon.max(axis=0) * (width, height)
        box = np.concatenate([low, high])[None].astype(np.float32)
        return replace(picture, inside=picture.inside & ~picture.covered_by(box, width, height))

    def moved(self, shift: tuple[float, float]) -> "Passage":
        """Where it lies after the camera was moved: right and down, shares of the picture."""
        x, y = shift
        x1, y1, x2, y2 = self.corners
        # Whole blocks would jump: the place is kept within the picture, not its size.
        x = float(np.clip(x, -x1, 1.0 - x2))
        y = float(np.clip(y, -y1, 1.0 - y2))
        return replace(self, corners=(x1 + x, y1 + y, x2 + x, y2 + y))

    def cut(self, image: Image) -> "Cut":
        """The passage alone."""
        x1, y1, x2, y2 = self.pixels(image.shape[1], image.shape[0])
        inside = image[y1:y2, x1:x2]
        grey = cv2.cvtColor(inside, cv2.COLOR_BGR2GRAY)
        size = (self.columns * BLOCK_PX, self.rows * BLOCK_PX)
        # As free of noise as the mean over each area, in a fraction of its time: smoothed by as
        # much, then sampled.
        while grey.shape[1] >= 2 * size[0] and grey.shape[0] >= 2 * size[1]:
            grey = cv2.pyrDown(grey)
        step = np.array([grey.shape[1] / size[0], grey.shape[0] / size[1]])
        grey = cv2.GaussianBlur(grey, (3, 3), step[0] / sqrt(12))
        # Paint as thin as a pixel must not jump: the cut begins at the corner, not at a pixel.
        corner = self.corners[0] * image.shape[1] - x1, self.corners[1] * image.shape[0] - y1
        begin = step / 2 - 0.5 + np.array(corner) * grey.shape[1] / (x2 - x1)
        matrix = np.array([[step[0], 0, begin[0]], [0, step[1], begin[1]]])
        how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        cut = cv2.warpAffine(grey, matrix, size, flags=how, borderMode=cv2.BORDER_REPLICATE)
        small = cv2.resize(inside, (self.columns, self.rows), interpolation=cv2.INTER_AREA)
        channels = np.log(small.astype(np.float32) + 16.0)
        return Cut(np.asarray(cut, np.float32), channels[..., ::2] - channels[..., 1:2])

    def pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Its bounding box in pixels of a picture."""
        x1, y1, x2, y2 = self.corners
        left, top = round(x1 * width), round(y1 * height)
        right = left + max(2, round((x2 - x1) * width))
        return left, top, right, top + max(2, round((y2 - y1) * height))

    def covered_by(self, boxes: NDArray[np.float32], width: int, height: int) -> Mask:
        """(rows, columns) bool: blocks that boxes (N, 4), pixels of the picture, touch."""
        x1, y1, x2, y2 = self.pixels(width, height)
        covered = np.zeros((self.rows, self.columns), bool)
        step = np.array([(x2 - x1) / self.columns, (y2 - y1) / self.rows] * 2)
        blocks = np.maximum((boxes - np.array([x1, y1, x1, y1])) / step, 0.0).tolist()
        for left, top, right, bottom in blocks:
            covered[int(top) : ceil(bottom), int(left) : ceil(right)] = True
        return covered

    def feet(self, blocked: Mask) -> list["Foot"]:
        """Where the connected objects stand that count. blocked: (rows, columns) bool."""
        if not blocked.any():
            return []
        count, labels = cv2.connectedComponents(blocked.astype(np.uint8), connectivity=8)
        feet = []
        for label in range(1, count):
            rows, columns = np.nonzero(labels == label)
            (passage,) = np.nonzero(self.inside[rows.max()])
            if len(rows) < 4 or not len(passage):
                continue
            width = passage[-1] - passage[0] + 1
            left, right = columns.min() - passage[0], columns.max() + 1 - passage[0]
            # A block at the edge of an object is covered by half on average.
            low = (left + 0.5) / width if left > 0 else 0.0
            high = (right - 0.5) / width if right < width else 1.0
            if high - low >= LEAST_OBJECT:
                feet.append(Foot(int(rows.max()), low, high))
        return feet

    def share_of_width(self, blocked: Mask) -> float:
        """Share of the passage's width, 0..1, that objects take together.

        blocked: (rows, columns) bool. Each connected object counts with the part of the width that
        it takes at its foot; what two of them take alike counts once.
        """
        return sum_of(union(self.feet(blocked)))

    def across(self, row: int) -> tuple[Point, Point]:
        """Its left and right end in the middle of a row of the grid, shares of the picture."""
        x1, y1, x2, y2 = self.corners
        (columns,) = np.nonzero(self.inside[row])
        y = y1 + (y2 - y1) * (row + 0.5) / self.rows
        left, right = columns[0] / self.columns, (columns[-1] + 1) / self.columns
        return (float(x1 + (x2 - x1) * left), float(y)), (float(x1 + (x2 - x1) * right), float(y))


@dataclass(frozen=True, slots=True)
class Foot:
    """Where an object stands. row: the lowest of the grid that it covers.

    low, high: from where to where it takes the passage's width there, shares of it.
    """

    row: int
    low: float
    high: float


def union(feet: Sequence[Foot]) -> list[Part]:
    """The parts of the width that are taken, from left to right; none counts twice."""
    parts, end = [], 0.0
    for low, high in sorted((foot.low, foot.high) for foot in feet):
        if high > end:
            parts.append((max(low, end), high))
            end = high
    return parts


def sum_of(parts: Sequence[Part]) -> float:
    """Share of the width that parts of it are together."""
    return float(sum(high - low for low, high in parts))


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A passage cut out of a picture. grey: (rows * BLOCK_PX, columns * BLOCK_PX) float32.

    colour: (rows, columns, 2) float32, natural logarithms of blue and of red against green.
    """

    grey: Grey
    colour: Grey


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Mean and variance of the blocks of a picture that a Passage has cut: (rows, columns)."""

    cut: Cut
    mean: Grey
    variance: Grey

    @classmethod
    def of(cls, cut: Cut) -> "Blocks":
        """cut: as `Passage.cut` gives it."""
        mean = block_means(cut.grey)
        variance = block_means(cut.grey * cut.grey) - mean**2
        return cls(cut, mean, np.asarray(variance, np.float32))

    def has_colour(self, judged: Mask) -> bool:
        """Whether colours differ in it; in infrared they do not."""
        return float(self.cut.colour[judged].std(axis=0).max()) > COLOURED


def changed_blocks(now: Blocks, then: Blocks, judged: Mask) -> Mask:
    """(rows, columns) bool: judged blocks that differ from the reference `then`."""
    if not judged.any():
        return np.zeros_like(judged)
    # In less light the texture is fainter, down to where it drowns in noise.
    light = min(1.0, _median(((now.mean + 1.0) / (then.mean + 1.0))[judged]))
    expected = then.variance * np.float32(light**2)
    texture = np.maximum(now.variance, expected) > TEXTURE**2
    covariance = block_means(now.cut.grey * then.cut.grey) - now.mean * then.mean
    floor = (TEXTURE / 2) ** 2
    spread = np.sqrt(np.maximum(now.variance, floor) * np.maximum(then.variance, floor))
    ratio = np.log((now.mean + 16.0) / (then.mean + 16.0))
    contrast = np.abs(ratio - _median(ratio[judged])) > LEAST_CONTRAST
    other_light = ~texture & contrast
    other_texture = texture & (covariance < LEAST_CORRELATION * spread)
    changed: Mask = (other_texture | other_light) & judged
    if not changed.any():
        return changed
    has_texture = (expected > TEXTURE**2)[judged].mean() > LEAST_TEXTURED
    if has_texture and (other_light & judged).any():
        changed = _pieces_with(changed, other_texture, least_share=HIDES)
    # One object is one piece: close the gaps that a plain surface leaves.
    closed = cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    changed = closed.astype(bool) & judged
    if now.has_colour(judged) and then.has_colour(judged):
        clear = contrast | _other_colour(now, then, judged)
        changed = _pieces_with(changed, clear, least=LEAST_CLEAR)
    return changed


def _other_colour(now: Blocks, then: Blocks, judged: Mask) -> Mask:
    change = now.cut.colour - then.cut.colour
    change = np.abs(change - np.median(change[judged], axis=0))
    return np.asarray(change.max(axis=2) > LEAST_COLOUR, np.bool_)


def _median(values: Grey) -> float:
    """The upper one of the two in the middle, which takes a tenth of the time of the mean."""
    middle = len(values) // 2
    return float(np.partition(values, middle)[middle])


def _pieces_with(changed: Mask, marked: Mask, *, least_share: float = 0.0, least: int = 0) -> Mask:
    """The connected pieces of change of which enough blocks are marked: the others are shadows."""
    count, labels = cv2.connectedComponents(changed.astype(np.uint8), connectivity=8)
    size = np.bincount(labels.ravel(), minlength=count)
    found = np.bincount(labels[marked & changed], minlength=count)
    stays = (found >= least_share * size) & (found >= least)
    return np.asarray(changed & stays[labels], np.bool_)


def block_means(grey: Grey) -> Grey:
    """(rows, columns) of a picture that a Passage has cut."""
    size = (grey.shape[1] // BLOCK_PX, grey.shape[0] // BLOCK_PX)
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float32)
