"""How wide a thing is measured to be in a passage."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.floor import Floor, homography
from inference.rules.passage import BLOCKS_ACROSS, Passage
from inference.rules.width import width_taken

WHOLE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])


@pytest.mark.parametrize("left", [0.300, 0.311, 0.322])
@pytest.mark.parametrize("width", [0.15, 0.3])
def test_a_thing_is_as_wide_as_it_is(left: float, width: float) -> None:
    """Wherever it lies between the blocks: one at its edge is covered by half on average."""
    passage = Passage.of(WHOLE, 640, 640)
    box = np.array([[left, 0.4, left + width, 0.6]], np.float32) * 640
    touched = passage.covered_by(box, 640, 640)
    assert passage.share_of_width(touched) == pytest.approx(width, abs=1 / BLOCKS_ACROSS)


def test_a_thing_at_the_wall_reaches_it() -> None:
    """Over the whole width nothing is left beside it."""
    passage = Passage.of(WHOLE, 640, 640)
    everywhere = np.ones_like(passage.inside)
    assert passage.share_of_width(everywhere) == 1.0


CORRIDOR = np.array([[0.4, 0.4], [0.6, 0.4], [0.9, 1.0], [0.1, 1.0]])
"""Between two walls that are 1.2 m apart, seen from its middle: a quarter as wide behind."""
HALL = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
SIZE = 640


def floor_of(picture: NDArray[np.float64], width_m: float, length_m: float) -> Floor:
    found = Floor.of(
        homography(picture.tolist(), HALL).ravel(), picture.tolist(), width_m, length_m
    )
    assert found is not None
    return found


def corridor_things(*things: tuple[float, float, float]) -> NDArray[np.float32]:
    """Boxes in pixels. A thing: the y of its foot, 0..1, and from where to where in metres it
    stands between the walls; it is a tenth of the picture high."""
    boxes = []
    for y, left, right in things:
        half = 0.1 + 0.3 * (y - 0.4) / 0.6
        x1, x2 = (0.5 - half + 2 * half * x / 1.2 for x in (left, right))
        boxes.append([x1, y - 0.1, x2, y])
    return np.array(boxes, np.float32) * SIZE


@pytest.mark.parametrize("y", [0.6, 0.75, 0.95])
@pytest.mark.parametrize("left", [0.1, 0.3, 0.5])
def test_a_carton_is_as_many_metres_wide_near_and_far(y: float, left: float) -> None:
    """0.6 m of 1.2 m, within a block; far off, a block is more of the floor."""
    passage = Passage.of(CORRIDOR, SIZE, SIZE)
    things = corridor_things((y, left, left + 0.6))
    touched = passage.covered_by(things, SIZE, SIZE) & passage.inside
    found = width_taken(passage, touched, floor_of(CORRIDOR, 1.2, 6.0))
    across = 2 * (0.1 + 0.3 * (y - 0.4) / 0.6)
    block_m = 1.2 / across * (0.8 / BLOCKS_ACROSS)
    assert found.metres == pytest.approx(0.6, abs=block_m)
    assert found.passage_metres == pytest.approx(1.2, abs=block_m)
    assert found.share == pytest.approx(found.metres / found.passage_metres)


def test_things_behind_each_other_count_once() -> None:
    """One in front at the left and one behind at the right leave 0.3 m; what stands behind another
    one takes nothing more; together they never take more than there is."""
    passage, floor = Passage.of(CORRIDOR, SIZE, SIZE), floor_of(CORRIDOR, 1.2, 6.0)

    def metres(*things: tuple[float, float, float]) -> float:
        touched = passage.covered_by(corridor_things(*things), SIZE, SIZE) & passage.inside
        found = width_taken(passage, touched, floor)
        assert found.metres is not None
        assert found.passage_metres is not None
        assert found.metres <= found.passage_metres
        return found.metres

    front, behind = (0.95, 0.0, 0.5), (0.7, 0.8, 1.2)
    assert metres(front, behind) == pytest.approx(0.9, abs=0.08)
    assert metres(front, (0.7, 0.05, 0.45)) == pytest.approx(metres(front), abs=0.01)
    assert metres((0.95, 0.0, 0.8), (0.7, 0.4, 1.2)) == pytest.approx(1.2, abs=0.08)


def test_without_a_floor_there_is_the_share_alone() -> None:
    """Nobody laid the camera onto a plan; a free passage has no width taken either."""
    passage = Passage.of(CORRIDOR, SIZE, SIZE)
    touched = passage.covered_by(corridor_things((0.9, 0.2, 0.8)), SIZE, SIZE) & passage.inside
    found = width_taken(passage, touched, None)
    assert (found.metres, found.passage_metres) == (None, None)
    assert found.share == passage.share_of_width(touched) > 0.4
    free = width_taken(passage, np.zeros_like(touched), floor_of(CORRIDOR, 1.2, 6.0))
    assert (free.share, free.metres, free.passage_metres) == (0.0, None, None)


@pytest.mark.parametrize("tilt", [0.0, 0.1])
def test_a_horizon_through_the_passage_takes_the_metres_alone(tilt: float) -> None:
    """The four points were set on another floor, whose horizon runs across the passage, level or
    tilted: above it there is no length, below it there is."""
    passage = Passage.of(np.array(HALL), SIZE, SIZE)
    near = np.array([[0.3, 0.7 + tilt], [0.7, 0.7], [1.0, 1.0], [0.0, 1.0]])
    floor = floor_of(near, 3.0, 3.0)

    def taken(y: float) -> float | None:
        box = np.array([[0.3, y - 0.1, 0.7, y]], np.float32) * SIZE
        touched = passage.covered_by(box, SIZE, SIZE)
        found = width_taken(passage, touched, floor)
        assert found.share == pytest.approx(0.4, abs=1 / BLOCKS_ACROSS)
        assert (found.metres is None) == (found.passage_metres is None)
        return found.metres

    assert taken(0.3) is None
    below = taken(0.98)
    assert below is not None
    assert 0.5 < below < 3.0
