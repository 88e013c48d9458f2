"""Wald's sequential test: how pictures add up to a decision."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.rules.sequential import DECORRELATION_S, Bounds, Evidence, independence

BOUNDS = Bounds.of(miss=0.01, false_alarm=0.005)
RATIOS = st.floats(-5, 5)
STEPS = st.floats(0, 10)


def test_the_bounds_follow_from_the_wanted_rates() -> None:
    """log((1 - miss) / false alarm) above, log(miss / (1 - false alarm)) below."""
    assert pytest.approx(math.log(0.99 / 0.005)) == BOUNDS.upper
    assert pytest.approx(math.log(0.01 / 0.995)) == BOUNDS.lower
    stricter = Bounds.of(miss=0.001, false_alarm=0.0001)
    assert stricter.upper > BOUNDS.upper > 0 > BOUNDS.lower > stricter.lower


@given(st.lists(st.tuples(RATIOS, STEPS, st.floats(0, 1)), max_size=50))
def test_the_sum_stays_between_the_bounds(pictures: list[tuple[float, float, float]]) -> None:
    """Whatever comes, a mind can be changed in bounded time."""
    evidence, now = Evidence(), 0.0
    for ratio, step, share in pictures:
        now += step
        evidence.weigh(ratio, now, share, BOUNDS)
        assert BOUNDS.lower <= evidence.log_ratio <= BOUNDS.upper


@given(RATIOS, st.integers(1, 20))
def test_the_same_picture_again_adds_nothing(ratio: float, times: int) -> None:
    """A picture at the same moment is no further witness, nor is one from before."""
    evidence = Evidence()
    evidence.weigh(ratio, 7.0, 1.0, BOUNDS)
    once = evidence.log_ratio
    for _ in range(times):
        evidence.weigh(ratio, 7.0, 1.0, BOUNDS)
    assert evidence.log_ratio == once
    assert independence(-1.0) == 0.0


@given(st.lists(RATIOS, min_size=1, max_size=30), st.floats(0.05, 2))
def test_more_evidence_for_bare_never_speaks_for_a_helmet(ratios: list[float], step: float) -> None:
    """Every picture a little barer gives a sum that is at least as high."""
    low, high = Evidence(), Evidence()
    for i, ratio in enumerate(ratios):
        low.weigh(ratio, i * step, 1.0, BOUNDS)
        high.weigh(ratio + 0.5, i * step, 1.0, BOUNDS)
        assert high.log_ratio >= low.log_ratio


@given(st.floats(0.1, 2.0), st.sampled_from([2.0, 5.0, 25.0]))
def test_time_counts_and_not_the_rate_of_pictures(ratio: float, fps: float) -> None:
    """Over five seconds 25 pictures a second say at most a tenth more than five would in the
    limit: one and a further one each time constant."""
    evidence, open_bounds = Evidence(), Bounds(math.inf, -math.inf)
    for i in range(round(5 * fps)):
        evidence.weigh(ratio, i / fps, 1.0, open_bounds)
    assert evidence.log_ratio <= ratio * (1 + 5 / DECORRELATION_S) + 1e-9


def test_the_rates_are_kept_for_independent_pictures() -> None:
    """Ten thousand helmets whose pictures are wrong in one of five: at most the wanted share is
    taken for bare (Wald's inequality), and as few bare heads are missed."""
    random = np.random.default_rng(11)
    right = math.log(0.8 / 0.2)

    def wrong_decisions(bare: bool) -> float:
        wrong = 0
        for _ in range(10_000):
            evidence, now = Evidence(), 0.0
            while BOUNDS.lower < evidence.log_ratio < BOUNDS.upper:
                now += 100 * DECORRELATION_S
                speaks = right if (random.random() < 0.8) == bare else -right
                evidence.weigh(speaks, now, 1.0, BOUNDS)
            wrong += (evidence.log_ratio >= BOUNDS.upper) != bare
        return wrong / 10_000

    assert wrong_decisions(bare=False) <= 0.005 * 1.3
    assert wrong_decisions(bare=True) <= 0.01 * 1.3
