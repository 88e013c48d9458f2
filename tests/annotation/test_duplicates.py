"""Which pictures are copies of one original, and which were padded with their own mirror."""

import cv2
import numpy as np
import pytest
from made_sets import scene, textured

from annotation.duplicates import (
    SAME_ORIGINAL,
    group_originals,
    has_mirrored_edge,
    perceptual_hash,
)
from core.frame import Image


def scaled(image: Image) -> Image:
    return cv2.resize(image, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)


def recompressed(image: Image) -> Image:
    _, content = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 25])
    return cv2.imdecode(content, cv2.IMREAD_COLOR)


def brightened(image: Image) -> Image:
    return np.clip(image.astype(np.float32) * 1.15 + 12, 0, 255).astype(np.uint8)


def darkened(image: Image) -> Image:
    return (image * 0.6).astype(np.uint8)


def stamped(image: Image) -> Image:
    return cv2.putText(image.copy(), "2026", (4, 14), cv2.FONT_HERSHEY_PLAIN, 0.8, (255,) * 3)


COPIES = [scaled, recompressed, brightened, darkened]


@pytest.mark.parametrize("change", COPIES)
@pytest.mark.parametrize("seed", range(5))
def test_a_changed_copy_is_of_the_same_original(change, seed: int) -> None:
    """Scaled, compressed, brighter, darker: still one picture."""
    original, copy = scene(seed, 320, 240), change(scene(seed, 320, 240))
    assert group_originals([perceptual_hash(original), perceptual_hash(copy)]).tolist() == [0, 0]


def test_a_small_mark_makes_no_other_original() -> None:
    """A time stamp: original and copy are never learned from and measured on."""
    hashes = [perceptual_hash(image) for image in (scene(1, 320, 240), stamped(scene(1, 320, 240)))]
    assert group_originals(hashes).tolist() == [0, 0]


def test_different_pictures_are_different_originals() -> None:
    """Sixty pictures, none taken for another."""
    hashes = [perceptual_hash(scene(seed)) for seed in range(60)]
    assert group_originals(hashes).tolist() == list(range(60))


def test_a_group_is_named_after_its_first_picture() -> None:
    """Number of the first row, whatever lies between."""
    one, two = 0, (1 << 40) - 1
    assert group_originals([one, two, one, two]).tolist() == [0, 1, 0, 1]


def test_the_bound_is_counted_in_bits() -> None:
    """So many bits are the same original, one more is another."""
    near, far = (1 << SAME_ORIGINAL) - 1, (1 << (SAME_ORIGINAL + 1)) - 1
    assert group_originals([0, near]).tolist() == [0, 0]
    assert group_originals([0, far]).tolist() == [0, 1]


def test_what_lies_between_two_groups_joins_them() -> None:
    """A copy of a copy: no original may end up in two splits."""
    a, between, b = 0, (1 << 6) - 1, (1 << 12) - 1
    assert group_originals([a, b]).tolist() == [0, 1]
    assert group_originals([a, b, between]).tolist() == [0, 0, 0]


def test_no_pictures_make_no_groups() -> None:
    """An empty set is no mistake here."""
    assert group_originals([]).tolist() == []


@pytest.mark.parametrize("border", [cv2.BORDER_REFLECT, cv2.BORDER_REFLECT_101])
@pytest.mark.parametrize("side", [0, 1, 2, 3])
def test_a_side_that_was_filled_with_a_mirror_is_noticed(border: int, side: int) -> None:
    """Top, bottom, left or right, with the pixel on the line once or twice."""
    widths = [0, 0, 0, 0]
    widths[side] = 30
    padded = cv2.copyMakeBorder(textured(2, 200, 160), *widths, border)
    assert has_mirrored_edge(padded)
    assert has_mirrored_edge(recompressed_well(padded))


def recompressed_well(image: Image) -> Image:
    _, content = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 92])
    return cv2.imdecode(content, cv2.IMREAD_COLOR)


@pytest.mark.parametrize("seed", range(8))
def test_an_ordinary_picture_has_no_mirrored_side(seed: int) -> None:
    """Also a plain one, which looks the same on both sides of any line."""
    assert not has_mirrored_edge(scene(seed, 200, 160))
    assert not has_mirrored_edge(textured(seed, 200, 160))
    assert not has_mirrored_edge(np.full((160, 200, 3), seed * 20, np.uint8))


@pytest.mark.parametrize("shape", [(1, 1, 3), (8, 300, 3), (20, 20, 3)])
def test_a_tiny_picture_is_no_trouble(shape: tuple[int, int, int]) -> None:
    """Narrower than what is compared."""
    image = np.zeros(shape, np.uint8)
    assert not has_mirrored_edge(image)
    assert group_originals([perceptual_hash(image)]).tolist() == [0]
