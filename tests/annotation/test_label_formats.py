"""Label files of other tools become boxes in pixels, or one clear message."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_sets import labelled, scene, write_coco, write_picture, write_voc, write_yolo

from annotation.formats.coco import read_coco
from annotation.formats.labels import SourceLabels
from annotation.formats.voc import read_voc
from annotation.formats.yolo import read_yolo, to_yolo
from core.dataset import CLASSES
from core.errors import DataSetError

NAMES = ("person", "bare", "hat")
PICTURE = scene(1)
BOX = (16.0, 12.0, 48.0, 60.0)


def yolo(folder: Path, text: str | bytes, name: str = "a.png") -> list[SourceLabels]:
    """A YOLO set of one picture whose label file holds a text."""
    write_picture(folder / "images" / "train" / name, PICTURE)
    label = folder / "labels" / "train" / "a.txt"
    label.parent.mkdir(parents=True, exist_ok=True)
    label.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_yolo(folder, "train", NAMES))


def coco(folder: Path, *annotations: dict[str, Any]) -> list[SourceLabels]:
    """A COCO set of one picture."""
    write_coco(folder, "train", {"a.png": (PICTURE, annotations)})
    return list(read_coco(folder, "train"))


def voc(folder: Path, text: str) -> list[SourceLabels]:
    """A VOC set of one picture whose label file holds a text."""
    write_voc(folder, "train", "a", PICTURE, []).write_text(text, "utf-8")
    return list(read_voc(folder, "train"))


def message(error: pytest.ExceptionInfo[DataSetError]) -> str:
    """One line, as users see it."""
    assert "\n" not in error.value.message
    return error.value.message


# What is read.


def test_a_yolo_box_is_read_in_pixels(tmp_path: Path) -> None:
    """Centre and size as shares of the picture become corners; the class gets its name."""
    (found,) = yolo(tmp_path, "2 0.2 0.3 0.2 0.4\n")
    assert (found.width, found.height) == (160, 120)
    assert found.names == ("hat",)
    assert found.xyxy == pytest.approx(np.array([BOX]), abs=1e-3)
    assert found.xyxy.dtype == np.float32


def test_a_yolo_polygon_becomes_the_box_around_it(tmp_path: Path) -> None:
    """Boxes and polygons may stand in one file."""
    (found,) = yolo(tmp_path, "1 0.1 0.1 0.3 0.2 0.2 0.5\n\n0 0.5 0.5 1 1\n")
    assert found.names == ("bare", "person")
    assert found.xyxy == pytest.approx(np.array([BOX, (0, 0, 160, 120)]), abs=1e-3)


@pytest.mark.parametrize("text", [None, "", "\n \n"], ids=["no file", "empty", "blank lines"])
def test_a_picture_without_yolo_labels_is_a_negative(tmp_path: Path, text: str | None) -> None:
    """Nothing is in it; it stays in the set."""
    yolo(tmp_path, text or "")
    if text is None:
        (tmp_path / "labels" / "train" / "a.txt").unlink()
    (found,) = read_yolo(tmp_path, "train", NAMES)
    assert found.names == ()
    assert found.xyxy.shape == (0, 4)


def test_a_byte_order_mark_is_no_part_of_the_label(tmp_path: Path) -> None:
    """Windows editors write one; the first line is read like any other."""
    (found,) = yolo(tmp_path, b"\xef\xbb\xbf2 0.2 0.3 0.2 0.4\r\n")
    assert found.names == ("hat",)


def test_boxes_written_as_yolo_are_read_back(tmp_path: Path) -> None:
    """What the trainer is given is what the index says, to a hundredth of a pixel."""
    source = write_yolo(tmp_path, "train", "a.png", PICTURE, [(0, BOX), (2, (1, 2, 3.5, 9))])
    (found,) = read_yolo(tmp_path, "train", CLASSES)
    picture = labelled([(0, BOX), (2, (1, 2, 3.5, 9))])
    (tmp_path / "labels" / "train" / "a.txt").write_text(to_yolo(picture), "utf-8")
    (again,) = read_yolo(tmp_path, "train", CLASSES)
    assert again.path == source
    assert again.names == found.names == ("person", "helmet")
    assert again.xyxy == pytest.approx(picture.xyxy, abs=0.01)


def test_coco_boxes_and_segmentations_are_read(tmp_path: Path) -> None:
    """Corner and size become corners; without one, the box around all parts of the outline."""
    (found,) = coco(
        tmp_path,
        {"category_id": 3, "bbox": [16, 12, 32, 48], "segmentation": []},
        {"category_id": 1, "segmentation": [[16, 12, 20, 60], [48, 30, 40, 20, 30, 25]]},
        {"category_id": 2, "bbox": [], "segmentation": [[16, 12, 48, 60]]},
    )
    assert found.names == ("hat", "person", "bare")
    assert found.xyxy == pytest.approx(np.array([BOX] * 3))


def test_coco_in_the_layout_with_an_annotations_folder(tmp_path: Path) -> None:
    """annotations/SPLIT.json with images/SPLIT; a picture without annotations is a negative."""
    index = write_coco(tmp_path, "train", {"a.png": (PICTURE, [])})
    (tmp_path / "annotations").mkdir()
    index.rename(tmp_path / "annotations" / "train.json")
    (tmp_path / "images").mkdir()
    (tmp_path / "train").rename(tmp_path / "images" / "train")
    (found,) = read_coco(tmp_path, "train")
    assert found.path == tmp_path / "images" / "train" / "a.png"
    assert found.xyxy.shape == (0, 4)


def test_voc_boxes_are_read_for_the_pictures_of_a_split(tmp_path: Path) -> None:
    """The list of the split decides; a name may hold a space."""
    write_voc(tmp_path, "train", "hall (1)", PICTURE, [("hat", BOX), ("person", (0, 0, 160, 120))])
    write_voc(tmp_path, "valid", "other", PICTURE, [])
    (found,) = read_voc(tmp_path, "train")
    assert found.path.name == "hall (1).jpg"
    assert found.names == ("hat", "person")
    assert found.xyxy == pytest.approx(np.array([BOX, (0, 0, 160, 120)]))


# What is the same in all of them.


def test_a_box_that_sticks_out_a_little_is_cut(tmp_path: Path) -> None:
    """Rounding of label tools is no mistake: up to 2 % of the side."""
    (found,) = coco(tmp_path, {"category_id": 1, "bbox": [-3, -2, 166, 124]})
    assert found.xyxy == pytest.approx(np.array([(0, 0, 160, 120)]))


def test_a_box_without_extent_holds_nothing(tmp_path: Path) -> None:
    """A click without a drag is left out, with its name; the others stay."""
    (found,) = coco(
        tmp_path,
        {"category_id": 1, "bbox": [5, 5, 0, 9]},
        {"category_id": 3, "bbox": [16, 12, 32, 48]},
    )
    assert found.names == ("hat",)


@pytest.mark.parametrize("bbox", [[150, 0, 20, 10], [-10, 0, 20, 10], [0, 110, 20, 20]])
def test_a_box_outside_the_picture_is_refused(tmp_path: Path, bbox: list[float]) -> None:
    """The message names the file, the box and the size of the picture."""
    with pytest.raises(DataSetError) as error:
        coco(
            tmp_path, {"category_id": 1, "bbox": [16, 12, 32, 48]}, {"category_id": 1, "bbox": bbox}
        )
    assert "a.png: box 2 (" in message(error)
    assert "outside the picture of 160 x 120 pixels" in message(error)


def test_a_box_that_ends_before_it_begins_is_refused(tmp_path: Path) -> None:
    """Swapped corners are a mistake of the label, not an empty box to be left out in silence."""
    with pytest.raises(DataSetError) as error:
        voc_box(tmp_path, xmin="48", xmax="16")
    assert "a.xml: box 1 (48, 12, 16, 60) ends before it begins" in message(error)


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff\xe0 torn"])
@pytest.mark.parametrize("read", ["yolo", "coco", "voc"])
def test_an_unreadable_picture_is_named(tmp_path: Path, read: str, content: bytes) -> None:
    """Whatever the format, the message names the picture."""
    write_yolo(tmp_path, "train", "a.jpg", PICTURE, [])
    write_coco(tmp_path, "train", {"a.jpg": (PICTURE, [])})
    write_voc(tmp_path, "train", "a", PICTURE, [])
    for path in tmp_path.rglob("a.jpg"):
        path.write_bytes(content)
    readers = {
        "yolo": lambda: read_yolo(tmp_path, "train", NAMES),
        "coco": lambda: read_coco(tmp_path, "train"),
        "voc": lambda: read_voc(tmp_path, "train"),
    }
    with pytest.raises(DataSetError, match=r"a\.jpg cannot be read as a picture: take it out"):
        list(readers[read]())


def test_a_picture_that_is_not_there_is_named(tmp_path: Path) -> None:
    """COCO and VOC list pictures by name."""
    write_coco(tmp_path, "train", {"a.png": (PICTURE, [])})
    (tmp_path / "train" / "a.png").unlink()
    with pytest.raises(DataSetError, match=r"a\.png cannot be read as a picture"):
        list(read_coco(tmp_path, "train"))


# Mistakes of one format.


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0 0.5 0.5 0.1 0.1\n7 0.5 0.5 0.1 0.1\n", "line 2: class 7, but the source names 3"),
        ("-1 0.5 0.5 0.1 0.1\n", "line 1: class -1, but the source names 3 classes"),
        ("inf 0.5 0.5 0.1 0.1\n", "line 1"),
        ("1.5 0.5 0.5 0.1 0.1\n", "line 1"),
        ("person 0.5 0.5 0.1 0.1\n", "line 1: 'person 0.5 0.5 0.1 0.1' holds no numbers"),
        ("0 0.5 0.5 wide 0.1\n", "line 1: '0 0.5 0.5 wide 0.1' holds no numbers"),
        ("0 0.5 0.5 0.1\n", "line 1: 3 numbers are neither a box nor a polygon"),
        ("0\n", "line 1: 0 numbers are neither a box nor a polygon"),
        ("0 0.1 0.2 0.3 0.4 0.5\n", "line 1: 5 numbers are neither a box nor a polygon"),
        ("0 0.5 0.5 nan 0.1\n", "box 1 (nan"),
        ("0 320 240 64 48\n", "outside the picture"),
    ],
)
def test_a_mistake_in_a_yolo_file_is_named_with_its_line(
    tmp_path: Path, text: str, said: str
) -> None:
    """File and line, and what is wrong there."""
    with pytest.raises(DataSetError) as error:
        yolo(tmp_path, text)
    assert "labels/train/a.txt" in message(error)
    assert said in message(error)


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
@pytest.mark.parametrize("read", ["yolo", "coco", "voc"])
def test_a_label_file_in_another_encoding_is_named(
    tmp_path: Path, read: str, encoding: str
) -> None:
    """Nothing is guessed: the message says what the file should be."""
    text = "安全帽 0.5 0.5 0.1 0.1"
    write_yolo(tmp_path, "train", "a.png", PICTURE, [])
    write_coco(tmp_path, "train", {"a.png": (PICTURE, [])})
    write_voc(tmp_path, "train", "a", PICTURE, [])
    for path in (
        tmp_path / "labels" / "train" / "a.txt",
        tmp_path / "train" / "_annotations.coco.json",
        tmp_path / "Annotations" / "a.xml",
    ):
        path.write_bytes(text.encode(encoding))
    readers = {
        "yolo": lambda: read_yolo(tmp_path, "train", NAMES),
        "coco": lambda: read_coco(tmp_path, "train"),
        "voc": lambda: read_voc(tmp_path, "train"),
    }
    with pytest.raises(DataSetError, match=r"is not UTF-8 text .*save it as UTF-8"):
        list(readers[read]())


def test_a_yolo_split_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A mistyped split gives no empty set."""
    with pytest.raises(DataSetError, match="images/valid is not there: correct the path or the"):
        list(read_yolo(tmp_path, "valid", NAMES))


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"images": 3}'])
def test_a_file_that_is_no_coco_index_is_named(tmp_path: Path, text: str) -> None:
    """An empty or other JSON file is not an empty set."""
    write_coco(tmp_path, "train", {}).write_text(text)
    with pytest.raises(DataSetError, match=r"_annotations\.coco\.json is no COCO file"):
        list(read_coco(tmp_path, "train"))


