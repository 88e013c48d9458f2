"""Pictures of the rendered demo site, and what happens to a camera's lens and light."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

import service
from core.frame import Image

DEMO = Path(service.__file__).with_name("demo")
CAMERAS = ("gate", "press", "exit")
Floats = NDArray[np.floating]
Change = Callable[[Floats, float], Floats]
"""Of a picture, seconds after it began."""


@cache
def footage(camera: str) -> list[Image]:
    """One picture for each of the first 20 s, (H, W, 3) uint8 BGR, 960 pixels wide at most."""
    pictures: list[Image] = []
    with av.open(str(DEMO / f"{camera}.mp4")) as file:
        for frame in file.decode(video=0):
            assert frame.time is not None
            if frame.time >= len(pictures):
                image = frame.to_ndarray(format="bgr24")
                scale = min(1.0, 960 / image.shape[1])
                pictures.append(np.asarray(cv2.resize(image, None, fx=scale, fy=scale), np.uint8))
            if len(pictures) == 20:
                break
    return pictures


@cache
def _noise(shape: tuple[int, ...], seed: int) -> Floats:
    return np.random.default_rng(seed).normal(0, 1, shape).astype(np.float32)


def shown(camera: str, t: float, change: Change | None = None, noise: float = 1.5) -> Image:
    """The picture at a second, changed, with the noise and the compression of a camera."""
    pictures = footage(camera)
    image = pictures[int(t) % len(pictures)].astype(np.float32)
    if change is not None:
        image = change(image, t)
    noisy = np.clip(image + noise * _noise(image.shape, int(t) % 7), 0, 255).astype(np.uint8)
    _, jpeg = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 70])
    return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8)


def covered(image: Floats, _: float) -> Floats:
    """Tape: no light at all."""
    return image * 0.0


def palm(image: Floats, _: float) -> Floats:
    """A hand: a faint even glow."""
    return image * 0.0 + np.array([1.0, 2.0, 6.0])


def nearly_covered(image: Floats, _: float) -> Floats:
    """Tape that leaves a strip at the right edge."""
    width = image.shape[1]
    kept = np.arange(width) > 0.85 * width
    return image * kept[None, :, None]


def painted(image: Floats, t: float) -> Floats:
    """A brush that blackens the lens from the left within three seconds."""
    width = image.shape[1]
    kept = np.arange(width) > width * t / 3
    return image * kept[None, :, None]


def sprayed(image: Floats, _: float) -> Floats:
    """Grey paint through which some light comes."""
    return 0.1 * cv2.GaussianBlur(image, (0, 0), 30) + 140.0


def defocused(image: Floats, _: float) -> Floats:
    """The lens was turned."""
    return cv2.GaussianBlur(image, (0, 0), 14)


def lights_out(gain: float) -> Change:
    """Of the light this share is left, everywhere."""
    return lambda image, _: image * gain


def one_lamp(image: Floats, _: float) -> Floats:
    """Only a sign at the brightest place of the picture still shines."""
    return _shine(image, 0.03)


def one_floodlight(image: Floats, _: float) -> Floats:
    """Only a lamp there still shines, and a hundredth of its light is scattered everywhere."""
    return np.maximum(_shine(image, 0.12), image * 0.01)


def _shine(image: Floats, radius: float) -> Floats:
    height, width = image.shape[:2]
    grey = cv2.GaussianBlur(image.mean(axis=2)[height // 8 : -height // 8], (0, 0), 8)
    y, x = np.unravel_index(int(grey.argmax()), grey.shape)
    rows, columns = np.mgrid[:height, :width]
    away = np.hypot(rows - y - height // 8, columns - x) / width
    return image * np.exp(-((away / radius) ** 2))[..., None]


def dusk(image: Floats, t: float) -> Floats:
    """The light goes within two minutes."""
    return image * max(0.0, 1 - t / 120) ** 2


def with_clock(change: Change | None) -> Change:
    """What the camera writes into its picture, whatever is before the lens."""

    def write(image: Floats, t: float) -> Floats:
        mask = np.zeros(image.shape, np.uint8)
        for text, y in (("2026-11-25 03:00:00", 30), ("CAMERA 01", image.shape[0] - 12)):
            cv2.putText(mask, text, (20, y), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (255, 255, 255), 2)
        return np.maximum(image if change is None else change(image, t), mask)

    return write
