"""Pictures of a corridor, drawn with NumPy: a textured floor, sensor noise, things on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 320, 240
PASSAGE = [(0.3, 0.4), (0.7, 0.4), (0.9, 0.95), (0.1, 0.95)]
"""The floor between the walls, 60 % of the picture wide in the middle, the near end below."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Thing:
    """A box on the floor. x, y, width, height: pixels of its front. level: its grey.
    texture: how much its pattern varies, grey levels."""

    x: int
    y: int
    width: int
    height: int
    level: float = 60.0
    texture: float = 15.0

    def draw(self, canvas: Floats) -> None:
        random = np.random.default_rng(self.width * 1000 + self.height)
        pattern = random.normal(self.level, self.texture, (self.height, self.width))
        pattern = cv2.GaussianBlur(pattern.astype(np.float32), (0, 0), 1.2)
        pattern[:2] -= 30
        pattern[-2:] -= 30
        x1, x2 = np.clip([self.x, self.x + self.width], 0, WIDTH)
        y1, y2 = np.clip([self.y, self.y + self.height], 0, HEIGHT)
        canvas[y1:y2, x1:x2] = pattern[y1 - self.y : y2 - self.y, x1 - self.x : x2 - self.x]

    @property
    def box(self) -> tuple[float, float, float, float]:
        return (self.x, self.y, self.x + self.width, self.y + self.height)


CARTON = Thing(x=110, y=130, width=90, height=70)
"""Takes about two fifths of the passage's width."""


def _floor() -> Floats:
    random = np.random.default_rng(1)
    fine = cv2.GaussianBlur(random.normal(0, 40, (HEIGHT, WIDTH)).astype(np.float32), (0, 0), 1.5)
    coarse = cv2.GaussianBlur(random.normal(0, 150, (HEIGHT, WIDTH)).astype(np.float32), (0, 0), 9)
    floor = np.float32(115) + fine + coarse
    floor[::24] -= 25
    floor[:, ::40] -= 25
    return floor


FLOOR = _floor()
PLAIN_FLOOR = np.full((HEIGHT, WIDTH), 115, np.float32)
NOISE = np.random.default_rng(2).normal(0, 1, (16, HEIGHT, WIDTH)).astype(np.float32)


def picture(
    timestamp: float,
    things: Sequence[Thing] = (),
    *,
    gain: float | Floats = 1.0,
    gamma: float = 1.0,
    noise: float = 3.0,
    floor: Floats = FLOOR,
) -> NDArray[np.uint8]:
    """(240, 320, 3) uint8. gain: of the light, everywhere or per pixel. noise: of the sensor, in
    grey levels; the same moment has the same noise."""
    canvas = floor.copy()
    for thing in things:
        thing.draw(canvas)
    canvas = np.clip(canvas, 0, 255) * np.float32(gain)
    if gamma != 1.0:
        canvas = 255 * (np.clip(canvas, 0, 255) / 255) ** np.float32(gamma)
    canvas += noise * NOISE[round(timestamp * 1000) * 7 // 100 % len(NOISE)]
    grey = np.clip(canvas, 0, 255).astype(np.uint8)
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR).astype(np.uint8)


def shadow(at: float, width: float = 60.0, depth: float = 0.15) -> Floats:
    """Gain of a soft dark band around the column `at`."""
    columns = np.arange(WIDTH, dtype=np.float32)
    band = depth * np.exp(-(((columns - at) / width) ** 2))
    return np.tile(1.0 - band, (HEIGHT, 1)).astype(np.float32)