def test_a_coco_set_without_an_index_is_named(tmp_path: Path) -> None:
    """The message says where an index may lie."""
    with pytest.raises(DataSetError, match=r"neither train/_annotations\.coco\.json nor"):
        list(read_coco(tmp_path, "train"))


@pytest.mark.parametrize(
    ("annotation", "said"),
    [
        ({"category_id": 9, "bbox": [1, 1, 5, 5]}, "9"),
        ({"bbox": [1, 1, 5, 5]}, "category_id"),
        ({"category_id": 1}, "segmentation"),
        ({"category_id": 1, "bbox": [1, 1, 5]}, "values to unpack"),
        ({"category_id": 1, "segmentation": []}, "segmentation"),
        ({"category_id": 1, "segmentation": {"counts": "abc", "size": [9, 9]}}, "segmentation"),
        ({"category_id": 1, "segmentation": [[1, 2, 3]]}, "reshape"),
    ],
)
def test_a_mistake_in_a_coco_annotation_is_named_with_its_picture(
    tmp_path: Path, annotation: dict[str, Any], said: str
) -> None:
    """Unknown category, missing field, or numbers that make no box."""
    with pytest.raises(DataSetError) as error:
        coco(tmp_path, annotation)
    assert "an annotation of a.png" in message(error)
    assert said in message(error)


