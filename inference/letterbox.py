"""The one way from a picture to the network's input, and back."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.frame import Image

PADDING = 114
"""Grey level around the picture, as in training (ultralytics)."""


@dataclass(frozen=True, slots=True)
class Letterbox:
    """How a picture of one size was fitted into the square input.

    scale: input pixels per picture pixel. left, top: input pixels of padding.
    width, height: of the picture, in its own pixels.
    """

    scale: float
    left: int
    top: int
    width: int
    height: int

    @classmethod
    def fit(cls, width: int, height: int, size: int) -> "Letterbox":
        """The letterbox of a picture (pixels) in a square input of `size` pixels."""
        scale = min(size / width, size / height)
        left = round((size - round(width * scale)) / 2 - 0.1)
        top = round((size - round(height * scale)) / 2 - 0.1)
        return cls(scale, left, top, width, height)

    def to_picture(self, xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Boxes (N, 4) of the input in pixels of the picture, not clipped.

        They stay unclipped since the foot point of a box that leaves the picture is outside it.
        """
        offset = np.array([self.left, self.top, self.left, self.top], np.float32)
        return ((xyxy - offset) / np.float32(self.scale)).astype(np.float32)


def write_letterbox(image: Image, target: NDArray[np.float32]) -> Letterbox:
    """Fits a picture into a place of the network's batch.

    image: (H, W, 3) uint8 BGR. target: (3, S, S) float32, filled with RGB 0..1.
    """
    size = target.shape[1]
    box = Letterbox.fit(image.shape[1], image.shape[0], size)
    width, height = round(box.width * box.scale), round(box.height * box.scale)
    resized = cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR)
    target[:] = PADDING / 255
    inside = target[:, box.top : box.top + height, box.left : box.left + width]
    np.multiply(resized.transpose(2, 0, 1)[::-1], np.float32(1 / 255), out=inside)
    return box
