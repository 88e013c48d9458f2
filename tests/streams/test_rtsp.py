import itertools
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fixtures_rtsp import RtspServer
from made import make_video
from test_camera import Watched, watch  # noqa: F401

from core.errors import LoginRefused, SourceUnavailable
from core.health import CameraState
from streams.backoff import Backoff
from streams.clip import ClipFile
from streams.demux import Deadlines, Demuxer
from streams.live import LiveInit
from streams.probe import probe
from streams.source import Source

pytestmark = pytest.mark.rtsp
Start = Callable[..., RtspServer]
Watch = Callable[..., Watched]


@pytest.mark.parametrize(("codec", "name"), [("h264", "h264"), ("h265", "hevc"), ("jpeg", "mjpeg")])
def test_rtsp_cameras_give_pictures_over_tcp(rtsp_server: Start, codec: str, name: str) -> None:
    """The three codecs of ordinary cameras."""
    server = rtsp_server("--codec", codec)
    result = probe(Source.parse(server.url))
    assert (result.codec, result.width, result.height) == (name, 640, 360)
    assert bool(result.mime) == (codec != "jpeg")
    assert len(result.still) > 1000


def test_an_rtsp_stream_carries_the_time_of_its_arrival(rtsp_server: Start) -> None:
    """Timestamps are within 2 s of the wall clock, rise steadily and begin at a keyframe."""
    server = rtsp_server()
    packets = []
    with Demuxer(Source.parse(server.url)) as demuxer:
        for packet in demuxer:
            assert abs(time.time() - packet.timestamp) < 2.0
            packets.append(packet)
            if len(packets) == 60:
                break
    assert packets[0].is_keyframe
    assert {p.generation for p in packets} == {0}
    steps = [b.timestamp - a.timestamp for a, b in itertools.pairwise(packets)]
    assert steps == pytest.approx([0.04] * 59, abs=0.002)


def test_a_file_behind_rtsp_with_b_frames(rtsp_server: Start, tmp_path: Path) -> None:
    """B-frames over RTSP: a rising dts, every picture once."""
    video = make_video(tmp_path / "a.mp4", b_frames=2, seconds=2.0)
    server = rtsp_server("--file", str(video))
    packets = []
    with Demuxer(Source.parse(server.url)) as demuxer:
        for packet in demuxer:
            packets.append(packet)
            if len(packets) == 120:
                break
    assert all(a.dts < b.dts for a, b in itertools.pairwise(packets))
    assert all(p.dts <= p.pts for p in packets)
    assert len({round(p.timestamp, 3) for p in packets}) == 120
    assert {p.generation for p in packets} == {0}


def test_a_camera_over_rtsp_gives_frames_clips_and_live_video(
    rtsp_server: Start,
    watch: Watch,  # noqa: F811
) -> None:
    """One connection feeds them all."""
    server = rtsp_server()
    watched = watch(server.url)
    watched.until_state(CameraState.LIVE)
    watched.camera.set_watched(True)
    watched.until(lambda: len(watched.frames) >= 5 and len(watched.live) >= 3)
    now = watched.frames[-1].timestamp
    watched.camera.start_clip("v-1", now)
    watched.camera.end_clip("v-1", now - 4.5)
    watched.until(lambda: "v-1" in watched.clips)
    assert isinstance(watched.clips["v-1"], ClipFile)
    init = watched.live[0]
    assert isinstance(init, LiveInit)
    assert init.epoch == pytest.approx(now, abs=10.0)


