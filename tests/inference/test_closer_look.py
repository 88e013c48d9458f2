"""A second look at small heads."""

import numpy as np
import pytest
from judged_scenes import BARE, HELMET, PERSON, Box, head_of, person_at
from made_network import Candidate, MadeNetwork
from numpy.typing import NDArray

from core.detections import Detections
from inference.closer_look import CROP_SIZE, CROPS_PER_PICTURE, CloserLook
from inference.letterbox import Letterbox

WIDTH, HEIGHT = 832, 448
"""Halved in the network's input, without padding."""
PICTURE = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
PLACES = [person_at(60 + 90 * i, 300, 120) for i in range(9)]
"""Nine people with heads of 17 pixels."""


def seen(class_id: int, box: Box, confidence: float = 0.8) -> Candidate:
    """A candidate of a whole picture, given in its pixels."""
    scores = [0.0, 0.0, 0.0]
    scores[class_id] = confidence
    return (tuple(v / 2 for v in box), tuple(scores))  # type: ignore[return-value]


def in_crop(class_id: int, confidence: float = 0.9) -> Candidate:
    """A candidate in the middle of a crop, in pixels of the network's input."""
    scores = [0.0, 0.0, 0.0]
    scores[class_id] = confidence
    return ((44.0, 44.0, 84.0, 84.0), tuple(scores))  # type: ignore[return-value]


