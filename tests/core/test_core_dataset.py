"""The index of a data set version: one line a picture, and no original in two splits."""

import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_sets import labelled

from core.dataset import DataSet, LabelledPicture, Split
from core.errors import DataSetError

coordinates = st.floats(0, 9999, width=32)
boxes = st.lists(st.tuples(st.integers(0, 2), st.tuples(*[coordinates] * 4)), max_size=4)


def write(folder: Path, *pictures: LabelledPicture, card: str | None = None) -> Path:
    text = json.dumps({"name": "tiny", "fingerprint": "ab" * 32}) if card is None else card
    (folder / "card.json").write_text(text, "utf-8")
    lines = "".join(f"{picture.to_json()}\n" for picture in pictures)
    (folder / "index.jsonl").write_text(lines, "utf-8")
    return folder


def refused(folder: Path) -> str:
    with pytest.raises(DataSetError) as error:
        DataSet.read(folder)
    assert "\n" not in error.value.message
    return error.value.message


@given(boxes, boxes, boxes, st.text(min_size=1), st.sampled_from(Split))
def test_a_line_of_the_index_gives_the_picture_back(drawn, made, doubtful, file, split) -> None:
    """Whatever the file is called; pixels to a hundredth, and the second time exactly."""
    picture = labelled(drawn, filled=made, ignored=doubtful, file=file, split=split)
    line = picture.to_json()
    assert "\n" not in line
    again = LabelledPicture.from_json(line)
    assert again.to_json() == line
    for field in fields(LabelledPicture):
        before, after = getattr(picture, field.name), getattr(again, field.name)
        if isinstance(before, np.ndarray):
            assert after.dtype == before.dtype
            assert after == pytest.approx(before, abs=0.011)
        else:
            assert after == before


def test_a_version_is_read_with_its_splits(tmp_path: Path) -> None:
    """Pictures come in the order of the index; file names may hold any character."""
    odd = labelled(file="a\u2028b\x85c.png", group="1", split=Split.TRAIN)
    two = labelled(file="b.png", group="2")
    three = labelled(file="c.png", group="3", split=Split.TRAIN)
    data_set = DataSet.read(write(tmp_path, odd, two, three))
    assert (data_set.name, data_set.fingerprint) == ("tiny", "ab" * 32)
    assert [p.file for p in data_set.of_split(Split.TRAIN)] == [odd.file, "c.png"]
    assert [p.image_path for p in data_set.of_split(Split.VALID)] == ["images/valid/b.png"]
    assert data_set.of_split(Split.TEST) == []


@pytest.mark.parametrize("other", [Split.VALID, Split.TEST])
def test_an_original_in_two_splits_is_refused(tmp_path: Path, other: Split) -> None:
    """The message names both pictures and says what to do."""
    write(
        tmp_path,
        labelled(file="a.png", group="7", split=Split.TRAIN),
        labelled(file="b.png", group="7", split=other),
    )
    message = refused(tmp_path)
    assert "images/train/a.png" in message
    assert f"images/{other}/b.png" in message
    assert "put both into one split" in message


def test_pictures_of_one_camera_may_share_a_split(tmp_path: Path) -> None:
    """A group is about splits, not about being alone."""
    pair = labelled(file="a.png", group="7"), labelled(file="b.png", group="7")
    assert len(DataSet.read(write(tmp_path, *pair)).pictures) == 2


def test_a_folder_that_is_no_version_says_how_to_make_one(tmp_path: Path) -> None:
    """Nothing there, or only half of it."""
    assert "is no data set version" in refused(tmp_path / "none")
    write(tmp_path)
    (tmp_path / "index.jsonl").unlink()
    assert "make one with `anyan dataset build`" in refused(tmp_path)


@pytest.mark.parametrize("card", ["", "{", "[]", "null", "{}", '{"name": "a"}', "\x00"])
def test_a_damaged_card_is_refused(tmp_path: Path, card: str) -> None:
    """Without name and fingerprint no figure could say what it was measured on."""
    write(tmp_path, labelled(), card=card)
    assert "is no data set version" in refused(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"split": "val"},
        {"class_id": [0, 1]},
        {"class_id": [3]},
        {"class_id": [-1]},
        {"xyxy": [[1, 2, 3]]},
        {"filled": []},
        {"ignored": [[1, 2, 3, 4]]},
        {"width": None},
        {"xyxy": None},
        {"file": ...},
    ],
    ids=str,
)
def test_a_damaged_line_is_named(tmp_path: Path, changes: dict) -> None:
    """File and line of the index, and that the version can be built again."""
    write(tmp_path, labelled(group="1"), labelled([(0, (1, 2, 3, 4))], group="2"))
    index = tmp_path / "index.jsonl"
    first, second = index.read_text().splitlines()
    data = {key: v for key, v in {**json.loads(second), **changes}.items() if v is not ...}
    index.write_text(f"{first}\n{json.dumps(data)}\n")
    message = refused(tmp_path)
    assert "index.jsonl, line 2:" in message
    assert "build the version again" in message


@pytest.mark.parametrize("line", ["", "{", "[]", "3", "null"])
def test_a_line_that_is_no_picture_is_named(tmp_path: Path, line: str) -> None:
    """Also an empty one in the middle: a torn file is not read in part."""
    write(tmp_path, labelled(group="1"))
    index = tmp_path / "index.jsonl"
    index.write_text(f"{line}\n{index.read_text()}")
    assert "index.jsonl, line 1:" in refused(tmp_path)
