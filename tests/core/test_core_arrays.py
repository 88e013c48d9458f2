"""Detections, Tracks and Frame: parallel arrays that cannot fall out of step."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from core.detections import Detections, Tracks
from core.frame import Frame


def five() -> Detections:
    """Boxes that can be told apart in every column."""
    xyxy = np.arange(20, dtype=np.float32).reshape(5, 4)
    return Detections(xyxy, np.linspace(0.1, 0.9, 5, dtype="f4"), np.int32([0, 1, 2, 1, 0]))


def test_boxes_need_four_columns() -> None:
    """Boxes of another shape are refused, with the shape that came."""
    with pytest.raises(ValueError, match=r"\(2, 5\)"):
        Detections(np.zeros((2, 5), "f4"), np.zeros(2, "f4"), np.zeros(2, np.int32))
    with pytest.raises(ValueError, match=r"\(4,\)"):
        Detections(np.zeros(4, "f4"), np.zeros(4, "f4"), np.zeros(4, np.int32))


@pytest.mark.parametrize("column", ["confidence", "class_id"])
def test_a_column_of_another_length_is_refused(column: str) -> None:
    """Every column has one row per box; the message names the one that does not."""
    columns = {"confidence": np.zeros(2, "f4"), "class_id": np.zeros(2, np.int32)}
    columns[column] = columns[column][:1]
    with pytest.raises(ValueError, match=f"{column} has 1 rows, xyxy 2"):
        Detections(xyxy=np.zeros((2, 4), "f4"), **columns)


@pytest.mark.parametrize("column", ["track_id", "first_seen", "velocity", "detection_index"])
def test_a_track_column_of_another_length_is_refused(column: str) -> None:
    """The columns that tracks add are checked like those of detections."""
    empty = Tracks.empty()
    columns = {name: getattr(empty, name) for name in Tracks.__dataclass_fields__}
    columns[column] = np.zeros((1, 2) if column == "velocity" else 1)
    with pytest.raises(ValueError, match=f"{column} has 1 rows, xyxy 0"):
        Tracks(**columns)


def test_a_mask_selects_the_same_rows_of_every_column() -> None:
    """A boolean mask keeps boxes, confidences and classes together."""
    boxes = five()
    kept = boxes[boxes.confidence > 0.4]
    assert len(kept) == 3
    assert kept.xyxy[:, 0].tolist() == [8.0, 12.0, 16.0]
    assert kept.class_id.tolist() == [2, 1, 0]
    assert np.allclose(kept.confidence, [0.5, 0.7, 0.9])


def test_indices_select_and_order_rows() -> None:
    """An index array gives the rows in its own order."""
    kept = five()[np.array([3, 0], np.intp)]
    assert kept.xyxy[:, 0].tolist() == [12.0, 0.0]
    assert kept.class_id.tolist() == [1, 0]


def test_rows_of_one_class() -> None:
    """`of_class` gives that class only, and nothing for a class that is not there."""
    assert five().of_class(1).xyxy[:, 0].tolist() == [4.0, 12.0]
    assert len(five().of_class(7)) == 0


def test_a_mask_of_tracks_gives_tracks() -> None:
    """Tracks stay tracks, with all their columns, when rows are selected."""
    tracks = Tracks(
        np.zeros((2, 4), "f4"),
        np.float32([0.5, 0.6]),
        np.int32([0, 0]),
        track_id=np.int64([4, 9]),
        first_seen=np.float64([1.0, 2.0]),
        velocity=np.float32([[1, 2], [3, 4]]),
        detection_index=np.intp([5, 6]),
    )
    kept = tracks[tracks.track_id == 9]
    assert isinstance(kept, Tracks)
    assert kept.first_seen.tolist() == [2.0]
    assert kept.velocity.tolist() == [[3.0, 4.0]]
    assert kept.detection_index.tolist() == [6]


@pytest.mark.parametrize("kind", [Detections, Tracks])
def test_nothing_has_the_shape_of_something(kind: type[Detections]) -> None:
    """Without boxes every column exists, has no rows and can still be selected from."""
    nothing = kind.empty()
    assert isinstance(nothing, kind)
    assert len(nothing) == 0
    assert nothing.xyxy.shape == (0, 4)
    assert nothing.xyxy.dtype == np.float32
    assert nothing.class_id.dtype == np.int32
    assert len(nothing[nothing.confidence > 0.5]) == 0
    assert len(nothing.of_class(0)) == 0


def test_they_cannot_be_changed() -> None:
    """A later stage makes a new object; it never assigns to an old one."""
    with pytest.raises(FrozenInstanceError):
        five().confidence = np.zeros(5, "f4")  # type: ignore[misc]


def test_a_frame_knows_its_size() -> None:
    """Width and height are those of the picture, not swapped."""
    frame = Frame("gate", 0, 12.5, np.zeros((540, 960, 3), np.uint8))
    assert (frame.width, frame.height) == (960, 540)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
    ],
    ids=["grey", "with alpha", "floats"],
)
def test_a_frame_takes_only_bgr_bytes(image: np.ndarray) -> None:
    """Grey, alpha or float pictures are refused, with what came."""
    with pytest.raises(ValueError, match=r"\(H, W, 3\) uint8"):
        Frame("gate", 0, 0.0, image)
