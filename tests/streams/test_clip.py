import errno
import hashlib
import io
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import av
import pytest
from made import decoded_pictures, make_video, payloads, read
from structlog.testing import capture_logs

from core.errors import DiskFull, EvidenceError
from streams.clip import ClipFile, ClipWriter, recover_parts
from streams.encoded import EncodedPacket, StreamFormat
from streams.recorder import ClipRecorder
from streams.ring import PacketRing

REPOSITORY = Path(__file__).parents[2]


def write(folder: Path, packets: list[EncodedPacket], found: StreamFormat) -> ClipFile:
    writer = ClipWriter(folder, "v-1", found, packets[0])
    for packet in packets:
        writer.add(packet)
    return writer.finish()


@pytest.mark.parametrize(
    ("codec", "name"), [("libx264", "a.mp4"), ("libx265", "a.mp4"), ("mjpeg", "a.avi")]
)
def test_a_clip_holds_the_very_packets_of_the_camera(tmp_path: Path, codec: str, name: str) -> None:
    """Nothing is encoded again: the pictures are the same bytes, in the same order."""
    path = make_video(tmp_path / name, codec=codec)
    packets, found = read(path)
    clip = write(tmp_path / "clips", packets, found)
    assert payloads(clip.path) == payloads(path)
    assert decoded_pictures(str(clip.path)) == 100


def test_a_finished_clip_describes_itself(tmp_path: Path) -> None:
    """Name, size, SHA-256, time and duration are those of the file; no part is left."""
    packets, found = read(make_video(tmp_path / "a.mp4", b_frames=2), start_time=1000.0)
    clip = write(tmp_path / "clips", packets[25:75], found)
    data = clip.path.read_bytes()
    assert clip.path == tmp_path / "clips" / "v-1.mp4"
    assert (clip.name, clip.size) == ("v-1", len(data))
    assert clip.sha256 == hashlib.sha256(data).hexdigest()
    assert clip.started_at == pytest.approx(1001.0, abs=0.001)
    assert clip.duration_s == pytest.approx(2.0, abs=0.05)
    assert clip.mime.startswith('video/mp4; codecs="avc1.')
    assert [p.name for p in clip.path.parent.iterdir()] == ["v-1.mp4"]


def test_a_finished_clip_plays_from_zero_with_its_duration(tmp_path: Path) -> None:
    """Players seek in it: index first, duration known, first picture at 0."""
    packets, found = read(make_video(tmp_path / "a.mp4", b_frames=2), start_time=1000.0)
    clip = write(tmp_path / "clips", packets[50:], found)
    data = clip.path.read_bytes()
    assert data.find(b"moov") < data.find(b"mdat")
    with av.open(str(clip.path)) as container:
        assert container.duration == pytest.approx(2_000_000, abs=60_000)
        assert next(container.decode(video=0)).time == pytest.approx(0.0, abs=0.001)


_KILLED = """
import sys, time
sys.path[:0] = [{repository!r}, {tests!r}]
from pathlib import Path
from made import read
from streams.clip import ClipWriter
packets, found = read(Path({video!r}), start_time=1000.0)
writer = ClipWriter(Path({folder!r}), "v-1", found, packets[0])
for packet in packets[:80]:
    writer.add(packet)
print("written", flush=True)
time.sleep(60)
"""


