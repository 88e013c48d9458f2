"""Boxes, foot points and polygons, against slow references that anybody can follow."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.geometry import (
    area,
    centred_in,
    crosses_itself,
    depth_in_polygon,
    foot_points,
    inside_polygon,
    iou,
    polygon_area,
)

Box = tuple[int, int, int, int]
Point = tuple[int, int]

box = st.tuples(*[st.integers(-50, 50)] * 2, *[st.integers(0, 40)] * 2).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)
boxes = st.lists(box, max_size=6)
point = st.tuples(st.integers(0, 12), st.integers(0, 12))


def rows(values: list[Box]) -> NDArray[np.float64]:
    return np.array(values, np.float64).reshape(-1, 4)


def shared_area(a: Box, b: Box) -> int:
    """Common unit squares of two boxes with whole corners, counted one by one."""
    return sum(
        b[0] <= x < b[2] and b[1] <= y < b[3] for x in range(a[0], a[2]) for y in range(a[1], a[3])
    )


def size(a: Box) -> int:
    return (a[2] - a[0]) * (a[3] - a[1])


@given(boxes, boxes)
def test_iou_is_shared_area_over_joint_area(a: list[Box], b: list[Box]) -> None:
    """Every pair gets the ratio that counting unit squares gives."""
    found = iou(rows(a), rows(b))
    assert found.shape == (len(a), len(b))
    for i, first in enumerate(a):
        for j, second in enumerate(b):
            shared = shared_area(first, second)
            joint = size(first) + size(second) - shared
            assert found[i, j] == pytest.approx(shared / joint if joint else 0.0)


@given(boxes, boxes)
def test_centred_in_asks_for_the_middle(a: list[Box], b: list[Box]) -> None:
    """A box belongs where its centre lies, the edge counts; its own size does not matter."""
    for x1, y1, x2, y2 in b:
        found = centred_in(rows(a), np.array([x1, y1, x2, y2]))
        for i, (left, top, right, bottom) in enumerate(rows(a)):
            x, y = (left + right) / 2, (top + bottom) / 2
            assert found[i] == (x1 <= x <= x2 and y1 <= y <= y2)


@given(boxes)
def test_area_of_boxes(a: list[Box]) -> None:
    """Width times height."""
    assert area(rows(a)).tolist() == [size(b) for b in a]


def test_a_box_turned_inside_out_has_no_area() -> None:
    """Corners in the wrong order never make a negative area count as a positive one."""
    assert area(np.array([[10.0, 10.0, 0.0, 0.0]])).tolist() == [0.0]


def test_people_stand_on_the_middle_of_the_lower_edge() -> None:
    """The foot point is not the centre and is not clipped to any picture."""
    feet = foot_points(np.array([[10.0, 20.0, 30.0, 700.0], [-20.0, 0.0, 0.0, 5.0]]))
    assert feet.tolist() == [[20.0, 700.0], [-10.0, 5.0]]
    assert foot_points(np.zeros((0, 4))).shape == (0, 2)


def is_inside(x: Fraction, y: Fraction, polygon: list[Point]) -> bool:
    """Winding number by exact arithmetic: how often the outline turns around the point."""
    turns = 0
    for (x1, y1), (x2, y2) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
        if y1 <= y < y2 and side > 0:
            turns += 1
        if y2 <= y < y1 and side < 0:
            turns -= 1
    return turns != 0


def meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the segments ab and cd share a point, by solving for it exactly."""
    r, s = (b[0] - a[0], b[1] - a[1]), (d[0] - c[0], d[1] - c[1])
    offset = (c[0] - a[0], c[1] - a[1])
    cross = r[0] * s[1] - r[1] * s[0]
    if cross:
        t = Fraction(offset[0] * s[1] - offset[1] * s[0], cross)
        u = Fraction(offset[0] * r[1] - offset[1] * r[0], cross)
        return 0 <= t <= 1 and 0 <= u <= 1
    corners = ((c, a, b), (d, a, b), (a, c, d), (b, c, d))
    return any(on_segment(*each) for each in corners)


def on_segment(p: Point, a: Point, b: Point) -> bool:
    straight = (b[0] - a[0]) * (p[1] - a[1]) == (b[1] - a[1]) * (p[0] - a[0])
    within = min(a[0], b[0]) <= p[0] <= max(a[0], b[0]) and (
        min(a[1], b[1]) <= p[1] <= max(a[1], b[1])
    )
    return straight and within


def is_crossed(polygon: list[Point]) -> bool:
    count = len(polygon)
    return any(
        meet(polygon[i], polygon[(i + 1) % count], polygon[j], polygon[(j + 1) % count])
        for i in range(count)
        for j in range(i + 2, count)
        if (i, j) != (0, count - 1)
    )


