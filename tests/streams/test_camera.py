import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest
from made import decoded_pictures, make_video, still
from structlog.testing import capture_logs

from core.errors import EvidenceError, SourceUnavailable
from core.frame import Frame
from core.health import CameraState, CameraStatus
from core.site import CameraConfig
from core.zone import Zone, ZoneKind
from streams.backoff import Backoff
from streams.camera import Camera
from streams.clip import ClipFile
from streams.demux import Deadlines
from streams.encoded import EncodedPacket
from streams.live import LiveFragment, LiveInit

FAST = Backoff(first_s=0.1, longest_s=0.2, refused_s=0.2)


class Watched:
    """A running camera and everything it told."""

    def __init__(self, source: str, clips: Path, **settings: object) -> None:
        self.statuses: list[CameraStatus] = []
        self.clips: dict[str, ClipFile | EvidenceError] = {}
        self.live: list[LiveInit | LiveFragment] = []
        self.frames: list[Frame] = []
        self.wake = threading.Event()
        self.camera = Camera(
            CameraConfig("gate", "Gate", source, ()),
            clips,
            self.wake,
            on_status=self.statuses.append,
            on_clip=self.clips.__setitem__,
            on_live=self.live.append,
            **{"backoff": FAST, "deadlines": Deadlines(2.0, 1.0), **settings},  # type: ignore[arg-type]
        )
        self.camera.start()

    def until(self, condition: Callable[[], bool], timeout: float = 15.0) -> None:
        """Takes frames until the condition holds."""
        end = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < end, f"not reached; {self.statuses[-1:]}"
            self.wake.wait(0.05)
            self.wake.clear()
            if (frame := self.camera.slot.take()) is not None:
                self.frames.append(frame)

    def until_state(self, state: CameraState, timeout: float = 15.0) -> CameraStatus:
        self.until(lambda: self.camera.status.state is state, timeout)
        return self.camera.status


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Callable[..., Watched]]:
    """Starts cameras, and stops them after the test."""
    started: list[Watched] = []

    def start(source: str, **settings: object) -> Watched:
        started.append(Watched(source, tmp_path / "clips", **settings))
        return started[-1]

    yield start
    for watched in started:
        assert watched.camera.stop(10.0)


