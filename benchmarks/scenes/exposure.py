"""What the light and the sensor make of a rendered picture: window light, infrared, noise."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.scenes.stage import View

Array = NDArray[np.float64]
Picture = NDArray[np.float32]
SUN = (0.35, 0.30, -1.0)
"""Direction of the light through the roof's window."""
WALL_Y = 3.1
"""Of the set with the exit."""
SHADOW_Z = 4.5
"""Height of what throws the shadows, metres."""
GAMMA = 2.2


class WindowLight:
    """Sun through a window in the roof, with shadows that wander: branches, a lorry, clouds.

    Light adds up: each pixel has the picture without the sun, and of what the sun adds the part
    that nothing holds back on its way to the pixel's place on floor or wall.
    """

    def __init__(self, view: View) -> None:
        rays, place = view.rays(), np.array(view.place)
        with np.errstate(divide="ignore", invalid="ignore"):
            floor = np.where(rays[..., 2] < 0, -place[2] / rays[..., 2], np.inf)
            wall = np.where(rays[..., 1] > 0, (WALL_Y - place[1]) / rays[..., 1], np.inf)
        ground = place + rays * np.minimum(np.minimum(floor, wall), 60.0)[..., None]
        up = (SHADOW_Z - ground[..., 2]) / -SUN[2]
        self._x = ground[..., 0] - SUN[0] * up
        self._y = ground[..., 1] - SUN[1] * up

    def shine(self, dark: Picture, lit: Picture, t: float) -> Picture:
        """(H, W, 3) of second ``t``; dark, lit: the set without and with the sun."""
        share = (self._sun(t) * (0.65 + 0.35 * np.sin(0.11 * t)))[..., None]
        linear = (dark / 255) ** GAMMA
        linear += ((lit / 255) ** GAMMA - linear) * share
        return np.asarray(255 * np.clip(linear, 0, 1) ** (1 / GAMMA), np.float32)

    def _sun(self, t: float) -> Array:
        """(H, W) share of the sun, 0..1."""
        lorry = (0.45 * t) % 22.0 - 11.0
        away = np.abs(self._x - lorry) - 1.1
        branches = np.sin(3.1 * self._x + 0.5 * np.sin(0.8 * t)) * np.sin(
            2.4 * self._y + 0.6 * np.sin(0.6 * t + 1)
        )
        free: Array = np.clip(away / 0.15, 0, 1) * np.clip((0.55 - branches) / 0.2, 0, 1)
        return free


def infrared(picture: Picture) -> Picture:
    """(H, W, 3) as the camera shows it at night: grey, cloth and skin bright, colours gone."""
    grey = picture @ np.array([0.15, 0.25, 0.60], np.float32)
    return np.repeat(grey[..., None], 3, axis=2)


def noisy(picture: Picture, noise: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """With sensor noise of so many grey levels: stronger in the dark, a little smoothed as a
    camera's own filter does."""
    grain = rng.normal(0.0, 1.0, picture.shape[:2]).astype(np.float32)
    grain = cv2.GaussianBlur(grain, (0, 0), 0.7) * 2.2 * noise
    shade = 1.25 - picture.mean(axis=2) / 400
    return np.clip(picture + (grain * shade)[:, :, None], 0, 255).astype(np.uint8)
