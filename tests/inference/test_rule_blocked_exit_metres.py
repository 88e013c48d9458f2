"""How many metres of an exit are taken, where the camera's floor is known."""

from dataclasses import replace

import numpy as np
import pytest
from corridor_story import ExitStory, story, tell
from drawn_corridor import CARTON, HEIGHT, PASSAGE, WIDTH, Thing

from core.floor import Floor, homography
from core.view import View, ViewState
from core.violation import BlockedWidth

HALL = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
HALF = Thing(x=103, y=130, width=114, height=70)
"""Its foot is half as wide as the passage there: 228.8 pixels between the walls."""
BLOCK_M = 0.8 * WIDTH / 32 / 228.8 * 1.2


def passage_floor(points: list[tuple[float, float]] = PASSAGE) -> Floor:
    """The passage is 1.2 m wide and 5 m long."""
    matrix = homography(points, HALL).ravel()
    found = Floor.of(matrix, points, 1.2, 5.0)
    assert found is not None
    return found


def taken(told: ExitStory) -> BlockedWidth:
    blocked = told.only.blocked
    assert blocked is not None
    return blocked


def metres(told: ExitStory) -> tuple[float, float]:
    blocked = taken(told)
    assert blocked.metres is not None
    assert blocked.passage_metres is not None
    return blocked.metres, blocked.passage_metres


def laid() -> ExitStory:
    told = story()
    told.rule.floor = passage_floor()
    return told


def test_a_carton_of_60_cm_in_a_passage_of_120_cm() -> None:
    """The violation says so, within a block, from its beginning to its end."""
    told = tell(tell(laid(), 0, 30), 30, 60, [HALF])
    assert metres(told) == (
        pytest.approx(0.6, abs=BLOCK_M),
        pytest.approx(1.2, abs=BLOCK_M),
    )
    assert taken(told).share == told.only.confidence
    tell(told, 60, 90)
    assert told.only.ended
    assert metres(told)[0] == pytest.approx(0.6, abs=BLOCK_M)


def test_the_metres_decide_nothing() -> None:
    """With a floor and without one the same is said at the same moments: a replay stays the same.
    Without one the share is told alone."""
    with_floor = tell(tell(tell(laid(), 0, 30), 30, 60, [CARTON]), 60, 90)
    without = tell(tell(tell(story(), 0, 30), 30, 60, [CARTON]), 60, 90)
    share = without.only.confidence
    assert taken(without) == BlockedWidth(share, None, None)
    told = [replace(v, blocked=None) for v in with_floor.said]
    assert told == [replace(v, blocked=None) for v in without.said]


def test_a_camera_that_was_nudged_measures_the_same() -> None:
    """Everything lies elsewhere in the picture; the floor was laid in the old one. At the new place
    of the passage that floor would be 5 % narrower."""
    right, down = 10, 12
    still = tell(tell(laid(), 0, 30), 30, 60, [HALF])
    view = View(ViewState.CLEAR, (right / WIDTH, down / HEIGHT))
    moved = tell(laid(), 0, 30)
    tell(moved, 30, 60, view=view, turned=(right, down))
    tell(moved, 60, 90, [HALF], view=view, turned=(right, down))
    assert metres(moved)[0] == pytest.approx(metres(still)[0], abs=BLOCK_M)
    assert metres(moved)[1] == metres(still)[1] == pytest.approx(1.2, abs=BLOCK_M)


def test_the_floor_may_come_while_the_exit_is_blocked() -> None:
    """Somebody lays the camera onto its plan: the open violation goes on and gets its metres."""
    told = tell(tell(story(), 0, 30), 30, 60, [HALF])
    assert taken(told).metres is None
    told.rule.floor = passage_floor()
    tell(told, 60, 90, [HALF])
    assert metres(told)[0] == pytest.approx(0.6, abs=BLOCK_M)


def test_the_metres_are_those_of_the_largest_share() -> None:
    """A narrower thing stands there afterwards: share and metres stay those of the widest."""
    told = tell(tell(laid(), 0, 30), 30, 60, [HALF])
    first = metres(told)
    tell(told, 60, 90, [CARTON])
    assert metres(told) == first
    assert taken(told).share == told.only.confidence


def test_a_floor_whose_horizon_runs_through_the_passage() -> None:
    """Four points that were set wrong give no metres where the thing stands, and no alarm less."""
    told = story()
    near = [(0.3, 0.9), (0.7, 0.9), (1.0, 1.0), (0.0, 1.0)]
    told.rule.floor = passage_floor(near)
    far = Thing(x=120, y=70, width=80, height=60)
    tell(tell(told, 0, 30), 30, 60, [far])
    blocked = taken(told)
    assert (blocked.metres, blocked.passage_metres) == (None, None)
    assert blocked.share > 0.2
    assert np.isnan(told.rule.floor.at(0.5, 130 / HEIGHT)[0])