def test_a_file_plays_as_a_camera(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    """It goes live, gives frames stamped with the wall clock, and begins again at its end."""
    began = time.time()
    watched = watch(str(make_video(tmp_path / "a.mp4", seconds=1.0)))
    watched.until(lambda: len(watched.frames) >= 8)
    assert [s.state for s in watched.statuses if s.codec] != []
    status = watched.camera.status
    assert (status.state, status.code, status.codec) == (CameraState.LIVE, "", "h264")
    assert (status.width, status.height, status.fps) == (320, 180, 25.0)
    assert status.mime.startswith("video/mp4")
    assert status.last_picture_at == pytest.approx(time.time(), abs=2.0)
    times = [f.timestamp for f in watched.frames]
    assert times == sorted(set(times))
    assert began - 0.1 <= times[0] <= time.time()
    assert watched.camera.counters.packets > 25
    assert watched.camera.counters.reconnects == 0
    assert watched.camera.stop(5.0)
    assert watched.statuses[-1].state is CameraState.OFF


def test_a_clip_is_cut_while_the_camera_runs(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    """start_clip and end_clip may be called from any thread; the callback gets the file."""
    watched = watch(str(make_video(tmp_path / "a.mp4", seconds=1.0)))
    watched.until(lambda: len(watched.frames) >= 3)
    now = watched.frames[-1].timestamp
    watched.camera.start_clip("v-1", now)
    watched.camera.end_clip("v-1", now - 4.0)
    watched.until(lambda: "v-1" in watched.clips)
    clip = watched.clips["v-1"]
    assert isinstance(clip, ClipFile)
    assert clip.started_at <= now
    assert decoded_pictures(str(clip.path)) > 10


def test_stopping_finishes_open_clips(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    """A graceful stop loses no evidence."""
    watched = watch(str(make_video(tmp_path / "a.mp4", seconds=1.0)))
    watched.until(lambda: len(watched.frames) >= 3)
    watched.camera.start_clip("v-1", watched.frames[-1].timestamp)
    assert watched.camera.stop(5.0)
    assert isinstance(watched.clips["v-1"], ClipFile)


def test_the_live_muxer_runs_only_while_watched(
    tmp_path: Path, watch: Callable[..., Watched]
) -> None:
    """Nobody looks: nothing is packed. Somebody looks: init first, then fragments."""
    watched = watch(str(make_video(tmp_path / "a.mp4", seconds=1.0)))
    watched.until(lambda: len(watched.frames) >= 3)
    assert watched.live == []
    watched.camera.set_watched(True)
    watched.until(lambda: len(watched.live) >= 4)
    assert isinstance(watched.live[0], LiveInit)
    fragments = watched.live[1:]
    assert all(isinstance(f, LiveFragment) for f in fragments)
    assert isinstance(fragments[0], LiveFragment)
    assert fragments[0].keyframe
    watched.camera.set_watched(False)
    time.sleep(0.3)
    count = len(watched.live)
    time.sleep(0.6)
    assert len(watched.live) == count


def test_a_missing_file_is_told_and_tried_again(
    tmp_path: Path, watch: Callable[..., Watched]
) -> None:
    """The state says what is wrong; when the file appears, the camera goes live."""
    path = tmp_path / "late.mp4"
    watched = watch(str(path))
    status = watched.until_state(CameraState.STALLED)
    assert status.code == "source_unavailable"
    assert "there is no file" in status.reason
    make_video(path, seconds=1.0)
    watched.until_state(CameraState.LIVE)
    assert watched.camera.counters.reconnects >= 1


def test_a_file_that_is_no_video_is_told(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    """NotVideo with its reason, and no end of the thread."""
    (tmp_path / "a.mp4").write_text("all work and no play\n" * 100)
    status = watch(str(tmp_path / "a.mp4")).until_state(CameraState.STALLED)
    assert status.code == "not_video"


def test_credentials_reach_neither_log_nor_status(watch: Callable[..., Watched]) -> None:
    """Whatever fails, user and log see the address without its password."""
    with capture_logs() as logs:
        watched = watch("rtsp://admin:geheim@127.0.0.1:9/x?token=s3cret")
        watched.until_state(CameraState.STALLED)
        watched.until(lambda: watched.camera.counters.reconnects >= 2)
    told = repr(logs) + repr(watched.statuses) + repr(watched.camera.status)
    assert "127.0.0.1" in told
    assert "geheim" not in told
    assert "s3cret" not in told


def test_an_unexpected_error_stays_in_the_camera(
    tmp_path: Path, watch: Callable[..., Watched], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug in one camera's path becomes a status and a log line; the thread goes on."""
    calls: list[int] = []

    def fail(text: str) -> None:
        calls.append(1)
        raise ZeroDivisionError("rtsp://u:geheim@h/x")

    monkeypatch.setattr("streams.camera.Source.parse", fail)
    with capture_logs() as logs:
        watched = watch("whatever")
        watched.until(lambda: len(calls) >= 3)
    assert watched.camera.status.state is CameraState.STALLED
    assert any(entry["event"] == "camera_failed" for entry in logs)
    assert "geheim" not in repr(logs)


def test_a_task_that_fails_while_waiting_does_not_end_the_camera(
    watch: Callable[..., Watched],
) -> None:
    """What others ask for may fail, also between two tries: it is logged, and the next is done."""
    done: list[int] = []
    with capture_logs() as logs:
        watched = watch("/no/such/file.mp4", backoff=Backoff(first_s=0.5, longest_s=0.5))
        watched.until_state(CameraState.STALLED)
        watched.camera._do(lambda: 1 // 0)
        watched.camera._do(lambda: done.append(1))
        watched.until(lambda: bool(done))
    failures = [entry["error"] for entry in logs if entry["event"] == "camera_failed"]
    assert failures == [repr(ZeroDivisionError("integer division or modulo by zero"))]
    tries = watched.camera.counters.reconnects
    watched.until(lambda: watched.camera.counters.reconnects > tries)


def test_a_callback_that_fails_does_not_end_the_camera(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever listens may fail: the camera goes on, and its last word is that it is off."""
    source = str(make_video(tmp_path / "a.mp4", seconds=1.0))
    statuses: list[CameraState] = []

    def fail(status: CameraStatus) -> None:
        statuses.append(status.state)
        raise ZeroDivisionError

    camera = camera_of(tmp_path, [])
    camera._source_text, camera._on_status = source, fail
    monkeypatch.setattr(camera._recorder, "finish", lambda: 1 // 0)
    with capture_logs():
        camera.start()
        end = time.monotonic() + 15.0
        while camera.status.state is not CameraState.LIVE and time.monotonic() < end:
            time.sleep(0.02)
        assert camera.status.state is CameraState.LIVE
        assert camera.stop(10.0)
    assert statuses[-1] is CameraState.OFF
    assert camera.status.state is CameraState.OFF


def test_a_password_with_spaces_is_hidden_as_well(
    watch: Callable[..., Watched], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error may quote the address as it is, with a login that ends no word: it is known here."""
    source = "rtsp://admin:x geheim@127.0.0.1/1"

    def fail(text: str) -> None:
        raise ZeroDivisionError(f"cannot open {text}")

    monkeypatch.setattr("streams.camera.Source.parse", fail)
    with capture_logs() as logs:
        watched = watch(source)
        watched.until(lambda: watched.camera.counters.reconnects >= 1)
    assert "rtsp://admin:***@127.0.0.1/1" in repr(logs)
    assert "geheim" not in repr(logs)


def test_a_picture_that_stands_still_is_frozen(
    tmp_path: Path, watch: Callable[..., Watched], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network camera that sends one picture for ever looks alive and is not."""
    monkeypatch.setattr("streams.source.Source.live", property(lambda _: True))
    path = make_video(tmp_path / "a.mp4", seconds=30.0, paint=still)
    watched = watch(str(path), deadlines=Deadlines(2.0, 1.0, frozen_s=2.0))
    watched.until_state(CameraState.LIVE)
    status = watched.until_state(CameraState.FROZEN)
    assert status.code == "picture_frozen"
    watched.until(lambda: watched.camera.slot.take() is None)
    judged = watched.camera.counters.judged
    watched.frames.clear()
    watched.until(lambda: watched.camera.counters.judged > judged)
    assert watched.frames == []


def spoil(video: Path, after_s: float) -> Path:
    """Makes every picture after that moment impossible to decode; the packets stay."""
    data = bytearray(video.read_bytes())
    with av.open(str(video)) as container:
        for packet in container.demux(video=0):
            if packet.size and packet.pts * packet.time_base > after_s:
                begin = packet.pos + 5  # the length of its first unit, and its type
                data[begin : packet.pos + packet.size] = b"\x55" * (packet.size - 5)
    video.write_bytes(data)
    return video


def test_packets_without_a_picture_are_no_live_camera(
    tmp_path: Path, watch: Callable[..., Watched], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream that cannot be decoded any more is told and tried again."""
    take = Camera._take
    monkeypatch.setattr(Camera, "_take", lambda *of, live: take(*of, live=not live))  # at its pace
    path = spoil(make_video(tmp_path / "a.mp4", seconds=30.0, gop=10), 1.0)
    watched = watch(str(path), deadlines=Deadlines(2.0, 1.0, frozen_s=1.5))
    watched.until_state(CameraState.LIVE)
    status = watched.until_state(CameraState.STALLED)
    assert status.code == "not_video"
    assert "no picture can be decoded" in status.reason
    watched.until_state(CameraState.LIVE)


def test_a_still_file_is_not_frozen(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    """A drawn scene may stand still; only cameras freeze."""
    path = make_video(tmp_path / "a.mp4", seconds=1.0, paint=still)
    watched = watch(str(path), deadlines=Deadlines(2.0, 1.0, frozen_s=0.5))
    watched.until(lambda: len(watched.frames) >= 10)
    assert all(s.state is not CameraState.FROZEN for s in watched.statuses)


def test_a_full_disk_under_the_clips_does_not_stop_the_camera(
    tmp_path: Path, watch: Callable[..., Watched]
) -> None:
    """The clip's error is told; pictures go on."""
    (tmp_path / "clips").write_text("in the way")
    watched = watch(str(make_video(tmp_path / "a.mp4", seconds=1.0)))
    watched.until(lambda: len(watched.frames) >= 2)
    watched.camera.start_clip("v-1", watched.frames[-1].timestamp)
    watched.until(lambda: "v-1" in watched.clips)
    assert isinstance(watched.clips["v-1"], EvidenceError)
    count = len(watched.frames)
    watched.until(lambda: len(watched.frames) > count + 3)


def camera_of(tmp_path: Path, statuses: list[CameraStatus], *, dwell_s: float = 0.0) -> Camera:
    """A camera that was not started."""
    corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]
    zone = Zone.create(
        id="door",
        name="Door",
        kind=ZoneKind.EXIT,
        polygon=corners,
        dwell_s=dwell_s,
        schedule="always",
    )
    return Camera(
        CameraConfig("gate", "Gate", "whatever", (zone,)),
        tmp_path / "clips",
        threading.Event(),
        on_status=statuses.append,
        on_clip=lambda *_: None,
        on_live=lambda _: None,
        backoff=FAST,
    )


@pytest.mark.parametrize(("dwell_s", "kept_s"), [(0.0, 20.0), (45.0, 65.0), (3600.0, 90.0)])
def test_what_a_zone_dwells_on_is_still_at_hand(
    tmp_path: Path, dwell_s: float, kept_s: float
) -> None:
    """A state is certain only after its dwell time: the ring reaches back before it, to a limit."""
    ring = camera_of(tmp_path, [], dwell_s=dwell_s)._ring
    for n in range(200):
        ring.append(EncodedPacket(av.Packet(0), float(n), n, n, 1, True, 100, 0))
    assert ring.since(0.0)[0].timestamp == pytest.approx(199.0 - kept_s, abs=1.0)


class Hanging:
    """A source that blocks as FFmpeg may, until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.entered, self.let_go = threading.Event(), threading.Event()
        monkeypatch.setattr("streams.camera.Source.parse", self._parse)

    def _parse(self, text: str) -> None:
        self.entered.set()
        self.let_go.wait(20.0)
        raise SourceUnavailable("it came back late")


def test_a_stop_may_be_asked_for_without_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many cameras are told first and waited for afterwards, however long one of them hangs."""
    hanging = Hanging(monkeypatch)
    camera = camera_of(tmp_path, [])
    camera.start()
    assert hanging.entered.wait(5.0)
    camera.request_stop()
    assert camera._thread.is_alive()
    hanging.let_go.set()
    camera._thread.join(5.0)
    assert not camera._thread.is_alive()
    assert camera.stop(0.0)


def test_a_camera_that_ends_late_is_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once its stop timed out, another one may have its place: it tells no state any more."""
    hanging = Hanging(monkeypatch)
    statuses: list[CameraStatus] = []
    camera = camera_of(tmp_path, statuses)
    camera.start()
    assert hanging.entered.wait(5.0)
    assert not camera.stop(0.0)
    told = len(statuses)
    hanging.let_go.set()
    assert camera.stop(5.0)
    assert len(statuses) == told
