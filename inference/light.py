"""In which light a picture was taken."""

import numpy as np

from core.frame import Image
from core.view import Light

COLOUR = 4.0
"""Mean difference of the channels, grey levels, above which a picture has colour."""
DIM = 60.0
"""Mean grey level below which a coloured picture is dim."""


def has_colour(image: Image) -> bool:
    """Whether the picture, (H, W, 3) uint8 BGR, is a coloured one; infrared has none."""
    blue, green, red = (image[..., i].astype(np.int16) for i in range(3))
    return bool((np.abs(blue - green) + np.abs(green - red)).mean() > COLOUR)


def light_of(image: Image) -> Light:
    """Of a picture, (H, W, 3) uint8 BGR, from every eighth pixel."""
    thinned = image[::8, ::8]
    if not has_colour(thinned):
        return Light.INFRARED
    return Light.DIM if float(thinned.mean()) < DIM else Light.BRIGHT
