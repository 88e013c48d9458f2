import hashlib
import json
import random
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import pytest
from bad_sources import (
    Door,
    answer,
    closed_port,
    one_word,
    relay_then_noise,
    remuxed,
    silence,
    sound,
    stream_then_noise,
)
from fixtures_rtsp import RtspServer, rtsp_available  # noqa: F401
from running_service import Service, exit_camera, make_exit_video, service_with, wait_for
from websockets.sync.client import connect

pytestmark = pytest.mark.rtsp

ANY = {"If-Match": "*"}
"""An edit, whatever stands there."""
SECRET = "geheim-cam-1"
OTHER_SECRET = "geheim-cam-2"


@pytest.fixture(scope="module")
def doors() -> Iterator[Callable[[Callable[[socket.socket], None]], Door]]:
    opened: list[Door] = []

    def open_door(serve: Callable[[socket.socket], None]) -> Door:
        opened.append(Door(serve))
        return opened[-1]

    yield open_door
    for door in opened:
        door.close()


EXPECTED = {
    "port": ("stalled", "source_unavailable"),
    "host": ("stalled", "source_unavailable"),
    "scheme": ("stalled", "source_unavailable"),
    "refused": ("refused", "login_refused"),
    "forbidden": ("refused", "login_refused"),
    "path": ("stalled", "source_unavailable"),
    "gone": ("stalled", "source_unavailable"),
    "missing": ("stalled", "source_unavailable"),
    "folder": ("stalled", "source_unavailable"),
    "text": ("stalled", "not_video"),
    "empty": ("stalled", "not_video"),
    "noise": ("stalled", "not_video"),
    "headless": ("stalled", "not_video"),
    "sound": ("stalled", "not_video"),
    "page": ("stalled", "not_video"),
    "silent": ("stalled", "stream_stalled"),
    "silent-http": ("stalled", "stream_stalled"),
    "silent-empty": ("stalled", "stream_stalled"),
}
"""State and code of every camera that never shows a picture."""


