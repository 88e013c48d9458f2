"""Pictures that are copies of one original, and pictures that were padded with their own mirror.

Perceptual hash: signs of the low frequencies of a discrete cosine transform (Zauner, Implementation
and Benchmarking of Perceptual Image Hash Functions, 2010). Robust against scaling, compression,
brightness and small marks; not against rotation or cropping.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from core.frame import Image

SAME_ORIGINAL = 6
"""Of 64 bits: pictures that differ in at most so many are of one original."""
MIRROR_WIDTH = 12
"""Pixels on each side of a mirror's line that are compared."""
MIRROR_NOISE = 0.3
"""Difference across the line, as share of the texture beside it, below which it is a mirror."""
MIRROR_TEXTURE = 3.0
"""Grey levels from pixel to pixel; plain edges look mirrored everywhere."""


def perceptual_hash(image: Image) -> int:
    """64 bits of a (H, W, 3) uint8 BGR picture."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = cv2.dct(small)[:8, :8].flatten()
    bits = low > np.median(low)
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def group_originals(hashes: Sequence[int]) -> NDArray[np.intp]:
    """(N,) group number of each picture: the row of the first picture of the same original."""
    words = np.array(hashes, np.uint64)
    group = np.arange(len(words))
    for row, word in enumerate(words):
        near = np.flatnonzero(np.bitwise_count(words[:row] ^ word) <= SAME_ORIGINAL)
        roots = {int(group[other]) for other in near}
        if roots:
            first = min(roots)
            group[np.isin(group, list(roots))] = first
            group[row] = first
    return group


def has_mirrored_edge(image: Image) -> bool:
    """Whether a side of the picture was filled up with a mirror image of what lies beside it.

    Such people stand on their heads, or twice; nobody labels them.
    """
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
    return any(_mirrored_on_the_left(np.rot90(grey, turns)) for turns in range(4))


def _mirrored_on_the_left(grey: NDArray[np.float32]) -> bool:
    height, width = grey.shape
    # Eighty bands are enough to tell, and keep every column where it is.
    grey = cv2.resize(grey, (width, min(height, 80)), interpolation=cv2.INTER_AREA)
    texture = np.abs(np.diff(grey, axis=1)).mean(axis=0)
    for line in range(MIRROR_WIDTH, width // 3):
        before = grey[:, line - MIRROR_WIDTH : line][:, ::-1]
        for start in (line, line + 1):  # mirrors repeat the pixel on their line, or do not
            beside = slice(start, start + MIRROR_WIDTH)
            rough = float(texture[beside].mean())
            difference = float(np.abs(before - grey[:, beside]).mean())
            if rough >= MIRROR_TEXTURE and difference < MIRROR_NOISE * rough:
                return True
    return False
