"""Which found box is which labelled object."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_sets import Box, found, labelled

from core.geometry import iou
from models.matching import match

PERSON, HEAD, HELMET = range(3)
A, B, FAR = (10.0, 10.0, 30.0, 30.0), (60.0, 10.0, 80.0, 30.0), (120.0, 80.0, 140.0, 100.0)


def truths(*args: object, iou: float = 0.5, name: str = "head") -> list[int]:
    return match(*args, name, iou).truth.tolist()


def test_a_box_finds_the_object_that_it_overlaps() -> None:
    """The surest comes first, whatever the order in which they were found."""
    picture = labelled([(HEAD, A), (HEAD, B)])
    matches = match(picture, found((HEAD, FAR, 0.3), (HEAD, B, 0.5), (HEAD, A, 0.9)), "head", 0.5)
    assert matches.confidence == pytest.approx([0.9, 0.5, 0.3])
    assert matches.truth.tolist() == [0, 1, -1]
    assert matches.xyxy.tolist() == [list(A), list(B), list(FAR)]
    assert matches.truth_xyxy.tolist() == [list(A), list(B)]


def test_an_object_is_found_once() -> None:
    """By the surest box; the second one on it is wrong, even where it fits better."""
    near = (11.0, 10.0, 31.0, 30.0)
    boxes = found((HEAD, near, 0.9), (HEAD, A, 0.8))
    assert truths(labelled([(HEAD, A)]), boxes) == [0, -1]


def test_the_better_of_two_objects_is_taken() -> None:
    """A box between two objects belongs to the one that it covers more."""
    right, between = (16.0, 10.0, 36.0, 30.0), (14.0, 10.0, 34.0, 30.0)
    assert truths(labelled([(HEAD, A), (HEAD, right)]), found((HEAD, between, 0.9))) == [1]


def test_a_second_box_takes_the_object_that_is_free() -> None:
    """Two heads side by side, two boxes that both fit the first one best."""
    right, one, two = (16, 10, 36, 30), (11, 10, 31, 30), (12, 10, 32, 30)
    boxes = found((HEAD, one, 0.9), (HEAD, two, 0.8))
    assert truths(labelled([(HEAD, A), (HEAD, right)]), boxes) == [0, 1]


@pytest.mark.parametrize(("minimum", "expected"), [(0.5, [0]), (0.51, [-1])])
def test_the_least_overlap_is_enough(minimum: float, expected: list[int]) -> None:
    """Exactly the IoU asked for counts."""
    half = (10.0, 10.0, 30.0, 20.0)
    assert truths(labelled([(HEAD, A)]), found((HEAD, half, 0.9)), iou=minimum) == expected


def test_another_class_neither_helps_nor_hurts() -> None:
    """A helmet at the place of a head is no head, and no false head."""
    picture = labelled([(HEAD, A)])
    matches = match(picture, found((HELMET, A, 0.9)), "head", 0.5)
    assert len(matches.truth) == 0
    assert len(matches.truth_xyxy) == 1
    assert truths(picture, found((HELMET, A, 0.9)), name="helmet") == [-1]


def test_what_a_detector_labelled_is_neither_right_nor_wrong() -> None:
    """Filled boxes are no objects to be found, and finding one is no mistake."""
    picture = labelled([(HEAD, A)], filled=[(HEAD, B)])
    matches = match(picture, found((HEAD, A, 0.9), (HEAD, B, 0.8)), "head", 0.5)
    assert matches.truth.tolist() == [0]
    assert matches.truth_xyxy.tolist() == [list(A)]


@pytest.mark.parametrize("doubtful", [HEAD, HELMET])
def test_a_doubtful_head_is_doubtful_with_and_without_helmet(doubtful: int) -> None:
    """Neither class counts there; a person does, since nobody doubted people."""
    picture = labelled(ignored=[(doubtful, A)])
    boxes = found((HEAD, A, 0.9), (HELMET, A, 0.8), (PERSON, A, 0.7))
    assert truths(picture, boxes, name="head") == []
    assert truths(picture, boxes, name="helmet") == []
    assert truths(picture, boxes, name="person") == [-1]


def test_half_of_a_box_in_a_doubtful_place_is_enough() -> None:
    """Less of it is a false find like any other."""
    picture = labelled(ignored=[(PERSON, (0.0, 0.0, 50.0, 100.0))])
    boxes = found((PERSON, (25, 0, 75, 100), 0.9), (PERSON, (26, 0, 76, 100), 0.8))
    matches = match(picture, boxes, "person", 0.5)
    assert matches.confidence == pytest.approx([0.8])


def test_a_labelled_object_counts_in_a_doubtful_place_too() -> None:
    """A person drew it: what finds it is right."""
    picture = labelled([(HEAD, A)], ignored=[(HEAD, (0.0, 0.0, 160.0, 120.0))])
    assert truths(picture, found((HEAD, A, 0.9), (HEAD, B, 0.8))) == [0]


def test_nothing_found_and_nothing_labelled() -> None:
    """Arrays of no rows, in every combination."""
    assert truths(labelled(), found()) == []
    assert truths(labelled(), found((HEAD, A, 0.9))) == [-1]
    assert match(labelled([(HEAD, A)]), found(), "head", 0.5).truth_xyxy.shape == (1, 4)


sides = st.integers(0, 8)
small_boxes = st.builds(
    lambda x, y, w, h: (x * 5.0, y * 5.0, x * 5.0 + w * 5.0, y * 5.0 + h * 5.0),
    sides, sides, st.integers(1, 4), st.integers(1, 4),
)  # fmt: skip


def greedy(boxes: Sequence[tuple[Box, float]], objects: Sequence[Box], minimum: float) -> list[int]:
    """The rule of the PASCAL VOC and COCO evaluations, said slowly."""
    taken: set[int] = set()
    result = []
    for box, _ in sorted(boxes, key=lambda pair: -pair[1]):
        overlap = [float(iou(np.array([box]), np.array([o]))[0, 0]) for o in objects]
        free = [(overlap[i], -i) for i in range(len(objects)) if i not in taken]
        best = max(free, default=(0.0, 0))
        if free and best[0] >= minimum:
            taken.add(-best[1])
            result.append(-best[1])
        else:
            result.append(-1)
    return result


@given(
    st.lists(st.tuples(small_boxes, st.floats(0.125, 1, width=32)), max_size=6),
    st.lists(small_boxes, max_size=5),
    st.sampled_from([0.5, 0.75]),
)
def test_matching_is_greedy_by_confidence(boxes, objects, minimum) -> None:
    """As the slow rule says, for any boxes; nothing is matched twice."""
    boxes = [(box, float(np.float32(sure))) for box, sure in boxes]
    detections = found(*[(HEAD, box, sure) for box, sure in boxes])
    got = truths(labelled([(HEAD, box) for box in objects]), detections, iou=minimum)
    assert got == greedy(boxes, objects, minimum)
    hits = [row for row in got if row >= 0]
    assert len(hits) == len(set(hits))
