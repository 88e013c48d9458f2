"""The one way from a picture to the network's input, and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from inference.letterbox import PADDING, STRIDE, Letterbox, letterbox_batch, write_letterbox

sides = st.integers(16, 4000)
sizes = st.integers(2, 40).map(lambda n: n * STRIDE)


def written(image: NDArray[np.uint8], size: int) -> tuple[Letterbox, NDArray[np.float32]]:
    box = Letterbox.fit(image.shape[1], image.shape[0], size)
    target = np.full(box.shape, np.nan, np.float32)
    write_letterbox(image, box, target)
    return box, target


@given(sides, sides, sizes)
def test_the_input_is_as_small_as_the_network_allows(width: int, height: int, size: int) -> None:
    """Both sides are multiples of the stride, the longer one is exactly the wanted size, and the
    shorter one has less than one stride of padding."""
    box = Letterbox.fit(width, height, size)
    assert box.input_width % STRIDE == box.input_height % STRIDE == 0
    assert max(box.input_width, box.input_height) == size
    assert (box.width if width >= height else box.height) == size
    assert 0 <= box.input_width - box.width < STRIDE
    assert 0 <= box.input_height - box.height < STRIDE
    assert box.shape == (3, box.input_height, box.input_width)


@given(sides, sides, sizes)
def test_the_picture_lies_in_the_middle(width: int, height: int, size: int) -> None:
    """Padding is the same on both sides, to the pixel."""
    box = Letterbox.fit(width, height, size)
    right = box.input_width - box.width - box.left
    bottom = box.input_height - box.height - box.top
    assert 0 <= right - box.left <= 1
    assert 0 <= bottom - box.top <= 1


@given(sides, sides, sizes)
def test_the_shape_of_the_picture_is_kept(width: int, height: int, size: int) -> None:
    """One scale for both sides: a circle stays a circle, to half a pixel of rounding."""
    box = Letterbox.fit(width, height, size)
    assert abs(box.width - width * box.scale) <= 0.5 + 1e-6 or box.width == 1
    assert abs(box.height - height * box.scale) <= 0.5 + 1e-6 or box.height == 1


@given(sides, sides, sizes, st.lists(st.floats(-1.0, 2.0), min_size=4, max_size=4))
def test_boxes_survive_the_way_there_and_back(
    width: int, height: int, size: int, shares: list[float]
) -> None:
    """Any box, also one that leaves the picture, comes back to a tenth of an input pixel."""
    box = Letterbox.fit(width, height, size)
    xyxy = np.array([shares]) * [width, height, width, height]
    there = xyxy * box.scale + [box.left, box.top, box.left, box.top]
    back = box.to_picture(there.astype(np.float32))
    assert back.dtype == np.float32
    assert np.allclose(back, xyxy, atol=0.1 / box.scale)


@pytest.mark.parametrize(
    ("width", "height"), [(960, 540), (540, 960), (640, 640), (1920, 1080), (100, 37), (704, 576)]
)
def test_what_is_drawn_is_found_where_it_was_drawn(width: int, height: int) -> None:
    """A white patch in the picture, found in the input and mapped back, has its place."""
    patch = np.array([width * 0.6, height * 0.3, width * 0.9, height * 0.8]).round()
    image = np.zeros((height, width, 3), np.uint8)
    x1, y1, x2, y2 = patch.astype(int)
    image[y1:y2, x1:x2] = 255
    box, target = written(image, 416)
    rows, columns = np.nonzero(target.min(axis=0) > 0.5)
    found = np.float32([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]])
    assert np.allclose(box.to_picture(found), patch, atol=1.5 / box.scale)


def test_boxes_outside_are_not_clipped() -> None:
    """The foot of a person below the picture's edge stays below it."""
    box = Letterbox.fit(960, 540, 416)
    ((x1, y1, x2, y2),) = box.to_picture(np.float32([[-10, -10, 500, 500]]))
    assert x1 < 0
    assert y1 < 0
    assert x2 > 960
    assert y2 > 540


def test_no_boxes_come_back_as_none() -> None:
    """Nothing found is nothing found."""
    assert Letterbox.fit(960, 540, 416).to_picture(np.zeros((0, 4), np.float32)).shape == (0, 4)


def test_colours_become_rgb_from_0_to_1() -> None:
    """The picture is BGR bytes, the network wants RGB shares; the padding is the grey of the
    training."""
    image = np.full((540, 960, 3), (255, 102, 0), np.uint8)
    box, target = written(image, 416)
    assert target.dtype == np.float32
    inside = target[:, box.top : box.top + box.height, box.left : box.left + box.width]
    for channel, value in zip(inside, (0.0, 0.4, 1.0), strict=True):
        assert np.allclose(channel, value, atol=1e-6)
    assert box.top > 0
    assert np.allclose(target[:, : box.top], PADDING / 255)
    assert np.allclose(target[:, box.top + box.height :], PADDING / 255)


def test_every_pixel_of_a_used_buffer_is_written() -> None:
    """What stood in the buffer before has no influence."""
    image = np.random.default_rng(1).integers(0, 256, (300, 500, 3), np.uint8)
    box, target = written(image, 320)
    assert np.isfinite(target).all()
    again = np.ones_like(target)
    write_letterbox(image, box, again)
    assert np.array_equal(again, target)


def test_training_and_running_prepare_alike() -> None:
    """The batch for export checks holds the same numbers as the detector's."""
    image = np.random.default_rng(2).integers(0, 256, (300, 500, 3), np.uint8)
    batch = letterbox_batch(image, 320)
    assert np.array_equal(batch[0], written(image, 320)[1])
    assert len(batch) == 1
