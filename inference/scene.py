"""What a camera is known to show: is it still that, and has the camera been moved?

A small grey picture is compared with the learned one, block by block. Textures survive a change of
light, and tell a moved camera (other textures) from a covered, sprayed or defocused one (none). A
black picture is looked at in darkness.py.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from core.frame import Frame
from core.view import CLEAR_VIEW, View, ViewState
from inference.darkness import Darkness
from inference.light import has_colour

EVERY_S = 2.0
"""How often it looks; between two looks the last answer holds."""
LEARN_S = 10.0
"""Time that a view is watched before it is known."""
FOLLOW_S = 300.0
"""Time constant with which the known view follows the light."""
FOLLOW_EVERY_S = 20.0
"""How often it does."""
BLOCK_PX = 10
WIDTH, HEIGHT = 16 * BLOCK_PX, 9 * BLOCK_PX
DARK = 10.0
"""Median grey level below which a picture without its textures is black."""
TEXTURE = 3.0
"""Deviation in grey levels above which a block has texture."""
SAME = 0.4
"""Correlation above which a block shows what it did."""
LEAST_SAME = 0.2
"""Share of the blocks that must, or the camera looks elsewhere."""
MOSTLY_SAME = 0.75
"""Share from which the view is the known one without a second witness."""
LEAST_HELD = 0.55
"""Response of the phase correlation of the blocks that look the same, below which they are only
alike: walls and floors go on in the same direction beyond the edge of the picture."""
FLAT = 0.25
"""Energy of the fine texture, against the known one in this light, below which it is lost."""
MOST_FLAT = 0.7
"""Share of blocks with lost texture from which the view is obscured."""
LEAST_TEXTURED = 0.1
"""Share of the picture that needs texture for an answer at all."""
LEAST_INFRARED = 0.5
"""Share of the picture with texture from which a view without colours is infrared for sure."""
STEADY = 3
"""Looks in a row that must agree before the answer changes."""
FARTHEST = 0.05
"""Share of the picture's width up to which a moved camera is followed."""
LEAST_RESPONSE = 0.3
"""Of the phase correlation; below it a shift is a guess."""
STILL = 0.3
"""Pixels of the small picture; a smaller shift is none."""

DARK_VIEW = View(ViewState.DARK, (0.0, 0.0))
OBSCURED_VIEW = View(ViewState.OBSCURED, (0.0, 0.0))
MOVED_VIEW = View(ViewState.MOVED, (0.0, 0.0))

Grey = NDArray[np.float32]
Mask = NDArray[np.bool_]

_WINDOW: Grey = cv2.createHanningWindow((WIDTH, HEIGHT), cv2.CV_32F)


