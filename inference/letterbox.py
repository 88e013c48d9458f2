"""The one way from a picture to the network's input, and back."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.frame import Image

PADDING = 114
"""Grey level around the picture, as in training (ultralytics)."""
STRIDE = 32
"""The sides of the network's input are multiples of it."""


@dataclass(frozen=True, slots=True)
class Letterbox:
    """How a picture is fitted into the network's input.

    The longer side fills the input; the shorter one is padded to the next multiple of the stride
    only: for a 16:9 camera that is two fifths less work than a square.

    scale: input pixels per picture pixel.
    width, height: of the resized picture, input pixels. left, top: padding, input pixels.
    input_width, input_height: of the whole input.
    """

    scale: float
    width: int
    height: int
    left: int
    top: int
    input_width: int
    input_height: int

    @classmethod
    def fit(cls, width: int, height: int, size: int) -> "Letterbox":
        """The letterbox of a picture (pixels) in an input of at most `size` x `size` pixels."""
        scale = size / max(width, height)
        inner_width, inner_height = max(1, round(width * scale)), max(1, round(height * scale))
        input_width = -(-inner_width // STRIDE) * STRIDE
        input_height = -(-inner_height // STRIDE) * STRIDE
        return cls(
            scale=scale,
            width=inner_width,
            height=inner_height,
            left=(input_width - inner_width) // 2,
            top=(input_height - inner_height) // 2,
            input_width=input_width,
            input_height=input_height,
        )

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of one picture in the batch: (3, input_height, input_width)."""
        return (3, self.input_height, self.input_width)

    def to_picture(self, xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Boxes (N, 4) of the input in pixels of the picture, not clipped.

        They stay unclipped since the foot point of a box that leaves the picture is outside it.
        """
        offset = np.array([self.left, self.top, self.left, self.top], np.float32)
        return ((xyxy - offset) / np.float32(self.scale)).astype(np.float32)


def write_letterbox(image: Image, box: Letterbox, target: NDArray[np.float32]) -> None:
    """Fits a picture into its place of the network's batch.

    image: (H, W, 3) uint8 BGR. target: (3, box.input_height, box.input_width) float32, filled
    with RGB 0..1.
    """
    resized = cv2.resize(image, (box.width, box.height), interpolation=cv2.INTER_LINEAR)
    target[:] = PADDING / 255
    inside = target[:, box.top : box.top + box.height, box.left : box.left + box.width]
    np.multiply(resized.transpose(2, 0, 1)[::-1], np.float32(1 / 255), out=inside)


def letterbox_batch(image: Image, size: int) -> NDArray[np.float32]:
    """One picture as a batch of its own: (1, 3, input_height, input_width) float32 RGB 0..1."""
    box = Letterbox.fit(image.shape[1], image.shape[0], size)
    batch = np.empty((1, *box.shape), np.float32)
    write_letterbox(image, box, batch[0])
    return batch
