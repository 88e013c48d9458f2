"""Polygons that somebody drew."""

import numpy as np
import pytest

from core.errors import AnyanError, ZoneError
from core.schedule import Schedule
from core.zone import DEFAULT_DWELL_S, MINIMUM_AREA, Zone, ZoneKind, check_polygon

TRIANGLE = [(0.1, 0.1), (0.9, 0.1), (0.5, 0.9)]


def zone(**changes: object) -> Zone:
    values = {
        "id": "door",
        "name": "Door",
        "kind": ZoneKind.EXIT,
        "polygon": TRIANGLE,
        "dwell_s": 5.0,
        "schedule": "always",
    }
    return Zone.create(**(values | changes))  # type: ignore[arg-type]


def test_a_good_polygon_is_kept_as_drawn() -> None:
    """Corners stay in their order, as shares of the picture in float64."""
    polygon = zone().polygon
    assert polygon.dtype == np.float64
    assert polygon.tolist() == [list(p) for p in TRIANGLE]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_points_are_counted(count: int) -> None:
    """The message says how many there are and how many it takes."""
    with pytest.raises(ZoneError, match=f"has {count} points: draw at least three"):
        check_polygon(TRIANGLE[:count])


@pytest.mark.parametrize("bad", [-0.01, 1.01, 640.0, float("nan"), float("inf"), -float("inf")])
def test_a_polygon_stays_in_the_picture(bad: float) -> None:
    """Pixels, negative numbers, NaN and infinity are refused: shares run from 0 to 1."""
    with pytest.raises(ZoneError, match="leaves the picture: x and y are shares from 0 to 1"):
        check_polygon([*TRIANGLE[:2], (0.5, bad)])
    with pytest.raises(ZoneError, match="leaves the picture"):
        check_polygon([*TRIANGLE[:2], (bad, 0.5)])


def test_the_edges_of_the_picture_belong_to_it() -> None:
    """0 and 1 themselves are allowed."""
    assert len(check_polygon([(0, 0), (1, 0), (1, 1), (0, 1)])) == 4


@pytest.mark.parametrize("point", [(0.5,), (0.5, 0.9, 0.1), ()])
def test_a_point_is_a_pair(point: tuple[float, ...]) -> None:
    """One or three numbers are no point."""
    with pytest.raises(ZoneError, match=r"pair \[x, y\]"):
        check_polygon([*TRIANGLE[:2], point])


def test_an_outline_that_crosses_itself_is_refused() -> None:
    """A bow tie has no clear inside: the message says how to draw it."""
    with pytest.raises(ZoneError, match="crosses itself: draw its corners in order"):
        check_polygon([(0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9)])


def test_a_corner_given_twice_counts_once() -> None:
    """A double click or a closed ring of another tool is no mistake; three equal points are."""
    ring = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.1), (0.5, 0.9), (0.1, 0.1)]
    assert check_polygon(ring).tolist() == [[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]]
    with pytest.raises(ZoneError, match="has 1 points"):
        check_polygon([(0.5, 0.5)] * 3)


@pytest.mark.parametrize(
    "polygon",
    [
        [(0.1, 0.1), (0.5, 0.5), (0.9, 0.9)],
        [(0.5, 0.5), (0.505, 0.5), (0.505, 0.505)],
    ],
    ids=["a line", "a speck"],
)
def test_a_polygon_that_covers_nothing_is_refused(polygon: list[tuple[float, float]]) -> None:
    """A line or a speck can never be judged."""
    with pytest.raises(ZoneError, match="covers nothing: draw a larger one"):
        check_polygon(polygon)


def test_the_smallest_area_is_the_stated_one() -> None:
    """Just above the limit is a zone, just below is not."""
    side = float(np.sqrt(MINIMUM_AREA))

    def square(side: float) -> list[tuple[float, float]]:
        return [(0.1, 0.1), (0.1 + side, 0.1), (0.1 + side, 0.1 + side), (0.1, 0.1 + side)]

    assert len(check_polygon(square(side * 1.01))) == 4
    with pytest.raises(ZoneError):
        check_polygon(square(side * 0.99))


@pytest.mark.parametrize("dwell_s", [-1.0, 3601.0, float("nan"), float("inf")])
def test_a_dwell_time_has_bounds(dwell_s: float) -> None:
    """From 0 to one hour; the message says so."""
    with pytest.raises(ZoneError, match="use 0 to 3600 seconds"):
        zone(dwell_s=dwell_s)


def test_a_bad_schedule_is_a_zone_error() -> None:
    """Everything that is wrong with a zone arrives as one kind of error."""
    with pytest.raises(ZoneError) as caught:
        zone(schedule="weekdays")
    assert isinstance(caught.value, AnyanError)
    assert caught.value.code == "zone_error"


def test_an_entry_line_has_two_ends_in_the_picture() -> None:
    """None is allowed; one end, three, a point or an end outside are refused with what to do."""
    assert zone().entry_line.shape == (0, 2)
    restricted = {"kind": ZoneKind.RESTRICTED}
    line = [(0.1, 0.2), (0.3, 0.4)]
    assert zone(**restricted, entry_line=line).entry_line.tolist() == [[0.1, 0.2], [0.3, 0.4]]
    for bad, message in (
        ([(0.1, 0.1)], "two points"),
        ([*line, (0.5, 0.5)], "two points"),
        ([(0.1, 0.1, 0.1), (0.2, 0.2)], "two points"),
        ([(0.1, 0.1), (0.1, 0.1)], "too short"),
        ([(0.1, 0.1), (0.1, 1.1)], "leaves the picture"),
        ([(0.1, 0.1), (0.1, float("nan"))], "leaves the picture"),
    ):
        with pytest.raises(ZoneError, match=message):
            zone(**restricted, entry_line=bad)


def test_only_restricted_zones_have_an_entry_line() -> None:
    """Helmets and exits are judged wherever people come from."""
    with pytest.raises(ZoneError, match="belongs to a restricted zone"):
        zone(entry_line=[(0.1, 0.1), (0.9, 0.9)])


def test_the_whole_picture_is_a_helmet_zone_without_limits() -> None:
    """It covers every pixel, at every hour, at once."""
    whole = Zone.whole_picture()
    assert whole.kind is ZoneKind.HELMET
    assert whole.polygon.min() == 0
    assert whole.polygon.max() == 1
    assert whole.dwell_s == 0
    assert whole.schedule == Schedule.parse("always")


def test_every_kind_has_a_default_dwell_time() -> None:
    """A site file may leave the dwell time out for any kind of zone."""
    assert set(DEFAULT_DWELL_S) == set(ZoneKind)
    for kind, dwell_s in DEFAULT_DWELL_S.items():
        assert zone(kind=kind, dwell_s=dwell_s).dwell_s == dwell_s
