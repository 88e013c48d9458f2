"""In which light a picture was taken."""

import cv2

from core.frame import Image
from core.view import Light

COLOUR = 4.0
"""Mean difference of the channels, grey levels, above which a picture has colour."""
DIM = 60.0
"""Mean grey level below which a coloured picture is dim."""


def has_colour(image: Image) -> bool:
    """Whether the picture, (H, W, 3) uint8 BGR, is a coloured one; infrared has none."""
    blue, green, red = cv2.split(image)
    return cv2.mean(cv2.absdiff(blue, green))[0] + cv2.mean(cv2.absdiff(green, red))[0] > COLOUR


def light_of(image: Image) -> Light:
    """Of a picture, (H, W, 3) uint8 BGR, from every eighth pixel."""
    thinned = image[::8, ::8]
    if not has_colour(thinned):
        return Light.INFRARED
    return Light.DIM if float(thinned.mean()) < DIM else Light.BRIGHT
