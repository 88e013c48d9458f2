"""One decoded picture of one camera."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
ASPECT = 0.02
"""Difference of the sides' ratio up to which two pictures have one shape."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A picture as it enters the loop.

    camera_id: which camera.
    index: counts the decoded pictures of one connection from 0.
    timestamp: UTC seconds of capture. Nothing behind this asks the clock.
    image: (H, W, 3) uint8, BGR.
    """

    camera_id: str
    index: int
    timestamp: float
    image: Image

    def __post_init__(self) -> None:
        if self.image.ndim != 3 or self.image.shape[2] != 3 or self.image.dtype != np.uint8:
            raise ValueError(
                f"image must be (H, W, 3) uint8, got {self.image.shape} {self.image.dtype}"
            )

    @property
    def width(self) -> int:
        """Pixels."""
        return int(self.image.shape[1])

    @property
    def height(self) -> int:
        """Pixels."""
        return int(self.image.shape[0])


def same_shape(size: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two pictures, width and height in pixels, show the same scaled by a factor."""
    ratio, wanted = size[0] / size[1], other[0] / other[1]
    return abs(ratio - wanted) <= ASPECT * wanted
