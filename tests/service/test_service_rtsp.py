"""A real camera, from its RTSP server through the real service to the evidence."""

import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
import cv2
import pytest
from fixtures_rtsp import RtspServer, rtsp_available  # noqa: F401
from running_service import (
    FPS,
    HEIGHT,
    WIDTH,
    Service,
    exit_camera,
    make_exit_video,
    service_with,
    wait_for,
)

from streams.fragments import mime_of

pytestmark = pytest.mark.rtsp

SECRET = "geheim-cam-1"


class _MotionJpeg:
    """The other way that cameras send JPEG: pictures without end over HTTP."""

    def __init__(self, video: Path) -> None:
        with av.open(str(video)) as container:
            self._pictures = [
                cv2.imencode(".jpg", frame.to_ndarray(format="bgr24"))[1].tobytes()
                for frame in container.decode(video=0)
            ]
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/video.mjpg"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                visitor, _ = self._listener.accept()
                threading.Thread(target=self._show, args=(visitor,), daemon=True).start()

    def _show(self, visitor: socket.socket) -> None:
        kind = b"multipart/x-mixed-replace; boundary=picture"
        with visitor, suppress(OSError):
            visitor.recv(4096)
            visitor.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: " + kind + b"\r\n\r\n")
            for picture in itertools.cycle(self._pictures):
                size = str(len(picture)).encode()
                head = b"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: " + size
                visitor.sendall(head + b"\r\n\r\n" + picture + b"\r\n")
                time.sleep(1 / FPS)


def _with_h265(video: Path, path: Path) -> Path:
    """The same passage, as an H.265 camera sends it."""
    with av.open(str(video)) as source, av.open(str(path), "w") as target:
        options = {"preset": "ultrafast", "x265-params": "log-level=none:keyint=5:bframes=0"}
        stream = target.add_stream("libx265", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for frame in source.decode(video=0):
            picture = av.VideoFrame.from_ndarray(frame.to_ndarray(format="bgr24"), "bgr24")
            target.mux(stream.encode(picture))
        target.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def servers(rtsp_available, tmp_path_factory) -> Iterator[dict[str, RtspServer]]:  # noqa: F811
    """Three cameras with one passage each, blocked from 10 to 20 s of every 40 s."""
    folder = tmp_path_factory.mktemp("videos")
    h264 = make_exit_video(folder / "h264.mp4", seconds=40, box=(10, 20))
    h265 = _with_h265(h264, folder / "h265.mp4")
    found = {
        "h264": RtspServer("--file", str(h264), "--fps", str(FPS), user="admin", password=SECRET),
        "h265": RtspServer("--codec", "h265", "--file", str(h265), "--fps", str(FPS)),
        "mjpeg": RtspServer("--codec", "jpeg", "--fps", "10", "--size", "320x180"),
    }
    for server in found.values():
        server.start()
    yield found
    for server in found.values():
        server.stop()


@pytest.fixture(scope="module")
def motion_jpeg(tmp_path_factory) -> Iterator[_MotionJpeg]:
    """A fourth camera, with the same passage."""
    video = tmp_path_factory.mktemp("motion") / "a.mp4"
    camera = _MotionJpeg(make_exit_video(video, seconds=40, box=(10, 20)))
    yield camera
    camera.close()


@pytest.fixture(scope="module")
def service(servers, motion_jpeg, tmp_path_factory) -> Iterator[Service]:
    """All of them in one service."""
    cameras = [
        exit_camera("h264", servers["h264"].address("admin", SECRET)),
        exit_camera("h265", servers["h265"].url),
        exit_camera("mjpeg", servers["mjpeg"].url),
        exit_camera("motion", motion_jpeg.url),
    ]
    with service_with(tmp_path_factory.mktemp("service"), cameras) as service:
        service.begin()
        yield service


def _evidence(service: Service, camera: str, folder: Path) -> tuple[dict[str, Any], Path]:
    """A finished hazard of a camera and the file of its clip."""

    def finished() -> dict[str, Any] | None:
        for hazard in service.hazards(camera_id=camera, open="false"):
            if service.clip(hazard["id"]):
                return hazard
        return None

    hazard = wait_for(finished, 180.0)
    clip = service.clip(hazard["id"])
    assert clip
    assert clip["problem"] == "", clip
    path = folder / "clip.mp4"
    path.write_bytes(service.client.get(clip["url"]).content)
    return hazard, path


def test_an_rtsp_camera_becomes_one_hazard_with_its_clip(service: Service, tmp_path: Path):
    """The blocked exit of the stream, once, with times of now and a clip of the same packets."""
    status = wait_for(lambda: (s := service.status("h264"))["state"] == "live" and s)
    assert (status["codec"], status["width"], status["height"]) == ("h264", 480, 270)
    assert status["mime"].startswith('video/mp4; codecs="avc1.')
    hazard, path = _evidence(service, "h264", tmp_path)
    assert hazard["kind"] == "blocked_exit"
    assert abs(time.time() - hazard["last_seen_at"]) < 120
    assert 5 < hazard["last_seen_at"] - hazard["started_at"] < 16
    near = [
        h
        for h in service.hazards(camera_id="h264")
        if abs(h["started_at"] - hazard["started_at"]) < 20
    ]
    assert len(near) == 1
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        times = [frame.time for frame in container.decode(video=0)]
    assert times[0] == pytest.approx(0.0, abs=0.05)
    assert 10 < times[-1] < 61
    clip = service.clip(hazard["id"])
    assert clip
    assert clip["started_at"] <= hazard["started_at"]
    assert clip["started_at"] + clip["duration_s"] >= hazard["last_seen_at"]


def test_an_h265_camera_is_judged_and_its_clip_kept(service: Service, tmp_path: Path):
    """As it was sent: hvc1, which browsers with a decoder for it can play."""
    status = wait_for(lambda: (s := service.status("h265"))["state"] == "live" and s)
    assert status["codec"] == "hevc"
    assert status["mime"] == "" or 'codecs="hvc1.' in status["mime"]
    hazard, path = _evidence(service, "h265", tmp_path)
    assert hazard["kind"] == "blocked_exit"
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.codec_tag) == ("hevc", "hvc1")
        assert sum(1 for _ in container.decode(video=0)) > 20
    assert "hvc1" in mime_of(path.read_bytes()[: 1 << 16])


