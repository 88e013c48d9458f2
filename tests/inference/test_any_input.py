"""Whatever comes in, and for however long: a correct answer, and no growing memory."""

from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judged_scenes import (
    BARE,
    HEIGHT,
    HELMET,
    MANIFEST,
    PERSON,
    WIDTH,
    Seen,
    detections,
    head_of,
    person_at,
    times,
    zone,
)

from core.coverage import Answer
from core.detections import Detections
from core.frame import Frame
from core.site import CameraConfig
from core.violation import Violation, ViolationKind
from core.zone import Zone, ZoneKind
from inference.judge import Judge

SMALL = np.random.default_rng(1).integers(60, 160, (90, 160, 3), np.uint8)
HALF = [(0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)]
RESTRICTED = replace(zone(ZoneKind.RESTRICTED, HALF, 1.0), id="pit")
EXIT = replace(
    zone(ZoneKind.EXIT, [(0.1, 0.5), (0.4, 0.5), (0.4, 1.0), (0.1, 1.0)], 5.0), id="exit"
)


def judge(*zones: Zone) -> Judge:
    return Judge(CameraConfig("gate", "Gate", "rtsp://10.0.0.5", zones), MANIFEST, ZoneInfo("UTC"))


def somebody(x: float, y: float, height: float, head: int) -> list[Seen]:
    """Feet at shares of the small picture, height as a share of its height."""
    box = person_at(x * 160, y * 90, height * 90)
    return [(PERSON, box, 0.8), (head, head_of(box), 0.9)]


SHARES = st.floats(-0.5, 1.5)
PEOPLE = st.lists(
    st.builds(somebody, SHARES, SHARES, st.floats(0, 2), st.sampled_from([BARE, HELMET])),
    max_size=4,
)
STEPS = st.sampled_from([0.2, 0.2, 0.2, 0.5, 0.0, 2.0, 7.0, -0.1, -3600.0, 3600.0, 1e6])


@settings(max_examples=40)
@given(st.lists(st.tuples(STEPS, PEOPLE), max_size=40))
def test_any_people_at_any_times_are_judged(pictures: list[tuple[float, list[list[Seen]]]]) -> None:
    """Pictures out of order, clocks that jump an hour, boxes outside the picture or without height:
    every violation ends once and holds together, and the coverage adds up to the time."""
    camera, now, passed = judge(RESTRICTED, EXIT), 1e9, 0.0
    said: list[Violation] = []
    for i, (step, people) in enumerate(pictures):
        now += step
        passed += step if i and step > 0 else 0.0
        found = detections([box for person in people for box in person])
        said += camera.update(Frame("gate", i, now, SMALL), found).violations
    said += camera.close()
    for own in ([v for v in said if v.id == each] for each in {v.id for v in said}):
        assert [v.ended for v in own] == [False] * (len(own) - 1) + [True]
        assert all(v.started_at == own[0].started_at <= v.last_seen_at for v in own)
        assert [v.last_seen_at for v in own] == sorted(v.last_seen_at for v in own)
        assert all(0 <= v.confidence <= 1 for v in own)
    for rule in camera.coverage(now):
        assert rule.scheduled_s == pytest.approx(passed)
        assert all(seconds >= 0 for seconds in rule.seconds.values())


@settings(max_examples=25)
@given(
    st.floats(1.0, 25.0),
    st.floats(0.03, 0.97),
    st.floats(0.3, 1.0),
    st.lists(st.floats(-0.01, 0.01), min_size=8, max_size=8),
)
def test_feet_in_the_zone_are_one_visit_and_feet_outside_are_none(
    fps: float, x: float, y: float, tremble: list[float]
) -> None:
    """Wherever somebody stands away from the line, at any rate of pictures."""
    camera, said = judge(RESTRICTED), {}
    x += 0.02 if x > 0.5 else -0.02
    for i, t in enumerate(times(0, 8, fps)):
        people = detections(somebody(x + tremble[i % 8], y, 0.25, HELMET)[:1])
        for v in camera.update(Frame("gate", i, 1e9 + t, SMALL), people).violations:
            said[v.id] = v
    visits = [v for v in said.values() if v.kind is ViolationKind.RESTRICTED_ZONE]
    assert len(visits) == (x > 0.5)