@given(st.lists(point, min_size=3, max_size=8))
def test_crossing_outlines_are_found(polygon: list[Point]) -> None:
    """Edges that are not neighbours and share any point make an outline that crosses itself."""
    assert crosses_itself(np.array(polygon, np.float64)) == is_crossed(polygon)


@pytest.mark.parametrize(
    ("polygon", "crossed"),
    [
        ([(0, 0), (1, 1), (1, 0), (0, 1)], True),
        ([(0, 0), (4, 0), (4, 4), (2, 0), (0, 4)], True),
        ([(0, 0), (4, 0), (4, 2), (2, 2), (3, 2), (0, 4)], True),
        ([(0, 0), (4, 0), (4, 2), (3, 0), (1, 0), (0, 4)], True),
        ([(0, 0), (2, 0), (4, 0), (4, 4)], False),
        ([(0, 0), (4, 0), (4, 4), (2, 1), (0, 4)], False),
        ([(0, 0), (1, 0), (0, 1)], False),
    ],
    ids=[
        "bow tie",
        "a corner touches an edge",
        "neighbours that fold back",
        "an edge lies on another",
        "a corner on a straight line",
        "concave",
        "triangle",
    ],
)
def test_outlines_that_people_draw(polygon: list[Point], crossed: bool) -> None:
    """Crossing and touching is refused; concave shapes and needless corners are fine."""
    assert crosses_itself(np.array(polygon, np.float64)) is crossed


@given(
    st.lists(point, min_size=3, max_size=7).filter(lambda p: not is_crossed(p)),
    st.lists(st.tuples(st.integers(-1, 13), st.integers(-1, 25)), min_size=1, max_size=20),
)
def test_points_inside_a_simple_polygon(polygon: list[Point], points: list[Point]) -> None:
    """The same answer as exact winding numbers, for points off the outline."""
    # Also level with corners, where a ray to the right meets two edges at once.
    exact = [(x + Fraction(1, 3), Fraction(y, 2)) for x, y in points]
    off = [
        (x, y)
        for x, y in exact
        if not any(
            on_segment((x, y), a, b)  # type: ignore[arg-type]
            for a, b in zip(polygon, polygon[1:] + polygon[:1], strict=True)
        )
    ]
    found = inside_polygon(
        np.array([(float(x), float(y)) for x, y in off]).reshape(-1, 2),
        np.array(polygon, np.float64),
    )
    assert found.tolist() == [is_inside(x, y, polygon) for x, y in off]


def test_no_points_are_inside_nothing() -> None:
    """Without points the answer is empty, not an error."""
    square = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
    assert inside_polygon(np.zeros((0, 2)), square).shape == (0,)


def test_neighbouring_zones_share_no_point() -> None:
    """A point on the common edge of two zones lies in exactly one of them."""
    left = np.array([(0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)])
    right = left + np.array([0.5, 0.0])
    points = np.array([(0.5, y) for y in np.linspace(0.01, 0.99, 50)])
    both = inside_polygon(points, left).astype(int) + inside_polygon(points, right)
    assert (both == 1).all()


@given(st.lists(point, min_size=3, max_size=7).filter(lambda p: not is_crossed(p)))
def test_the_area_of_a_polygon_is_what_its_points_cover(polygon: list[Point]) -> None:
    """The area does not depend on the direction or the first corner, and matches Pick's theorem."""
    corners = np.array(polygon, np.float64)
    found = polygon_area(corners)
    assert found == polygon_area(corners[::-1])
    assert found == polygon_area(np.roll(corners, 2, axis=0))
    edges = list(zip(polygon, polygon[1:] + polygon[:1], strict=True))
    grid = [(x, y) for x in range(13) for y in range(13)]
    on_line = {p for p in grid for a, b in edges if on_segment(p, a, b)}
    inner = sum(
        is_inside(Fraction(x), Fraction(y), polygon) for x, y in grid if (x, y) not in on_line
    )
    # Pick's theorem holds for outlines that visit no point twice.
    steps = sum(int(np.gcd(abs(b[0] - a[0]), abs(b[1] - a[1]))) for a, b in edges)
    if steps == len(on_line):
        assert found == pytest.approx(inner + len(on_line) / 2 - 1)


@given(st.lists(point, min_size=3, max_size=7).filter(lambda p: not is_crossed(p)), point)
def test_the_depth_in_a_polygon_is_signed_and_steady(polygon: list[Point], place: Point) -> None:
    """Above 0 inside, below 0 outside, and a step of one changes it by one at most."""
    corners = np.array(polygon, np.float64)
    points = np.array([place], np.float64) + np.array([[0.3, 0.1], [1.3, 0.1], [0.3, 1.1]])
    depth = depth_in_polygon(points, corners)
    assert np.array_equal(depth >= 0, inside_polygon(points, corners))
    assert np.all(np.abs(depth - depth[0]) <= 1 + 1e-9)
    assert np.allclose(depth_in_polygon(corners, corners), 0)
