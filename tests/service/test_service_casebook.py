import json
import os
import shutil
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from running_service import make_exit_video

from core.errors import DiskFull, EvidenceError
from core.evidence import Evidence, EvidenceKind
from core.frame import Frame
from core.violation import Violation, ViolationKind
from service.boxes import BoxLog, finish_boxes
from service.casebook import UPDATE_EVERY_S, Casebook
from streams.clip import ClipFile, ClipWriter
from streams.demux import Demuxer
from streams.source import Source

START = 1_800_000_000.0
KEPT_S = 20.0


class _Book:
    """A casebook on a real folder, and everything that it put into the spool."""

    def __init__(self, folder: Path) -> None:
        self.put: list[Violation | Evidence] = []
        self.book = Casebook("hall", folder, self.put.append, kept_s=KEPT_S)

    def evidence(self, kind: EvidenceKind) -> list[Evidence]:
        return [r for r in self.put if isinstance(r, Evidence) and r.kind is kind]

    def violations(self) -> list[Violation]:
        return [r for r in self.put if isinstance(r, Violation)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The data folder."""
    return tmp_path / "data"


@pytest.fixture
def made(folder: Path) -> _Book:
    return _Book(folder)


def _violation(id: str = "v-1", *, at: float = START, ended: bool = False) -> Violation:
    return Violation(
        id, ViolationKind.BLOCKED_EXIT, "exit/1", "hall", "z", (), START, at, ended, 0.9
    )


def _frame(at: float = START) -> Frame:
    image = np.random.default_rng(1).integers(0, 255, (54, 96, 3), np.uint8)
    return Frame("hall", 0, at, image)


def _picture(at: float) -> dict[str, object]:
    return {"timestamp": at, "boxes": []}


def _clip(folder: Path, name: str = "v-1") -> ClipFile:
    """A finished clip, as the camera's thread hands it over."""
    path = folder / "evidence" / "hall" / f"{name}.mp4"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"clip")
    return ClipFile(name, path, "ab" * 32, 4, "video/mp4", START - 5, 12.0)


def _unfinished_clip(folder: Path, video: Path, name: str = "v-1") -> Path:
    """What a killed process leaves of a clip: a part that nobody closed."""
    evidence = folder / "evidence" / "hall"
    with Demuxer(Source.parse(str(video)), start_time=START) as demuxer:
        packets = list(demuxer)
        writer = ClipWriter(evidence, name, demuxer.format, packets[0])
        for packet in packets:
            writer.add(packet)
    return evidence / f"{name}.mp4.part"


def _log_file(folder: Path, name: str = "v-1") -> Path:
    """Where the boxes of a clip are logged while it is written."""
    evidence = folder / "evidence" / "hall"
    before = set(evidence.glob("*"))
    BoxLog(evidence / f"{name}.boxes.json").close()
    (file,) = set(evidence.glob("*")) - before
    return file