def network(whole: list[Candidate], crop: list[Candidate]) -> MadeNetwork:
    """Answers for whole pictures and for crops."""
    return MadeNetwork(lambda p: whole if p.shape[2] == WIDTH // 2 else crop)


def crops_of(made: MadeNetwork) -> int:
    return sum(shape[0] for shape in made.shapes if max(shape[2:]) == CROP_SIZE)


def look(made: MadeNetwork, picture: NDArray[np.uint8] = PICTURE) -> Detections:
    (found,) = CloserLook(made, floor=0.1).detect([picture])
    return found


def test_the_closer_look_replaces_the_first_one() -> None:
    """What the whole picture took for a helmet is a bare head from near."""
    person = PLACES[0]
    made = network([seen(PERSON, person), seen(HELMET, head_of(person), 0.4)], [in_crop(BARE)])
    found = look(made)
    assert found.class_id.tolist() == [PERSON, BARE]
    assert found.confidence[1] == pytest.approx(0.9)


def test_its_boxes_lie_in_the_picture() -> None:
    """A head found in the middle of a crop sits over the middle of its person, at head height."""
    person = PLACES[3]
    heads = look(network([seen(PERSON, person)], [in_crop(BARE)])).of_class(BARE)
    x1, y1, x2, y2 = heads.xyxy[0]
    assert (x1 + x2) / 2 == pytest.approx((person[0] + person[2]) / 2, abs=1.5)
    assert person[1] - 5 < (y1 + y2) / 2 < person[1] + 0.35 * 120
    assert x2 - x1 == pytest.approx(y2 - y1, abs=1e-3)


def test_the_crop_shows_the_head_of_its_person() -> None:
    """The network really gets the upper part of the person, enlarged."""
    picture = PICTURE.copy()
    person = PLACES[3]
    x1, y1, x2, y2 = (round(v) for v in head_of(person))
    picture[y1:y2, x1:x2] = 255
    made = network([seen(PERSON, person)], [])
    look(made, picture)
    (crop,) = [batch for batch in made.inputs if max(batch.shape[2:]) == CROP_SIZE]
    bright = crop[0].min(axis=0) > 0.5
    assert bright.sum() > 4 * (x2 - x1) * (y2 - y1)


def test_people_are_left_as_they_were() -> None:
    """Bodies that a crop shows in part are no new people, and the known ones keep their boxes."""
    people = [seen(PERSON, PLACES[0], 0.9), seen(PERSON, PLACES[4], 0.7)]
    found = look(network(people, [in_crop(PERSON), in_crop(BARE)]))
    kept = found.of_class(PERSON)
    assert np.allclose(kept.xyxy, [PLACES[0], PLACES[4]], atol=1e-3)
    assert kept.confidence.tolist() == pytest.approx([0.9, 0.7])
    assert len(found.of_class(BARE)) == 2


def test_without_a_better_answer_the_first_one_stays() -> None:
    """A crop in which nothing is found takes nothing away."""
    person = PLACES[0]
    made = network([seen(PERSON, person), seen(HELMET, head_of(person), 0.4)], [])
    found = look(made)
    assert crops_of(made) == 1
    assert sorted(found.class_id.tolist()) == [PERSON, HELMET]


def test_a_contradiction_is_looked_into() -> None:
    """A head that the whole picture reads both ways is decided by the closer look."""
    person = PLACES[2]
    both = [seen(HELMET, head_of(person), 0.7), seen(BARE, head_of(person), 0.6)]
    made = network([seen(PERSON, person), *both], [in_crop(BARE)])
    assert look(made).class_id.tolist() == [PERSON, BARE]


def test_heads_elsewhere_are_not_touched() -> None:
    """Only what lies in the crop is replaced."""
    far = head_of(PLACES[8])
    found = look(network([seen(PERSON, PLACES[0]), seen(HELMET, far)], [in_crop(BARE)]))
    assert np.allclose(found.of_class(HELMET).xyxy, [far], atol=1e-3)


def test_large_heads_are_not_looked_at_twice() -> None:
    """A person who fills the picture costs one run."""
    whole = (300.0, -200.0, 500.0, 416.0)
    made = network([seen(PERSON, whole), seen(HELMET, head_of(whole))], [in_crop(BARE)])
    found = look(made)
    assert crops_of(made) == 0
    assert sorted(found.class_id.tolist()) == [PERSON, HELMET]


def test_doubtful_people_are_not_looked_at() -> None:
    """A box below the person threshold may be anything."""
    made = network([seen(PERSON, PLACES[0], 0.3)], [in_crop(BARE)])
    assert look(made).class_id.tolist() == [PERSON]
    assert crops_of(made) == 0


def test_the_number_of_crops_is_limited_to_the_surest() -> None:
    """A crowd costs no more than the limit; the least sure person waits for the next picture."""
    order = [0.5, 0.9, 0.6, 0.36, 0.7, 0.8, 0.85, 0.55, 0.65]
    people = [seen(PERSON, box, c) for box, c in zip(PLACES, order, strict=True)]
    made = network(people, [in_crop(BARE)])
    heads = look(made).of_class(BARE)
    assert crops_of(made) == CROPS_PER_PICTURE == 8
    middles = (heads.xyxy[:, 0] + heads.xyxy[:, 2]) / 2
    waiting = (PLACES[3][0] + PLACES[3][2]) / 2
    assert np.abs(middles - waiting).min() > 45


def test_crops_return_to_their_own_picture() -> None:
    """Pictures without people stay empty among pictures with people."""

    def answer(picture: NDArray[np.float32]) -> list[Candidate]:
        level = round(float(picture[0, picture.shape[1] // 2, picture.shape[2] // 2]) * 255)
        if picture.shape[2] == WIDTH // 2:
            return [seen(PERSON, PLACES[i], 0.9 - i / 10) for i in range(level // 50)]
        return [in_crop(BARE, level / 255)]

    pictures = [np.full_like(PICTURE, level) for level in (0, 150, 0, 50)]
    found = CloserLook(MadeNetwork(answer), floor=0.1).detect(pictures)
    assert [len(each.of_class(PERSON)) for each in found] == [0, 3, 0, 1]
    assert found[1].of_class(BARE).confidence.tolist() == pytest.approx([150 / 255] * 3)
    assert found[3].of_class(BARE).confidence.tolist() == pytest.approx([50 / 255])


def test_a_head_above_the_picture_is_not_looked_for() -> None:
    """Of a person who is cut off at the edge nothing may be left to look at."""
    made = network([seen(PERSON, (100.0, 442.0, 140.0, 562.0))], [in_crop(BARE)])
    assert look(made).class_id.tolist() == [PERSON]
    assert crops_of(made) == 0


def test_a_crop_at_the_edge_still_maps_back() -> None:
    """A crop cut by the picture's edge is no square; its boxes still land on the head."""
    person = (0.0, 100.0, 30.0, 220.0)
    picture = PICTURE.copy()
    picture[100:116, 4:20] = 255

    def answer(p: NDArray[np.float32]) -> list[Candidate]:
        if p.shape[2] == WIDTH // 2:
            return [seen(PERSON, person)]
        rows, columns = np.nonzero(p.min(axis=0) > 0.7)
        box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        return [((*map(float, box),), (0.0, 0.9, 0.0))]  # type: ignore[list-item]

    heads = look(MadeNetwork(answer), picture).of_class(BARE)
    assert np.allclose(heads.xyxy, [[4, 100, 20, 116]], atol=1.0)


def test_warming_up_prepares_both_looks() -> None:
    """Neither the first picture nor the first head waits."""
    made = network([], [])
    CloserLook(made, floor=0.1).warm_up(WIDTH, HEIGHT)
    sides = {shape[2:] for shape in made.shapes}
    assert sides == {Letterbox.fit(WIDTH, HEIGHT, 416).shape[1:], (CROP_SIZE, CROP_SIZE)}
    assert {shape[0] for shape in made.shapes} == {1, 2, 4, 8}
