"""A person inside a zone where nobody may be."""

import itertools

import numpy as np
import pytest
from judged_scenes import (
    HEIGHT,
    HELMET,
    WIDTH,
    Box,
    Story,
    head_of,
    moved,
    observation,
    person_at,
    times,
    zone,
)

from core.coverage import Answer
from core.violation import ViolationKind
from core.zone import ZoneKind
from inference.rules.restricted_zone import RestrictedZoneRule
from inference.rules.settings import ZoneSettings

RIGHT_HALF = [(0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)]
INSIDE = person_at(700, 400)
OUTSIDE = person_at(200, 400)
NEAR_OUTSIDE = person_at(440, 400)
WALKS_OUT = {1: NEAR_OUTSIDE}


def story(dwell_s: float = 1.0, polygon: list[tuple[float, float]] = RIGHT_HALF) -> Story:
    return Story(
        RestrictedZoneRule("gate", zone(ZoneKind.RESTRICTED, polygon, dwell_s), ZoneSettings())
    )


def tell(story: Story, start: float, end: float, people: dict[int, Box], fps: float = 5.0) -> Story:
    for t in times(start, end, fps):
        story.see(observation(t, people))
    return story


def test_a_visit_is_one_violation_from_the_first_step_inside() -> None:
    """It begins with the first picture inside, and goes on under one id."""
    told = tell(story(), 0, 3, {1: NEAR_OUTSIDE})
    assert told.said == []
    tell(told, 3, 10, {1: person_at(520, 400)})
    found = told.only
    assert found.kind is ViolationKind.RESTRICTED_ZONE
    assert (found.camera_id, found.zone_id, found.track_ids) == ("gate", "z", (1,))
    assert (found.started_at, found.ended) == (3.0, False)
    assert found.last_seen_at == pytest.approx(9.8)
    assert found.confidence == pytest.approx(0.8)


@pytest.mark.parametrize("dwell_s", [0.0, 1.0, 5.0])
def test_the_dwell_time_must_pass(dwell_s: float) -> None:
    """The first word comes when the person was inside for the dwell time, not before."""
    told = tell(story(dwell_s), 0, 10, {1: INSIDE})
    certain_at = told.said[0].last_seen_at
    assert max(dwell_s, 0.4) <= certain_at < max(dwell_s, 0.4) + 0.3


@pytest.mark.parametrize("fps", [1.0, 5.0, 25.0])
def test_three_pictures_are_needed_even_without_dwell_time(fps: float) -> None:
    """Two pictures inside are chance, at any rate."""
    told = tell(story(0.0), 0, 2 / fps, {1: INSIDE}, fps)
    assert told.said == []
    tell(told, 2 / fps, 3 / fps, {1: INSIDE}, fps)
    assert len(told.violations) == 1


def test_crossing_a_corner_is_no_visit() -> None:
    """Inside for less than the dwell time and out again: nothing."""
    told = tell(story(2.0), 0, 1.6, {1: INSIDE})
    tell(told, 1.6, 10, {1: OUTSIDE})
    assert told.said == []


def test_one_picture_inside_starts_nothing() -> None:
    """A box that jumps in for one picture every two seconds is no visit."""
    told = story(0.0)
    for i, t in enumerate(times(0, 60)):
        told.see(observation(t, {1: INSIDE if i % 10 == 0 else OUTSIDE}))
    assert told.said == []


@pytest.mark.parametrize("people", [{1: OUTSIDE}, {}], ids=["outside", "not seen"])
def test_one_picture_outside_ends_nothing(people: dict[int, Box]) -> None:
    """A box that jumps out, or is missing, for one picture goes on as the same visit."""
    told = story()
    for i, t in enumerate(times(0, 60)):
        told.see(observation(t, people if i % 10 == 9 else {1: INSIDE}))
    assert not told.only.ended
    assert told.only.started_at == 0.0


def test_leaving_ends_it_with_the_last_step_inside() -> None:
    """Ten seconds outside, and the visit is over since the last picture inside."""
    told = tell(story(), 0, 5, {1: INSIDE})
    tell(told, 5, 15, WALKS_OUT)
    assert not told.only.ended
    tell(told, 15, 16, WALKS_OUT)
    assert told.only.ended
    assert told.only.last_seen_at == pytest.approx(4.8)


def test_vanishing_ends_it() -> None:
    """Whoever was lost inside the picture may come back for half a minute; then it is over since
    the last sight."""
    told = tell(story(), 0, 5, {1: INSIDE})
    tell(told, 5, 34, {})
    assert not told.only.ended
    tell(told, 34, 36, {})
    assert told.only.ended
    assert told.only.last_seen_at == pytest.approx(4.8)


def test_stepping_out_for_a_moment_is_the_same_visit() -> None:
    """In and out over the line six times in a minute: one alarm, not six."""
    told = story()
    for t in times(0, 60):
        told.see(observation(t, {1: INSIDE if t % 10 < 5 else NEAR_OUTSIDE}))
    assert told.only.started_at == 0.0


