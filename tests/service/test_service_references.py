"""Pictures of free exits: proposed by a worker, approved by a person, known to the rule."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from running_command import anyan, sentence
from running_service import exit_camera, make_exit_video, service_with, wait_for

from core.errors import NotFound
from core.frame import Frame
from hazards.database import Database
from hazards.references import actions
from hazards.references.pictures import ReferenceState, all_pictures, pictures_of
from service.references import MOST_PROPOSED, ReferenceFolder

START = 1_780_272_000.0


def propose(folder: Path, count: int = 1) -> ReferenceFolder:
    """Pictures of the exit `door` of the camera `hall`, one a minute, each of another grey."""
    references = ReferenceFolder(folder, "hall")
    for i in range(count):
        image = np.full((54, 96, 3), 10 * i + 5, np.uint8)
        references.propose("door", Frame("hall", i, START + 60.0 * i, image))
    return references


def approve(folder: Path, name: str) -> None:
    """As a person does it."""
    database = Database(f"sqlite:///{folder}/anyan.db")
    database.migrate()
    with database.begin() as session:
        actions.approve(session, folder, "hall", "door", name, camera_size=(0, 0))
    database.close()


def test_a_proposed_picture_is_used_when_somebody_has_approved_it(tmp_path: Path):
    """Not before; then with the very pixels that the camera showed."""
    references = propose(tmp_path, 2)
    assert references.approved("door") == []
    (_, second) = all_pictures(tmp_path)
    assert (second.camera_id, second.zone_id) == ("hall", "door")
    assert (second.state, second.taken_at) == (ReferenceState.PROPOSED, START + 60)
    before = references.approved_names("door")
    approve(tmp_path, second.name)
    assert references.approved_names("door") != before
    (image,) = references.approved("door")
    assert (image == 15).all()
    assert [p.state for p in all_pictures(tmp_path)] == ["approved", "proposed"]
    assert references.approved("window") == []


def test_proposals_do_not_fill_the_disk(tmp_path: Path):
    """The newest ones stay."""
    propose(tmp_path, MOST_PROPOSED + 5)
    names = [picture.name for picture in all_pictures(tmp_path)]
    assert len(names) == MOST_PROPOSED
    assert names[-1] == "20260601T001200Z-infrared"


def test_a_damaged_picture_is_left_out(tmp_path: Path):
    """The others are used."""
    references = propose(tmp_path, 2)
    for picture in all_pictures(tmp_path):
        approve(tmp_path, picture.name)
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
    with pytest.raises(NotFound, match=f"choose one of {picture.name}"):
        approve(tmp_path, "20200101T000000Z-bright")
    approve(tmp_path, picture.name)
    with pytest.raises(NotFound, match="none yet"):
        approve(tmp_path, picture.name)


def test_the_commands(tmp_path: Path):
    """List, approve, list again, retire, reject; a name that is none gives one sentence."""
    propose(tmp_path / "data")
    listed = anyan("exits", "list", folder=tmp_path)
    camera, zone, name, state, path = listed.stdout.split()
    assert (camera, zone, state) == ("hall", "door", "proposed")
    assert (tmp_path / path).is_file()
    assert anyan("exits", "approve", camera, zone, name, folder=tmp_path).returncode == 0
    assert " approved " in anyan("exits", "list", folder=tmp_path).stdout
    assert anyan("exits", "retire", camera, zone, name, folder=tmp_path).returncode == 0
    kept = pictures_of(tmp_path / "data", "hall", "door", ReferenceState.RETIRED)
    assert [p.name for p in kept] == [name]
    propose(tmp_path / "data")
    assert anyan("exits", "reject", camera, zone, name, folder=tmp_path).returncode == 0
    assert anyan("exits", "list", folder=tmp_path).stdout == ""
    assert "choose one of" in sentence(anyan("exits", "approve", "a", "b", "c", folder=tmp_path))


def test_a_running_worker_takes_an_approval_over(tmp_path: Path):
    """A carton has stood in the exit since the camera was started, so nobody alarms; a person
    approves a picture of the free exit, and within seconds there is the alarm. The system takes a
    picture when it is asked."""
    blocked = make_exit_video(tmp_path / "blocked.mp4", seconds=90, box=(0, 99))
    free = make_exit_video(tmp_path / "free.mp4", seconds=1, box=(9, 9))
    with av.open(str(free)) as file:
        image = next(file.decode(video=0)).to_ndarray(format="bgr24")
    with service_with(tmp_path / "site", [exit_camera("hall", blocked)]) as service:
        service.begin()
        wait_for(lambda: service.status("hall")["last_picture_at"])
        place = "/api/v1/cameras/hall/exits/hall-exit/references"
        assert service.client.post(place).status_code == 202
        (asked,) = wait_for(lambda: service.client.get(place).json()["items"])
        assert (asked["width"], asked["height"]) == (480, 270)
        assert service.hazards(kind="blocked_exit") == []
        folder = service.data_dir / "references" / "hall" / "hall-exit" / "proposed"
        cv2.imwrite(str(folder / "20260101T000000Z-bright.png"), image)
        tag = {"If-Match": service.client.get(place).headers["ETag"]}
        answer = service.client.post(f"{place}/20260101T000000Z-bright/approval", headers=tag)
        assert answer.status_code == 200, answer.text
        wait_for(lambda: service.hazards(kind="blocked_exit"))