def test_an_mjpeg_camera_is_live_with_stills_in_place_of_video(service: Service):
    """Browsers play no MJPEG in Media Source Extensions: mime is empty, stills are there."""
    status = wait_for(lambda: (s := service.status("mjpeg"))["state"] == "live" and s)
    assert (status["codec"], status["mime"]) == ("mjpeg", "")
    wait_for(lambda: service.client.get("/api/v1/cameras/mjpeg/still").status_code == 200)
    still = service.client.get("/api/v1/cameras/mjpeg/still")
    assert still.headers["content-type"] == "image/jpeg"
    assert still.content[:2] == b"\xff\xd8"


def test_an_mjpeg_camera_is_judged_and_its_clip_kept(service: Service, tmp_path: Path):
    """Its evidence is the pictures that it sent, in an MP4 to be downloaded and played."""
    status = wait_for(lambda: (s := service.status("motion"))["state"] == "live" and s)
    assert (status["codec"], status["mime"]) == ("mjpeg", "")
    hazard, path = _evidence(service, "motion", tmp_path)
    assert hazard["kind"] == "blocked_exit"
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec_context.name == "mjpeg"
        assert sum(1 for _ in container.decode(video=0)) > 20
    snapshot = next(e for e in service.hazard(hazard["id"])["evidence"] if e["kind"] == "snapshot")
    assert service.client.get(snapshot["url"]).content[:2] == b"\xff\xd8"


def test_a_source_can_be_tried_before_it_is_saved(service: Service, servers):
    """What it is, whether the browser plays it, a still; and a stored login is used again."""
    for name, codec in (("h265", "hevc"), ("mjpeg", "mjpeg")):
        answer = service.client.post("/api/v1/sources/test", json={"source": servers[name].url})
        assert answer.status_code == 200, answer.text
        report = answer.json()
        assert report["codec"] == codec
        assert report["playable"] == (report["mime"] != "")
        assert report["still"].startswith("data:image/jpeg;base64,")
    shown = service.client.get("/api/v1/cameras/h264").json()["source"]
    assert SECRET not in shown
    body = {"source": shown, "camera_id": "h264"}
    assert service.client.post("/api/v1/sources/test", json=body).json()["codec"] == "h264"


def test_a_camera_that_loses_its_power_is_stalled_and_comes_back(service: Service, servers):
    """With its reason while it is away, live by itself when it is back; the others go on."""
    wait_for(lambda: service.status("h264")["state"] == "live")
    servers["h264"].stop()
    status = wait_for(lambda: (s := service.status("h264"))["state"] == "stalled" and s)
    assert status["code"] in {"source_unavailable", "stream_stalled", "not_video"}
    assert ": " in status["reason"]
    assert SECRET not in status["reason"]
    assert time.time() - status["since"] < 60
    assert status["codec"] == "h264"  # what is known of it stays on the tile
    assert service.status("h265")["state"] == "live"
    before = status["last_picture_at"]
    servers["h264"].start()
    wait_for(lambda: service.status("h264")["state"] == "live", 120.0)
    wait_for(lambda: service.status("h264")["last_picture_at"] > before)
    assert service.client.get("/readyz").status_code == 200


def test_an_exit_blocked_while_the_camera_was_away_is_one_hazard_with_a_clip(
    service: Service, servers, tmp_path: Path
):
    """Power lost in the middle of a violation: its clip ends there and plays."""
    open_one = wait_for(lambda: service.hazards(camera_id="h265", open="true"), 120.0)[0]
    time.sleep(3.0)
    servers["h265"].stop()
    clip = wait_for(lambda: service.clip(open_one["id"]), 120.0)
    assert clip["problem"] == ""
    (tmp_path / "clip.mp4").write_bytes(service.client.get(clip["url"]).content)
    with av.open(str(tmp_path / "clip.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) > 10
    servers["h265"].start()
    wait_for(lambda: service.status("h265")["state"] == "live", 120.0)
    wait_for(lambda: service.hazard(open_one["id"])["ended"], 120.0)


def test_neither_log_nor_interface_knows_the_password(service: Service):
    """After everything above."""
    assert SECRET not in service.log.read_text(errors="replace")
    for path in ("/api/v1/cameras", "/api/v1/hazards", "/api/v1/system"):
        assert SECRET not in service.client.get(path).text
    assert "Traceback" not in service.log.read_text(errors="replace")