class Scene:
    """One camera's view; one known picture for colour and one for infrared."""

    def __init__(self) -> None:
        self._known: dict[bool, _Known] = {}
        self._darkness = Darkness()
        self._looked_at = -np.inf
        self._view = CLEAR_VIEW
        self._next = CLEAR_VIEW
        self._agreed = 0

    def look(self, frame: Frame, people: NDArray[np.float32]) -> View:
        """How this picture compares. people: (N, 4) boxes, pixels, that hide a part of the view."""
        passed = frame.timestamp - self._looked_at
        if 0 <= passed < EVERY_S:
            return self._view
        self._looked_at = frame.timestamp
        # Four pixels for each of the small picture tell as much as all, and cost less.
        thinned = cv2.resize(frame.image, (2 * WIDTH, 2 * HEIGHT), interpolation=cv2.INTER_NEAREST)
        small = cv2.resize(thinned, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float32)
        passed = min(max(passed, 0.0), 2 * EVERY_S)
        hidden = _hidden(people, frame.width, frame.height)
        self._settle(self._judge(frame, grey, hidden, has_colour(small), passed))
        return self._view

    def _judge(self, frame: Frame, grey: Grey, hidden: Mask, colour: bool, passed_s: float) -> View:
        known = self._known.get(colour)
        if known is None:
            if np.median(grey) < DARK:
                return self._in_the_dark(frame)
            other = self._known.get(not colour)
            if other is not None and other.is_known and _is_paint(other, grey):
                return OBSCURED_VIEW
            known = self._known[colour] = _Known(grey.copy())
        grey = np.where(hidden, known.picture, grey)
        if not known.is_known:
            known.learn(grey, passed_s)
            return CLEAR_VIEW
        view = self._compare(frame, known, grey)
        if view.state is ViewState.CLEAR:
            self._darkness.see_light(_blocks(known.picture), float(grey.mean()), frame.timestamp)
        if view.state is ViewState.CLEAR and np.hypot(*view.shift) < STILL / WIDTH:
            known.follow(grey, passed_s)
        return view

    def _in_the_dark(self, frame: Frame) -> View:
        if self._darkness.is_covered(frame, (WIDTH, HEIGHT)):
            return OBSCURED_VIEW
        return DARK_VIEW

    def _compare(self, frame: Frame, known: "_Known", grey: Grey) -> View:
        lost = known.lost(grey)
        if np.isnan(lost):
            return CLEAR_VIEW
        if lost < MOST_FLAT:
            shift = self._shift(known, grey)
            if shift != (0.0, 0.0) and known.shows(_moved(grey, shift)):
                return View(ViewState.CLEAR, shift)
            if known.shows(grey):
                return CLEAR_VIEW
        if np.median(grey) < DARK:
            return self._in_the_dark(frame)
        return OBSCURED_VIEW if lost >= MOST_FLAT else MOVED_VIEW

    def _shift(self, known: "_Known", grey: Grey) -> tuple[float, float]:
        """Of a camera that was moved a little; none where it is a guess."""
        x, y, response = _displacement(known.picture, grey)
        x, y = x / WIDTH, y / HEIGHT
        small = np.hypot(x, y) >= STILL / WIDTH and max(abs(x), abs(y)) <= FARTHEST
        return (x, y) if response >= LEAST_RESPONSE and small else (0.0, 0.0)

    def _settle(self, seen: View) -> None:
        """Somebody who walks by is no other view: several looks must agree. A shift counts at once,
        since the blocks were found again where it says."""
        self._agreed = self._agreed + 1 if seen.state is self._next.state else 1
        self._next = seen
        if self._agreed >= STEADY or seen.state is self._view.state:
            self._view = seen
        else:
            self._view = replace(self._view, sure=False)
        if self._agreed >= STEADY and seen.state is ViewState.DARK:
            self._darkness.accept()


class _Known:
    """A view that was watched. picture: (HEIGHT, WIDTH) float32 grey."""

    def __init__(self, picture: Grey) -> None:
        self.watched_s = self._unfollowed_s = 0.0
        self._take(picture)

    @property
    def is_known(self) -> bool:
        """Whether it was watched for long enough."""
        return self.watched_s >= LEARN_S

    def learn(self, grey: Grey, passed_s: float) -> None:
        """The mean of the first pictures: whoever walks by is not in it for long."""
        self.watched_s += passed_s
        self._take(self.picture + (grey - self.picture) * (passed_s / max(self.watched_s, 1e-6)))

    def follow(self, grey: Grey, passed_s: float) -> None:
        """Lets the known picture follow the light and the season."""
        self._unfollowed_s += passed_s
        if self._unfollowed_s >= FOLLOW_EVERY_S:
            share = np.float32(1 - np.exp(-self._unfollowed_s / FOLLOW_S))
            self._unfollowed_s = 0.0
            self._take(self.picture + (grey - self.picture) * share)

    def lost(self, grey: Grey) -> float:
        """Share of the textured blocks whose fine texture is gone; not a number where too few have
        any."""
        if self._textured.mean() < LEAST_TEXTURED:
            return np.nan
        light = (grey.mean() + 1.0) / (self.picture.mean() + 1.0)
        flat = _fineness(grey) < np.sqrt(FLAT) * min(light, 1.0) * self._fineness
        return float(flat[self._textured].mean())

    def shows(self, grey: Grey) -> bool:
        """Whether a picture shows this view, at this place."""
        same = self._same(grey)
        share = float(same[self._textured].mean())
        if share < LEAST_SAME or share >= MOSTLY_SAME:
            return share >= MOSTLY_SAME
        size = (WIDTH, HEIGHT)
        weight = cv2.resize(same.astype(np.float32), size, interpolation=cv2.INTER_NEAREST)
        weight = np.asarray(cv2.GaussianBlur(weight, (0, 0), BLOCK_PX / 5), np.float32)
        x, y, response = _displacement(_detail(self.picture) * weight, _detail(grey) * weight)
        return response >= LEAST_HELD and np.hypot(x, y) < 1.0

    def _same(self, grey: Grey) -> Mask:
        """(9, 16) bool: textured blocks that look as they did."""
        now, strength = _texture(_blocks(grey)[self._textured])
        alike = np.einsum("np,np->n", self._texture, now) / now.shape[1]
        same: Mask = np.zeros(self._textured.shape, bool)
        same[self._textured] = alike > SAME * np.maximum(self._strength * strength, TEXTURE / 4)
        return same

    def _take(self, picture: Grey) -> None:
        self.picture, self._fineness = picture, _fineness(picture)
        blocks = _blocks(picture)
        self._textured = blocks.std(axis=2) > TEXTURE
        self._texture, self._strength = _texture(blocks[self._textured])


