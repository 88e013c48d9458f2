"""The filter behind the tracks: seconds and pixels, never frames."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from inference.kalman import BoxFilter, to_centre

BOX = np.array([[100.0, 100.0, 140.0, 220.0]])
ALL = np.array([0], np.intp)


def walk(start: NDArray[np.float64], velocity: float, moments: NDArray[np.float64]) -> BoxFilter:
    """A filter that measured a box moving to the right at each of the moments (seconds)."""
    found = BoxFilter.start(start)
    for before, now in pairwise(moments):
        found.predict(float(now - before))
        found.correct(ALL, start + np.array([velocity, 0, velocity, 0]) * (now - moments[0]))
    return found


@pytest.mark.parametrize("fps", [2, 5, 25])
def test_a_steady_walk_is_followed(fps: int) -> None:
    """After 3 s position, size and velocity are right, at any rate of pictures."""
    found = walk(BOX, 60.0, np.arange(0, 3 * fps + 1) / fps)
    assert found.mean[0, :4] == pytest.approx([120 + 180, 160, 40, 120], abs=2)
    assert found.mean[0, 4:6] == pytest.approx([60, 0], abs=3)


def test_a_walk_goes_on_while_nobody_looks() -> None:
    """Half a second after the last picture the person is half a second farther."""
    found = walk(BOX, 60.0, np.arange(0, 16) / 5)
    found.predict(0.5)
    assert found.xyxy[0] == pytest.approx([100 + 210, 100, 140 + 210, 220], abs=4)


@given(st.lists(st.floats(0.01, 2.0), min_size=1, max_size=20))
def test_time_counts_not_the_number_of_steps(steps: list[float]) -> None:
    """One long prediction and many short ones over the same time end in the same place."""
    once, often = (walk(BOX, 60.0, np.arange(0, 11) / 5) for _ in range(2))
    once.predict(sum(steps))
    for step in steps:
        often.predict(step)
    assert np.allclose(once.mean, often.mean)
    assert np.allclose(once.xyxy, often.xyxy)


def test_ten_tenths_are_one_second() -> None:
    """The same for the steps of a real camera."""
    once, often = (walk(BOX, -80.0, np.arange(0, 11) / 5) for _ in range(2))
    once.predict(1.0)
    for _ in range(10):
        often.predict(0.1)
    assert np.allclose(once.mean, often.mean, atol=1e-9)


def test_waiting_makes_unsure_and_looking_makes_sure() -> None:
    """The spread of the position grows with the time and shrinks with a measurement."""
    found = walk(BOX, 0.0, np.arange(0, 6) / 5)
    before = found.covariance[0, 0, 0]
    found.predict(0.5)
    half = found.covariance[0, 0, 0]
    found.predict(1.5)
    long = found.covariance[0, 0, 0]
    found.correct(ALL, BOX)
    assert before < half < long
    assert found.covariance[0, 0, 0] < half


def test_a_measurement_pulls_between_guess_and_sight() -> None:
    """The estimate moves towards what was seen, and not beyond it."""
    found = walk(BOX, 0.0, np.arange(0, 6) / 5)
    found.predict(0.2)
    found.correct(ALL, BOX + 10.0)
    assert 0 < found.mean[0, 0] - 120 < 10
    assert 0 < found.mean[0, 1] - 160 < 10


@given(st.floats(0.1, 8.0))
def test_near_and_far_people_are_treated_alike(scale: float) -> None:
    """Twice as large a person moves twice as far: everything scales with the height."""
    moments = np.array([0.0, 0.2, 0.5, 0.6, 1.1])
    small, large = walk(BOX, 60.0, moments), walk(BOX * scale, 60.0 * scale, moments)
    assert np.allclose(large.mean, small.mean * scale, rtol=1e-6, atol=1e-6)


def test_only_the_measured_rows_change() -> None:
    """A box that was not seen keeps its prediction."""
    found = BoxFilter.start(np.concatenate([BOX, BOX + 200, BOX + 400]))
    found.predict(0.2)
    before = found.mean.copy()
    found.correct(np.array([1], np.intp), BOX + 210)
    assert np.array_equal(found.mean[[0, 2]], before[[0, 2]])
    assert found.mean[1, 0] > before[1, 0]


def test_rows_are_forgotten_and_added_together() -> None:
    """Mean and covariance stay in step."""
    found = BoxFilter.start(np.concatenate([BOX, BOX + 200]))
    found.keep(np.array([False, True]))
    found.append(BoxFilter.start(BOX + 400))
    assert found.mean[:, 0].tolist() == [320, 520]
    assert found.covariance.shape == (2, 2, 2)
    found.keep(np.zeros(2, bool))
    found.predict(1.0)
    assert found.xyxy.shape == (0, 4)


@given(
    st.lists(st.tuples(st.floats(0.001, 5.0), st.floats(-30, 30)), min_size=1, max_size=40),
)
def test_the_spread_stays_a_spread(steps: list[tuple[float, float]]) -> None:
    """Unsteady pictures and jumping boxes never make a variance negative."""
    found = BoxFilter.start(BOX)
    for seconds, jump in steps:
        found.predict(seconds)
        found.correct(ALL, BOX + jump)
    covariance = found.covariance[0]
    assert np.allclose(covariance, covariance.T, rtol=1e-6, atol=1e-6)
    assert np.linalg.eigvalsh((covariance + covariance.T) / 2).min() > 0


def test_a_box_never_turns_inside_out() -> None:
    """A shrinking box, predicted on, stops at a pixel."""
    found = BoxFilter.start(BOX)
    for i in range(1, 6):
        found.predict(0.2)
        found.correct(ALL, BOX + np.array([2.0, 8.0, -2.0, -8.0]) * i)
    found.predict(5.0)
    assert ((found.xyxy[:, 2:] - found.xyxy[:, :2]) >= 1.0).all()


def test_corners_become_centre_and_size() -> None:
    """Width before height, in float64."""
    centre = to_centre(BOX.astype(np.float32))
    assert centre.tolist() == [[120, 160, 40, 120]]
    assert centre.dtype == np.float64
