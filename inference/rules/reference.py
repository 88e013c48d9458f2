"""How a passage looked while it was free, block by block, and how that is kept up to date."""

import numpy as np
from numpy.typing import NDArray

from core.frame import Frame
from inference.rules.passage import BLOCK_PX, Grey, Mask, Passage, changed_blocks

LEARN_S = 2.0
"""Time that a block is watched before it can be judged."""
ADAPT_S = 60.0
"""Time constant with which free blocks follow the light."""
PERSON_MARGIN = 0.1
"""Added around people, as share of their box: shadows and arms."""


class Reference:
    """The blocks of a passage, compared with the picture in which they were free.

    judged, changed: (rows, columns) bool of the last picture: known blocks that nobody hides, and
    those among them that look different.
    """

    def __init__(self, passage: Passage) -> None:
        self.passage = passage
        shape = (passage.rows, passage.columns)
        self.judged = self.changed = np.zeros(shape, bool)
        self._watched_s = np.zeros(shape)
        self._picture: Grey | None = None
        self._current: Grey = np.zeros((1, 1), np.float32)

    @property
    def share_changed(self) -> float:
        """Of the judged blocks, 0..1; 0 where none is judged."""
        return float(self.changed[self.judged].mean()) if self.judged.any() else 0.0

    def compare(self, frame: Frame, people: NDArray[np.float32], passed_s: float) -> None:
        """Looks at the next picture.

        people: (N, 4) boxes in pixels of the frame. passed_s: since the last picture. Blocks that
        are seen for the first time are learned.
        """
        self._current = self.passage.cut(frame.image)
        if self._picture is None:
            self._picture = self._current.copy()
        seen = self.passage.inside & ~self._hidden(frame, people)
        known = self._watched_s >= LEARN_S
        self._watched_s[seen] += passed_s
        newest = passed_s / np.maximum(self._watched_s, 1e-9)
        self._move(np.where(seen & ~known, newest, 0.0))
        self.judged = seen & known
        self.changed = changed_blocks(self._current, self._picture, self.judged)

    def follow(self, passed_s: float) -> None:
        """Lets the blocks that have not changed follow the light. A blocker is never learned."""
        weight = 1.0 - np.exp(-passed_s / ADAPT_S)
        self._move(np.where(self.judged & ~self.changed, weight, 0.0))

    def _hidden(self, frame: Frame, people: NDArray[np.float32]) -> Mask:
        margin = (people[:, 2:] - people[:, :2]) * np.float32(PERSON_MARGIN)
        grown = np.concatenate([people[:, :2] - margin, people[:, 2:] + margin], axis=1)
        return self.passage.covered_by(grown, frame.width, frame.height)

    def _move(self, weight: NDArray[np.float64]) -> None:
        """Moves the reference towards the picture; weight: (rows, columns), 0..1."""
        assert self._picture is not None
        pixels = np.kron(weight, np.ones((BLOCK_PX, BLOCK_PX))).astype(np.float32)
        self._picture += (self._current - self._picture) * pixels
