"""The benchmark of heads counts what it says it counts."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks.events.film import Film
from benchmarks.head_state import Heads, Person, judge, row, share
from core.detections import Detections
from core.frame import Frame
from core.manifest import ModelManifest
from inference.session import read_manifest
from service.settings import SHIPPED_MODEL

PERSON, HEAD, HELMET = 0, 1, 2


@pytest.fixture(scope="module")
def manifest() -> ModelManifest:
    return read_manifest(Path(SHIPPED_MODEL))


def film(heads: list[int | None]) -> Film:
    """A large person who stands still, with the head box of a class or without one."""
    image = np.full((400, 400, 3), 128, np.uint8)
    pictures = []
    for i, head in enumerate(heads):
        boxes = [(100, 60, 200, 360), *([] if head is None else [(130, 60, 170, 110)])]
        classes = [PERSON, *([] if head is None else [head])]
        found = Detections(
            np.array(boxes, np.float32),
            np.full(len(boxes), 0.9, np.float32),
            np.array(classes, np.int32),
        )
        pictures.append((Frame("camera", i, 100 + i / 5, image), found))
    return pictures


def test_single_pictures_are_right_wrong_or_cannot_tell(manifest: ModelManifest) -> None:
    """A bare head in twelve pictures, none in three, a helmet in two: of seventeen."""
    (person,) = judge(film([HEAD] * 12 + [None] * 3 + [HELMET] * 2), manifest, Heads(True)).values()
    unseen = 17 - person.one.total()
    assert 0 <= unseen <= 2, "a track needs some pictures to begin"
    assert person.one == Counter(right=12 - unseen, hidden=3, wrong=2)
    assert share(person.one) == pytest.approx((12 - unseen) / (14 - unseen))


def test_what_is_believed_outlasts_a_wrong_picture(manifest: ModelManifest) -> None:
    """Two helmets after many bare heads change nothing; before the first bound it is undecided."""
    (person,) = judge(film([HEAD] * 12 + [HELMET]), manifest, Heads(True)).values()
    assert person.held["wrong"] == 0
    assert person.held["undecided"] >= 1
    assert person.held.total() == person.one["right"] + person.one["wrong"]


def test_a_wrong_belief_is_counted(manifest: ModelManifest) -> None:
    """The truth is what people read, not what most pictures say."""
    (person,) = judge(film([HELMET] * 12), manifest, Heads(True)).values()
    assert person.held["wrong"] > person.held["right"] == 0
    assert share(person.held) == 0.0


def test_small_people_count_neither_way(manifest: ModelManifest) -> None:
    """Nobody can say what they wear."""
    assert judge(film([HEAD] * 6), manifest, Heads(True, least_height=0.9)) == {}


def test_the_exception_is_at_a_place_and_a_time() -> None:
    """One man with a helmet crosses before the bare one."""
    heads = Heads(True, others=((0.7, 0.5, 1.0, 1.0, 2.0, 3.4),))
    assert heads.of(0.8, 0.9, 1.0)
    assert not heads.of(0.8, 0.9, 2.5)
    assert heads.of(0.2, 0.9, 2.5)


def test_a_line_tells_right_ones_from_those_that_cannot_tell() -> None:
    """Share, right ones, cannot tell, all."""
    person = Person(True, one=Counter(right=3, wrong=1, hidden=4), held=Counter(right=4))
    expected = "gate 7 bare 0.75 3 4 of 8 1.00 4 0 of 4"
    assert " ".join(row("gate", "7", person).split()) == expected
