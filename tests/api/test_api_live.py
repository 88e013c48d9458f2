import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient
from memory_engine import MemoryEngine, live_status
from roles import browser_of
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from api.app import Application
from api.current import hazard_news, system_now
from api.server import Server
from core.health import CameraState
from core.site import CameraConfig
from core.violation import Violation, ViolationKind
from hazards.access.actions import sign_in, sign_out
from hazards.access.queries import user_named
from hazards.access.roles import Role
from hazards.access.tables import UserRow
from hazards.cases.actions import record_violation
from hazards.cases.flow import decide
from hazards.cases.kinds import Verdict
from hazards.database import Database
from hazards.site.actions import create_camera
from hazards.site.people_tables import ROOT
from hazards.site.tree import UnitKind, create_unit
from hazards.tickets.calendar import WorkCalendar

LIVE = "/api/v1/cameras/gate/live"
VIOLATION = Violation(
    "v1", ViolationKind.BLOCKED_EXIT, "exit/1", "gate", "door", (), 1.0, 2.0, False, 0.5
)


@pytest.fixture(autouse=True)
def gate(database: Database) -> None:
    """One camera."""
    with database.begin() as session:
        create_camera(session, CameraConfig("gate", "Gate", "rtsp://host/", ()), enabled=True)


@pytest.fixture
def publish(client: TestClient) -> Callable[..., None]:
    """Runs on the event loop's thread, as the engine has to."""
    portal = client.portal
    assert portal is not None

    def run(function: Callable[..., None], *args: object, **named: object) -> None:
        portal.call(lambda: function(*args, **named))

    return run


def _init(engine: MemoryEngine, publish: Callable[..., None]) -> None:
    publish(
        engine.hub.publish_init,
        "gate",
        mime='video/mp4; codecs="avc1.64001f"',
        epoch=1_700_000_000.25,
        width=640,
        height=360,
        data=b"ftyp",
    )


def test_live_pictures_from_state_to_fragment(
    client: TestClient, engine: MemoryEngine, publish: Callable[..., None]
) -> None:
    """State at once; then init with its segment, fragments, boxes; the engine knows of it."""
    engine.statuses["gate"] = live_status("gate")
    with client.websocket_connect(LIVE) as tile:
        status = tile.receive_json()
        assert (status["type"], status["status"]["state"]) == ("status", "live")
        assert engine.watched == [("gate", True)]
        _init(engine, publish)
        publish(engine.hub.publish_fragment, "gate", keyframe=True, data=b"moof")
        box = {"label": "head", "track_id": 1, "xyxy": [0, 0, 1, 1]}
        tracks = {"timestamp": 1.0, "boxes": [box], "latency_s": 0.2}
        publish(engine.hub.publish_tracks, "gate", tracks)
        assert tile.receive_json() == {
            "type": "init",
            "mime": 'video/mp4; codecs="avc1.64001f"',
            "epoch": 1_700_000_000.25,
            "width": 640,
            "height": 360,
        }
        assert tile.receive_bytes() == b"\x01ftyp"
        assert tile.receive_bytes() == b"\x02moof"
        assert tile.receive_json() == {"type": "tracks", **tracks}
    assert engine.watched == [("gate", True), ("gate", False)]


def test_stills_instead_of_a_stream_that_no_browser_plays(
    client: TestClient, engine: MemoryEngine, publish: Callable[..., None]
) -> None:
    """Of a camera whose codec has no init, everybody gets single pictures."""
    with client.websocket_connect(LIVE) as tile:
        tile.receive_json()
        publish(engine.hub.publish_still, "gate", 3.0, b"\xff\xd8")
        assert tile.receive_json() == {"type": "still", "timestamp": 3.0}
        assert tile.receive_bytes() == b"\x03\xff\xd8"


def test_stills_for_a_browser_that_cannot_play_the_stream(
    client: TestClient, engine: MemoryEngine, publish: Callable[..., None]
) -> None:
    """A page that asks for single pictures gets them, and no fragments any more."""
    _init(engine, publish)
    publish(engine.hub.publish_fragment, "gate", keyframe=True, data=b"key")
    with client.websocket_connect(LIVE) as tile:
        assert [tile.receive_json()["type"] for _ in range(2)] == ["status", "init"]
        assert [tile.receive_bytes() for _ in range(2)] == [b"\x01ftyp", b"\x02key"]
        tile.send_text("stills")
        for number in range(20):  # until the request has arrived
            publish(engine.hub.publish_still, "gate", float(number), b"\xff\xd8")
            time.sleep(0.05)
        publish(engine.hub.publish_fragment, "gate", keyframe=True, data=b"more")
        publish(engine.hub.publish_still, "gate", 99.0, b"last")
        heard = []
        while not heard or heard[-1] != b"\x03last":
            assert tile.receive_json()["type"] == "still"
            heard.append(tile.receive_bytes())
        assert b"\x02more" not in heard


