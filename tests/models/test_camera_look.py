"""Stock photographs with the look of site cameras: what changes, and what must not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_sets import scene, textured

from models.camera_look import EFFECTS, camera_look
from models.held_helmets import paste_held_helmets
from models.lens import bend

FUNCTIONS = [effect for _, effect in EFFECTS]


@pytest.mark.parametrize("effect", FUNCTIONS, ids=lambda effect: effect.__name__)
@pytest.mark.parametrize(("width", "height"), [(160, 120), (97, 61)])
def test_an_effect_changes_the_look_and_nothing_else(effect, width: int, height: int) -> None:
    """Same shape and type, the input untouched, the same again for the same seed."""
    image = textured(1, 168, 128)[:height, :width].copy()
    before = image.copy()
    one, two = (effect(image, np.random.default_rng(5)) for _ in range(2))
    assert (one.shape, one.dtype) == (image.shape, np.uint8)
    assert (image == before).all()
    assert (one == two).all()
    assert (one != image).mean() > 0.01
    assert one.std() > 5, "something can still be seen"


@pytest.mark.parametrize("effect", FUNCTIONS, ids=lambda effect: effect.__name__)
def test_an_effect_moves_nothing(effect) -> None:
    """A bright disc stays where it is, so boxes stay right."""
    y, x = np.mgrid[:120, :160]
    image = np.full((120, 160, 3), 60, np.uint8)
    image[(x - 100) ** 2 + (y - 40) ** 2 < 18**2] = 220
    around = (slice(10, 70), slice(70, 130))
    for seed in range(4):
        seen = effect(image, np.random.default_rng(seed)).astype(np.float64).mean(axis=2)
        weight = np.clip(seen - np.median(seen, axis=0, keepdims=True), 0, None)[around]
        centre = (
            (weight * x[around]).sum() / weight.sum(),
            (weight * y[around]).sum() / weight.sum(),
        )
        assert centre == pytest.approx((100, 40), abs=4)


def test_pictures_are_changed_as_often_as_the_table_says() -> None:
    """About a quarter stay as they are; the same seed gives the same picture."""
    image = scene(1, 32, 32)
    same = [(camera_look(image, np.random.default_rng(seed)) == image).all() for seed in range(400)]
    untouched = np.prod([1 - share for share, _ in EFFECTS])
    assert np.mean(same) == pytest.approx(untouched, abs=0.08)
    pair = [camera_look(image, np.random.default_rng(7)) for _ in range(2)]
    assert (pair[0] == pair[1]).all()


# The wide-angle lens.


@pytest.mark.parametrize("strength", [-0.1, -0.2, -0.35])
@pytest.mark.parametrize(
    "box", [(70, 50, 90, 70), (10, 8, 40, 30), (120, 85, 150, 112), (5, 40, 25, 80)]
)
def test_a_bent_box_surrounds_what_it_surrounded(strength: float, box: tuple) -> None:
    """A bright rectangle is bent with its picture: its box lies around it, and closely."""
    x1, y1, x2, y2 = box
    image = np.zeros((120, 160, 3), np.uint8)
    image[y1:y2, x1:x2] = 255
    bent, boxes, kept = bend(image, np.array([box], np.float32), strength)
    rows, columns = np.nonzero(bent[..., 0] > 127)
    around = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    assert kept.all()
    assert boxes[0] == pytest.approx(np.array(around), abs=1.6)
    assert (bent.shape, bent.dtype, boxes.dtype) == (image.shape, np.uint8, np.float32)


def test_the_lens_bends() -> None:
    """The middle comes closer and the corners stay."""
    image = np.zeros((120, 160, 3), np.uint8)
    _, boxes, _ = bend(image, np.array([(70, 50, 90, 70), (0, 0, 160, 120)], np.float32), -0.3)
    assert boxes[0, 2] - boxes[0, 0] > 24
    assert boxes[1] == pytest.approx([0, 0, 160, 120], abs=0.1)


def test_a_box_that_leaves_the_picture_is_dropped() -> None:
    """It is cut at the edge, and dropped where most of it is gone."""
    image = np.zeros((120, 160, 3), np.uint8)
    boxes = np.array([(60, 0, 100, 3), (60, 0, 100, 60), (60, 20, 61, 21)], np.float32)
    _, bent, kept = bend(image, boxes, -0.35)
    assert kept.tolist() == [False, True, False]
    assert (bent >= 0).all()
    assert (bent[:, 2:] <= (160, 120)).all()


def test_a_picture_without_boxes_is_bent_too() -> None:
    """Arrays of no rows."""
    _, boxes, kept = bend(scene(1), np.zeros((0, 4), np.float32), -0.2)
    assert (boxes.shape, kept.shape) == ((0, 4), (0,))


# Helmets in the hand.


def clipped(x: int, y: int, w: int, h: int) -> tuple[float, ...]:
    return (float(x), float(y), float(min(x + w, 200)), float(min(y + h, 240)))


def boxes_of(least: int, most: int) -> st.SearchStrategy:
    return st.lists(
        st.builds(
            clipped, st.integers(0, 180), st.integers(0, 200),
            st.integers(least, most), st.integers(least, most),
        ),
        max_size=4,
    )  # fmt: skip


def rows(boxes: list) -> np.ndarray:
    return np.array(boxes, np.float32).reshape(-1, 4)


@settings(deadline=None)
@given(boxes_of(40, 200), boxes_of(6, 60), boxes_of(6, 60), st.integers(0, 2**31))
def test_a_held_helmet_never_touches_a_head(people, helmets, bare, seed) -> None:
    """Whatever the boxes: no pixel of any head changes, and the input stays as it is."""
    image = textured(3, 200, 240)
    before, heads = image.copy(), rows([*helmets, *bare])
    result = paste_held_helmets(
        image, rows(people), heads, rows(helmets), np.random.default_rng(seed)
    )
    assert (image == before).all()
    assert (result.shape, result.dtype) == (image.shape, np.uint8)
    for x1, y1, x2, y2 in heads.astype(int):
        assert (result[y1:y2, x1:x2] == image[y1:y2, x1:x2]).all()


def test_a_helmet_is_copied_into_the_hands() -> None:
    """The colour of the worn one appears once more, at the middle of the body."""
    image = np.full((240, 200, 3), 90, np.uint8)
    image[20:56, 80:110] = (0, 220, 240)
    person, helmet = rows([(60, 15, 140, 235)]), rows([(80, 20, 110, 56)])
    pasted = [
        paste_held_helmets(image, person, helmet, helmet, np.random.default_rng(seed))
        for seed in range(20)
    ]
    changed = [result for result in pasted if (result != image).any()]
    assert len(changed) >= 15
    for result in changed:
        y, x = np.nonzero((result != image).any(axis=2))
        assert (y.min() > 56, y.max() < 200, x.min() >= 60, x.max() < 140) == (True,) * 4
        assert (np.abs(result[y, x].astype(int) - (0, 220, 240)).max(axis=1) < 40).any()


@pytest.mark.parametrize(
    ("people", "helmets"),
    [
        ([], [(80, 20, 110, 56)]),
        ([(60, 15, 140, 235)], []),
        ([(60, 15, 140, 235)], [(80, 20, 90, 32)]),
    ],
    ids=["nobody", "no helmet", "too small"],
)
def test_without_hands_or_helmets_nothing_changes(people: list, helmets: list) -> None:
    """The same picture comes back."""
    image = textured(3, 200, 240)
    boxes = rows(helmets)
    result = paste_held_helmets(image, rows(people), boxes, boxes, np.random.default_rng(0))
    assert result is image