def test_a_coco_annotation_of_no_picture_is_refused(tmp_path: Path) -> None:
    """Labels whose picture was left out of the list would be lost in silence."""
    index = write_coco(tmp_path, "train", {"a.png": (PICTURE, [])})
    data = json.loads(index.read_text())
    data["annotations"].append({"image_id": 99, "category_id": 1, "bbox": [1, 1, 5, 5]})
    index.write_text(json.dumps(data))
    with pytest.raises(DataSetError, match="annotates picture 99, which it does not list"):
        list(read_coco(tmp_path, "train"))


def voc_box(folder: Path, **changes: str) -> list[SourceLabels]:
    """A VOC file of one box, with other sides."""
    sides = {"xmin": "16", "ymin": "12", "xmax": "48", "ymax": "60", **changes}
    box = "".join(f"<{side}>{value}</{side}>" for side, value in sides.items() if value)
    return voc(
        folder,
        f"<annotation><filename>a.jpg</filename><object><name>hat</name><bndbox>{box}</bndbox>"
        "</object></annotation>",
    )


@pytest.mark.parametrize("side", ["xmin", "ymin", "xmax", "ymax"])
def test_a_missing_side_of_a_voc_box_is_named(tmp_path: Path, side: str) -> None:
    """The message names the file and the field."""
    with pytest.raises(DataSetError) as error:
        voc_box(tmp_path, **{side: ""})
    assert "Annotations/a.xml" in message(error)
    assert side in message(error)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no VOC label"),
        ("<annotation><object>", "is no VOC label"),
        ("<annotation><object><name>hat</name></object></annotation>", "an object has no bndbox"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><annotation/>', "declares entities"),
    ],
)
def test_a_mistake_in_a_voc_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    """An empty file is a mistake here: a picture without objects still has its XML."""
    with pytest.raises(DataSetError) as error:
        voc(tmp_path, text)
    assert "Annotations/a.xml" in message(error)
    assert said in message(error)


def test_a_voc_set_without_its_list_is_named(tmp_path: Path) -> None:
    """The message names the list."""
    with pytest.raises(DataSetError, match=r"ImageSets/Main/train\.txt cannot be read"):
        list(read_voc(tmp_path, "train"))