def _texture(blocks: Grey) -> tuple[Grey, Grey]:
    """Of (N, BLOCK_PX²): their pixels without their means, and their deviations (N,)."""
    texture = blocks - blocks.mean(axis=1, keepdims=True)
    return texture, np.sqrt(np.einsum("np,np->n", texture, texture) / texture.shape[1])


def _is_paint(known: "_Known", grey: Grey) -> bool:
    """Paint takes the colours away as infrared does, but the textures with them."""
    textured = _blocks(grey).std(axis=2) > TEXTURE
    return known.lost(grey) >= MOST_FLAT and bool(textured.mean() < LEAST_INFRARED)


def _displacement(then: Grey, now: Grey) -> tuple[float, float, float]:
    """Right and down, pixels, and the response of the phase correlation."""
    # OpenCV multiplies its arguments by the window where their size suits it: give it copies.
    (x, y), response = cv2.phaseCorrelate(then.copy(), now.copy(), _WINDOW)
    return x, y, response


def _detail(grey: Grey) -> Grey:
    """Without the light, which changes over longer distances."""
    return np.asarray(grey - cv2.GaussianBlur(grey, (0, 0), BLOCK_PX / 2), np.float32)


def _fineness(grey: Grey) -> Grey:
    """(9, 16) strength of the fine texture, by block."""
    fine = np.abs(cv2.Laplacian(grey, cv2.CV_32F))
    size = (WIDTH // BLOCK_PX, HEIGHT // BLOCK_PX)
    return np.asarray(cv2.resize(fine, size, interpolation=cv2.INTER_AREA), np.float32)


def _blocks(grey: Grey) -> NDArray[np.float32]:
    """(9, 16, BLOCK_PX²)"""
    rows, columns = HEIGHT // BLOCK_PX, WIDTH // BLOCK_PX
    parts = grey.reshape(rows, BLOCK_PX, columns, BLOCK_PX).transpose(0, 2, 1, 3)
    return parts.reshape(rows, columns, BLOCK_PX * BLOCK_PX)


def _hidden(people: NDArray[np.float32], width: int, height: int) -> Mask:
    """(HEIGHT, WIDTH) bool: pixels of the small picture behind people."""
    hidden = np.zeros((HEIGHT, WIDTH), bool)
    scale = np.array([WIDTH / width, HEIGHT / height] * 2)
    for x1, y1, x2, y2 in np.clip(people * scale, 0, None).astype(int).tolist():
        hidden[y1 : y2 + 1, x1 : x2 + 1] = True
    return hidden


def _moved(grey: Grey, shift: tuple[float, float]) -> Grey:
    """The picture moved back by a shift."""
    matrix = np.array([[1, 0, -shift[0] * WIDTH], [0, 1, -shift[1] * HEIGHT]], np.float32)
    moved = cv2.warpAffine(grey, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)
