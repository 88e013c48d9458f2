"""Everything between a picture's boxes and its violations, for one camera."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from drawn_corridor import CARTON, HEIGHT, PASSAGE, WIDTH, picture
from judged_scenes import (
    BARE,
    MANIFEST,
    PERSON,
    Box,
    Seen,
    detections,
    head_of,
    person_at,
    times,
    zone,
)

from core.coverage import Answer
from core.detections import Detections
from core.errors import ManifestMismatch
from core.frame import Frame
from core.site import CameraConfig
from core.violation import Violation, ViolationKind
from core.zone import Zone, ZoneKind
from inference.judge import Judge, Judgement

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 6, 1, 8, 0, tzinfo=SHANGHAI).timestamp()
"""A Monday."""
PIT = [(0.7, 0.1), (1.0, 0.1), (1.0, 0.39), (0.7, 0.39)]


def camera(*zones: Zone, id: str = "gate") -> CameraConfig:
    return CameraConfig(id, "Gate", "rtsp://10.0.0.5", zones)


EXIT = replace(zone(ZoneKind.EXIT, PASSAGE, 10.0), id="exit")
RESTRICTED = replace(zone(ZoneKind.RESTRICTED, PIT, 1.0), id="pit")
NIGHT = replace(zone(ZoneKind.RESTRICTED, PIT, 1.0, "mon 08:00-08:01"), id="pit")


def walker(t: float) -> Box:
    """Comes from the left, into the pit after 20 s, gone after 30 s."""
    return person_at(60 + 8 * t, 80, height=60)


def story(seed: int = 0) -> Iterator[tuple[Frame, Detections]]:
    """A bare-headed walker who enters the pit, and a carton from 25 s on; unsteady pictures whose
    boxes tremble."""
    random = np.random.default_rng(seed)
    for index, step in enumerate(np.cumsum(random.uniform(0.1, 0.3, 250))):
        t = float(step)
        seen: list[Seen] = []
        if t < 30:
            jitter = random.normal(0, 0.5, 4)
            box: Box = tuple(np.add(walker(t), jitter))  # type: ignore[assignment]
            seen = [(PERSON, box, 0.8), (BARE, head_of(box), float(random.uniform(0.5, 0.9)))]
            seen = [seen[i] for i in random.permutation(2)]
        image = picture(t, [CARTON] if t > 25 else [])
        yield Frame("gate", index, START + t, image), detections(seen)


def judged(camera: CameraConfig, seed: int = 0) -> tuple[list[Judgement], list[Violation]]:
    """What was judged of the story, and every violation that was said."""
    judge = Judge(camera, MANIFEST, SHANGHAI)
    judgements = [judge.update(frame, found) for frame, found in story(seed)]
    said = [v for each in judgements for v in each.violations]
    return judgements, [*said, *judge.close()]


def latest(said: Sequence[Violation]) -> dict[str, Violation]:
    return {v.id: v for v in said}


def test_the_three_rules_find_their_violations() -> None:
    """One walker without a helmet in the pit and one carton: three kinds, one violation each,
    all ended at the close, with the times of the story."""
    _, said = judged(camera(EXIT, RESTRICTED))
    found = {v.kind: v for v in latest(said).values()}
    assert len(latest(said)) == 3
    assert set(found) == set(ViolationKind) - {ViolationKind.CAMERA_TAMPER}
    assert all(v.ended and v.camera_id == "gate" for v in found.values())
    starts = {kind: v.started_at - START for kind, v in found.items()}
    assert starts[ViolationKind.MISSING_HELMET] < 1
    assert starts[ViolationKind.RESTRICTED_ZONE] == pytest.approx((0.7 * WIDTH - 60) / 8, abs=0.6)
    assert starts[ViolationKind.BLOCKED_EXIT] == pytest.approx(25, abs=0.6)
    assert found[ViolationKind.MISSING_HELMET].last_seen_at - START == pytest.approx(30, abs=0.6)
    assert found[ViolationKind.MISSING_HELMET].zone_id == "picture"
    assert found[ViolationKind.RESTRICTED_ZONE].zone_id == "pit"
    assert found[ViolationKind.BLOCKED_EXIT].zone_id == "exit"


@pytest.mark.parametrize("seed", range(3))
def test_a_replay_is_equal_bit_for_bit(seed: int) -> None:
    """The same frames twice give the same ids, times, tracks and confidences."""
    first, said = judged(camera(EXIT, RESTRICTED), seed)
    second, again = judged(camera(EXIT, RESTRICTED), seed)
    assert said == again
    assert len(said) > 50
    for a, b in zip(first, second, strict=True):
        assert np.array_equal(a.observation.people.track_id, b.observation.people.track_id)
        assert np.array_equal(a.observation.people.velocity, b.observation.people.velocity)


def test_ids_differ_between_cameras() -> None:
    """The same scene before two cameras is two incidents."""
    _, here = judged(camera(EXIT, RESTRICTED))
    _, there = judged(camera(EXIT, RESTRICTED, id="yard"))
    assert not latest(here).keys() & latest(there).keys()


def test_nothing_is_said_after_the_end() -> None:
    """Every id ends exactly once, as its last word."""
    _, said = judged(camera(EXIT, RESTRICTED))
    ended = [v.id for v in said if v.ended]
    assert sorted(ended) == sorted(latest(said))
    for each in ended:
        assert [v.ended for v in said if v.id == each][-1]


def test_started_at_never_changes() -> None:
    """An id keeps its kind, zone and beginning; it is never last seen earlier than before."""
    _, said = judged(camera(EXIT, RESTRICTED))
    for each in latest(said):
        own = [v for v in said if v.id == each]
        assert len({(v.kind, v.zone_id, v.started_at, v.rule) for v in own}) == 1
        seen = [v.last_seen_at for v in own]
        assert seen == sorted(seen)
        assert all(v.started_at <= v.last_seen_at for v in own)


def test_a_schedule_counts_in_the_hours_of_the_site() -> None:
    """The pit is watched for one minute of Monday morning, Shanghai time: a visit in it counts,
    the same visit judged in another time zone does not."""
    visits = [ViolationKind.RESTRICTED_ZONE]
    for time_zone, expected in ((SHANGHAI, visits), (ZoneInfo("UTC"), [])):
        judge = Judge(camera(NIGHT), MANIFEST, time_zone)
        said = [v for frame, found in story() for v in judge.update(frame, found).violations]
        kinds = [v.kind for v in latest(said).values() if v.zone_id == "pit"]
        assert kinds == expected


def test_an_open_visit_ends_with_the_schedule() -> None:
    """Somebody who stays past the end of the window is reported until then."""
    judge = Judge(camera(NIGHT), MANIFEST, SHANGHAI)
    box = person_at(0.85 * WIDTH, 80, height=60)
    blank = np.full((HEIGHT, WIDTH, 3), 100, np.uint8)
    said: list[Violation] = []
    for i, t in enumerate(times(START + 50, START + 70)):
        frame = Frame("gate", i, t, blank)
        said += judge.update(frame, detections([(PERSON, box, 0.8)])).violations
    (visit,) = latest(said).values()
    assert visit.ended
    assert visit.last_seen_at == pytest.approx(START + 59.8)


def test_the_people_are_the_tracked_ones() -> None:
    """The judgement shows every box, and as people the persons among them with their rows."""
    judgements, _ = judged(camera())
    for each in judgements[2:80]:
        seen = each.observation
        assert len(seen.detections) == 2
        assert len(seen.people) == 1
        assert seen.people.class_id.tolist() == [PERSON]
        row = int(seen.people.detection_index[0])
        assert np.array_equal(seen.detections.xyxy[row], seen.people.xyxy[0])


def test_a_camera_without_zones_judges_helmets_everywhere() -> None:
    """No zones drawn: helmets in the whole picture, no pit and no exit."""
    _, said = judged(camera())
    assert {v.kind for v in said} == {ViolationKind.MISSING_HELMET}


def test_closing_twice_ends_nothing_twice() -> None:
    """The end of a camera is final."""
    judge = Judge(camera(EXIT, RESTRICTED), MANIFEST, SHANGHAI)
    for frame, found in story():
        judge.update(frame, found)
    kinds = {v.kind for v in judge.close()}
    assert kinds == set(ViolationKind) - {ViolationKind.CAMERA_TAMPER}
    assert list(judge.close()) == []


@pytest.mark.parametrize("missing", ["person", "head", "helmet"])
def test_a_model_without_a_class_is_refused_at_the_start(missing: str) -> None:
    """Not in the middle of the night: the message names the class."""
    classes = tuple(name for name in MANIFEST.classes if name != missing)
    manifest = replace(
        MANIFEST, classes=classes, thresholds=dict.fromkeys((*classes, "person"), 0.35)
    )
    with pytest.raises(ManifestMismatch, match=f"'{missing}'"):
        Judge(camera(), manifest, SHANGHAI)


def test_class_ids_come_from_the_manifest() -> None:
    """A model with its classes in another order is judged by their names."""
    order = (2, 0, 1)  # person, head, helmet of the story become these ids
    manifest = replace(MANIFEST, classes=("head", "helmet", "person"))
    judge = Judge(camera(), manifest, SHANGHAI)
    said: list[Violation] = []
    for frame, found in story():
        mapped = replace(found, class_id=np.array(order, np.int32)[found.class_id])
        said += judge.update(frame, mapped).violations
    assert {v.kind for v in said} == {ViolationKind.MISSING_HELMET}


def test_coverage_adds_up_to_the_scheduled_time() -> None:
    """Every second of the schedule is judged, not to be told for a reason, or blind; a gap between
    pictures is blind, and so is the time since the last one."""
    judge = Judge(camera(EXIT, RESTRICTED), MANIFEST, SHANGHAI)
    frames = list(story())
    for frame, found in frames:
        judge.update(frame, found)
    last, watched_s = frames[-1][0].timestamp, frames[-1][0].timestamp - frames[0][0].timestamp
    after = replace(frames[-1][0], timestamp=last + 60.0)
    judge.update(after, Detections.empty())
    for rule in judge.coverage(last + 160.0):
        assert rule.scheduled_s == pytest.approx(watched_s + 160.0)
        assert rule.seconds[Answer.BLIND] == pytest.approx(160.0)
        assert rule.seconds[Answer.JUDGED] > 0.5 * watched_s
    rules = {rule.rule for rule in judge.coverage(last)}
    assert rules == set(ViolationKind)


def test_time_outside_the_schedule_is_not_counted() -> None:
    """The pit is watched for one minute: no more is scheduled, however long the camera runs."""
    judge = Judge(camera(NIGHT), MANIFEST, SHANGHAI)
    blank = np.full((HEIGHT, WIDTH, 3), 100, np.uint8)
    for i, t in enumerate(times(START - 100, START + 200, 1.0)):
        judge.update(Frame("gate", i, t, blank), Detections.empty())
    (pit,) = [rule for rule in judge.coverage(START + 1000) if rule.zone_id == "pit"]
    assert pit.scheduled_s == pytest.approx(60.0)


def test_a_clock_that_jumps_back_ends_what_is_open_and_goes_on() -> None:
    """An hour back in the middle of a visit: the visit ends where it was, everything is judged on
    under the new time, and frames out of order crash nothing."""
    judge = Judge(camera(RESTRICTED), MANIFEST, SHANGHAI)
    blank = np.full((HEIGHT, WIDTH, 3), 100, np.uint8)
    box = person_at(0.85 * WIDTH, 80, height=60)
    said: list[Violation] = []
    moments = [*times(5000, 5010), *times(1400, 1410), 1405.0, 1409.8, *times(1410, 1415)]
    for i, t in enumerate(moments):
        frame = Frame("gate", i, START + t, blank)
        said += judge.update(frame, detections([(PERSON, box, 0.8)])).violations
    said += judge.close()
    visits = [v for v in latest(said).values() if v.kind is ViolationKind.RESTRICTED_ZONE]
    assert all(v.ended for v in visits)
    assert [v.started_at - START for v in visits[:2]] == pytest.approx([5000.2, 1400.2])


def test_three_hundred_people_at_once_are_judged() -> None:
    """Nothing is lost in a crowd: everybody without a helmet belongs to the case."""
    judge = Judge(camera(), MANIFEST, SHANGHAI)
    blank = np.full((540, 960, 3), 100, np.uint8)
    crowd = [person_at(30 + 45 * (i % 20), 160 + 25 * (i // 20), height=150) for i in range(300)]
    seen: list[Seen] = [(PERSON, box, 0.8) for box in crowd]
    seen += [(BARE, head_of(box), 0.9) for box in crowd]
    said: list[Violation] = []
    for i, t in enumerate(times(START, START + 4)):
        said += judge.update(Frame("gate", i, t, blank), detections(seen)).violations
    (case,) = latest(said).values()
    assert len(case.track_ids) > 200


def test_memory_is_bounded_over_weeks() -> None:
    """Four weeks with a visitor every half hour: what judge and rules remember does not grow."""
    judge = Judge(camera(RESTRICTED), MANIFEST, SHANGHAI)
    blank = np.full((HEIGHT, WIDTH, 3), 100, np.uint8)
    sizes = []
    for visit in range(4 * 7 * 24 * 2):
        start = START + 1800.0 * visit
        box = person_at(0.85 * WIDTH, 80, height=60)
        seen: list[Seen] = [(PERSON, box, 0.8), (BARE, head_of(box), 0.9)]
        for i, t in enumerate((0.0, 0.5, 1.0)):
            judge.update(Frame("gate", i, start + t, blank), detections(seen))
        if visit in {100, 1300}:
            sizes.append(entries(judge))
    assert sizes[1] == sizes[0]


def entries(thing: object, depth: int = 6) -> int:
    """Elements of every collection that hangs on an object of ours."""
    if isinstance(thing, np.ndarray):
        return thing.size
    if isinstance(thing, Mapping):
        return len(thing) + sum(entries(value, depth - 1) for value in thing.values())
    if isinstance(thing, list | tuple | set | frozenset):
        return len(thing) + sum(entries(value, depth - 1) for value in thing)
    if depth == 0 or not type(thing).__module__.startswith(("inference", "core")):
        return 0
    slots = getattr(type(thing), "__slots__", ())
    values = [getattr(thing, name) for name in slots] or list(vars(thing).values())
    return sum(entries(value, depth - 1) for value in values)