def test_a_late_tile_starts_at_once(
    client: TestClient, engine: MemoryEngine, publish: Callable[..., None]
) -> None:
    """It does not wait for the camera's next keyframe."""
    _init(engine, publish)
    publish(engine.hub.publish_fragment, "gate", keyframe=True, data=b"key")
    publish(engine.hub.publish_fragment, "gate", keyframe=False, data=b"next")
    with client.websocket_connect(LIVE) as tile:
        assert tile.receive_json()["status"]["state"] == "connecting"
        assert tile.receive_json()["type"] == "init"
        assert [tile.receive_bytes() for _ in range(3)] == [b"\x01ftyp", b"\x02key", b"\x02next"]


def test_a_change_of_state_reaches_the_tile(
    client: TestClient, engine: MemoryEngine, publish: Callable[..., None]
) -> None:
    """A dead tile says why."""
    frozen = replace(
        live_status("gate"), state=CameraState.FROZEN, code="picture_frozen", reason="it stands"
    )
    with client.websocket_connect(LIVE) as tile:
        tile.receive_json()
        publish(engine.hub.publish_status, frozen)
        status = tile.receive_json()["status"]
        assert (status["state"], status["code"]) == ("frozen", "picture_frozen")


def test_a_tile_of_an_unknown_camera_is_told_so(client: TestClient) -> None:
    """Close code 4404."""
    with client.websocket_connect("/api/v1/cameras/yard/live") as tile:
        with pytest.raises(WebSocketDisconnect) as caught:
            tile.receive_text()
    assert caught.value.code == 4404


def test_a_foreign_page_sees_nothing(client: TestClient) -> None:
    """Another site's script has the cookie of a careless browser, but not our Origin."""
    for origin in ("http://evil.example", "null", "http://testserver.evil.example"):
        with pytest.raises(WebSocketDisconnect):
            with client.websocket_connect(LIVE, headers={"Origin": origin}):
                pass
    with client.websocket_connect(LIVE, headers={"Origin": "http://testserver"}) as tile:
        assert tile.receive_json()["type"] == "status"


@dataclass
class Running:
    """A server on a real port, with the cookie of a signed-in user."""

    server: Server
    loop: asyncio.AbstractEventLoop
    port: int
    token: str

    def publish(self, function: Callable[..., None], *args: object, **named: object) -> None:
        """On the event loop's thread."""
        self.loop.call_soon_threadsafe(lambda: function(*args, **named))

    @property
    def cookie(self) -> dict[str, str]:
        return {"Cookie": f"anyan_session={self.token}"}

    def tile(self) -> ClientConnection:
        """An open live tile, which takes in little that is not read from it."""
        return connect(
            f"ws://127.0.0.1:{self.port}{LIVE}", additional_headers=self.cookie, max_queue=1
        )

    @contextmanager
    def events(self) -> Iterator[Iterator[str]]:
        """The lines of an open event stream, after its first one."""
        url = f"http://127.0.0.1:{self.port}/api/v1/events"
        with httpx.stream("GET", url, headers=self.cookie, timeout=20) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.iter_lines()
            assert next(lines) == ": welcome"
            assert next(lines) == ""
            yield lines


@pytest.fixture
def running(
    app: Application, engine: MemoryEngine, database: Database, user: UserRow
) -> Iterator[Running]:
    with database.begin() as session:
        token = sign_in(session, user, now=time.time()).token
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(uvicorn.Config(app, log_level="warning"), engine.hub)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(
        target=lambda: loop.run_until_complete(server.serve(sockets=[listener]))
    )
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Running(server, loop, listener.getsockname()[1], token)
    server.should_exit = True
    thread.join(20)
    assert not thread.is_alive()
    loop.close()


def test_events_reach_an_open_page(
    running: Running, engine: MemoryEngine, app: Application, database: Database
) -> None:
    """A new hazard, an acknowledged one, a camera's state, the system: each with its name."""
    with database.begin() as session:
        record_violation(session, VIOLATION)
    base = f"http://127.0.0.1:{running.port}/api/v1"
    token = httpx.get(f"{base}/session", headers=running.cookie).json()["csrf_token"]

    def one(lines: Iterator[str]) -> tuple[str, dict[str, object]]:
        name, data, empty = next(lines), next(lines), next(lines)
        assert empty == ""
        return name, json.loads(data.removeprefix("data: "))

    with running.events() as lines:
        running.publish(engine.hub.publish_status, live_status("gate"))
        name, data = one(lines)
        assert (name, data["id"]) == ("event: camera", "gate")
        context = app.state.context
        running.publish(engine.hub.publish_system, system_now(engine, context.settings))
        name, data = one(lines)
        assert (name, data["version"]) == ("event: system", "1.2.3")
        answer = httpx.post(
            f"{base}/hazards/v1/acknowledge", headers={**running.cookie, "X-CSRF-Token": token}
        )
        assert one(lines) == ("event: hazard", answer.json())