def test_three_hundred_people_on_one_place_are_judged() -> None:
    """A crowd in which every box could be everybody's: nothing crashes, everybody is somebody."""
    camera = judge(RESTRICTED)
    random = np.random.default_rng(3)
    for i, t in enumerate(times(0, 1)):
        places = random.normal((700, 400), 12, (300, 2))
        crowd = [person_at(x, y) for x, y in places]
        seen: list[Seen] = [(PERSON, box, 0.8) for box in crowd]
        blank = np.full((HEIGHT, WIDTH, 3), 100, np.uint8)
        found = camera.update(Frame("gate", i, t, blank), detections(seen)).observation.people
        assert len(set(found.track_id.tolist())) == len(found)


def test_the_order_of_the_boxes_changes_nothing() -> None:
    """The network may give its boxes in any order."""
    random, straight, mixed = np.random.default_rng(4), judge(RESTRICTED), judge(RESTRICTED)
    told: tuple[list[object], list[object]] = ([], [])
    for i, t in enumerate(times(0, 6)):
        boxes = [b for k in range(5) for b in somebody(0.1 + 0.18 * k, 0.9, 0.5, BARE)]
        found = detections(boxes)
        found = replace(
            found, xyxy=found.xyxy + random.normal(0, 0.2, found.xyxy.shape).astype("f4")
        )
        shuffled = found[random.permutation(len(boxes))]
        for camera, seen, said in ((straight, found, told[0]), (mixed, shuffled, told[1])):
            violations = camera.update(Frame("gate", i, t, SMALL), seen).violations
            said.append(sorted((v.kind, v.started_at, v.last_seen_at, v.ended) for v in violations))
    assert told[0] == told[1]
    assert any(told[0])


def test_an_exit_is_judged_on_after_the_clock_was_set_back() -> None:
    """An hour back: a minute of a free way is still enough for the proposal of its picture."""
    camera, proposed = judge(EXIT), []
    for i, t in enumerate([*times(5000, 5020, 2.0), *times(1400, 1480, 2.0)]):
        judged = camera.update(Frame("gate", i, 1e9 + t, SMALL), Detections.empty())
        proposed += [t] if judged.free_exits else []
    assert len(proposed) == 1
    (exit_,) = [rule for rule in camera.coverage(1e9 + 1480) if rule.zone_id == "exit"]
    assert exit_.seconds[Answer.JUDGED] == pytest.approx(99.0, abs=1.0)


def test_memory_is_bounded_over_days_with_thousands_of_people() -> None:
    """Two days, every six minutes five people who stay a second and are never seen again, with
    helmets and without, in the zone and outside, some lost inside the picture: more than two
    thousand tracks. What is kept at the most does not grow from the first day to the last."""
    camera, random, most = judge(RESTRICTED, EXIT), np.random.default_rng(6), []
    for group in range(500):
        places = random.uniform((0.1, 0.5), (0.9, 1.0), (5, 2))
        largest = 0
        for i in range(3):
            seen = [
                box
                for k, (x, y) in enumerate(places)
                for box in somebody(x, y, 0.5, BARE if (group + k) % 3 else HELMET)
            ]
            now = 1e9 + 360.0 * group + 0.5 * i
            camera.update(Frame("gate", i, now, SMALL), detections(seen))
            largest = max(largest, kept(camera))
        most.append(largest)
    assert camera._observer._tracker._next_id > 2000
    assert max(most[-200:]) <= max(most[:200])


def kept(thing: object, depth: int = 7) -> int:
    """Elements of every collection that hangs on an object of ours."""
    if isinstance(thing, np.ndarray):
        return thing.size
    if isinstance(thing, Mapping):
        return len(thing) + sum(kept(value, depth - 1) for value in thing.values())
    if isinstance(thing, list | tuple | set | frozenset):
        return len(thing) + sum(kept(value, depth - 1) for value in thing)
    if depth == 0 or not type(thing).__module__.startswith(("inference", "core")):
        return 0
    slots = getattr(type(thing), "__slots__", ())
    values = [getattr(thing, name) for name in slots] or list(vars(thing).values())
    return sum(kept(value, depth - 1) for value in values)