def test_a_wrong_password_is_refused_and_not_tried_fast(
    rtsp_server: Start,
    watch: Watch,  # noqa: F811
) -> None:
    """State refused with its reason; the next try waits a minute."""
    server = rtsp_server(user="admin", password="geheim")
    with pytest.raises(LoginRefused, match="user name and password") as caught:
        probe(Source.parse(server.address("admin", "falsch")))
    assert "falsch" not in str(caught.value)
    assert probe(Source.parse(server.address("admin", "geheim"))).codec == "h264"
    watched = watch(server.address("admin", "falsch"), backoff=Backoff())
    status = watched.until_state(CameraState.REFUSED)
    assert status.code == "login_refused"
    assert "falsch" not in repr(status)
    time.sleep(2.0)
    assert watched.camera.counters.reconnects == 0
    began = time.monotonic()
    assert watched.camera.stop(5.0)
    assert time.monotonic() - began < 1.0


def test_a_wrong_path_says_so(rtsp_server: Start) -> None:
    """404: the host is right, the path is not."""
    server = rtsp_server()
    with pytest.raises(SourceUnavailable, match="check the path"):
        probe(Source.parse(server.url.replace("/cam", "/other")))


def test_a_server_that_dies_and_comes_back(
    rtsp_server: Start,
    watch: Watch,  # noqa: F811
) -> None:
    """Stalled with a reason while it is away, live again by itself, time still rising."""
    server = rtsp_server()
    watched = watch(server.url)
    watched.until_state(CameraState.LIVE)
    watched.until(lambda: len(watched.frames) >= 3)
    before = watched.frames[-1].timestamp
    watched.camera.start_clip("v-1", before)
    server.stop()
    status = watched.until_state(CameraState.STALLED)
    assert status.code in ("source_unavailable", "stream_stalled")
    assert isinstance(watched.clips["v-1"], ClipFile)
    server.start()
    watched.until_state(CameraState.LIVE, timeout=30.0)
    count = len(watched.frames)
    watched.until(lambda: len(watched.frames) > count)
    assert watched.frames[-1].timestamp > before
    assert watched.camera.counters.reconnects >= 1


def test_a_frozen_rtsp_picture_is_noticed(
    rtsp_server: Start,
    watch: Watch,  # noqa: F811
) -> None:
    """Packets come, the picture is the same bit for bit: frozen, not live."""
    server = rtsp_server("--pattern", "black")
    watched = watch(server.url, deadlines=Deadlines(5.0, 3.0, frozen_s=3.0))
    watched.until_state(CameraState.LIVE)
    assert watched.until_state(CameraState.FROZEN).code == "picture_frozen"


def test_a_silent_camera_stalls_within_its_deadline(watch: Watch) -> None:  # noqa: F811
    """It accepts the connection and sends nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        watched = watch(
            f"rtsp://127.0.0.1:{silent.getsockname()[1]}/x", deadlines=Deadlines(1.0, 1.0)
        )
        status = watched.until_state(CameraState.STALLED, timeout=5.0)
        assert status.code == "stream_stalled"
        assert watched.camera.stop(5.0)


def test_a_camera_that_sends_garbage_after_a_while_comes_back(
    rtsp_server: Start,
    watch: Watch,  # noqa: F811
) -> None:
    """The connection turns to noise: an error with its reason, then a clean new connection."""
    server = rtsp_server()
    spoil = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, target: socket.socket, *, spoiled: bool) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(os.urandom(len(data)) if spoiled and spoil.is_set() else data)
        except OSError:
            pass
        finally:
            source.close()
            target.close()

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            upstream = socket.create_connection(("127.0.0.1", server.port))
            for source, target, spoiled in ((client, upstream, False), (upstream, client, True)):
                threading.Thread(
                    target=pump, args=(source, target), kwargs={"spoiled": spoiled}, daemon=True
                ).start()

    threading.Thread(target=serve, daemon=True).start()
    with listener:
        address = server.url.replace(str(server.port), str(listener.getsockname()[1]))
        watched = watch(address, deadlines=Deadlines(3.0, 1.5))
        watched.until_state(CameraState.LIVE)
        spoil.set()
        status = watched.until_state(CameraState.STALLED)
        assert status.code in ("stream_stalled", "source_unavailable", "not_video")
        spoil.clear()
        watched.until_state(CameraState.LIVE, timeout=30.0)
