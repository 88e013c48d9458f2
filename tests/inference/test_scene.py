"""What a camera is known to show: is it still that, and has the camera been moved?"""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from drawn_corridor import CARTON, HEIGHT, WIDTH, Thing, picture
from numpy.typing import NDArray

from core.frame import Frame, Image
from core.view import View, ViewState
from inference.scene import Scene

Picture = Callable[[float], Image]
NOBODY = np.zeros((0, 4), np.float32)


def views(
    later: Picture,
    *,
    known_s: float = 30,
    seconds: float = 30,
    people: NDArray[np.float32] = NOBODY,
) -> list[View]:
    """What is said of later pictures, after the corridor was watched for a while."""
    scene = Scene()
    for t in np.arange(0, known_s, 0.5):
        scene.look(Frame("gate", 0, float(t), picture(t)), NOBODY)
    return [
        scene.look(Frame("gate", 0, float(t), later(t)), people)
        for t in np.arange(known_s, known_s + seconds, 0.5)
    ]


def blurred(sigma: float) -> Picture:
    return lambda t: np.asarray(cv2.GaussianBlur(picture(t), (0, 0), sigma), np.uint8)


def turned(right: int, down: int) -> Picture:
    """The camera was moved, so that all things lie elsewhere."""
    return lambda t: np.roll(picture(t), (down, right), axis=(0, 1))


def plain(level: int) -> Picture:
    return lambda _: np.full((HEIGHT, WIDTH, 3), level, np.uint8)


@pytest.mark.parametrize("later", [plain(120), plain(230), plain(40), blurred(4), blurred(8)])
def test_covered_sprayed_or_out_of_focus(later: Picture) -> None:
    """A hand, paint, or a turned lens: within some seconds the view is obscured."""
    found = views(later)
    assert found[0].state is ViewState.CLEAR
    assert [v.state for v in found[-20:]] == [ViewState.OBSCURED] * 20
    first = next(i for i, v in enumerate(found) if v.state is ViewState.OBSCURED)
    assert first * 0.5 <= 8


@pytest.mark.parametrize(
    "later",
    [
        lambda t: picture(t, gain=0.15),
        lambda t: picture(t, gain=1.5),
        lambda t: picture(t, gamma=1.8),
        lambda t: picture(t, gain=0.4 if int(t) % 2 else 1.2),
        lambda t: picture(t, noise=12.0),
        lambda t: picture(t, [CARTON]),
        lambda t: picture(t, [Thing(0, 0, 200, 240, level=90, texture=30)]),
    ],
    ids=["lights off", "lights on", "exposure", "flicker", "noise", "carton", "lorry"],
)
def test_light_and_things_are_no_other_view(later: Picture) -> None:
    """Whatever the light does and whatever stands in it, the camera shows what it did."""
    assert {v.state for v in views(later)} == {ViewState.CLEAR}


def test_light_that_goes_slowly_is_dark() -> None:
    """Within a minute nothing is left of it: neither covered nor moved."""
    dusk = views(lambda t: picture(t, gain=max(0.0, (80 - t) / 50) ** 2), seconds=90)
    assert dusk[-1].state is ViewState.DARK
    assert ViewState.OBSCURED not in {view.state for view in dusk}


@pytest.mark.parametrize(("right", "down"), [(4, 0), (10, 3), (-8, -4), (0, 6)])
def test_a_small_shift_is_followed(right: int, down: int) -> None:
    """Up to a twentieth of the picture: the shift is known to half a pixel."""
    view = views(turned(right, down))[-1]
    assert view.state is ViewState.CLEAR
    assert view.shift[0] * WIDTH == pytest.approx(right, abs=1.0)
    assert view.shift[1] * HEIGHT == pytest.approx(down, abs=1.0)


def test_a_large_shift_is_another_view() -> None:
    """Turned away by a quarter of the picture, until it is turned back."""
    scene = Scene()
    said = []
    for t in np.arange(0, 90, 0.5):
        image = turned(80, 30)(t) if 30 <= t < 60 else picture(t)
        said.append(scene.look(Frame("gate", 0, float(t), image), NOBODY).state)
    assert said[100:120] == [ViewState.MOVED] * 20
    assert said[-10:] == [ViewState.CLEAR] * 10