@pytest.fixture(scope="module")
def sources(tmp_path_factory, doors, rtsp_available) -> Iterator[dict[str, str]]:  # noqa: F811
    """Everything that a camera's address may turn out to be, by camera id."""
    folder = tmp_path_factory.mktemp("sources")
    good = make_exit_video(folder / "good.mp4", seconds=24, box=(4, 9))
    whole = good.read_bytes()
    first = remuxed(good, folder / "first.mp4", movflags="faststart").read_bytes()
    stream = remuxed(good, folder / "good.ts").read_bytes()
    (folder / "text.mp4").write_text("this is no video\n" * 1000)
    (folder / "empty.mp4").touch()
    (folder / "noise.mp4").write_bytes(random.Random(1).randbytes(200_000))
    (folder / "headless.mp4").write_bytes(whole[: len(whole) // 2])
    (folder / "cut.mp4").write_bytes(first[: len(first) * 7 // 10])
    torn = bytearray(first)
    torn[len(torn) // 2 : len(torn) // 2 + 20_000] = random.Random(2).randbytes(20_000)
    (folder / "torn.mp4").write_bytes(torn)
    login = f"admin:{SECRET}@"
    locked = RtspServer("--gop", "10", user="admin", password=OTHER_SECRET)
    standing = RtspServer("--pattern", "black", "--fps", "10", "--gop", "10")
    for server in (locked, standing):
        server.start()
    denied = 'WWW-Authenticate: Basic realm="camera"\r\n'
    empty_http = answer("200 OK", headers="Content-Type: video/mp2t\r\n")
    yield {
        "good": str(good),
        "port": f"rtsp://{login}127.0.0.1:{closed_port()}/1",
        "host": f"rtsp://{login}no-such-host.invalid/1",
        "scheme": f"ftp://{login}127.0.0.1/1",
        "refused": locked.address("admin", SECRET),
        "forbidden": f"http://{login}{doors(answer('401 Unauthorized', b'no', denied)).address}/1",
        "path": standing.url.replace("/cam", f"/other?user=admin&password={SECRET}"),
        "gone": f"http://{login}{doors(answer('404 Not Found', b'no')).address}/1",
        "missing": str(folder / "missing.mp4"),
        "folder": str(folder),
        "text": str(folder / "text.mp4"),
        "empty": str(folder / "empty.mp4"),
        "noise": str(folder / "noise.mp4"),
        "headless": str(folder / "headless.mp4"),
        "sound": str(sound(folder / "sound.mp4")),
        "page": f"http://{login}{doors(answer('200 OK', b'<html>camera</html>' * 99)).address}/",
        "silent": f"rtsp://{login}{doors(silence).address}/1",
        "silent-http": f"http://{login}{doors(silence).address}/1?token={SECRET}",
        "silent-empty": f"rtsp://{login}{doors(one_word).address}/1",
        "cut": str(folder / "cut.mp4"),
        "torn": str(folder / "torn.mp4"),
        "mad-http": f"http://{login}{doors(stream_then_noise(stream, 5.0)).address}/live.ts",
        "mad-rtsp": f"rtsp://admin:{OTHER_SECRET}@"
        f"{doors(relay_then_noise(locked.port, 250_000)).address}/cam",
        "frozen": standing.url,
        "hollow": f"http://{login}{doors(empty_http).address}/live.ts",
    }
    for server in (locked, standing):
        server.stop()


@pytest.fixture(scope="module")
def service(tmp_path_factory, sources) -> Iterator[Service]:
    """All of them in one worker, beside one camera that works."""
    cameras = [
        exit_camera(name, source)
        if name == "good"
        else {"id": name, "name": name, "source": source}
        for name, source in sources.items()
    ]
    with service_with(tmp_path_factory.mktemp("service"), cameras) as service:
        service.begin()
        yield service


def _told(service: Service) -> dict[str, dict[str, Any]]:
    """Status by camera."""
    items = service.client.get("/api/v1/cameras").json()["items"]
    return {item["id"]: item["status"] for item in items}


def _no_secret(text: str) -> bool:
    return SECRET not in text and OTHER_SECRET not in text and "geheim" not in text


# What a camera that does not work looks like.


def test_every_broken_source_has_one_state_with_a_code(service: Service):
    """The right code, whatever the others do; no camera stays in `connecting`."""

    def settled() -> dict[str, dict[str, Any]] | None:
        told = _told(service)
        return told if all(told[name]["state"] != "connecting" for name in EXPECTED) else None

    told = wait_for(settled, 120.0)
    found = {name: (told[name]["state"], told[name]["code"]) for name in EXPECTED}
    assert found == EXPECTED


def test_every_reason_is_one_sentence_with_the_next_step(service: Service):
    """What happened: what to do. No password, no traceback, not the words of a library alone."""
    wait_for(lambda: all(_told(service)[name]["state"] != "connecting" for name in EXPECTED), 120.0)
    for name, status in _told(service).items():
        if name in EXPECTED:
            reason = status["reason"]
            what, colon, step = reason.rpartition(": ")
            assert colon, (name, reason)
            assert len(what) > 10, (name, reason)
            assert len(step) > 10, (name, reason)
            assert "\n" not in reason
            assert "Traceback" not in reason
            assert "Error" not in reason, (name, reason)
            assert _no_secret(reason), (name, reason)
            assert len(reason) < 300


def test_broken_sources_do_not_disturb_the_good_one(service: Service, tmp_path: Path):
    """It stays live; its hazard comes with a clip that plays, while all the others fail."""
    hazard = wait_for(lambda: service.hazards(camera_id="good", open="false"), 120.0)[-1]
    assert hazard["kind"] == "blocked_exit"
    clip = wait_for(lambda: service.clip(hazard["id"]))
    content = service.client.get(clip["url"]).content
    assert hashlib.sha256(content).hexdigest() == clip["sha256"]
    (tmp_path / "clip.mp4").write_bytes(content)
    with av.open(str(tmp_path / "clip.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) > 20
    assert _told(service)["good"]["state"] == "live"
    assert service.client.get("/readyz").status_code == 200
    assert service.client.get("/api/v1/system").json()["problems"] == []


def test_a_file_with_a_missing_end_shows_what_there_is(service: Service):
    """A truncated recording, and one with a damaged middle, play again and again."""
    for name in ("cut", "torn"):
        wait_for(lambda name=name: _told(service)[name]["state"] == "live")


def test_a_camera_that_goes_mad_is_told_and_comes_back(service: Service):
    """Noise after good pictures: live, then stalled with its code, then live again."""
    for name in ("mad-http", "mad-rtsp"):
        wait_for(lambda name=name: _told(service)[name]["state"] == "stalled", 120.0)
        status = _told(service)[name]
        if status["state"] == "stalled":
            assert status["code"] in {"stream_stalled", "not_video", "source_unavailable"}
            assert _no_secret(status["reason"])
            assert ": " in status["reason"]
        before = status["last_picture_at"]
        wait_for(lambda name=name, t=before: _told(service)[name]["last_picture_at"] > t, 120.0)


def test_a_picture_that_stands_is_called_frozen(service: Service):
    """Packets come, but nothing changes for a minute."""
    wait_for(lambda: _told(service)["frozen"]["state"] == "frozen", 180.0)
    status = _told(service)["frozen"]
    assert status["code"] == "picture_frozen"
    assert ": " in status["reason"]


def test_a_state_stands_still_while_nothing_changes(service: Service):
    """Retries behind it show neither in state nor in `since`: the page shows for how long."""
    before = _told(service)
    time.sleep(12.0)
    after = _told(service)
    for name, expected in EXPECTED.items():
        assert (after[name]["state"], after[name]["code"]) == expected
        assert after[name]["since"] == before[name]["since"], name


def test_the_wall_learns_the_reason_of_a_dead_tile_at_once(service: Service):
    """The first message of the live socket, before any picture."""
    cookie = "; ".join(f"{k}={v}" for k, v in service.client.cookies.items())
    host = str(service.client.base_url.copy_with(scheme="ws"))
    for name in ("refused", "missing", "silent"):
        with connect(
            f"{host.rstrip('/')}/api/v1/cameras/{name}/live",
            additional_headers={"Cookie": cookie},
            origin=str(service.client.base_url).rstrip("/"),  # type: ignore[arg-type]
        ) as tile:
            message = json.loads(tile.recv(timeout=20))
        assert message["type"] == "status"
        assert message["status"]["code"] == EXPECTED[name][1]
        assert _no_secret(json.dumps(message))


def test_no_answer_of_the_interface_holds_a_credential(service: Service):
    """Lists, single cameras, system, metrics, a stored source tested again."""
    ours = ("cameras", "system", "cameras/port")
    for path in ("/metrics", "/readyz", *(f"/api/v1/{path}" for path in ours)):
        assert _no_secret(service.client.get(path).text), path
    shown = service.client.get("/api/v1/cameras/port").json()["source"]
    body = {"source": shown, "camera_id": "port"}
    assert _no_secret(service.client.post("/api/v1/sources/test", json=body).text)


@pytest.mark.parametrize("id", sorted(set(EXPECTED)))
def test_a_source_that_is_tried_says_what_is_wrong(service: Service, sources, id: str):
    """The same code as the camera would show, before it is saved."""
    reply = service.client.post("/api/v1/sources/test", json={"source": sources[id]})
    assert reply.status_code == 422, reply.text
    assert reply.json()["code"] == EXPECTED[id][1], reply.text
    assert _no_secret(reply.text)


def test_a_source_that_never_says_a_word_is_given_up(service: Service, sources):
    """An empty stream is no video either."""
    reply = service.client.post("/api/v1/sources/test", json={"source": sources["hollow"]})
    assert reply.status_code == 422
    assert reply.json()["code"] in {"not_video", "source_unavailable"}


# What cannot be saved.

ZONE = {
    "id": "z", "name": "z", "kind": "exit", "polygon": [[0, 0], [1, 0], [1, 1]], "dwell_s": 1,
    "schedule": "always",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"polygon": []}, "zones[0].polygon"),
        ({"polygon": [[0, 0], [1, 1]]}, "zones[0].polygon"),
        ({"polygon": [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]}, "zones[0].polygon"),
        ({"polygon": [[0, 0], [1.01, 0], [1, 1]]}, "zones[0].polygon"),
        ({"polygon": [[0, 0], [-0.01, 0], [1, 1]]}, "zones[0].polygon"),
        ({"polygon": [[0, 0], [0.5, 0.5], [1, 1]]}, "zones[0].polygon"),
        ({"polygon": [[0, 0], [1, 0], [1, 1, 1]]}, "zones[0].polygon[2]"),
        ({"polygon": [[0, 0], ["x", 0], [1, 1]]}, "zones[0].polygon[1][0]"),
        ({"polygon": [[i / 99, 0] for i in range(99)]}, "zones[0].polygon"),
        ({"polygon": None}, "zones[0].polygon"),
        ({"kind": "door"}, "zones[0].kind"),
        ({"dwell_s": -1}, "zones[0].dwell_s"),
        ({"dwell_s": 1e9}, "zones[0].dwell_s"),
        ({"schedule": "mon-fry 08:00-18:00"}, "zones[0].schedule"),
        ({"id": "../x"}, "zones[0].id"),
        ({"name": "a\nb"}, "zones[0].name"),
        ({"poligon": []}, "zones[0].poligon"),
    ],
)
def test_a_zone_that_cannot_be_judged_is_refused_with_its_place(
    service: Service, sources, change: dict, place: str
):
    """422 naming the field, and nothing is saved."""
    zones = [{**ZONE, **change}]
    camera = {"id": "new", "name": "new", "source": f"rtsp://a:{SECRET}@h/1", "enabled": True}
    reply = service.client.post("/api/v1/cameras", json={**camera, "zones": zones})
    assert reply.status_code == 422, reply.text
    problem = reply.json()
    assert problem["code"] == "invalid_request"
    assert [e["place"] for e in problem["errors"]] == [place]
    assert problem["errors"][0]["message"]
    assert _no_secret(reply.text)
    assert service.client.get("/api/v1/cameras/new").status_code == 404


def test_ids_that_are_used_twice_are_refused(service: Service):
    """Of a camera: 409; of a zone in one camera: 422 with the place. The old ones stay."""
    camera = {"id": "good", "name": "x", "source": "/x.mp4", "enabled": True, "zones": []}
    reply = service.client.post("/api/v1/cameras", json=camera)
    assert (reply.status_code, reply.json()["code"]) == (409, "conflict")
    assert service.client.get("/api/v1/cameras/good").json()["name"] == "good"
    body = {**camera, "id": "twice", "zones": [ZONE, ZONE]}
    reply = service.client.post("/api/v1/cameras", json=body)
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["place"].startswith("zones")
    assert service.client.get("/api/v1/cameras/twice").status_code == 404


def test_a_broken_camera_can_be_mended_while_everything_runs(service: Service, sources):
    """A right source in place of a wrong one: the camera goes live, without a restart."""
    camera = service.client.get("/api/v1/cameras/missing").json()
    body = {k: camera[k] for k in ("id", "name", "enabled", "zones")}
    address = "/api/v1/cameras/missing"
    good = {**body, "source": sources["good"]}
    put = service.client.put(address, json=good, headers=ANY)
    assert put.status_code == 200, put.text
    wait_for(lambda: _told(service)["missing"]["state"] == "live")
    off = {**body, "source": sources["good"], "enabled": False}
    assert service.client.put(address, json=off, headers=ANY).status_code == 200
    wait_for(lambda: _told(service)["missing"]["state"] == "off")
    back = {**body, "source": sources["missing"], "enabled": True}
    assert service.client.put(address, json=back, headers=ANY).status_code == 200
    wait_for(lambda: _told(service)["missing"]["code"] == "source_unavailable")


# After all that.


def test_the_log_is_short_and_holds_no_credential(service: Service):
    """A camera that fails for minutes writes some lines, not one per packet or retry."""
    text = service.log.read_text(errors="replace")
    assert _no_secret(text)
    assert "Traceback" not in text
    lines = text.splitlines()
    for name in EXPECTED:
        about = [line for line in lines if re.search(rf"camera={name}\b(?!-)", line)]
        assert 1 <= len(about) <= 12, (name, len(about), about[-3:])
    unknown = [line for line in lines if not re.match(r"\S+ \[(info|warning|error) +\]", line)]
    assert len(unknown) == 1, unknown[:20]  # the address at the start; nothing of FFmpeg
    assert len(lines) < 300


def test_the_worker_lived_through_all_of_it(service: Service):
    """One process from the first test to this one, ready as at the start."""
    started = service.log.read_text(errors="replace").count("worker_started")
    assert started == 1
    assert service.client.get("/readyz").status_code == 200
    assert _told(service)["good"]["state"] == "live"


def test_mute_cameras_do_not_hold_up_the_stop(tmp_path: Path, blocked_video: Path, doors):
    """The violation and the clip of the good one are finished, however many others hang."""
    door = doors(silence)
    cameras = [
        {"id": f"mute-{i}", "name": "mute", "source": f"rtsp://{door.address}/{i}"}
        for i in range(6)
    ]
    cameras.append(exit_camera("hall", blocked_video))
    with service_with(tmp_path, cameras) as service:
        service.begin()
        hazard = wait_for(lambda: service.hazards(open="true"))[0]
        service.stop()
        assert service.process
        assert service.process.returncode == 0
        assert "worker_killed" not in service.log.read_text()
        assert not list(service.data_dir.glob("evidence/*/*.part"))
        service.begin()
        assert service.hazard(hazard["id"])["ended"]
        assert service.clip(hazard["id"])
