"""Average precision, precision and recall, also by height."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.matching import Matches
from models.metrics import HEAD_HEIGHTS, average_precision, figures, of_height


def outcome(objects: int, *found: tuple[float, int]) -> Matches:
    """Found boxes as (confidence, row of the object or -1), best first."""
    return Matches(
        np.array([confidence for confidence, _ in found], np.float32),
        np.zeros((len(found), 4), np.float32),
        np.array([row for _, row in found], np.intp),
        np.zeros((objects, 4), np.float32),
    )


def oracle(objects: int, found: list[tuple[float, int]]) -> Fraction:
    """The mean over 101 recalls of the best precision at that recall or beyond, in fractions."""
    points, hits = [], 0
    for count, (_, row) in enumerate(found, start=1):
        hits += row >= 0
        points.append((Fraction(hits, objects), Fraction(hits, count)))
    return sum(
        max((p for recall, p in points if recall >= Fraction(k, 100)), default=Fraction(0))
        for k in range(101)
    ) / Fraction(101)


@pytest.mark.parametrize(
    ("objects", "found", "expected"),
    [
        (1, [(0.9, 0)], 1.0),
        (1, [], 0.0),
        (1, [(0.9, -1)], 0.0),
        (1, [(0.9, -1), (0.8, 0)], 0.5),  # precision 1/2 up to recall 1
        (2, [(0.9, 0)], 51 / 101),  # recall 0.00 to 0.50
        (2, [(0.9, 0), (0.8, -1), (0.7, 1)], (51 * 1 + 50 * 2 / 3) / 101),
        (4, [(0.9, 0), (0.8, 1), (0.7, -1), (0.6, 2)], (51 + 25 * 3 / 4) / 101),
        (10, [(0.9, row) for row in range(7)], 71 / 101),  # 7/10 is no binary fraction
    ],
)
def test_average_precision_of_small_cases(objects: int, found: list, expected: float) -> None:
    """Worked out by hand."""
    assert average_precision([outcome(objects, *found)]) == pytest.approx(expected, abs=1e-12)


@given(st.data())
def test_average_precision_is_what_its_definition_says(data: st.DataObject) -> None:
    """Any outcome, cut into any pictures, against exact fractions."""
    objects = data.draw(st.integers(1, 30))
    right = data.draw(st.lists(st.booleans(), max_size=40))
    found, hits = [], 0
    for place, wanted in enumerate(right):
        hit = wanted and hits < objects
        found.append((1 - place / 50, hits if hit else -1))
        hits += hit
    picture = data.draw(st.lists(st.integers(0, 2), min_size=len(found), max_size=len(found)))
    parts = [[f for f, p in zip(found, picture, strict=True) if p == n] for n in range(3)]
    matches = [outcome(objects if n == 0 else 0, *part) for n, part in enumerate(parts)]
    assert average_precision(matches) == pytest.approx(float(oracle(objects, found)), abs=1e-9)


def test_without_objects_there_is_no_figure() -> None:
    """Not zero: nothing could be found."""
    assert np.isnan(average_precision([]))
    assert np.isnan(average_precision([outcome(0, (0.9, -1))]))
    nothing = figures([outcome(0)], 0.5)
    assert nothing.objects == 0
    assert np.isnan([nothing.ap, nothing.precision, nothing.recall]).all()


def test_precision_and_recall_are_at_the_working_threshold() -> None:
    """What is less sure counts for the curve only; the threshold itself is reached."""
    matches = outcome(4, (0.9, 0), (0.5, -1), (0.5, 1), (0.4, 2), (0.3, -1))
    result = figures([matches, outcome(1)], 0.5)
    assert (result.objects, result.recall, result.precision) == (5, 2 / 5, pytest.approx(2 / 3))
    assert result.ap == pytest.approx(float(oracle(5, [(0.9, 0), (0.5, -1), (0.5, 1), (0.4, 2)])))


# By height.


def box(height: float) -> tuple[float, float, float, float]:
    return (0.0, 0.0, 10.0, height)


HEIGHTS = Matches(
    np.array([0.9, 0.8, 0.7, 0.6], np.float32),
    np.array([box(40), box(15), box(14), box(50)], np.float32),
    np.array([2, 0, -1, -1], np.intp),
    np.array([box(20), box(16), box(33)], np.float32),
)
"""Objects of 20, 16 and 33 pixels; the first and the last are found, and two false boxes."""


def test_only_objects_of_a_height_are_counted() -> None:
    """A box on such an object counts whatever its own height; rows are those of what is left."""
    low = of_height(HEIGHTS, 16, 32)
    assert low.truth_xyxy[:, 3].tolist() == [20, 16]
    assert low.truth.tolist() == [0]
    assert low.confidence == pytest.approx([0.8])


def test_a_false_box_counts_at_its_own_height() -> None:
    """And at no other."""
    assert of_height(HEIGHTS, 0, 16).confidence == pytest.approx([0.7])
    middle = of_height(HEIGHTS, 32, 64)
    assert middle.confidence == pytest.approx([0.9, 0.6])
    assert middle.truth.tolist() == [0, -1]


def test_nothing_of_a_height_is_nothing() -> None:
    """Empty arrays go through."""
    far = of_height(HEIGHTS, 64, 1000)
    assert (len(far.truth), len(far.truth_xyxy)) == (0, 0)
    assert len(of_height(outcome(0), 0, 16).truth) == 0


@given(
    st.lists(st.floats(0.5, 200, width=32), max_size=8),
    st.lists(st.tuples(st.floats(0.5, 200, width=32), st.integers(-1, 7)), max_size=8),
)
def test_the_heights_share_everything_out(objects, found) -> None:
    """Every object and every found box counts at exactly one height, with its match."""
    used: set[int] = set()
    rows = []
    for _, row in found:
        ok = 0 <= row < len(objects) and row not in used
        rows.append(row if ok else -1)
        used |= {row} if ok else set()
    matches = Matches(
        np.linspace(1, 0.1, len(found)).astype(np.float32),
        np.array([box(height) for height, _ in found], np.float32).reshape(-1, 4),
        np.array(rows, np.intp),
        np.array([box(height) for height in objects], np.float32).reshape(-1, 4),
    )
    parts = [of_height(matches, low, high) for low, high in HEAD_HEIGHTS]
    assert sum(len(p.truth_xyxy) for p in parts) == len(objects)
    assert sorted(c for p in parts for c in p.confidence) == sorted(matches.confidence)
    assert sum(int((p.truth >= 0).sum()) for p in parts) == len(used)
    for part in parts:
        for row, confidence in zip(part.truth, part.confidence, strict=True):
            before = rows[list(matches.confidence).index(confidence)]
            if before >= 0:
                assert part.truth_xyxy[row].tolist() == matches.truth_xyxy[before].tolist()
