"""Lengths on the floor, against a pinhole camera that looks at it."""

from math import dist, isnan

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.errors import Incomplete
from core.floor import FARTHEST, Floor, homography

PICTURE = [[0.2, 0.4], [0.8, 0.4], [1.0, 1.0], [0.0, 1.0]]
PLAN = [[0.1, 0.1], [0.5, 0.1], [0.5, 0.6], [0.1, 0.6]]
WIDTH_M, HEIGHT_M = 40.0, 25.0

Point = tuple[float, float]


def camera(height_m: float, down: float, roll: float) -> NDArray[np.float64]:
    """(3, 4) from metres on the site (z up) to the picture. It stands over (20, 24) and looks
    along -y; down, roll: radians."""
    look = np.array([[1, 0, 0], [0, 0, -1], [0, -1, 0]], np.float64)
    c, s = np.cos(down), np.sin(down)
    tilt = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    c, s = np.cos(roll), np.sin(roll)
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ tilt @ look
    lens = np.array([[0.9, 0, 0.5], [0, 1.6, 0.5], [0, 0, 1]])
    return np.asarray(lens @ turn @ np.c_[np.eye(3), [-20.0, -24.0, -height_m]])


def seen(through: NDArray[np.float64], place: Point) -> Point:
    x, y, w = through @ (*place, 0.0, 1.0)
    assert w > 0
    return x / w, y / w


def laid(through: NDArray[np.float64], places: list[Point]) -> Floor:
    """As a person lays it: four places of the plan, clicked in the picture."""
    picture = [seen(through, place) for place in places]
    plan = [[x / WIDTH_M, y / HEIGHT_M] for x, y in places]
    floor = Floor.of(homography(picture, plan).ravel(), picture, WIDTH_M, HEIGHT_M)
    assert floor is not None
    return floor


SET: list[Point] = [(18.5, 18.0), (21.5, 18.0), (21.0, 21.0), (19.0, 21.0)]
cameras = st.builds(camera, st.floats(2.5, 6), st.floats(0.1, 1.0), st.floats(-0.2, 0.2))
places = st.tuples(st.floats(10, 30), st.floats(5, 21.5))


@given(cameras, places, places)
def test_a_length_is_that_on_the_floor(through: NDArray[np.float64], a: Point, b: Point) -> None:
    """However high the camera hangs, however it is tilted, also with the horizon in the picture."""
    found = laid(through, SET).metres(seen(through, a), seen(through, b))
    assert found == pytest.approx(dist(a, b), abs=1e-6)


@given(cameras, places, st.floats(0.01, 3.0))
def test_above_the_horizon_there_is_no_floor(
    through: NDArray[np.float64], a: Point, up: float
) -> None:
    """What lies mirrored behind the camera is no place, and a length to it is not a number."""
    floor = laid(through, SET)
    sky = through @ (0.0, -1.0, up, 0.0)
    assume(sky[2] > 0.1)  # before the camera
    x, y = sky[:2] / sky[2]
    assert isnan(floor.at(x, y)[0])
    assert isnan(floor.metres(seen(through, a), (x, y)))


def test_what_is_much_farther_than_the_four_points_is_not_measured() -> None:
    """Just under the horizon a pixel is many metres: there is no length rather than a guess."""
    through = camera(3.0, 0.3, 0.0)
    floor = laid(through, SET)
    near = seen(through, (20.0, 20.0))
    assert floor.metres(near, seen(through, (20.0, 24 - 3 * 6.0))) == pytest.approx(14.0)
    assert isnan(floor.metres(near, seen(through, (20.0, 24 - 1.3 * FARTHEST * 6.0))))


def test_the_sign_of_a_kept_matrix_says_nothing() -> None:
    """A homography times any number is the same one."""
    matrix = homography(PICTURE, PLAN).ravel()
    floors = [Floor.of(matrix * k, PICTURE, WIDTH_M, HEIGHT_M) for k in (1.0, -1.0, 0.25)]
    lengths = [floor.metres((0.4, 0.6), (0.6, 0.6)) for floor in floors if floor]
    assert lengths == pytest.approx([lengths[0]] * 3)


def test_the_four_points_land_on_theirs() -> None:
    """The corners of the picture lie where they were set; bad corners are refused."""
    floor = Floor.of(homography(PICTURE, PLAN).ravel(), PICTURE, WIDTH_M, HEIGHT_M)
    assert floor is not None
    for point, (x, y) in zip(PICTURE, PLAN, strict=True):
        assert floor.at(*point) == pytest.approx((x * WIDTH_M, y * HEIGHT_M))
    assert isnan(floor.at(0.5, -0.6)[0])
    for wrong in ([[0, 0]] * 4, PICTURE[:3], [[0, 0], [0.5, 0.5], [1, 1], [0, 1]]):
        with pytest.raises(Incomplete):
            homography(wrong, PLAN)


def test_points_in_another_order_are_no_floor() -> None:
    """Two corners swapped: the horizon would run between them. That is refused, and where it was
    kept already nothing is measured by it."""
    swapped = [PLAN[1], PLAN[0], *PLAN[2:]]
    with pytest.raises(Incomplete, match="do not describe a floor"):
        homography(PICTURE, swapped)
    bent = [[1.0, 0, 0], [0, 1, 0], [0, 1, -0.6]]
    assert Floor.of(np.ravel(bent).tolist(), PICTURE, WIDTH_M, HEIGHT_M) is None
    assert Floor.of([float("nan")] * 9, PICTURE, WIDTH_M, HEIGHT_M) is None
