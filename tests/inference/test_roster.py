"""Who is who: a track that begins where another one was lost is the same person."""

import numpy as np
import pytest
from judged_scenes import HEIGHT, WIDTH, Box, moved, observation, person_at, times

from inference.roster import FOUND_S, LEFT_S, Roster

ANNA = person_at(400, 350)
AT_THE_EDGE = person_at(25, 350)


def seen(roster: Roster, timestamp: float, people: dict[int, Box]) -> list[int]:
    """Ids of the people, in the order of the tracks."""
    tracks = observation(timestamp, people).people
    return roster.update(tracks, WIDTH, HEIGHT, timestamp).track_id.tolist()


@pytest.mark.parametrize("gap", [0.4, 5.0, 29.0])
@pytest.mark.parametrize("where", [ANNA, moved(ANNA, 120, 20)], ids=["there", "near"])
def test_lost_and_found_is_the_same(gap: float, where: Box) -> None:
    """Within half a minute, at a place that somebody can have walked to."""
    roster = Roster()
    assert seen(roster, 10.0, {1: ANNA}) == [1]
    assert seen(roster, 10.0 + gap, {2: where}) == [1]
    assert seen(roster, 10.2 + gap, {2: where}) == [1]


@pytest.mark.parametrize(
    ("gap", "where"),
    [
        (FOUND_S + 1, ANNA),
        (5.0, moved(ANNA, 400, 0)),
        (0.4, moved(ANNA, 250, 0)),
        (5.0, person_at(400, 350, height=90)),
    ],
    ids=["too late", "too far", "too fast", "another size"],
)
def test_somebody_else_is_somebody_else(gap: float, where: Box) -> None:
    """Too late, too far, too fast for the time, or of another size."""
    roster = Roster()
    seen(roster, 10.0, {1: ANNA})
    assert seen(roster, 10.0 + gap, {2: where}) == [2]


def test_who_went_behind_something_comes_out_as_tall_as_before() -> None:
    """The last boxes showed the upper part of the body only."""
    roster, (x1, y1, x2, y2) = Roster(), ANNA
    assert seen(roster, 10.0, {1: ANNA}) == [1]
    assert seen(roster, 10.2, {1: (x1, y1, x2, y1 + (y2 - y1) / 2)}) == [1]
    assert seen(roster, 18.0, {2: moved(ANNA, 40, 0)}) == [1]


def test_one_who_is_still_there_is_nobody_else() -> None:
    """A newcomer beside somebody who can be seen is new; the lost one beside both is found."""
    roster = Roster()
    seen(roster, 0.0, {1: ANNA, 2: moved(ANNA, 90, 0)})
    assert seen(roster, 1.0, {1: ANNA, 3: moved(ANNA, 60, 0)}) == [1, 2]
    assert seen(roster, 1.2, {1: ANNA, 3: moved(ANNA, 60, 0), 4: moved(ANNA, 30, 0)}) == [1, 2, 4]


def test_nobody_is_in_two_places() -> None:
    """A track that comes back after a newcomer was taken for its person takes the person back; the
    newcomer is somebody else from then on."""
    roster = Roster()
    seen(roster, 0.0, {1: ANNA})
    assert seen(roster, 1.0, {2: moved(ANNA, 60, 0)}) == [1]
    assert seen(roster, 1.2, {1: ANNA, 2: moved(ANNA, 60, 0)}) == [1, 2]
    assert seen(roster, 1.4, {1: ANNA, 2: moved(ANNA, 60, 0)}) == [1, 2]


def test_at_the_edge_one_leaves_and_another_comes() -> None:
    """Whoever went out of the picture is not taken for the next one who comes in there."""
    roster = Roster()
    seen(roster, 0.0, {1: AT_THE_EDGE})
    assert seen(roster, 1.0, {2: moved(AT_THE_EDGE, 0, 140)}) == [2]
    assert seen(roster, 1.0 + LEFT_S + 1, {3: moved(AT_THE_EDGE, 0, 140)}) == [3]


def test_a_short_gap_at_the_edge_is_bridged() -> None:
    """Somebody who sits there, cut by the edge, keeps the id while the detector blinks."""
    roster = Roster()
    seen(roster, 0.0, {1: AT_THE_EDGE})
    assert seen(roster, 2.0, {2: moved(AT_THE_EDGE, 3, 2)}) == [1]


@pytest.mark.parametrize("pause", [300.0, 20.0], ids=["visitors", "one who is lost all the time"])
def test_who_is_gone_is_forgotten(pause: float) -> None:
    """Over three weeks the roster never keeps more than a handful of entries."""
    roster = Roster()
    for i in range(6000):
        for t in (0.0, 0.2):
            seen(roster, pause * i + t, {i + 1: ANNA})
        assert entries(roster) <= 4


def entries(roster: Roster) -> int:
    """Entries that the roster keeps, of all kinds."""
    return sum(len(value) for value in vars(roster).values())


def test_first_seen_is_that_of_the_person() -> None:
    """Found again, somebody is known since the first sight."""
    roster = Roster()
    seen(roster, 3.0, {1: ANNA})
    tracks = observation(9.0, {2: ANNA}).people
    found = roster.update(tracks, WIDTH, HEIGHT, 9.0)
    assert found.first_seen.tolist() == [3.0]
    assert np.array_equal(found.xyxy, tracks.xyxy)


def test_it_is_the_same_at_any_rate() -> None:
    """A walk with a gap of five seconds is one person at 1, 5 and 25 pictures a second."""
    for fps in (1.0, 5.0, 25.0):
        roster = Roster()
        ids = set()
        for t in times(0, 20, fps):
            if not 8 <= t < 13:
                track = 1 if t < 10 else 2
                ids |= set(seen(roster, t, {track: person_at(200 + 20 * t, 350)}))
        assert ids == {1}
