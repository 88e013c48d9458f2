"""Missing boxes come from a stronger model where it is sure; where it is not, nobody knows."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from made_sets import Box, labelled
from numpy.typing import NDArray

import models
from annotation.fill import Teacher, fill
from core.dataset import CLASSES, LabelledPicture
from core.manifest import ModelManifest
from inference.detector import Detector

SHIPPED = Path(models.__file__).parent / "weights" / "ppe-n-416.json"
PERSON, HEAD, HELMET = range(3)
SIDE = 160
IMAGE = np.zeros((SIDE, SIDE, 3), np.uint8)
A, B = (10.0, 10.0, 60.0, 120.0), (90.0, 10.0, 140.0, 120.0)
HEAD_A, HEAD_B = (20.0, 10.0, 40.0, 36.0), (100.0, 10.0, 120.0, 36.0)

Found = tuple[int, Box, float]


class KnownNetwork:
    """A network that finds given boxes in every picture of 160 x 160 pixels."""

    def __init__(self, found: Sequence[Found]) -> None:
        data = json.loads(SHIPPED.read_text("utf-8")) | {"input_size": SIDE}
        self.manifest = ModelManifest.from_json(json.dumps(data), "known.json")
        self._found = found

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """See Network.run."""
        output = np.zeros((len(batch), 7, max(1, len(self._found))), np.float32)
        for column, (class_id, (x1, y1, x2, y2), confidence) in enumerate(self._found):
            output[:, :4, column] = ((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1)
            output[:, 4 + class_id, column] = confidence
        return output


def teacher(*found: Found, classes: tuple[str, ...] = CLASSES) -> Teacher:
    return Teacher(Detector(KnownNetwork(found), 0.2), classes, sure=0.6)


def filled(
    picture: LabelledPicture, *found: Found, missing: Sequence[str] = CLASSES
) -> LabelledPicture:
    return fill(picture, IMAGE, missing, [teacher(*found)])


def square(*boxes: tuple[int, Box], **changes: object) -> LabelledPicture:
    return labelled(boxes, width=SIDE, height=SIDE, **changes)


def test_a_sure_box_is_added_and_marked() -> None:
    """It counts as an object for the trainer, and everybody can see that nobody drew it."""
    picture = filled(square((HEAD, HEAD_A)), (PERSON, B, 0.9))
    assert picture.class_id.tolist() == [HEAD, PERSON]
    assert picture.filled.tolist() == [False, True]
    assert picture.xyxy == pytest.approx(np.array([HEAD_A, B]), abs=1e-3)
    assert len(picture.ignored) == 0


def test_a_doubtful_box_becomes_a_place_to_ignore() -> None:
    """Between `unsure` and `sure`; below the teacher's floor there is nothing."""
    picture = filled(square(), (PERSON, A, 0.59), (PERSON, B, 0.19))
    assert len(picture.xyxy) == 0
    assert picture.ignored == pytest.approx(np.array([A]), abs=1e-3)
    assert picture.ignored_class_id.tolist() == [PERSON]


def test_people_are_right() -> None:
    """What a person drew stays as it is, whatever the teacher says about that place."""
    drawn = square((PERSON, A), (HEAD, HEAD_A))
    moved = (A[0] + 4, A[1] + 4, A[2] + 4, A[3] + 4)
    picture = filled(
        drawn, (PERSON, moved, 0.95), (HELMET, HEAD_A, 0.95), (HEAD, (22, 8, 44, 38), 0.4)
    )
    assert picture.class_id.tolist() == [PERSON, HEAD]
    assert picture.xyxy.tolist() == drawn.xyxy.tolist()
    assert not picture.filled.any()
    assert len(picture.ignored) == 0


def test_a_person_half_behind_another_is_another_person() -> None:
    """Overlap alone does not make two people one."""
    behind = (40.0, 10.0, 90.0, 120.0)
    assert filled(square((PERSON, A)), (PERSON, behind, 0.9)).class_id.tolist() == [PERSON, PERSON]


def test_only_missing_classes_are_filled() -> None:
    """A source that labels every head needs no help with heads."""
    picture = filled(square(), (PERSON, A, 0.9), (HEAD, HEAD_B, 0.9), missing=("person",))
    assert picture.class_id.tolist() == [PERSON]


def test_a_teacher_fills_only_what_it_was_chosen_for() -> None:
    """Its other classes may be bad."""
    chosen = teacher((PERSON, A, 0.9), (HEAD, HEAD_B, 0.9), classes=("head",))
    assert fill(square(), IMAGE, CLASSES, [chosen]).class_id.tolist() == [HEAD]


@pytest.mark.parametrize(("head", "helmet", "right"), [(0.65, 0.95, HELMET), (0.95, 0.65, HEAD)])
def test_one_head_is_bare_or_not(head: float, helmet: float, right: int) -> None:
    """A teacher that sees both at one place means the surer one; there are never two boxes."""
    picture = filled(square(), (HEAD, HEAD_A, head), (HELMET, HEAD_A, helmet))
    assert picture.class_id.tolist() == [right]
    assert len(picture.ignored) == 0


def test_the_second_teacher_adds_nothing_where_the_first_did() -> None:
    """Two teachers of one class give one box for one object."""
    teachers = [teacher((PERSON, A, 0.9)), teacher((PERSON, A, 0.8), (PERSON, B, 0.7))]
    picture = fill(square(), IMAGE, CLASSES, teachers)
    assert picture.class_id.tolist() == [PERSON, PERSON]
    assert picture.xyxy == pytest.approx(np.array([A, B]), abs=1e-3)


def test_boxes_of_a_teacher_end_at_the_pictures_edge() -> None:
    """Detectors see beyond it; labels do not. One wholly outside is none."""
    picture = filled(square(), (PERSON, (-20, 50, 30, 190), 0.9), (PERSON, (170, 10, 200, 60), 0.9))
    assert picture.xyxy == pytest.approx(np.array([(0, 50, 30, 160)]), abs=1e-3)


def test_without_teachers_nothing_changes() -> None:
    """The same picture comes back."""
    picture = square((PERSON, A))
    assert fill(picture, IMAGE, CLASSES, []) is picture
    assert fill(picture, IMAGE, (), [teacher((PERSON, B, 0.9))]) is picture
