"""Boxes of one camera become tracks, with all times in seconds."""

from collections.abc import Callable, Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judged_scenes import BARE, HELMET, PERSON, Box, Seen, detections, head_of, person_at, times

from core.detections import Detections, Tracks
from inference.tracker import Tracker, TrackerSettings

Path = Callable[[float], list[Box]]


def tracker() -> Tracker:
    return Tracker(TrackerSettings(confidence=0.35))


def update(tracker: Tracker, timestamp: float, seen: Iterable[Seen]) -> Tracks:
    found = detections(seen)
    return tracker.update(found, np.flatnonzero(found.class_id == PERSON), timestamp)


def follow(tracker: Tracker, moments: Iterable[float], where: Path) -> list[Tracks]:
    """Tracks at each moment of people who are where the path says."""
    return [update(tracker, t, [(PERSON, box, 0.8) for box in where(t)]) for t in moments]


def standing(_: float) -> list[Box]:
    return [person_at(300, 400)]


def nobody(_: float) -> list[Box]:
    return []


def walking(speed: float) -> Path:
    """To the right from x = 100, pixels per second."""
    return lambda t: [person_at(100 + speed * t, 400)]


def ids(tracks: Iterable[Tracks]) -> list[list[int]]:
    return [each.track_id.tolist() for each in tracks]


def test_one_person_is_one_track() -> None:
    """From the second picture on, under the id 1, known since the first."""
    found = follow(tracker(), times(10, 15), standing)
    assert ids(found) == [[]] + [[1]] * 24
    assert all(each.first_seen.tolist() == [10.0] for each in found[1:])


def test_a_flash_is_not_a_person() -> None:
    """What is seen in one picture only is never reported."""
    watch = tracker()
    found = follow(watch, [0.0], standing) + follow(watch, times(0.2, 5), nobody)
    assert ids(found) == [[]] * 25


def test_a_new_track_needs_time_not_pictures() -> None:
    """At 100 pictures a second it takes as long as at 10: confirmation is in seconds."""
    found = follow(tracker(), times(0, 0.4, fps=100), standing)
    first = next(i for i, each in enumerate(found) if len(each))
    assert 14 <= first <= 16


@pytest.mark.parametrize("where", [standing, walking(60)], ids=["standing", "walking"])
@pytest.mark.parametrize("gap", [0.4, 1.0, 2.9])
def test_a_short_gap_keeps_the_identity(where: Path, gap: float) -> None:
    """Somebody hidden for less than 3 s comes back as the same, standing or walking on."""
    watch = tracker()
    before = follow(watch, times(0, 3), where)
    last = 2.8
    follow(watch, times(last + 0.2, last + gap - 0.1), nobody)
    after = follow(watch, [last + gap, last + gap + 0.2], where)
    assert ids(before)[-1] == [1]
    assert ids(after) == [[1], [1]]


def test_without_pictures_the_gap_is_the_same() -> None:
    """A camera that sends nothing for 2 s loses nobody, one that was away for 4 s does."""
    watch = tracker()
    follow(watch, times(0, 2), standing)
    assert ids(follow(watch, [3.8, 4.0], standing)) == [[1], [1]]
    assert ids(follow(watch, [8.0, 8.2], standing)) == [[], [2]]


def test_after_three_seconds_a_person_is_forgotten() -> None:
    """Whoever comes then is somebody new, first seen then."""
    watch = tracker()
    follow(watch, times(0, 2), standing)
    follow(watch, times(2, 5), nobody)
    found = follow(watch, times(5, 6), standing)
    assert ids(found)[-1] == [2]
    assert found[-1].first_seen.tolist() == [5.0]


def test_weak_boxes_never_start_a_track() -> None:
    """A shadow that the model half believes in stays nobody for ever."""
    watch = tracker()
    found = [update(watch, t, [(PERSON, person_at(300, 400), 0.34)]) for t in times(0, 10)]
    assert ids(found) == [[]] * 50


def test_weak_boxes_continue_a_track() -> None:
    """Somebody half hidden for 10 s keeps the id and is reported with the weak box."""
    watch = tracker()
    follow(watch, times(0, 1), standing)
    found = [update(watch, t, [(PERSON, person_at(300, 400), 0.15)]) for t in times(1, 11)]
    assert ids(found) == [[1]] * 50
    assert found[-1].confidence.tolist() == pytest.approx([0.15])


