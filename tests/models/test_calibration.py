"""Confidence becomes an honest probability."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_metrics import outcome

from core.errors import DataSetError
from core.manifest import UNCALIBRATED, Calibration
from models.calibration import BINS, LEAST_BOXES, fit, outcomes, reliability


def simulated(truth: Calibration, count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Boxes that are right exactly as often as `truth` says of their confidence."""
    random = np.random.default_rng(seed)
    confidence = random.uniform(0.02, 0.98, count)
    return confidence, random.random(count) < truth.probability(confidence)


@pytest.mark.parametrize(
    "truth",
    [UNCALIBRATED, Calibration(0.6, -1.2), Calibration(1.8, 0.7), Calibration(2.5, -2.0)],
)
def test_a_known_bend_is_found_again(truth: Calibration) -> None:
    """Scale and offset from 40,000 simulated boxes."""
    found = fit(*simulated(truth, 40_000), "head")
    assert found.scale == pytest.approx(truth.scale, abs=0.06)
    assert found.offset == pytest.approx(truth.offset, abs=0.06)


def test_calibrated_probabilities_are_honest_on_other_boxes() -> None:
    """The error falls below 1 %, from over 10 %, on boxes that were not fitted on."""
    truth = Calibration(1.6, -1.5)
    calibration = fit(*simulated(truth, 20_000, seed=1), "head")
    confidence, right = simulated(truth, 20_000, seed=2)
    assert reliability(confidence, right).ece > 0.10
    assert reliability(calibration.probability(confidence), right).ece < 0.015


def test_a_probability_that_lies_has_its_gap_as_error() -> None:
    """Says 0.9, is right in 6 of 10 cases: 0.3."""
    right = np.array([True] * 6 + [False] * 4)
    curve = reliability(np.full(10, 0.9), right)
    assert curve.ece == pytest.approx(0.3)
    assert np.nansum(curve.right) == pytest.approx(0.6)
    assert curve.count.sum() == 10


def test_the_error_is_weighted_by_boxes() -> None:
    """Three honest boxes and one lie of 1.0."""
    curve = reliability(np.array([0.0, 0.0, 1.0, 1.0]), np.array([False, False, True, False]))
    assert curve.ece == pytest.approx(0.5 * 0.5)
    assert len(curve.edges) == BINS + 1
    assert curve.count[[0, -1]].tolist() == [2, 2]
    assert np.isnan(curve.right[1:-1]).all()


def test_no_boxes_have_no_error() -> None:
    """An empty split is told elsewhere."""
    assert reliability(np.zeros(0), np.zeros(0, np.bool_)).ece == 0.0


@pytest.mark.parametrize(("count", "right"), [(LEAST_BOXES - 1, 10), (200, 0), (200, 200), (0, 0)])
def test_too_few_boxes_are_refused(count: int, right: int) -> None:
    """Also boxes that are all right or all wrong: nothing can be learned from them."""
    confidence = np.linspace(0.1, 0.9, count)
    with pytest.raises(DataSetError) as error:
        fit(confidence, np.arange(count) < right, "head")
    assert f"{count} found boxes of head are too few or all alike" in error.value.message
    assert f"the validation split needs {LEAST_BOXES}" in error.value.message


def test_a_class_that_is_never_confused_stays_finite() -> None:
    """Every sure box right, every unsure one wrong: the steepest curve has no end."""
    confidence = np.concatenate([np.linspace(0.01, 0.4, 60), np.linspace(0.6, 0.99, 60)])
    found = fit(confidence, confidence > 0.5, "head")
    assert np.isfinite([found.scale, found.offset]).all()
    assert found.scale > 1
    assert reliability(found.probability(confidence), confidence > 0.5).ece < 0.02


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.02, 0.98), st.floats(0.05, 8))
def test_the_fit_is_the_best_there_is(seed: int, share: float, spread: float) -> None:
    """For any boxes: finite, and no neighbour has a higher likelihood."""
    random = np.random.default_rng(seed)
    confidence = 1 / (1 + np.exp(-random.normal(0, spread, 80)))
    right = random.random(80) < share
    right[:2] = True, False
    found = fit(confidence, right, "head")
    assert np.isfinite([found.scale, found.offset]).all()

    def loss(scale: float, offset: float) -> float:
        p = np.clip(Calibration(scale, offset).probability(confidence), 1e-300, 1 - 1e-16)
        ridge = 0.5e-3 * ((scale - 1) ** 2 + offset**2)
        return float(-np.log(np.where(right, p, 1 - p)).sum() + ridge)

    best = loss(found.scale, found.offset) - 1e-6
    for step in (0.01, -0.01):
        assert loss(found.scale + step, found.offset) >= best
        assert loss(found.scale, found.offset + step) >= best


def test_outcomes_are_those_of_all_pictures() -> None:
    """Confidence and rightness of every box that counts."""
    pictures = [outcome(2, (0.9, 1), (0.4, -1)), outcome(0), outcome(1, (0.7, 0))]
    confidence, right = outcomes(pictures)
    assert confidence == pytest.approx([0.9, 0.4, 0.7])
    assert right.tolist() == [True, False, True]
    assert [len(part) for part in outcomes([])] == [0, 0]
