"""Published sets become one frozen version: harmonised, without copies, split by original."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml
from fixtures_disk import fill_disk
from made_sets import (
    scene,
    textured,
    write_coco,
    write_picture,
    write_source,
    write_voc,
    write_yolo,
)
from test_filling import teacher

from annotation.build import build, fingerprint
from annotation.fill import Teacher
from annotation.formats.yolo import read_yolo
from annotation.source import Source
from core.dataset import CLASSES, HEAD_BOX, DataSet, LabelledPicture, Split
from core.errors import AnyanError, DataSetError, DiskFull
from core.frame import Image

HAT = (16.0, 12.0, 48.0, 60.0)
PERSON = (8.0, 8.0, 80.0, 110.0)


def worse_copy(image: Image) -> Image:
    """Of another set: smaller and compressed again."""
    small = cv2.resize(image, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)
    _, content = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 60])
    return cv2.imdecode(content, cv2.IMREAD_COLOR)


def write_sets(root: Path) -> None:
    """Three sets in three formats.

    yolo: two pictures to learn from, one to tune on, one mirrored. coco: one of its training
    pictures is a copy of the picture that yolo tunes on. voc: a test picture and its copy.
    """
    write_yolo(root / "y", "train", "a.png", scene(1), [(2, HAT), (0, PERSON)])
    write_yolo(root / "y", "train", "b.png", scene(2), [])
    write_yolo(root / "y", "val", "c.png", scene(3), [(1, HAT)])
    mirrored = cv2.copyMakeBorder(textured(9, 160, 120), 30, 0, 0, 0, cv2.BORDER_REFLECT)
    write_yolo(root / "y", "train", "m.png", mirrored, [])
    write_coco(
        root / "c",
        "train",
        {
            "a.png": (scene(4), [{"category_id": 3, "bbox": [16, 12, 32, 20]}]),
            "leak.jpg": (worse_copy(scene(3)), [{"category_id": 2, "bbox": [12, 10, 26, 38]}]),
        },
    )
    write_voc(root / "v", "test", "a", scene(5), [("hat", HAT), ("person", PERSON)])
    write_voc(root / "v", "test", "again", worse_copy(scene(5)), [("hat", (12, 9, 38, 48))])


def sources(root: Path, **changes: Any) -> list[Source]:
    """How those three become ours; a change is one of the first."""
    extended = {"helmet": {"share": 0.6, "wider_than": 0.0}}
    yolo_splits = {"train": "train", "valid": "val"}
    paths = [
        write_source(root, name="one", path="y", splits=yolo_splits, **changes),
        write_source(
            root, name="two", path="c", format="coco", splits={"train": "train"}, names=...,
            extend_down=extended, licence="CC BY 4.0",
        ),
        write_source(
            root, name="three", path="v", format="voc", splits={"test": "test"}, names=...
        ),
    ]  # fmt: skip
    return [Source.read(path) for path in paths]


def made(
    root: Path, name: str = "version", teachers: Sequence[Teacher] = (), **changes: Any
) -> DataSet:
    return build("tiny", sources(root, **changes), teachers, root, root / name)


def by_name(data_set: DataSet) -> dict[str, LabelledPicture]:
    return {picture.file: picture for picture in data_set.pictures}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_sets(tmp_path)
    return tmp_path


def left_behind(root: Path) -> list[str]:
    """What a build that failed must not leave."""
    return sorted(path.name for path in root.iterdir() if path.name.startswith("version"))


def test_three_formats_become_one_version(root: Path) -> None:
    """Each picture in its split, with the boxes in our classes and our convention."""
    pictures = by_name(made(root))
    assert {name: picture.split.value for name, picture in pictures.items()} == {
        "one_a.png": "train",
        "one_b.png": "train",
        "one_c.png": "valid",
        "two_a.png": "train",
        "three_a.jpg": "test",
    }
    assert [CLASSES[i] for i in pictures["one_a.png"].class_id] == ["helmet", "person"]
    assert pictures["one_a.png"].xyxy == pytest.approx(np.array([HAT, PERSON]), abs=0.01)
    assert pictures["two_a.png"].xyxy == pytest.approx(np.array([(16, 12, 48, 44)])), "extended"
    assert len(pictures["one_b.png"].xyxy) == 0


def test_the_copy_that_would_leak_is_left_out_of_what_is_learned_from(root: Path) -> None:
    """The picture that is measured on stays; copies, leaks and mirrors are counted by source."""
    card = json.loads((made(root).folder / "card.json").read_text("utf-8"))
    counted = {
        source["name"]: (
            source["pictures"],
            source["copies_left_out"],
            source["leaks_left_out"],
            source["mirrored_left_out"],
        )
        for source in card["sources"]
    }
    assert counted == {"one": (3, 0, 0, 1), "two": (1, 0, 1, 0), "three": (1, 1, 0, 0)}


@pytest.mark.parametrize("order", [[0, 1, 2], [1, 0, 2], [2, 1, 0]])
def test_the_order_of_the_sources_decides_nothing_about_a_leak(
    root: Path, order: list[int]
) -> None:
    """Whoever comes first, the copy that is measured on stays."""
    chosen = [sources(root)[i] for i in order]
    data_set = build("tiny", chosen, [], root, root / "version")
    assert set(by_name(data_set)) >= {"one_c.png"}
    assert "two_leak.jpg" not in by_name(data_set)


def test_the_card_counts_what_is_there(root: Path) -> None:
    """By split: pictures, negatives, boxes of each class; licence and convention beside them."""
    folder = made(root).folder
    card = json.loads((folder / "card.json").read_text("utf-8"))
    assert card["counts"]["train"] == {
        "pictures": 3, "empty": 1, "person": 1, "head": 0, "helmet": 2, "filled": 0, "ignored": 0,
    }  # fmt: skip
    assert card["counts"]["valid"]["head"] == 1
    assert card["counts"]["test"]["pictures"] == 1
    assert [s["licence"] for s in card["sources"]] == ["CC0", "CC BY 4.0", "CC0"]
    assert (card["name"], card["box_convention"]) == ("tiny", HEAD_BOX)
    assert card["version"] == card["fingerprint"][:12]
    text = (folder / "card.md").read_text("utf-8")
    assert "| train | 3 | 1 | 1 | 0 | 2 | 0 | 0 |" in text
    assert "CC BY 4.0" in text
    assert card["fingerprint"] in text


def test_pictures_are_the_bytes_of_their_source(root: Path) -> None:
    """Nothing is compressed again."""
    folder = made(root).folder
    source, copy = root / "y/images/train/a.png", folder / "images/train/one_a.png"
    assert copy.read_bytes() == source.read_bytes()


def test_the_trainers_labels_say_what_the_index_says(root: Path) -> None:
    """YOLO text for every picture, and a data.yaml that names only splits that exist."""
    data_set = made(root)
    for split in Split:
        boxes = {labels.path.name: labels for labels in read_yolo(data_set.folder, split, CLASSES)}
        assert set(boxes) == {picture.file for picture in data_set.of_split(split)}
        for picture in data_set.of_split(split):
            assert boxes[picture.file].xyxy == pytest.approx(picture.xyxy, abs=0.02)
    told = yaml.safe_load((data_set.folder / "data.yaml").read_text())
    assert told == {
        "train": "images/train", "val": "images/valid", "test": "images/test",
        "names": {0: "person", 1: "head", 2: "helmet"},
    }  # fmt: skip


def test_two_builds_have_the_same_fingerprint(root: Path) -> None:
    """It is of pictures and labels, not of the time or the place."""
    one, two = made(root, "version-1"), made(root, "version-2")
    assert one.fingerprint == two.fingerprint
    assert one.fingerprint == fingerprint(one.folder, one.pictures), "of what was read back"
    assert one.fingerprint == fingerprint(one.folder, one.pictures[::-1])


@pytest.mark.parametrize("change", ["label", "class", "picture"])
def test_one_changed_label_or_picture_changes_the_fingerprint(root: Path, change: str) -> None:
    """A figure is bound to exactly what it was measured on."""
    before = made(root, "version-1").fingerprint
    if change == "label":
        moved = (HAT[0], HAT[1], HAT[2] + 1, HAT[3])
        write_yolo(root / "y", "train", "a.png", scene(1), [(2, moved), (0, PERSON)])
    elif change == "class":
        write_yolo(root / "y", "train", "a.png", scene(1), [(1, HAT), (0, PERSON)])
    else:
        image = scene(1)
        image[0, 0] ^= 1
        write_picture(root / "y/images/train/a.png", image)
    assert made(root, "version-2").fingerprint != before


# Filling.


def test_missing_boxes_are_filled_and_counted(root: Path) -> None:
    """Only classes that the source does not label, or labels in part."""
    width = 160
    helper = teacher((0, (90, 10, 140, 110), 0.9), (1, (100, 10, 120, 40), 0.9))
    data_set = made(root, teachers=[helper], incomplete=["person"])
    picture = by_name(data_set)["one_b.png"]
    assert picture.class_id.tolist() == [0], "heads are complete here"
    assert picture.filled.tolist() == [True]
    assert picture.width == width
    card = json.loads((data_set.folder / "card.json").read_text("utf-8"))
    assert card["counts"]["train"]["filled"] == 2


def test_what_nobody_knows_is_painted_over_where_it_would_be_learned(root: Path) -> None:
    """In training pictures only, and only where no known box would suffer."""
    # Pixels of the input, whose padding is 4 pixels high.
    helper = teacher((0, (90, 10, 140, 110), 0.4))
    data_set = made(root, teachers=[helper], incomplete=["person"])
    pictures = by_name(data_set)
    for name in ("one_b.png", "one_c.png"):
        assert pictures[name].ignored == pytest.approx(np.array([(90, 6, 140, 106)]), abs=0.1)
    painted = cv2.imread(str(data_set.folder / pictures["one_b.png"].image_path))
    assert painted[20:100, 95:135].std(axis=(0, 1)).max() == 0
    assert painted[:, :80].tolist() == scene(2)[:, :80].tolist(), "nothing else was touched"
    measured = cv2.imread(str(data_set.folder / pictures["one_c.png"].image_path))
    assert measured.tolist() == scene(3).tolist()


def test_a_doubtful_place_over_a_known_box_is_not_painted(root: Path) -> None:
    """A person who was labelled must stay visible."""
    helper = teacher((0, (40, 10, 140, 110), 0.4))
    data_set = made(root, teachers=[helper], incomplete=["person"])
    picture = by_name(data_set)["one_a.png"]
    assert len(picture.ignored) == 1
    image = cv2.imread(str(data_set.folder / picture.image_path))
    assert image.tolist() == scene(1).tolist()


# Mistakes.


def test_a_folder_that_exists_is_refused(root: Path) -> None:
    """A version is never changed."""
    (root / "version").mkdir()
    (root / "version" / "mine").touch()
    with pytest.raises(DataSetError, match="exists: a version is never changed, give it a new"):
        made(root)
    assert (root / "version" / "mine").exists()


def unmapped(root: Path) -> None:
    write_yolo(root / "y", "val", "z.png", scene(20), [(3, HAT)])


def torn_picture(root: Path) -> None:
    (root / "y/images/val/c.png").write_bytes(b"")


def outside(root: Path) -> None:
    (root / "y/labels/val/c.txt").write_text("0 0.9 0.5 0.5 0.1\n")


def same_name(root: Path) -> None:
    write_picture(root / "y/images/train/a.jpg", scene(30))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (unmapped, "class 'vest' is not mapped"),
        (torn_picture, "c.png cannot be read as a picture"),
        (outside, "outside the picture"),
        (same_name, "another picture of one has this name too: rename one"),
    ],
)
def test_a_mistake_in_a_source_leaves_nothing_behind(
    root: Path, spoil: Callable[[Path], None], said: str
) -> None:
    """One message, and no folder that could be taken for a version."""
    spoil(root)
    classes = {"person": "person", "bare": "head", "hat": "helmet"}
    with pytest.raises(DataSetError) as error:
        made(root, classes=classes)
    assert said in error.value.message
    assert "\n" not in error.value.message
    assert left_behind(root) == []


def test_a_set_without_a_picture_is_no_version(tmp_path: Path) -> None:
    """Also where every picture was left out."""
    (tmp_path / "y" / "images" / "train").mkdir(parents=True)
    source = Source.read(write_source(tmp_path, path="y", splits={"train": "train"}))
    with pytest.raises(DataSetError, match="there is no picture in site"):
        build("tiny", [source], [], tmp_path, tmp_path / "version")
    assert left_behind(tmp_path) == []


def test_a_full_disk_leaves_nothing_behind(root: Path, small_disk: Callable[[str], Path]) -> None:
    """The message names the folder; with room again the same build goes well."""
    disk = small_disk("128k")
    with pytest.raises(DiskFull, match="version cannot be written: No space left on device"):
        build("tiny", sources(root), [], root, disk / "version")
    assert list(disk.iterdir()) == []
    assert build("tiny", sources(root), [], root, root / "version").pictures


def test_a_place_that_cannot_be_written_is_named(root: Path) -> None:
    """A file where a folder should be."""
    (root / "file").touch()
    with pytest.raises(AnyanError, match=r"file/version cannot be written"):
        build("tiny", sources(root), [], root, root / "file" / "version")


def test_what_a_killed_build_left_is_no_obstacle(root: Path) -> None:
    """The next build of that name takes its place."""
    (root / "version.part" / "images").mkdir(parents=True)
    (root / "version.part" / "images" / "old.png").touch()
    data_set = made(root)
    assert not (data_set.folder / "images" / "old.png").exists()
    assert left_behind(root) == ["version"]


def test_the_build_changes_no_source(root: Path) -> None:
    """Not a byte."""

    def digests() -> dict[str, str]:
        files = [p for name in "ycv" for p in (root / name).rglob("*") if p.is_file()]
        return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}

    before = digests()
    made(root)
    assert digests() == before


def test_a_leaking_index_is_not_read(root: Path) -> None:
    """Also where somebody moved a picture by hand."""
    folder = made(root).folder
    index = folder / "index.jsonl"
    lines = [json.loads(line) for line in index.read_text("utf-8").splitlines()]
    train = next(line for line in lines if line["split"] == "train")
    valid = next(line for line in lines if line["split"] == "valid")
    valid["group"] = train["group"]
    index.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    with pytest.raises(DataSetError, match="are of one original"):
        DataSet.read(folder)


def test_a_disk_that_fills_up_later_is_the_same(
    root: Path, small_disk: Callable[[str], Path]
) -> None:
    """No room for the card: no version either."""
    disk = small_disk("1m")
    fill_disk(disk)
    with pytest.raises(DiskFull):
        build("tiny", sources(root), [], root, disk / "version")
    assert [path.name for path in disk.iterdir()] == ["filler"]
