"""What every label format comes down to, and what is refused in all of them alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import DataSetError
from core.frame import Image

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp"}
OUTSIDE = 0.02
"""Share of the picture's side that a box may stick out before it counts as a mistake."""
LEAST_SIDE = 1.0
"""Pixels; a smaller box holds nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class SourceLabels:
    """One picture as its set labels it.

    path: of the picture. width, height: pixels. names: class name of each box, in the words of
    the set. xyxy: (N, 4) float32 pixels, inside the picture.
    """

    path: Path
    width: int
    height: int
    names: tuple[str, ...]
    xyxy: NDArray[np.float32]

    @classmethod
    def checked(
        cls,
        path: Path,
        size: tuple[int, int],
        names: Sequence[str],
        xyxy: NDArray[np.floating],
        place: str,
    ) -> "SourceLabels":
        """Cuts boxes at the picture's edge. Raises DataSetError for one that is no box within it.

        size: width, height. place: file of the boxes, for the message.
        """
        width, height = size
        boxes = np.asarray(xyxy, np.float64).reshape(-1, 4)
        limit = np.array([width, height, width, height], np.float64)
        low, high = -OUTSIDE * limit, (1 + OUTSIDE) * limit
        for number, box in enumerate(boxes, start=1):
            if not np.isfinite(box).all() or (box < low).any() or (box > high).any():
                raise DataSetError(
                    f"{place}: box {number} ({', '.join(f'{v:.0f}' for v in box)}) lies outside "
                    f"the picture of {width} x {height} pixels: correct the label, or check that "
                    "label and picture belong together"
                )
            if (box[2:] < box[:2]).any():
                raise DataSetError(
                    f"{place}: box {number} ({', '.join(f'{v:.0f}' for v in box)}) ends before it "
                    "begins: correct the label"
                )
        boxes = np.clip(boxes, 0, limit)
        kept = np.asarray(((boxes[:, 2:] - boxes[:, :2]) >= LEAST_SIDE).all(axis=1))
        kept_names = tuple(name for name, keep in zip(names, kept, strict=True) if keep)
        return cls(path, width, height, kept_names, boxes[kept].astype(np.float32))


def read_picture(path: Path) -> Image:
    """(H, W, 3) uint8 BGR. Raises DataSetError for what is no picture."""
    try:
        image = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    except (OSError, cv2.error):  # empty files raise inside OpenCV
        image = None
    if image is None:
        raise DataSetError(f"{path} cannot be read as a picture: take it out of the set")
    return np.asarray(image, np.uint8)


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height in pixels. Raises DataSetError for what is no picture."""
    height, width = read_picture(path).shape[:2]
    return width, height


def read_text(path: Path) -> str:
    """A label file. Raises DataSetError where it is not UTF-8 or cannot be read."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataSetError(
            f"{path} is not UTF-8 text (byte {error.start}): save it as UTF-8"
        ) from error
    except OSError as error:
        raise DataSetError(f"{path} cannot be read: {error.strerror}") from error
