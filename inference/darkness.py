"""A black picture: did the light go out, or was the lens covered?

Light that goes out takes its time, or leaves something: a lamp, a window, a glimmer in which the
old textures can be found under the noise. A cover leaves nothing, from one moment to the next;
where it leaves a gap, no light from there falls on what is black, as that of a lamp would.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from core.frame import Frame

LIT = 20.0
"""Mean grey level of a picture that was taken in the light, and of a block that is still lit."""
SUDDEN_S = 6.0
"""Seconds from the last picture in the light to the first black one; slower is dusk."""
GLIMMER = 0.1
"""Mean correlation of the textured blocks from which the old textures are still there."""
WEAKEST = 0.05
"""Deviation in grey levels below which a block is even."""
TEXTURE = 3.0
"""Deviation in grey levels above which a block had a texture in the light."""
MOST_LAMP = 8
"""Lit blocks of a lamp or a window that may leave no glimmer elsewhere: more light would."""
NEWEST = 0.5
"""Weight of the newest black picture: noise is averaged away."""

Grey = NDArray[np.float32]
Blocks = NDArray[np.float32]
"""(rows, columns, pixels of a block)"""


class Darkness:
    """Follows one camera from its last picture in the light."""

    def __init__(self) -> None:
        self._known: Blocks | None = None
        self._lit_at = -np.inf
        self._was_lit = False
        self._sudden: bool | None = None
        self._black: Grey | None = None

    def see_light(self, known: Blocks, brightness: float, timestamp: float) -> None:
        """The camera shows its known view. brightness: mean grey level of the picture."""
        self._known, self._lit_at, self._was_lit = known, timestamp, brightness >= LIT
        self._sudden, self._black = None, None

    def accept(self) -> None:
        """It is dark for good: what comes now, nobody can tell from it."""
        self._sudden = False

    def is_covered(self, frame: Frame, size: tuple[int, int]) -> bool:
        """Whether this black picture shows a covered lens. size: of the small picture, pixels."""
        if self._known is None:
            return False
        if self._sudden is None:
            soon = frame.timestamp - self._lit_at <= SUDDEN_S
            self._sudden = self._was_lit and soon
        if not self._sudden:
            return False
        # As many grey levels as there are pixels: a glimmer is fainter than one of them.
        grey = cv2.cvtColor(frame.image, cv2.COLOR_BGR2GRAY).astype(np.float32)
        small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float32)
        if self._black is None:
            self._black = small
        self._black += NEWEST * (small - self._black)
        return not _light_remains(self._known, _split(self._black, self._known.shape))


def _light_remains(then: Blocks, now: Blocks) -> bool:
    """Whether the black picture shows anything of what the camera is known to show."""
    # Cameras write clock and name into the upper and lower edge, whatever is before the lens.
    then, now = then[1:-1], now[1:-1]
    lit = now.mean(axis=2) > LIT
    if 0 < lit.sum() <= MOST_LAMP:
        return True
    textured = ~lit & (then.std(axis=2) > TEXTURE)
    if not textured.any():
        return True  # nothing is known that could be missing
    then, now = then[textured], now[textured]
    before, after = then.std(axis=1), now.std(axis=1)
    together = ((then - then.mean(axis=1, keepdims=True)) * now).mean(axis=1)
    alike = together / (before * np.maximum(after, WEAKEST))
    return bool(alike.mean() > GLIMMER)


def _split(grey: Grey, shape: tuple[int, ...]) -> Blocks:
    rows, columns, pixels = shape
    side = round(float(np.sqrt(pixels)))
    parts = grey.reshape(rows, side, columns, side).transpose(0, 2, 1, 3)
    return parts.reshape(rows, columns, pixels)
