"""Makes stock photographs look like the pictures of ordinary site cameras.

Each effect takes and gives (H, W, 3) uint8 BGR of the same size and moves nothing, so boxes stay
as they are. The wide-angle lens, which moves things, is in `models/lens.py`.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Effect = Callable[[Image, np.random.Generator], Image]


def motion_blur(image: Image, random: np.random.Generator) -> Image:
    """A line of 3 to 9 pixels in any direction, as of a slow shutter."""
    length = int(random.integers(3, 10))
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1.0
    middle = (length - 1) / 2
    turn = cv2.getRotationMatrix2D((middle, middle), float(random.uniform(0, 180)), 1.0)
    kernel = cv2.warpAffine(kernel, turn, (length, length))
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), np.uint8)


def defocus(image: Image, random: np.random.Generator) -> Image:
    """A lens that is slightly out of focus."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), float(random.uniform(0.6, 1.8))), np.uint8)


def low_resolution(image: Image, random: np.random.Generator) -> Image:
    """A substream, scaled up again: 35 to 80 % of the size."""
    height, width = image.shape[:2]
    scale = float(random.uniform(0.35, 0.8))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height)), np.uint8)


def jpeg(image: Image, random: np.random.Generator) -> Image:
    """Blocks and ringing of strong JPEG compression, quality 12 to 50."""
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(12, 51))]
    _, content = cv2.imencode(".jpg", image, quality)
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR), np.uint8)


def video_codec(image: Image, random: np.random.Generator) -> Image:
    """What H.264 at a low bit rate leaves: flat 8 x 8 blocks, colours at quarter resolution.

    Each block of luma keeps its lowest frequencies only.
    """
    kept = int(random.integers(2, 5))
    height, width = image.shape[:2]
    luma, *chroma = cv2.split(cv2.cvtColor(image, cv2.COLOR_BGR2YCrCb))
    small = [cv2.resize(c, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA) for c in chroma]
    blocks = _blockwise(luma, kept)
    merged = cv2.merge([blocks, *(cv2.resize(c, (width, height)) for c in small)])
    return np.asarray(cv2.cvtColor(merged, cv2.COLOR_YCrCb2BGR), np.uint8)


def low_light(image: Image, random: np.random.Generator) -> Image:
    """A fifth to a half of the light, with sensor noise that shows because of the gain."""
    light = float(random.uniform(0.2, 0.5))
    noise = random.normal(0, float(random.uniform(4, 14)), image.shape).astype(np.float32)
    return np.asarray(np.clip(image.astype(np.float32) * light + noise, 0, 255), np.uint8)


def infrared(image: Image, random: np.random.Generator) -> Image:
    """A camera at night with its own lamp: grey, bright in the middle, dark at the edges."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
    height, width = grey.shape
    y, x = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    lamp = np.clip(1.25 - float(random.uniform(0.4, 0.8)) * (x * x + y * y), 0.1, 1.2)
    noisy = grey * lamp + random.normal(0, 6, grey.shape)
    return np.asarray(cv2.cvtColor(np.clip(noisy, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR))


def backlight(image: Image, random: np.random.Generator) -> Image:
    """A bright side, as of a hall's open gate, that takes contrast from everything."""
    side = np.linspace(0, float(random.uniform(60, 140)), image.shape[1], dtype=np.float32)
    glare = side[::-1] if random.random() < 0.5 else side
    return np.asarray(np.clip(image * 0.85 + glare[None, :, None], 0, 255), np.uint8)


def rain(image: Image, random: np.random.Generator) -> Image:
    """Fine bright streaks that all fall the same way."""
    height, width = image.shape[:2]
    streaks = np.zeros((height, width), np.uint8)
    lean, length = float(random.uniform(-0.3, 0.3)), int(random.integers(8, 25))
    for _ in range(int(random.integers(60, 250))):
        x, y = int(random.integers(0, width)), int(random.integers(0, height))
        cv2.line(streaks, (x, y), (int(x + lean * length), y + length), 180, 1, cv2.LINE_AA)
    soft = cv2.GaussianBlur(streaks, (3, 3), 0).astype(np.float32)[..., None]
    return np.asarray(np.clip(image * 0.92 + soft * 0.5, 0, 255), np.uint8)


def dirty_lens(image: Image, random: np.random.Generator) -> Image:
    """Some large soft spots, of drops or dust close to the lens."""
    height, width = image.shape[:2]
    mask = np.zeros((height, width), np.float32)
    for _ in range(int(random.integers(2, 8))):
        centre = int(random.integers(0, width)), int(random.integers(0, height))
        cv2.circle(mask, centre, int(random.integers(6, max(8, width // 14))), 1.0, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), 6)[..., None] * float(random.uniform(0.3, 0.7))
    veil = cv2.GaussianBlur(image, (0, 0), 9).astype(np.float32) * 0.7 + 40
    return np.asarray(np.clip(image * (1 - mask) + veil * mask, 0, 255), np.uint8)


EFFECTS: tuple[tuple[float, Effect], ...] = (
    (0.10, low_light),
    (0.08, infrared),
    (0.06, backlight),
    (0.05, rain),
    (0.05, dirty_lens),
    (0.12, motion_blur),
    (0.10, defocus),
    (0.25, low_resolution),
    (0.15, video_codec),
    (0.20, jpeg),
)
"""How often each one is used, in the order in which they happen: scene, lens, sensor, encoder."""


def camera_look(image: Image, random: np.random.Generator) -> Image:
    """A picture after some of the effects; about a quarter of the pictures stay as they are."""
    for share, effect in EFFECTS:
        if random.random() < share:
            image = effect(image, random)
    return image


def _blockwise(luma: Image, kept: int) -> Image:
    """Keeps the `kept` x `kept` lowest frequencies of each 8 x 8 block."""
    height, width = luma.shape
    padded = cv2.copyMakeBorder(luma, 0, -height % 8, 0, -width % 8, cv2.BORDER_REPLICATE)
    rows, columns = padded.shape[0] // 8, padded.shape[1] // 8
    blocks = padded.reshape(rows, 8, columns, 8).swapaxes(1, 2).astype(np.float32)
    low = _low_pass(kept)
    smooth = low @ blocks @ low.T
    whole = smooth.swapaxes(1, 2).reshape(padded.shape)
    return np.asarray(np.clip(whole[:height, :width], 0, 255), np.uint8)


def _low_pass(kept: int) -> NDArray[np.float32]:
    """(8, 8): to DCT-II, keep the lowest frequencies, and back."""
    k, n = np.mgrid[0:8, 0:8]
    basis = np.sqrt(2 / 8) * np.cos(np.pi * (2 * n + 1) * k / 16)
    basis[0] /= np.sqrt(2)
    return np.asarray(basis[:kept].T @ basis[:kept], np.float32)
