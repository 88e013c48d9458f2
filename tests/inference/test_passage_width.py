"""How wide a thing is measured to be in a passage."""

import numpy as np
import pytest

from inference.rules.passage import BLOCKS_ACROSS, Passage

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