def test_a_clip_survives_the_death_of_its_process(tmp_path: Path) -> None:
    """Kill -9 in mid-clip leaves a part that plays; the next start makes a clip of it."""
    video, folder = make_video(tmp_path / "a.mp4"), tmp_path / "clips"
    code = _KILLED.format(
        repository=str(REPOSITORY),
        tests=str(Path(__file__).parent),
        video=str(video),
        folder=str(folder),
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "written"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert decoded_pictures(str(folder / "v-1.mp4.part")) >= 70
    (clip,) = recover_parts(folder)
    assert clip.name == "v-1"
    assert clip.started_at == pytest.approx(1000.0)
    assert clip.duration_s == pytest.approx(3.0, abs=0.3)
    assert payloads(clip.path) == payloads(video)[: len(payloads(clip.path))]
    assert recover_parts(folder) == []


def test_a_part_that_was_cut_in_mid_fragment_is_recovered(tmp_path: Path) -> None:
    """A machine that lost power may leave half a fragment; the whole pictures stay."""
    packets, found = read(make_video(tmp_path / "a.mp4"))
    writer = ClipWriter(tmp_path, "v-1", found, packets[0])
    for packet in packets:
        writer.add(packet)
    part = tmp_path / "v-1.mp4.part"
    part.write_bytes(part.read_bytes()[:-150])
    (clip,) = recover_parts(tmp_path)
    assert decoded_pictures(str(clip.path)) >= 80


@pytest.mark.parametrize("content", [b"", b"not a video at all", b"\0" * 5000])
def test_an_unplayable_part_is_removed(tmp_path: Path, content: bytes) -> None:
    """A part without a picture proves nothing."""
    (tmp_path / "v-2.mp4.part").write_bytes(content)
    assert recover_parts(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


class FullDisk(io.RawIOBase):
    """Takes so many bytes, then there is no room left."""

    def __init__(self, file: BinaryIO, room: int) -> None:
        self._file, self._room = file, room

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._room -= len(data)
        if self._room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._file.write(data)


@pytest.mark.parametrize("room", [100, 5000])
def test_a_full_disk_is_told_and_nothing_is_left(tmp_path: Path, room: int) -> None:
    """At the start or in the middle: DiskFull with the next step, and the part is gone."""
    packets, found = read(make_video(tmp_path / "a.mp4"))
    folder = tmp_path / "clips"

    def add_all() -> None:
        writer = ClipWriter(
            folder,
            "v-1",
            found,
            packets[0],
            open_file=lambda path: FullDisk(path.open("wb"), room),  # type: ignore[arg-type,return-value]
        )
        for packet in packets:
            writer.add(packet)

    with pytest.raises(DiskFull, match="delete or move"):
        add_all()
    assert list(folder.iterdir()) == []


def test_a_file_size_limit_at_the_end_is_an_error_of_ours(tmp_path: Path) -> None:
    """FFmpeg writes the finished file itself; its errors are found as well."""
    video = make_video(tmp_path / "a.mp4")
    code = f"""
import resource, signal, sys
sys.path[:0] = [{str(REPOSITORY)!r}, {str(Path(__file__).parent)!r}]
from pathlib import Path
from made import read
from core.errors import EvidenceError
from streams.clip import ClipWriter
packets, found = read(Path({str(video)!r}))
writer = ClipWriter(Path({str(tmp_path / "clips")!r}), "v-1", found, packets[0])
for packet in packets:
    writer.add(packet)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
writer._muxer.finish()
try:
    writer.finish()
except EvidenceError as error:
    print("told", error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("told"), done.stderr
    assert [p.name for p in (tmp_path / "clips").iterdir()] == ["v-1.mp4.part"]


def test_a_clip_that_is_on_disk_outlives_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no room to finish it: DiskFull, its part stays and becomes the clip later."""
    video = make_video(tmp_path / "a.mp4")
    packets, found = read(video)

    def full(part: Path, path: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr("streams.clip._remux", full)
        with pytest.raises(DiskFull, match="delete or move"):
            write(tmp_path / "clips", packets, found)
        assert recover_parts(tmp_path / "clips") == []
    (clip,) = recover_parts(tmp_path / "clips")
    assert payloads(clip.path) == payloads(video)


@pytest.mark.parametrize("step", ["add", "finish"])
def test_an_error_of_the_muxer_is_one_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """What FFmpeg refuses to pack ends this clip, not the camera."""
    packets, found = read(make_video(tmp_path / "a.mp4", seconds=1.0))

    def refuse(*_: object) -> None:
        raise av.error.ArgumentError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(f"streams.clip.FragmentMuxer.{step}", refuse)
    with pytest.raises(EvidenceError, match="Invalid argument"):
        write(tmp_path / "clips", packets, found)


def part_of(folder: Path, name: str, started_at: bytes) -> None:
    """A part that plays; its time reads `started_at`, as long as the true one."""
    video = folder / "a.mp4"
    packets, found = read(video if video.exists() else make_video(video, seconds=1.0))
    writer = ClipWriter(folder / "clips", name, found, packets[0])
    for packet in packets:
        writer.add(packet)
    part = folder / "clips" / f"{name}.mp4.part"
    data = part.read_bytes()
    assert data.count(b"started_at=0.000000") == 1
    part.write_bytes(data.replace(b"started_at=0.000000", b"started_at=" + started_at))


@pytest.mark.parametrize("damage", [b"\xff\xfe000000", b"xx000000", b"     nan", b"     inf"])
def test_a_part_with_a_damaged_time_holds_up_no_other(tmp_path: Path, damage: bytes) -> None:
    """Nobody can say when it was: it goes, and the part after it becomes a clip."""
    part_of(tmp_path, "v-1", damage)
    part_of(tmp_path, "v-2", b"7.000000")
    (clip,) = recover_parts(tmp_path / "clips")
    assert (clip.name, clip.started_at) == ("v-2", 7.0)
    assert [p.name for p in (tmp_path / "clips").iterdir()] == ["v-2.mp4"]


def test_recovery_raises_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that cannot be deleted, and one that breaks the reader, are logged and left."""
    (tmp_path / "v-1.mp4.part").write_bytes(b"")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr(Path, "unlink", refuse)
        assert recover_parts(tmp_path) == []
    with monkeypatch.context() as patched, capture_logs() as later:
        patched.setattr("streams.clip.finalise", lambda part: part.no_such_thing)
        assert recover_parts(tmp_path) == []
    assert [entry["clip"] for entry in logs + later] == ["v-1.mp4.part"] * len(logs + later)
    assert later
    assert (tmp_path / "v-1.mp4.part").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The message names the folder and what to check."""
    packets, found = read(make_video(tmp_path / "a.mp4", seconds=1.0))
    (tmp_path / "clips").write_text("a file is in the way")
    with pytest.raises(EvidenceError, match="permissions"):
        ClipWriter(tmp_path / "clips", "v-1", found, packets[0])


class Recording:
    """A recorder that is fed from a long video, and what came of it."""

    def __init__(self, tmp_path: Path, packets: list[EncodedPacket], found: StreamFormat) -> None:
        self.results: dict[str, ClipFile | EvidenceError] = {}
        self.ring = PacketRing(seconds=20.0)
        self.recorder = ClipRecorder(tmp_path / "clips", self.ring, self.results.__setitem__)
        self._packets, self.found = packets, found

    def feed(self, begin: float, end: float) -> None:
        for packet in self._packets:
            if begin <= packet.timestamp < end:
                self.ring.append(packet)
                self.recorder.add(packet)


@pytest.fixture(scope="module")
def long_video(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[list[EncodedPacket], StreamFormat]:
    """100 s at 5 pictures a second, a keyframe every 2 s."""
    path = tmp_path_factory.mktemp("long") / "a.mp4"
    return read(make_video(path, seconds=100.0, fps=5, gop=10))


def test_a_clip_reaches_from_before_to_after_its_violation(tmp_path: Path, long_video) -> None:  # type: ignore[no-untyped-def]
    """5 s before (from the keyframe before them) until 5 s after the end."""
    recording = Recording(tmp_path, *long_video)
    recording.feed(0.0, 21.0)
    recording.recorder.start("v", 19.5, recording.found)
    recording.feed(21.0, 26.0)
    recording.recorder.end("v", 25.0)
    recording.feed(26.0, 40.0)
    clip = recording.results["v"]
    assert isinstance(clip, ClipFile)
    assert clip.started_at == pytest.approx(14.0)
    assert clip.started_at + clip.duration_s == pytest.approx(30.0, abs=0.3)


def test_a_clip_is_at_most_a_minute_long(tmp_path: Path, long_video) -> None:  # type: ignore[no-untyped-def]
    """A violation without an end gives one clip of 60 s."""
    recording = Recording(tmp_path, *long_video)
    recording.feed(0.0, 10.0)
    recording.recorder.start("v", 9.0, recording.found)
    recording.feed(10.0, 100.0)
    clip = recording.results["v"]
    assert isinstance(clip, ClipFile)
    assert clip.duration_s == pytest.approx(60.0, abs=0.5)


def test_clips_may_overlap(tmp_path: Path, long_video) -> None:  # type: ignore[no-untyped-def]
    """Two violations at once give two clips; starting one twice gives one."""
    recording = Recording(tmp_path, *long_video)
    recording.feed(0.0, 10.0)
    recording.recorder.start("a", 9.0, recording.found)
    recording.recorder.start("a", 9.0, recording.found)
    recording.recorder.start("b", 9.5, recording.found)
    recording.feed(10.0, 12.0)
    recording.recorder.finish()
    assert sorted(recording.results) == ["a", "b"]
    assert all(isinstance(r, ClipFile) for r in recording.results.values())


def test_a_clip_ends_with_its_generation(tmp_path: Path, long_video) -> None:  # type: ignore[no-untyped-def]
    """Pictures of another size cannot go into the same file: the clip ends before them."""
    recording = Recording(tmp_path, *long_video)
    recording.feed(0.0, 10.0)
    recording.recorder.start("v", 9.0, recording.found)
    packets, _ = read(make_video(tmp_path / "b.mp4", seconds=1.0))
    object.__setattr__(packets[0], "generation", 5)
    recording.recorder.add(packets[0])
    clip = recording.results["v"]
    assert isinstance(clip, ClipFile)
    assert clip.started_at + clip.duration_s == pytest.approx(10.0, abs=0.3)


def test_without_video_the_reason_is_told(tmp_path: Path, long_video) -> None:  # type: ignore[no-untyped-def]
    """A violation of a camera that was away has no clip, and says so."""
    recording = Recording(tmp_path, *long_video)
    recording.recorder.start("v", 9.0, recording.found)
    assert isinstance(recording.results["v"], EvidenceError)


def test_a_listener_that_fails_costs_no_other_clip(tmp_path: Path, long_video) -> None:  # type: ignore[no-untyped-def]
    """Every open clip is finished, whatever becomes of the news of the first one."""
    told: list[str] = []

    def fail(name: str, clip: object) -> None:
        told.append(name)
        raise ZeroDivisionError

    recording = Recording(tmp_path, *long_video)
    recording.recorder = ClipRecorder(tmp_path / "clips", recording.ring, fail)
    recording.feed(0.0, 10.0)
    recording.recorder.start("a", 9.0, recording.found)
    recording.recorder.start("b", 9.5, recording.found)
    recording.recorder.start("c", 9.5, None)
    recording.recorder.finish()
    assert sorted(told) == ["a", "b", "c"]
    assert sorted(p.name for p in (tmp_path / "clips").iterdir()) == ["a.mp4", "b.mp4"]


def test_the_disk_may_fill_while_others_go_on(tmp_path: Path, long_video, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """One DiskFull for the clip, then the camera's packets are taken as before."""
    recording = Recording(tmp_path, *long_video)
    monkeypatch.setattr(
        "streams.clip._open_unbuffered", lambda path: FullDisk(path.open("wb"), 3000)
    )
    recording.feed(0.0, 10.0)
    recording.recorder.start("v", 9.0, recording.found)
    recording.feed(10.0, 20.0)
    assert isinstance(recording.results["v"], DiskFull)
    assert len(recording.ring) > 40
