"""How a passage looked while it was free, block by block, in every light that is known."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from core.frame import Image
from inference.rules.passage import BLOCK_PX, Blocks, Cut, Mask, Passage, changed_blocks

LEARN_S = 2.0
"""Time that a block is watched before it can be judged."""
ADAPT_S = 60.0
"""Time constant with which free blocks follow the light."""
FOLLOW_EVERY_S = 2.0
"""How often they do."""
MOST_LIGHTS = 4
"""Learned pictures of different lights; the oldest one gives way."""
LEAST_RESPONSE = 0.2
"""Of the phase correlation; below it, where the picture lies is a guess."""
FARTHEST_PX = 2 * BLOCK_PX
"""Pixels of the cut, up to which it is looked for beside its place."""
STILL_PX = 0.1
"""Pixels of the cut; what lies beside its place by less lies there."""

Warp = NDArray[np.float32]
"""(2, 3): where in a cut each of its pixels is found, an affine matrix as OpenCV has it."""

_STOP = cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 20, 1e-4
_ECC = cv2.MOTION_EUCLIDEAN, _STOP, None, 5


class References:
    """The blocks of a passage, compared with every picture in which they were free.

    approved: pictures of the free passage, (H, W, 3) uint8 BGR, that a person has approved. They
    never change. Without any, what the camera shows first is taken for free.
    judged, changed: (rows, columns) bool of the last picture: known blocks that nobody hides, and
    those among them that look like none of the pictures.
    """

    def __init__(self, passage: Passage, approved: Sequence[Image] = ()) -> None:
        self._passage = passage
        self._inside = passage.inside
        self.judged = self.changed = np.zeros(passage.inside.shape, bool)
        self._learned: list[_Light] = []
        self.approve(approved)
        black = np.zeros((*passage.inside.shape, 2), np.float32)
        self._current = Blocks.of(Cut(np.zeros(_pixels(passage), np.float32), black))
        self._unfollowed_s = 0.0
        self._likest = self._current
        self._window = cv2.createHanningWindow(_pixels(passage)[::-1], cv2.CV_32F)

    def approve(self, pictures: Sequence[Image]) -> None:
        """These pictures count, and what was learned without them does not."""
        self._approved = [Blocks.of(self._passage.cut(image)) for image in pictures]
        if pictures:
            self._learned.clear()

    @property
    def share_changed(self) -> float:
        """Of the judged blocks, 0..1; 0 where none is judged."""
        return float(self.changed[self.judged].mean()) if self.judged.any() else 0.0

    @property
    def brightness(self) -> float:
        """Mean grey level of the last picture, 0..255."""
        return float(self._current.mean.mean())

    def displaced(self) -> tuple[float, float]:
        """Right and down, shares of the picture, by which the last one lies beside the known one
        that it resembles most. None where that is a guess."""
        then, now = self._likest.cut.grey.copy(), self._current.cut.grey.copy()
        (x, y), response = cv2.phaseCorrelate(then, now, self._window)
        if response < LEAST_RESPONSE or not STILL_PX < max(abs(x), abs(y)) <= FARTHEST_PX:
            return 0.0, 0.0
        rows, columns = now.shape
        x1, y1, x2, y2 = self._passage.corners
        return x / columns * (x2 - x1), y / rows * (y2 - y1)

    def turn(self, cut: Cut) -> Warp | None:
        """Turns and moves a cut to lie as the known picture that the last one resembles most does;
        none where it does, or where nothing fits. Finer than `displaced`, and found only near the
        place: Evangelidis and Psarakis, Parametric image alignment using enhanced correlation
        coefficient maximization, 2008.
        """
        try:
            _, warp = cv2.findTransformECC(
                self._likest.cut.grey, cut.grey, np.eye(2, 3, dtype=np.float32), *_ECC
            )
        except cv2.error:  # it says so where it does not converge
            return None
        rows, columns = cut.grey.shape
        corners = np.array([[0, 0, 1], [columns, 0, 1], [0, rows, 1], [columns, rows, 1]])
        farthest = np.abs(corners @ (warp - np.eye(2, 3)).T).max()
        return np.asarray(warp, np.float32) if STILL_PX < farthest <= FARTHEST_PX else None

    def compare(self, cut: Cut, hidden: Mask, passed_s: float) -> None:
        """Looks at the next picture.

        cut: of the passage. hidden: (rows, columns) bool, blocks behind people. passed_s: since the
        last picture. Blocks that were never seen free are learned.
        """
        self._current = Blocks.of(cut)
        if not self._learned:
            self._learned.append(_Light(cut))
        seen = self._inside & ~hidden
        known, free = np.zeros_like(seen), np.zeros_like(seen)
        most = 0
        for then in self._approved:
            known |= seen
            if (free | ~known).all():
                break
            alike = seen & ~changed_blocks(self._current, then, seen)
            most = self._resembles(then, alike, most)
            free |= alike
        self._learned[-1].learn(self._current, free if self._approved else seen, passed_s)
        for light in reversed(self._learned):
            sure = light.known & seen
            known |= sure
            if (free | ~known).all():
                break
            alike = sure & ~changed_blocks(self._current, light.blocks, sure)
            most = self._resembles(light.blocks, alike, most)
            free |= alike
        self.judged, self.changed = known, known & ~free

    def _resembles(self, then: Blocks, alike: Mask, most: int) -> int:
        """Keeps the picture that has the most blocks in common with the last one."""
        count = int(alike.sum())
        if count >= most:
            self._likest = then
        return max(count, most)

    def follow(self, passed_s: float) -> None:
        """Lets the blocks that have not changed follow the light. A blocker is never learned."""
        self._unfollowed_s += passed_s
        if self._unfollowed_s < FOLLOW_EVERY_S:
            return
        weight = 1.0 - np.exp(-self._unfollowed_s / ADAPT_S)
        self._unfollowed_s = 0.0
        self._learned[-1].move(self._current, np.where(self.judged & ~self.changed, weight, 0.0))

    def add_light(self, free: Mask) -> None:
        """The picture shows the passage in a new light. free: blocks known to be free in it."""
        self._learned.append(_Light(self._current.cut, free))
        del self._learned[:-MOST_LIGHTS]

    def accept(self, blocks: Mask) -> None:
        """What the picture shows in these blocks is the free way."""
        self._learned[-1].move(self._current, np.where(blocks, 1.0, 0.0))

    def was_there_before(self, blocks: Mask) -> bool:
        """Whether a thing in these blocks stood there when the passage was learned, and is gone.

        A thing stands out from what lies around it, in the picture that has it.
        """
        if self._approved:
            return False
        return _stands_out(self._learned[-1].blocks, blocks) > 1.5 * _stands_out(
            self._current, blocks
        )


class _Light:
    """One learned picture. known: (rows, columns) bool, blocks that were watched long enough."""

    def __init__(self, picture: Cut, free: Mask | None = None) -> None:
        self.blocks = Blocks.of(picture)
        shape = self.blocks.mean.shape
        self._watched_s = np.zeros(shape) if free is None else np.where(free, LEARN_S, 0.0)
        self._learns = free is None

    @property
    def known(self) -> Mask:
        return np.asarray(self._watched_s >= LEARN_S, np.bool_)

    def learn(self, now: Blocks, seen: Mask, passed_s: float) -> None:
        """The mean of the first pictures of each block. Lights that came later learn nothing
        where something stood when they came."""
        new = seen & ~self.known
        if not self._learns or not new.any():
            return
        self._watched_s[seen] += passed_s
        newest = passed_s / np.maximum(self._watched_s, 1e-9)
        self.move(now, np.where(new, newest, 0.0))

    def move(self, now: Blocks, weight: NDArray[np.float64]) -> None:
        """Towards the picture; weight: (rows, columns), 0..1."""
        if not weight.any():
            return
        grey, colour = self.blocks.cut.grey, self.blocks.cut.colour
        share = weight.astype(np.float32)
        pixels = cv2.resize(share, grey.shape[::-1], interpolation=cv2.INTER_NEAREST)
        grey = grey + (now.cut.grey - grey) * pixels
        colour = colour + (now.cut.colour - colour) * share[..., None]
        self.blocks = Blocks.of(Cut(grey, colour))


def _stands_out(picture: Blocks, blocks: Mask) -> float:
    """Mean difference of brightness and texture over the edge of some blocks, as share of the
    brightness of the picture: the light may have changed."""
    deviation = np.sqrt(np.maximum(picture.variance, 0.0))
    total, count = 0.0, 0
    for axis in (0, 1):
        edge = np.diff(blocks.astype(np.int8), axis=axis) != 0
        step = np.abs(np.diff(picture.mean, axis=axis)) + np.abs(np.diff(deviation, axis=axis))
        total, count = total + float(step[edge].sum()), count + int(edge.sum())
    return total / max(count, 1) / float(picture.mean.mean() + 1.0)


def turned(cut: Cut, warp: Warp | None) -> Cut:
    """A cut that lies as the known picture does: see `References.turn`."""
    if warp is None:
        return cut
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size, edge = cut.grey.shape[::-1], cv2.BORDER_REPLICATE
    found = cv2.warpAffine(cut.grey, warp, size, flags=how, borderMode=edge)
    return Cut(np.asarray(found, np.float32), cut.colour)


def _pixels(passage: Passage) -> tuple[int, int]:
    return passage.rows * BLOCK_PX, passage.columns * BLOCK_PX
