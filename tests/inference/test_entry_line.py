"""Who came in over a line, against a walk in exact numbers."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inference.rules.entry_line import EntryLine

Place = tuple[int, int]
SIZE = (100, 100)
A, B = (30, 50), (70, 50)
"""From left to right on the picture: the inside is below."""
place = st.tuples(st.integers(0, 100), st.integers(0, 100)).filter(lambda p: p[1] != A[1])
walk = st.lists(place, min_size=1, max_size=12)


def line(a: Place = A, b: Place = B) -> EntryLine:
    return EntryLine(np.array([a, b], np.float64) / 100)


def walked(crossed: EntryLine, path: list[Place], margin: float = 0.0) -> list[bool]:
    return [step(crossed, at, margin) for at in path]


def step(
    crossed: EntryLine, at: tuple[float, float], margin: float = 0.0, *, person: int = 1
) -> bool:
    feet = np.array([at], np.float64)
    return bool(crossed.passed(np.array([person]), feet, SIZE, margin=np.array([margin]))[0])


def expected(path: list[Place]) -> list[bool]:
    """Step by step: where the way crosses the height of the line, in exact fractions."""
    came_in, found = False, []
    for (x1, y1), (x2, y2) in zip([path[0], *path], path, strict=False):
        if (y1 < A[1]) != (y2 < A[1]):
            x = x1 + Fraction(x2 - x1) * Fraction(A[1] - y1, y2 - y1)
            if A[0] <= x <= B[0]:
                came_in = y2 > A[1]
        found.append(came_in)
    return found


@given(walk)
def test_a_walk_is_followed_over_the_line(path: list[Place]) -> None:
    """Inwards over the line is in, outwards is out, round its ends is neither."""
    for x in (A[0], B[0]):  # a way exactly through an end may fall on either side
        for (x1, y1), (x2, y2) in itertools.pairwise(path):
            assume((x - x1) * (y2 - y1) != (A[1] - y1) * (x2 - x1))
    assert walked(line(), path) == expected(path)


@given(walk)
def test_turning_the_line_round_turns_in_and_out(path: list[Place]) -> None:
    """After a crossing, exactly one of the two directions says that the person came in."""
    one, other = walked(line(), path), walked(line(B, A), path)
    assert not any(a and b for a, b in zip(one, other, strict=True))
    assert (one[-1] or other[-1]) == (True in one or True in other)


@given(walk, st.integers(0, 3))
def test_the_line_may_lie_in_any_direction(path: list[Place], quarters: int) -> None:
    """Everything turned by a quarter of a circle gives the same."""

    def turned(p: Place) -> Place:
        for _ in range(quarters):
            p = (100 - p[1], p[0])
        return p

    assert walked(line(turned(A), turned(B)), [turned(p) for p in path]) == walked(line(), path)


@given(place, place, st.sets(st.integers(1, 19)))
def test_dropped_pictures_change_nothing(start: Place, end: Place, dropped: set[int]) -> None:
    """A straight walk in twenty steps, seen in full or with gaps, ends with one answer."""
    steps = [
        (start[0] + (end[0] - start[0]) * i / 20, start[1] + (end[1] - start[1]) * i / 20)
        for i in range(21)
    ]
    full, gaps = line(), line()
    said = [step(full, at) for at in steps]
    with_gaps = [step(gaps, at) for i, at in enumerate(steps) if i not in dropped]
    ends = [Fraction(50 - start[1], end[1] - start[1])] if start[1] != end[1] else []
    crossing = [start[0] + (end[0] - start[0]) * share for share in ends]
    assume(all(abs(x - a[0]) > 1 for x in crossing for a in (A, B)))
    assert said[-1] == with_gaps[-1]


@given(st.lists(st.tuples(st.integers(30, 70), st.integers(46, 54)), max_size=30))
def test_trembling_on_the_line_is_no_entry(path: list[Place]) -> None:
    """Feet that come from outside and never get beyond the margin have not come in."""
    assert True not in walked(line(), [(50, 30), *path], margin=5.0)


@given(walk, st.integers(0, 11))
def test_people_are_told_apart_and_forgotten(path: list[Place], index: int) -> None:
    """Another person changes nothing; who is forgotten begins anew."""
    crossed = line()
    step(crossed, (50, 90), person=2)
    said = []
    for i, at in enumerate(path):
        step(crossed, (50, 10 if i % 2 else 90), person=2)
        said.append(step(crossed, at))
        if i == index:
            crossed.keep(frozenset({2}))
    assert said == [*walked(line(), path[: index + 1]), *walked(line(), path[index + 1 :])]


def test_an_entry_is_used_up() -> None:
    """After the visit it takes another crossing."""
    crossed = line()
    assert walked(crossed, [(50, 40), (50, 60)]) == [False, True]
    crossed.use_up([1])
    assert walked(crossed, [(50, 70), (50, 40), (50, 60)]) == [False, False, True]


@pytest.mark.parametrize("path", [[(50, 60)], [(50, 60), (50, 90)]])
def test_without_a_line_everybody_is_in(path: list[Place]) -> None:
    """And with one, who was first seen behind it never came in over it."""
    assert all(walked(EntryLine(np.zeros((0, 2))), path))
    assert not any(walked(line(), path))
