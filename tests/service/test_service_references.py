"""Pictures of free exits: proposed by a worker, approved by a person, known to the rule."""

from pathlib import Path

import numpy as np
import pytest
from running_command import anyan, sentence

from core.errors import NotFound
from core.frame import Frame
from service.references import MOST_PROPOSED, ReferenceFolder, all_pictures, approve

START = 1_780_272_000.0


def propose(folder: Path, count: int = 1) -> ReferenceFolder:
    """Pictures of the exit `door` of the camera `hall`, one a minute, each of another grey."""
    references = ReferenceFolder(folder, "hall")
    for i in range(count):
        image = np.full((54, 96, 3), 10 * i + 5, np.uint8)
        references.propose("door", Frame("hall", i, START + 60.0 * i, image))
    return references


def test_a_proposed_picture_is_used_when_somebody_has_approved_it(tmp_path: Path):
    """Not before; then with the very pixels that the camera showed."""
    references = propose(tmp_path, 2)
    assert references.approved("door") == []
    (_, second) = all_pictures(tmp_path)
    assert (second.camera_id, second.zone_id, second.approved) == ("hall", "door", False)
    approve(tmp_path, "hall", "door", second.name)
    (image,) = references.approved("door")
    assert (image == 15).all()
    assert [p.approved for p in all_pictures(tmp_path)] == [True, False]
    assert references.approved("window") == []


def test_proposals_do_not_fill_the_disk(tmp_path: Path):
    """The newest ones stay."""
    propose(tmp_path, MOST_PROPOSED + 5)
    names = [picture.name for picture in all_pictures(tmp_path)]
    assert len(names) == MOST_PROPOSED
    assert names[-1] == "20260601T001200Z"


def test_a_damaged_picture_is_left_out(tmp_path: Path):
    """The others are used."""
    references = propose(tmp_path, 2)
    for picture in all_pictures(tmp_path):
        approve(tmp_path, "hall", "door", picture.name)
    all_pictures(tmp_path)[0].path.write_bytes(b"no picture")
    assert len(references.approved("door")) == 1


def test_a_disk_that_takes_nothing_stops_no_camera(tmp_path: Path):
    """Where the folder cannot be made, the picture is lost and the log says so."""
    (tmp_path / "references").write_text("in the way")
    propose(tmp_path)
    assert all_pictures(tmp_path) == []


def test_what_is_not_proposed_cannot_be_approved(tmp_path: Path):
    """The message names what there is; approving twice is refused too."""
    propose(tmp_path)
    (picture,) = all_pictures(tmp_path)
    with pytest.raises(NotFound, match=f"choose one of hall door {picture.name}"):
        approve(tmp_path, "hall", "door", "20200101T000000Z")
    approve(tmp_path, "hall", "door", picture.name)
    with pytest.raises(NotFound, match="none yet"):
        approve(tmp_path, "hall", "door", picture.name)


def test_the_commands(tmp_path: Path):
    """List, approve, list again; a name that is none gives one sentence."""
    propose(tmp_path / "data")
    listed = anyan("exits", "list", folder=tmp_path)
    camera, zone, name, state, path = listed.stdout.split()
    assert (camera, zone, state) == ("hall", "door", "proposed")
    assert (tmp_path / path).is_file()
    assert anyan("exits", "approve", camera, zone, name, folder=tmp_path).returncode == 0
    assert " approved " in anyan("exits", "list", folder=tmp_path).stdout
    assert "choose one of" in sentence(anyan("exits", "approve", "a", "b", "c", folder=tmp_path))