def along_a_wall(seed: int) -> Image:
    """Wall, skirting, lines on the floor go on alike; what stands along the wall does not."""
    rows = np.interp(np.arange(HEIGHT), [0, 99, 100, 119, 120, 239], [190, 170, 60, 70, 120, 90])
    rows[150:160] = rows[200:212] = 210
    canvas = np.tile(rows[:, None], (1, WIDTH)).astype(np.float32)
    random = np.random.default_rng(seed)
    for x in random.integers(0, WIDTH - 40, 6).tolist():
        y, level = int(random.integers(0, HEIGHT - 60)), float(random.integers(20, 240))
        canvas[y : y + 50, x : x + 24] = level + random.normal(0, 20, (50, 24))
    return np.repeat(np.clip(canvas, 0, 255)[..., None], 3, axis=2).astype(np.uint8)


def test_walls_and_floors_that_go_on_alike_hide_no_turn() -> None:
    """Half of the picture looks as it did after the camera was turned along a wall. It is another
    view all the same, is not learned in ten minutes, and the old one is known when it comes back.
    """
    scene, said = Scene(), []
    for t in np.arange(0, 700, 1.0):
        image = along_a_wall(2 if 30 <= t < 660 else 1)
        said.append(scene.look(Frame("gate", 0, float(t), image), NOBODY))
    assert {view.state for view in said[40:660]} == {ViewState.MOVED}
    assert said[-1] == View(ViewState.CLEAR, (0.0, 0.0))


def test_until_another_view_is_sure_it_says_that_it_is_not() -> None:
    """From the first look that sees something else nobody can be sure of the view."""
    found = views(turned(80, 30), seconds=10)
    first = next(i for i, view in enumerate(found) if view.state is ViewState.MOVED)
    assert first > 0
    assert {view.sure for view in found[4:first]} == {False}
    assert found[first].sure


def test_a_small_shift_counts_at_once() -> None:
    """The next look finds it; nothing is judged at the old place for longer."""
    assert views(turned(10, 3))[4].shift[0] * WIDTH == pytest.approx(10, abs=1.0)


def test_infrared_is_a_view_of_its_own() -> None:
    """When a camera changes to infrared the picture loses its colours and looks otherwise; that is
    no tampering, and what it shows by night is learned beside the day."""
    floor = np.random.default_rng(5).normal(120, 30, (HEIGHT, WIDTH)).astype(np.float32)
    night = cv2.GaussianBlur(floor, (0, 0), 2) * 1.0

    def later(t: float) -> Image:
        grey = np.clip(night + np.random.default_rng(int(t * 10)).normal(0, 2, night.shape), 0, 255)
        return np.repeat(grey[..., None], 3, axis=2).astype(np.uint8)

    def coloured(t: float) -> Image:
        return np.clip(picture(t) * np.array([0.7, 1.0, 1.2]), 0, 255).astype(np.uint8)

    scene, said = Scene(), []
    for t in np.arange(0, 120, 0.5):
        image = later(t) if 40 <= t < 80 else coloured(t)
        said.append(scene.look(Frame("gate", 0, float(t), image), NOBODY).state)
    assert set(said) == {ViewState.CLEAR}


def test_a_crowd_before_the_camera_is_no_tampering() -> None:
    """People who fill most of the picture are left out."""
    man = Thing(0, 20, 250, 220, level=60, texture=3)
    box = np.array([man.box], np.float32)
    assert {v.state for v in views(lambda t: picture(t, [man]), people=box)} == {ViewState.CLEAR}


def test_who_walks_by_is_no_other_view() -> None:
    """Something large that passes in four seconds changes no answer."""

    def later(t: float) -> Image:
        x = int(-300 + 150 * (t - 35))
        return picture(t, [Thing(x, 0, 300, 240, level=70, texture=2)])

    assert {v.state for v in views(later)} == {ViewState.CLEAR}


def test_a_replay_gives_the_same() -> None:
    """Bit for bit."""
    assert views(turned(7, 2)) == views(turned(7, 2))