def test_a_sure_box_goes_before_a_weak_one() -> None:
    """The track takes the sure box, though the weak one lies nearer."""
    watch = tracker()
    follow(watch, times(0, 1), standing)
    found = update(
        watch, 1.0, [(PERSON, person_at(300, 400), 0.2), (PERSON, person_at(312, 400), 0.9)]
    )
    assert found.detection_index.tolist() == [1]


@pytest.mark.parametrize("fps", [5.0, 12.5, 25.0])
@pytest.mark.parametrize("offset", [0.0, 12.0])
def test_two_people_who_cross_keep_their_ids(fps: float, offset: float) -> None:
    """They walk through each other's place in opposite directions and do not swap."""

    def crossing(t: float) -> list[Box]:
        return [person_at(200 + 90 * t, 400), person_at(560 - 90 * t, 400 + offset)]

    found = follow(tracker(), times(0, 4, fps), crossing)
    assert ids(found)[1 if fps == 5 else 4] == [1, 2]
    last = found[-1]
    assert last.track_id.tolist() == [1, 2]
    assert last.xyxy[0, 0] > 450
    assert last.xyxy[1, 0] < 300


def test_one_who_is_hidden_while_crossing_keeps_the_id() -> None:
    """The rear person has no box for 0.6 s and comes out on the other side as the same."""

    def crossing(t: float) -> list[Box]:
        front, rear = person_at(200 + 90 * t, 410), person_at(560 - 90 * t, 400)
        return [front] if 1.7 < t < 2.3 else [front, rear]

    last = follow(tracker(), times(0, 4), crossing)[-1]
    assert last.track_id.tolist() == [1, 2]
    assert last.xyxy[0, 0] > last.xyxy[1, 0] + 200


def test_every_track_names_its_row() -> None:
    """`detection_index` points to the box of the track among all boxes of all classes."""
    watch = tracker()
    places = [person_at(150, 400), person_at(450, 420), person_at(750, 440)]
    random = np.random.default_rng(4)
    known: dict[int, float] = {}
    for t in times(0, 2):
        seen: list[Seen] = [(PERSON, box, 0.6 + i / 10) for i, box in enumerate(places)]
        seen += [(HELMET if i % 2 else BARE, head_of(box), 0.9) for i, box in enumerate(places)]
        found = detections([seen[i] for i in random.permutation(6)])
        tracks = watch.update(found, np.flatnonzero(found.class_id == PERSON), t)
        own = found[tracks.detection_index]
        assert np.array_equal(own.xyxy, tracks.xyxy)
        assert np.array_equal(own.confidence, tracks.confidence)
        assert (own.class_id == PERSON).all()
        who = dict(zip(tracks.track_id.tolist(), tracks.xyxy[:, 0].tolist(), strict=True))
        known = known or who
        assert who == known
    assert len(known) == 3


def test_heads_are_not_tracked() -> None:
    """Only the rows asked for become tracks."""
    watch = tracker()
    found = [update(watch, t, [(BARE, head_of(person_at(300, 400)), 0.9)]) for t in times(0, 2)]
    assert ids(found) == [[]] * 10


def test_ids_are_never_used_again() -> None:
    """Thirty visitors one after the other, and flashes between them, get growing ids."""
    watch = tracker()
    known: list[int] = []
    for visit in range(30):
        found = follow(watch, times(10 * visit, 10 * visit + 1), standing)
        follow(watch, [10 * visit + 5], lambda _: [person_at(700, 400)])
        (own,) = {i for each in ids(found) for i in each}
        known.append(own)
    assert known == sorted(set(known))
    assert known[0] == 1


@pytest.mark.parametrize("seed", range(5))
def test_unsteady_pictures_give_the_same_tracks(seed: int) -> None:
    """Two walkers, pictures between 0.05 and 0.5 s apart: two ids, right speeds in pixels per
    second."""
    moments = np.cumsum(np.random.default_rng(seed).uniform(0.05, 0.5, 30))

    def both(t: float) -> list[Box]:
        return [person_at(100 + 60 * t, 300), person_at(900 - 40 * t, 500)]

    found = follow(tracker(), moments.tolist(), both)
    assert {i for each in ids(found) for i in each} == {1, 2}
    assert found[-1].velocity[:, 0] == pytest.approx([60, -40], abs=6)
    assert found[-1].velocity[:, 1] == pytest.approx([0, 0], abs=3)


@pytest.mark.parametrize("fps", [2.0, 5.0, 25.0])
def test_velocity_is_in_pixels_per_second(fps: float) -> None:
    """The rate of pictures does not change it."""
    found = follow(tracker(), times(0, 4, fps), walking(50))
    assert found[-1].velocity[0] == pytest.approx([50, 0], abs=4)


