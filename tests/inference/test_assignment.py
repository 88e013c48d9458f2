"""The assignment of least total cost."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from inference.assignment import assign


@st.composite
def costs(draw: st.DrawFn) -> NDArray[np.float64]:
    """Up to 5 x 5, in hundredths from 0 to 2, with many ties."""
    rows, columns = draw(st.integers(0, 5)), draw(st.integers(0, 5))
    values = draw(st.lists(st.integers(0, 40), min_size=rows * columns, max_size=rows * columns))
    return np.array(values, np.float64).reshape(rows, columns) / 20


def best_of_all(cost: NDArray[np.float64], limit: float) -> tuple[int, float]:
    """(pairs, total cost): as many allowed pairs as possible, then the cheapest, by trying all."""
    if cost.shape[0] > cost.shape[1]:
        cost = cost.T
    results = []
    for chosen in permutations(range(cost.shape[1]), cost.shape[0]):
        kept = [cost[r, c] for r, c in enumerate(chosen) if cost[r, c] <= limit]
        results.append((-len(kept), sum(kept)))
    pairs, total = min(results)
    return -pairs, float(total)


@given(costs(), st.sampled_from([0.0, 0.5, 0.85, 1.0, 2.0]))
def test_no_other_assignment_is_better(cost: NDArray[np.float64], limit: float) -> None:
    """As good as the best of all that exist."""
    pairs = assign(cost, limit)
    total = sum(float(cost[pair]) for pair in pairs)
    assert (len(pairs), total) == pytest.approx(best_of_all(cost, limit))


@pytest.mark.parametrize("shape", [(4, 4), (5, 6), (6, 5), (6, 6)])
def test_no_other_assignment_is_better_among_many_that_are_near(shape: tuple[int, int]) -> None:
    """Rows that all want the same columns: the total is the least of all, a hundred times."""
    random = np.random.default_rng(7)
    for _ in range(100 if max(shape) < 6 else 15):
        cost = np.add.outer(random.integers(0, 9, shape[0]), random.integers(0, 9, shape[1])) / 20.0
        cost = cost + random.integers(0, 3, shape) / 20
        pairs = assign(cost, 1.0)
        total = sum(float(cost[pair]) for pair in pairs)
        assert (len(pairs), total) == pytest.approx(best_of_all(cost, 1.0))


@given(costs(), st.sampled_from([0.0, 0.5, 1.0]))
def test_everybody_is_assigned_once_and_within_the_limit(
    cost: NDArray[np.float64], limit: float
) -> None:
    """No row and no column twice, no pair above the limit, rows in order."""
    pairs = assign(cost, limit)
    assert len({r for r, _ in pairs}) == len({c for _, c in pairs}) == len(pairs)
    assert all(cost[pair] <= limit for pair in pairs)
    assert pairs == sorted(pairs)


@pytest.mark.parametrize("shape", [(0, 0), (0, 4), (4, 0)])
def test_nobody_belongs_to_nobody(shape: tuple[int, int]) -> None:
    """An empty side is no error."""
    assert assign(np.zeros(shape), 1.0) == []


def test_a_near_pair_does_not_steal_from_both() -> None:
    """The greedy choice (0, 0) would leave row 1 alone; the best total serves both."""
    assert assign(np.array([[0.1, 0.2], [0.2, 5.0]]), 1.0) == [(0, 1), (1, 0)]


def test_three_hundred_against_three_hundred() -> None:
    """A hidden permutation of a whole crowd is found again."""
    random = np.random.default_rng(5)
    cost = random.uniform(0.5, 1.0, (300, 300))
    hidden = random.permutation(300)
    cost[np.arange(300), hidden] = random.uniform(0.0, 0.1, 300)
    assert assign(cost, 0.4) == [(i, int(c)) for i, c in enumerate(hidden)]