def test_events_are_for_those_who_may_see_them(
    running: Running, engine: MemoryEngine, app: Application, database: Database
) -> None:
    """Whoever watches another part hears of the system, not of cameras and hazards here."""
    with database.begin() as session:
        record_violation(session, VIOLATION)
        create_unit(session, parent_id=ROOT, kind=UnitKind.WORKSHOP, name="Yard", id="yard")
        shown = hazard_news(session, VIOLATION.id)
    guard = browser_of(app, database, "guard", Role.SECURITY_ROOM, "yard")
    running.token = guard.cookies["anyan_session"]
    with running.events() as lines:
        running.publish(engine.hub.publish_status, live_status("gate"))
        running.publish(engine.hub.publish_hazard, shown)
        running.publish(engine.hub.publish_system, system_now(engine, app.state.context.settings))
        assert next(lines) == "event: system"
    with running.tile() as tile, pytest.raises(ConnectionClosed):
        tile.recv(10)
    assert tile.close_code == 4403


def test_events_keep_the_first_verdict_from_who_may_give_the_second(
    running: Running, engine: MemoryEngine, app: Application, database: Database
) -> None:
    """Another reviewer hears of the case without it; the first one and a guard hear all."""
    with database.begin() as session:
        record_violation(session, VIOLATION)
    browsers = {
        role: browser_of(app, database, role.value, role)
        for role in (Role.SAFETY_STAFF, Role.ENGINEER, Role.SECURITY_ROOM)
    }
    with database.begin() as session:
        first = user_named(session, Role.SAFETY_STAFF.value)
        assert first is not None
        decide(
            session, VIOLATION.id, Verdict.CONFIRMED, by=first, now=3.0,
            calendar=WorkCalendar((), {}, ZoneInfo("UTC")), second_share=1.0,
        )  # fmt: skip
        news = hazard_news(session, VIOLATION.id)
    told = {}
    for role, browser in browsers.items():
        running.token = browser.cookies["anyan_session"]
        with running.events() as lines:
            running.publish(engine.hub.publish_hazard, news)
            assert next(lines) == "event: hazard"
            told[role] = json.loads(next(lines).removeprefix("data: "))["judgement"] is not None
    assert told == {Role.SAFETY_STAFF: True, Role.ENGINEER: False, Role.SECURITY_ROOM: True}


def test_the_server_stops_promptly_with_open_streams(
    running: Running, engine: MemoryEngine
) -> None:
    """A page and a tile that stay open do not hold up a stop; both are told."""
    with running.tile() as tile, running.events() as lines:
        assert json.loads(tile.recv())["type"] == "status"
        start = time.monotonic()
        running.server.should_exit = True
        assert list(lines) == []
        with pytest.raises(ConnectionClosed):
            tile.recv(10)
        assert time.monotonic() - start < 3
    assert tile.close_code == 1012


def test_a_quiet_stream_shows_that_it_lives(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A comment line now and then keeps proxies from cutting it."""
    monkeypatch.setattr("api.routes.live.HEARTBEAT_S", 0.05)
    with running.events() as lines:
        assert next(lines) == ": still here"


def test_signing_out_ends_open_streams(
    running: Running, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in other windows: the tile closes with 4401, the event stream ends."""
    monkeypatch.setattr("api.routes.live.HEARTBEAT_S", 0.05)
    monkeypatch.setattr("api.routes.live.RECHECK_S", 0.2)
    with running.tile() as tile, running.events() as lines:
        tile.recv(10)
        with database.begin() as session:
            sign_out(session, running.token)
        assert set(lines) == {": still here", ""}
        with pytest.raises(ConnectionClosed):
            tile.recv(10)
    assert tile.close_code == 4401


def test_a_deleted_camera_sends_its_tiles_away(running: Running, engine: MemoryEngine) -> None:
    """Close code 4404, at once."""
    base = f"http://127.0.0.1:{running.port}/api/v1"
    token = httpx.get(f"{base}/session", headers=running.cookie).json()["csrf_token"]
    headers = {**running.cookie, "X-CSRF-Token": token}
    with running.tile() as tile:
        tile.recv(10)
        assert httpx.delete(f"{base}/cameras/gate", headers=headers).status_code == 204
        with pytest.raises(ConnectionClosed):
            tile.recv(10)
    assert tile.close_code == 4404


def test_a_tile_that_reads_nothing_holds_up_nobody(running: Running, engine: MemoryEngine) -> None:
    """Over a real connection: it is skipped ahead and goes on with a new init."""
    with running.tile() as slow:
        slow.recv(10)
        stream = {"mime": "m", "epoch": 0.0, "width": 1, "height": 1, "data": b"ftyp"}
        running.publish(engine.hub.publish_init, "gate", **stream)
        for index in range(120):
            data = index.to_bytes(4) + bytes(2**19)
            running.publish(engine.hub.publish_fragment, "gate", keyframe=True, data=data)
        seen = []
        while not seen or seen[-1] != 119:
            message = slow.recv(10)
            if isinstance(message, bytes) and message[:1] == b"\x02":
                seen.append(int.from_bytes(message[1:5]))
            elif isinstance(message, str):
                seen.append(json.loads(message)["type"])
    numbers = [n for n in seen if isinstance(n, int)]
    assert numbers == sorted(numbers)
    assert len(numbers) < 120
    expected = -1  # whatever follows a jump is introduced by an init
    for before, now in zip(["", *seen], seen, strict=False):
        if isinstance(now, int):
            assert now == expected or before == "init"
            expected = now + 1