def test_the_same_boxes_give_the_same_tracks() -> None:
    """A replay is equal bit for bit."""
    random = np.random.default_rng(8)
    moments = np.cumsum(random.uniform(0.1, 0.4, 60)).tolist()
    boxes = [
        [person_at(x, y) for x, y in random.uniform(150, 450, (random.integers(0, 6), 2))]
        for _ in moments
    ]
    script = dict(zip(moments, boxes, strict=True))
    first, second = (follow(tracker(), moments, script.__getitem__) for _ in range(2))
    assert sum(map(len, first)) > 20
    for a, b in zip(first, second, strict=True):
        for name in Tracks.__dataclass_fields__:
            assert np.array_equal(getattr(a, name), getattr(b, name))


def test_time_that_runs_backwards_forgets_all_tracks() -> None:
    """A clip that starts again shows new people, also where somebody was lost a moment before."""
    watch = tracker()
    right: Path = lambda _: [person_at(700, 400)]  # noqa: E731
    follow(watch, times(0, 2), lambda t: standing(t) + right(t))
    follow(watch, times(2, 4), right)
    found = follow(watch, [3.0, 3.2], lambda t: standing(t) + right(t))
    assert ids(found) == [[], [3, 4]]
    assert found[-1].first_seen.tolist() == [3.0, 3.0]


def test_a_picture_given_twice_changes_no_identity() -> None:
    """The same timestamp again is no step back."""
    watch = tracker()
    follow(watch, times(0, 2), standing)
    assert ids(follow(watch, [1.8, 1.8, 2.0], standing)) == [[1], [1], [1]]


def test_empty_pictures() -> None:
    """Nobody for a minute is no error and gives well-formed nothing."""
    watch = tracker()
    for t in times(0, 60, fps=1):
        found = watch.update(Detections.empty(), np.zeros(0, np.intp), t)
        assert len(found) == 0
        assert found.velocity.shape == (0, 2)


def test_a_crowd_of_three_hundred() -> None:
    """Everybody keeps the own id while all walk."""

    def crowd(t: float) -> list[Box]:
        return [
            person_at(30 + 45 * (i % 20) + 8 * t, 70 + 60 * (i // 20), height=50)
            for i in range(300)
        ]

    found = follow(tracker(), times(0, 1), crowd)
    assert found[-1].track_id.tolist() == list(range(1, 301))
    assert np.array_equal(found[-1].detection_index, np.arange(300))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.integers(0, 12), st.floats(0.5, 25.0))
def test_whatever_is_seen_tracks_stay_well_formed(seed: int, people: int, fps: float) -> None:
    """Any boxes at any rate: an id appears once in a picture, belongs to a row that was asked for,
    and rows in another order change neither ids nor boxes."""
    random = np.random.default_rng(seed)
    watch, shuffled = tracker(), tracker()
    places = random.uniform((60, 120), (900, 520), (people, 2))
    for t in times(0, 12 / fps, fps):
        seen: list[Seen] = [
            (PERSON, person_at(*(place + random.normal(0, 5, 2))), float(c))
            for place, c in zip(places, random.uniform(0.1, 1, people), strict=True)
            if random.random() < 0.8
        ]
        order = random.permutation(len(seen))
        found, again = update(watch, t, seen), update(shuffled, t, [seen[i] for i in order])
        assert len(set(found.track_id.tolist())) == len(found)
        assert np.all(np.diff(found.track_id) > 0)
        assert np.all(found.first_seen <= t)
        assert np.array_equal(found.xyxy, detections(seen)[found.detection_index].xyxy)
        assert sorted(map(tuple, found.xyxy)) == sorted(map(tuple, again.xyxy))


def test_a_person_who_is_seen_with_and_without_legs_is_one() -> None:
    """Two boxes with one top, one inside the other: one person, whichever is surer."""
    whole = person_at(300, 400)
    upper = (whole[0], whole[1] + 2, whole[2], whole[1] + 100)
    watch = tracker()
    for i, t in enumerate(times(0, 5)):
        sure, faint = (0.6, 0.4) if i % 2 else (0.4, 0.6)
        found = update(watch, t, [(PERSON, whole, sure), (PERSON, upper, faint)])
    assert found.track_id.tolist() == [1]
    front = (whole[0], whole[1] + 60, whole[2], whole[3] + 60)
    found = [update(watch, t, [(PERSON, whole, 0.6), (PERSON, front, 0.5)]) for t in times(5, 6)][
        -1
    ]
    assert len(found) == 2, "somebody who stands in front is a person too"