def _no_room_for(file: Path) -> None:
    """Whatever is written under its temporary name meets a full disk."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.with_name(f"{file.name}.part").symlink_to("/dev/full")


def _times(path: Path) -> list[float]:
    return [frame["timestamp"] for frame in json.loads(path.read_text())["frames"]]


@pytest.fixture(scope="module")
def short_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_exit_video(tmp_path_factory.mktemp("v") / "a.mp4", seconds=8, box=(2, 8))


# What a violation leaves behind.


def test_a_violation_is_recorded_with_a_picture_of_its_moment(made: _Book, folder: Path):
    """Both are in the spool at once; the picture is a JPEG with the hash that is recorded."""
    made.book.begin(_violation(), _frame())
    violation, snapshot = made.put
    assert isinstance(violation, Violation)
    assert isinstance(snapshot, Evidence)
    assert (snapshot.kind, snapshot.problem) == (EvidenceKind.SNAPSHOT, "")
    file = folder / snapshot.path
    assert file.stat().st_size == snapshot.size
    assert cv2.imread(str(file)).shape == (54, 96, 3)
    assert len(list(file.parent.iterdir())) == 2  # the picture and the log of boxes


def test_the_boxes_of_a_clip_begin_before_its_violation(made: _Book, folder: Path):
    """A clip has a pre-roll; so have its boxes, and they are in order and not doubled."""
    for second in range(20):
        made.book.note(_picture(START - 20 + second))
    made.book.begin(_violation(), _frame())
    for second in range(4):
        made.book.note(_picture(START + second))
    made.book.keep_clip("v-1", _clip(folder))
    (clip,) = made.evidence(EvidenceKind.CLIP)
    times = _times(folder / clip.boxes_path)
    assert times == sorted(set(times))
    assert START - 1 - KEPT_S <= times[0] <= START - 5
    assert times[-1] == START + 3
    left = sorted(p.name for p in (folder / "evidence" / "hall").iterdir())
    assert left == ["v-1.boxes.json", "v-1.jpg", "v-1.mp4"]


def test_what_goes_on_is_recorded_again_now_and_then(made: _Book):
    """Neither once per picture nor never, and its end always, with the same id."""
    made.book.begin(_violation(), _frame())
    for tenth in range(1, 121):
        made.book.go_on(_violation(at=START + tenth / 10))
    made.book.end(_violation(at=START + 12, ended=True))
    seen = [v.last_seen_at - START for v in made.violations()]
    assert seen == pytest.approx([0.0, UPDATE_EVERY_S, 2 * UPDATE_EVERY_S, 12.0])
    assert {v.id for v in made.violations()} == {"v-1"}
    assert made.violations()[-1].ended
    assert made.book.open == []


def test_two_violations_at_once_have_their_own_boxes(made: _Book, folder: Path):
    """The end of one clip does not end the log of the other."""
    made.book.begin(_violation("v-1"), _frame())
    made.book.note(_picture(START))
    made.book.begin(_violation("v-2"), _frame(START + 1))
    made.book.note(_picture(START + 1))
    made.book.keep_clip("v-1", _clip(folder, "v-1"))
    made.book.note(_picture(START + 2))
    made.book.keep_clip("v-2", _clip(folder, "v-2"))
    first, second = (folder / e.boxes_path for e in made.evidence(EvidenceKind.CLIP))
    assert _times(first) == [START, START + 1]
    assert _times(second) == [START, START + 1, START + 2]


# Killed at the worst moment.


def test_boxes_of_a_process_killed_in_mid_line_are_kept(folder: Path):
    """Every whole picture counts; half a line is left out."""
    path = folder / "v-1.boxes.json"
    box_log = BoxLog(path)
    box_log.add(_picture(START))
    box_log.add(_picture(START + 1))
    (unfinished,) = folder.iterdir()
    with unfinished.open("a") as file:
        file.write('{"timestamp":180000000')
    assert finish_boxes(path, "hall") == path
    assert _times(path) == [START, START + 1]
    assert not unfinished.exists()


@pytest.mark.parametrize(
    "rest",
    [b"", b"\x00" * 64, b"\xff\xfe\x81", b'{"timestamp":1,"bo'],
    ids=["whole", "zeros", "no text", "half a line"],
)
def test_an_unfinished_clip_is_recovered_with_its_boxes(
    made: _Book, folder: Path, short_video: Path, rest: bytes
):
    """Whatever the crash left at the end of the log: zeros after a power cut, half a character."""
    _unfinished_clip(folder, short_video)
    line = json.dumps(_picture(START)).encode() + b"\n"
    _log_file(folder).write_bytes(line + rest)
    made.book.recover()
    (clip,) = made.evidence(EvidenceKind.CLIP)
    assert (clip.violation_id, clip.problem) == ("v-1", "")
    with av.open(str(folder / clip.path)) as container:
        pictures = sum(1 for _ in container.decode(video=0))
    assert 38 <= pictures <= 40  # what was in hand may be lost
    assert _times(folder / clip.boxes_path) == [START]
    left = sorted(p.name for p in (folder / "evidence" / "hall").iterdir())
    assert left == ["v-1.boxes.json", "v-1.mp4"]


def test_a_clip_without_boxes_is_recovered_too(made: _Book, folder: Path, short_video: Path):
    """The log may be missing; the clip is the evidence."""
    _unfinished_clip(folder, short_video)
    made.book.recover()
    (clip,) = made.evidence(EvidenceKind.CLIP)
    assert (clip.problem, clip.boxes_path) == ("", "")


def test_recovery_goes_on_where_boxes_cannot_be_written(
    made: _Book, folder: Path, short_video: Path
):
    """A disk that takes no boxes must not keep a camera from starting: the clip is recorded."""
    _unfinished_clip(folder, short_video)
    _log_file(folder).write_text(json.dumps(_picture(START)) + "\n")
    _no_room_for(folder / "evidence" / "hall" / "v-1.boxes.json")
    made.book.recover()
    (clip,) = made.evidence(EvidenceKind.CLIP)
    assert (clip.problem, clip.boxes_path) == ("", "")


def test_nothing_is_recovered_from_rubbish(made: _Book, folder: Path):
    """A part that holds no picture is no evidence, and stops nobody."""
    evidence = folder / "evidence" / "hall"
    evidence.mkdir(parents=True)
    (evidence / "v-1.mp4.part").write_bytes(os.urandom(4096))
    (evidence / "v-2.mp4.part").touch()
    made.book.recover()
    assert made.put == []


# A disk that takes nothing. The violation itself always goes on.


def _file_in_place_of_the_folder(folder: Path) -> None:
    folder.mkdir()
    (folder / "evidence").write_text("no folder")


def test_a_folder_that_cannot_be_written_gives_the_reason_instead(made: _Book, folder: Path):
    """The hazard is recorded, with the code of what went wrong where its picture would be."""
    _file_in_place_of_the_folder(folder)
    made.book.note(_picture(START))
    made.book.begin(_violation(), _frame())
    made.book.note(_picture(START + 1))
    made.book.keep_clip("v-1", EvidenceError("a clip cannot be written"))
    made.book.end(_violation(at=START + 2, ended=True))
    assert [v.ended for v in made.violations()] == [False, True]
    (snapshot,) = made.evidence(EvidenceKind.SNAPSHOT)
    (clip,) = made.evidence(EvidenceKind.CLIP)
    for evidence in (snapshot, clip):
        assert evidence.problem == EvidenceError.code
        assert (evidence.path, evidence.size, evidence.sha256) == ("", 0, "")


def test_a_full_disk_is_named_as_such(made: _Book, folder: Path):
    """Somebody who sees the hazard knows that room is missing, not the camera at fault."""
    _no_room_for(folder / "evidence" / "hall" / "v-1.jpg")
    made.book.begin(_violation(), _frame())
    made.book.keep_clip("v-1", DiskFull("no room for clips"))
    assert [e.problem for e in made.put if isinstance(e, Evidence)] == ["disk_full"] * 2


def test_boxes_that_cannot_be_logged_cost_neither_snapshot_nor_clip(made: _Book, folder: Path):
    """The picture that was written is recorded as it is, and no reason is put in its place."""
    log_file = _log_file(folder)
    log_file.unlink()
    log_file.mkdir()
    made.book.begin(_violation(), _frame())
    made.book.note(_picture(START))
    made.book.keep_clip("v-1", _clip(folder))
    assert [(e.kind, e.problem) for e in made.put if isinstance(e, Evidence)] == [
        (EvidenceKind.SNAPSHOT, ""),
        (EvidenceKind.CLIP, ""),
    ]


def test_a_disk_that_fills_while_boxes_are_logged_keeps_the_clip(
    made: _Book, folder: Path, capfd: pytest.CaptureFixture[str]
):
    """The log ends there without a sound from Python; the next pictures are judged as before."""
    log_file = _log_file(folder)
    log_file.unlink()
    log_file.symlink_to("/dev/full")
    made.book.begin(_violation(), _frame())
    for second in range(3):
        made.book.note(_picture(START + second))
    made.book.keep_clip("v-1", _clip(folder))
    assert [e.problem for e in made.put if isinstance(e, Evidence)] == ["", ""]
    assert made.evidence(EvidenceKind.CLIP)[0].boxes_path == ""
    assert "Traceback" not in capfd.readouterr().err


def test_a_clip_that_failed_leaves_no_litter(made: _Book, folder: Path):
    """On a full disk every left-over file makes it worse."""
    made.book.begin(_violation(), _frame())
    made.book.note(_picture(START))
    made.book.keep_clip("v-1", DiskFull("no room for clips"))
    left = [p.name for p in (folder / "evidence" / "hall").iterdir()]
    assert left == ["v-1.jpg"]


def test_a_clip_of_an_unknown_violation_is_recorded(made: _Book, folder: Path):
    """Its log was lost with an earlier error; what was filmed still counts."""
    made.book.keep_clip("v-9", _clip(folder, "v-9"))
    (clip,) = made.evidence(EvidenceKind.CLIP)
    assert (clip.violation_id, clip.boxes_path, clip.problem) == ("v-9", "", "")


def test_room_again_means_evidence_again(made: _Book, folder: Path):
    """One failed hazard does not spoil the next one."""
    _file_in_place_of_the_folder(folder)
    made.book.begin(_violation("v-1"), _frame())
    (folder / "evidence").unlink()
    made.book.begin(_violation("v-2"), _frame(START + 60))
    assert [e.problem for e in made.evidence(EvidenceKind.SNAPSHOT)] == ["evidence_error", ""]
    shutil.rmtree(folder / "evidence")
    made.book.begin(_violation("v-3"), _frame(START + 120))
    assert made.evidence(EvidenceKind.SNAPSHOT)[-1].problem == ""
