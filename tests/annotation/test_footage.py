"""Frames of a fixed camera look alike without being copies of each other."""

import json
from pathlib import Path

import pytest
from made_sets import scene, write_source, write_yolo

from annotation.build import build
from annotation.source import Source
from core.dataset import DataSet
from core.errors import DataSetError


def footage(tmp_path: Path, splits: dict[str, str], pattern: str = "^(gate|hall)_") -> DataSet:
    """Four frames of the gate, two of the hall; pictures of one camera look alike."""
    seen = {"gate": 7, "hall": 8}
    for name, split in splits.items():
        write_yolo(tmp_path / "f", split, f"{name}.png", scene(seen[name.split("_")[0]]), [])
    folders = {split: split for split in set(splits.values())}
    path = write_source(tmp_path, name="cam", path="f", splits=folders, camera=pattern)
    return build("tiny", [Source.read(path)], [], tmp_path, tmp_path / "version")


def test_footage_of_a_camera_is_kept_whole(tmp_path: Path) -> None:
    """Frames of a fixed camera look alike without being copies: people move."""
    data_set = footage(tmp_path, {"gate_1": "train", "gate_2": "train", "hall_1": "valid"})
    assert {p.file: p.group for p in data_set.pictures} == {
        "cam_gate_1.png": "cam-gate_",
        "cam_gate_2.png": "cam-gate_",
        "cam_hall_1.png": "cam-hall_",
    }


def test_a_camera_is_in_one_split(tmp_path: Path) -> None:
    """What is measured on is not learned from, also not a minute later."""
    data_set = footage(tmp_path, {"gate_1": "train", "gate_2": "valid", "gate_3": "train"})
    assert [p.file for p in data_set.pictures] == ["cam_gate_2.png"]
    card = json.loads((data_set.folder / "card.json").read_text("utf-8"))
    assert card["sources"][0]["leaks_left_out"] == 2


def test_footage_whose_camera_has_no_name_is_refused(tmp_path: Path) -> None:
    """A picture that no camera claims could leak."""
    with pytest.raises(DataSetError, match="`camera` of the source cam does not match"):
        footage(tmp_path, {"gate_1": "train"}, pattern="^hall_")