def test_coming_back_is_a_new_visit() -> None:
    """The same person in again a quarter of a minute later is a second violation."""
    told = tell(story(), 0, 5, {1: INSIDE})
    tell(told, 5, 20, WALKS_OUT)
    tell(told, 20, 25, {1: INSIDE})
    first, second = told.violations
    assert (first.started_at, first.ended) == (0.0, True)
    assert second.started_at == pytest.approx(20.2)
    assert not second.ended


@pytest.mark.parametrize("gap", [1, 10, 29])
def test_a_broken_track_is_the_same_visit(gap: int) -> None:
    """A new track that begins near where another was lost is the same person."""
    told = tell(story(), 0, 5, {1: INSIDE})
    tell(told, 5, 5 + gap, {})
    tell(told, 5 + gap, 10 + gap, {7: moved(INSIDE, 40, 0)})
    assert told.only.track_ids == (1,)
    assert told.only.started_at == 0.0
    assert not told.only.ended


def test_a_box_that_jumps_is_no_visit() -> None:
    """A box that is thrown across the picture for three pictures out of five, farther than
    anybody runs, says nothing; whoever stays there afterwards is inside."""
    told = story(0.0)
    for i, t in enumerate(times(0, 10)):
        told.see(observation(t, {1: person_at(900, 400) if i % 2 else OUTSIDE}))
        if i > 0:
            assert told.rule.answers == {Answer.JUMPED: 1.0}
    assert told.said == []
    tell(told, 10, 12, {1: person_at(900, 400)})
    assert len(told.violations) == 1


def test_a_runner_is_no_jump() -> None:
    """Somebody who sprints through the zone, three heights a second, is seen."""
    told = story(0.0)
    for t in times(0, 1.4):
        told.see(observation(t, {1: person_at(100 + 540 * t, 400)}))
    assert len(told.violations) == 1


def test_hidden_feet_cannot_tell() -> None:
    """Behind a table only head and chest are seen: where the feet are nobody knows, so no visit
    begins; and one that has begun goes on."""
    chest = (INSIDE[0], INSIDE[1], INSIDE[2], INSIDE[1] + 70)
    told = story()
    for t in times(0, 10):
        told.see(observation(t, {1: chest}, [(HELMET, head_of(INSIDE), 0.8)]))
    assert told.said == []
    assert told.rule.answers == {Answer.HIDDEN: 1.0}
    told = tell(story(), 0, 5, {1: INSIDE})
    for t in times(5, 60):
        told.see(observation(t, {1: chest}, [(HELMET, head_of(INSIDE), 0.8)]))
    assert not told.only.ended


@pytest.mark.parametrize("tremble", [0.0, 4.0])
def test_feet_on_the_line_do_not_flicker(tremble: float) -> None:
    """Somebody who stands on the line with a trembling box is one visit, or none; never many."""
    told = story()
    random = np.random.default_rng(3)
    for t in times(0, 120):
        x = 0.5 * WIDTH + float(random.normal(1.0, tremble))
        told.see(observation(t, {1: person_at(x, 400)}))
    assert len(told.violations) == 1
    assert not told.only.ended


def test_six_visitors_are_six_violations() -> None:
    """They come and leave by the lower edge, two of them together: one violation each, with its own
    time."""
    visits = {1: (0, 6), 2: (10, 16), 3: (20, 26), 4: (21, 27), 5: (31, 37), 6: (41, 47)}
    told = story()
    for t in times(0, 60):
        people = {
            track_id: person_at(560 + 60 * track_id, HEIGHT)
            for track_id, (start, end) in visits.items()
            if start <= t < end
        }
        told.see(observation(t, people))
    found = {v.track_ids: v for v in told.violations}
    assert set(found) == {(i,) for i in visits}
    for track_id, (start, end) in visits.items():
        violation = found[track_id,]
        assert violation.ended
        assert violation.started_at == pytest.approx(start)
        assert violation.last_seen_at == pytest.approx(end - 0.2)


def test_the_feet_decide_not_the_middle() -> None:
    """A box whose middle lies in a zone on the wall, feet on the floor below it, is outside."""
    wall = [(0.0, 0.0), (1.0, 0.0), (1.0, 0.6), (0.0, 0.6)]
    tall = person_at(500, 420, height=300)
    assert (tall[1] + tall[3]) / 2 < 0.6 * HEIGHT < tall[3]
    assert tell(story(0.0, wall), 0, 10, {1: tall}).said == []


def test_a_box_is_not_clipped_to_the_zone() -> None:
    """A box from 100 to 400 px does not stand in a zone that ends at 200."""
    upper = [(0.0, 0.0), (1.0, 0.0), (1.0, 200 / HEIGHT), (0.0, 200 / HEIGHT)]
    assert tell(story(0.0, upper), 0, 10, {1: (300, 100, 400, 400)}).said == []


def test_feet_inside_count_though_the_body_is_outside() -> None:
    """Far people stand in a low zone with their feet only."""
    floor = [(0.0, 0.7), (1.0, 0.7), (1.0, 0.8), (0.0, 0.8)]
    person = person_at(500, 0.75 * HEIGHT, height=200)
    assert len(tell(story(1.0, floor), 0, 5, {1: person}).violations) == 1


@pytest.mark.parametrize("feet", [HEIGHT + 5, HEIGHT + 80])
def test_feet_below_the_picture_stand_at_its_edge(feet: float) -> None:
    """Somebody cut off by the lower edge is in the zone that reaches it, and not in one above."""
    person = person_at(500, feet, height=300)
    edge = [(0.3, 0.8), (0.7, 0.8), (0.7, 1.0), (0.3, 1.0)]
    above = [(0.3, 0.5), (0.7, 0.5), (0.7, 0.9), (0.3, 0.9)]
    assert len(tell(story(1.0, edge), 0, 5, {1: person}).violations) == 1
    assert tell(story(1.0, above), 0, 5, {1: person}).said == []


@pytest.mark.parametrize(
    ("x", "inside"), [(WIDTH * 0.49, False), (WIDTH * 0.51, True)], ids=["left", "right"]
)
def test_the_line_is_where_it_was_drawn(x: float, inside: bool) -> None:
    """A hundredth of the picture to either side of the line decides."""
    assert bool(tell(story(0.0), 0, 3, {1: person_at(x, 400)}).violations) is inside


def test_the_schedule_ends_it() -> None:
    """When the zone is no longer watched the visit ends; who is still inside when watching begins
    again is a new violation from then on."""
    told = tell(story(), 0, 5, {1: INSIDE})
    said = told.see(observation(5.0, {1: INSIDE}), watched=False)
    assert [(v.ended, v.last_seen_at) for v in said] == [(True, pytest.approx(4.8))]
    for t in times(5.2, 20):
        assert told.see(observation(t, {1: INSIDE}), watched=False) == []
    tell(told, 20, 25, {1: INSIDE})
    assert [v.started_at for v in told.violations] == [0.0, 20.0]


DOWN = [(0.5, 1.0), (0.5, 0.0)]
"""Over the left edge of the right half, drawn upwards: inwards is to the right."""


def over_the_line(*path: tuple[float, float]) -> Story:
    """Somebody who walks from place to place in 3 s each, pixels, and stays there for 2 s."""
    rule = RestrictedZoneRule(
        "gate", zone(ZoneKind.RESTRICTED, RIGHT_HALF, 1.0, entry_line=DOWN), ZoneSettings()
    )
    told = Story(rule)
    start = 0.0
    for (x1, y1), (x2, y2) in itertools.pairwise(path):
        for t in times(0, 5):
            share = min(t / 3, 1.0)
            place = person_at(x1 + (x2 - x1) * share, y1 + (y2 - y1) * share)
            told.see(observation(start + t, {1: place}))
        start += 5
    return told


def test_over_the_line_inwards_is_a_visit() -> None:
    """It begins with the first picture beyond the line; going back over it ends it."""
    told = over_the_line((300, 400), (660, 400))
    assert told.only.started_at == pytest.approx(1.6)
    told = over_the_line((300, 400), (660, 400), (300, 400), (300, 400), (300, 400))
    assert told.only.ended
    assert told.only.last_seen_at == pytest.approx(6.4, abs=0.2)


@pytest.mark.parametrize(
    "path",
    [[(660, 400), (900, 400)], [(660, 400), (300, 400)]],
    ids=["was always there", "goes out"],
)
def test_not_over_the_line_is_no_visit(path: list[tuple[float, float]]) -> None:
    """Who was inside from the start, and who goes out over it, did not come in over it."""
    assert over_the_line(*path).said == []


def test_in_again_over_the_line_is_a_second_visit() -> None:
    """In, out for a quarter of a minute, and in."""
    out, inside = (300.0, 400.0), (660.0, 400.0)
    told = over_the_line(out, inside, out, out, out, inside)
    assert [v.ended for v in told.violations] == [True, False]


def test_who_left_the_zone_otherwise_needs_another_crossing() -> None:
    """In over the line, away where no line is, and in again there: one visit."""
    line = [(0.5, 1.0), (0.5, 0.5)]
    polygon = [(0.5, 0.5), (1.0, 0.5), (1.0, 1.0), (0.5, 1.0)]
    told = Story(
        RestrictedZoneRule(
            "gate", zone(ZoneKind.RESTRICTED, polygon, 1.0, entry_line=line), ZoneSettings()
        )
    )
    for t in times(0, 40):
        x, y = (400.0, 500.0) if t < 1 else (600.0, 500.0)
        if 5 <= t < 20:
            y = 220.0  # above the zone, on the inward side of the line
        told.see(observation(t, {1: person_at(x, y)}))
    assert len(told.violations) == 1
    assert told.only.ended


def test_closing_ends_what_is_open() -> None:
    """At the end of the source the open visits end once; begun but uncertain ones are nothing."""
    told = tell(story(), 0, 5, {1: INSIDE})
    tell(told, 5, 5.4, {1: INSIDE, 2: person_at(900, 500)})
    assert [v.track_ids for v in told.close()] == [(1,)]
    assert told.only.ended
    assert told.close() == []
