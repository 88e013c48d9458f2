from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from memory_engine import MemoryEngine, live_status

from api.engine import Probe
from core.errors import LoginRefused
from core.view import ViewState
from hazards.database import Database
from hazards.site.queries import camera

ANY = {"If-Match": "*"}
"""An edit, whatever stands there."""
SOURCE = "rtsp://admin:hunter2@10.0.0.5:554/h264?channel=1&password=hunter2"
SHOWN = "rtsp://admin:***@10.0.0.5:554/h264?channel=1&password=***"
ZONE = {
    "id": "door",
    "name": "东门",
    "kind": "exit",
    "polygon": [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9]],
    "dwell_s": 60.0,
    "schedule": "mon-fri 08:00-18:00",
    "entry_line": [],
}
LINE = [[0.2, 0.3], [0.7, 0.3]]
CAMERA = {"id": "gate", "name": "Gate 1", "source": SOURCE, "enabled": True, "zones": [ZONE]}
PROBE = Probe("h264", "", 640, 360, 25.0, b"\xff\xd8")


def _stored_source(database: Database) -> str:
    with database.read() as session:
        return camera(session, "gate").source


def test_a_camera_is_added_and_shown_without_its_login(
    client: TestClient, engine: MemoryEngine, database: Database
) -> None:
    """The answer is the camera as written, with *** and the state; the engine is told."""
    answer = client.post("/api/v1/cameras", json=CAMERA)
    assert answer.status_code == 201
    created = answer.json()
    status = created.pop("status")
    assert created.pop("version")
    assert created.pop("view") is None
    assert created == {**CAMERA, "source": SHOWN}
    assert (status["state"], status["last_picture_at"]) == ("connecting", 0.0)
    assert engine.changes == 1
    assert _stored_source(database) == SOURCE
    engine.statuses["gate"] = live_status("gate")
    (listed,) = client.get("/api/v1/cameras").json()["items"]
    assert listed["status"]["state"] == "live"
    assert listed == client.get("/api/v1/cameras/gate").json()


def test_an_entry_line_is_kept(client: TestClient) -> None:
    """A restricted zone keeps the line over which people come in; a zone sent without has none."""
    restricted = ZONE | {"kind": "restricted", "entry_line": LINE}
    client.post("/api/v1/cameras", json={**CAMERA, "zones": [restricted]})
    assert client.get("/api/v1/cameras/gate").json()["zones"] == [restricted]
    del restricted["entry_line"]
    client.put("/api/v1/cameras/gate", json={**CAMERA, "zones": [restricted]}, headers=ANY)
    assert client.get("/api/v1/cameras/gate").json()["zones"] == [{**restricted, "entry_line": []}]


def test_a_source_that_comes_back_as_shown_is_kept(client: TestClient, database: Database) -> None:
    """Renaming a camera on the page does not lose its password."""
    client.post("/api/v1/cameras", json=CAMERA)
    changed = {**CAMERA, "source": SHOWN, "name": "New", "enabled": False, "zones": []}
    answer = client.put("/api/v1/cameras/gate", json=changed, headers=ANY)
    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["source"]) == ("New", SHOWN)
    assert _stored_source(database) == SOURCE
    client.put("/api/v1/cameras/gate", json={**changed, "source": "rtsp://10.0.0.6/"}, headers=ANY)
    assert _stored_source(database) == "rtsp://10.0.0.6/"


def test_stars_are_never_taken_for_a_password(client: TestClient, database: Database) -> None:
    """A shown source that was edited asks for the login again instead of storing ***."""
    client.post("/api/v1/cameras", json=CAMERA)
    edited = {**CAMERA, "source": SHOWN.replace("channel=1", "channel=2")}
    for answer in (
        client.put("/api/v1/cameras/gate", json=edited, headers=ANY),
        client.post("/api/v1/cameras", json={**edited, "id": "other"}),
    ):
        assert (answer.status_code, answer.json()["errors"][0]["place"]) == (422, "source")
    assert _stored_source(database) == SOURCE


def test_deleting_a_camera(client: TestClient, engine: MemoryEngine) -> None:
    """It is gone, the engine is told, a second time it is not found."""
    client.post("/api/v1/cameras", json=CAMERA)
    assert client.delete("/api/v1/cameras/gate").status_code == 204
    assert engine.changes == 2
    assert client.get("/api/v1/cameras").json() == {"items": []}
    for answer in (
        client.delete("/api/v1/cameras/gate"),
        client.get("/api/v1/cameras/gate"),
        client.put("/api/v1/cameras/gate", json=CAMERA, headers=ANY),
        client.get("/api/v1/cameras/gate/still"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_an_id_is_taken_once_and_does_not_change(client: TestClient) -> None:
    """409 for a second camera of the same id; 422 for a new id in a change."""
    client.post("/api/v1/cameras", json=CAMERA)
    again = client.post("/api/v1/cameras", json=CAMERA)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    renamed = client.put("/api/v1/cameras/gate", json={**CAMERA, "id": "yard"}, headers=ANY)
    assert (renamed.status_code, renamed.json()["errors"][0]["place"]) == (422, "id")


@pytest.mark.parametrize(
    ("change", "place", "says"),
    [
        ({"polygon": [[0, 0], [1, 1], [1, 0], [0, 1]]}, "zones[0].polygon", "crosses itself"),
        ({"polygon": [[0, 0], [1, 1]]}, "zones[0].polygon", "2 points"),
        ({"polygon": [[0, 0], [2, 0], [0, 1]]}, "zones[0].polygon", "leaves the picture"),
        ({"polygon": [[0, 0], [0.5, 0], [1, 0]]}, "zones[0].polygon", ""),
        ({"polygon": [[0, 0], ["x", 0], [1, 0]]}, "zones[0].polygon[1][0]", "number"),
        ({"polygon": [[0, 0]] * 65}, "zones[0].polygon", "64"),
        ({"schedule": "weekdays"}, "zones[0].schedule", "always"),
        ({"dwell_s": -1}, "zones[0].dwell_s", "greater"),
        ({"kind": "door"}, "zones[0].kind", "exit"),
        ({"entry_line": LINE}, "zones[0].entry_line", "belongs to a restricted zone"),
        ({"kind": "restricted", "entry_line": LINE[:1]}, "zones[0].entry_line", "two points"),
        ({"kind": "restricted", "entry_line": LINE * 2}, "zones[0].entry_line", "2 items"),
        ({"id": "Door"}, "zones[0].id", "pattern"),
        ({"name": "a\nb"}, "zones[0].name", "one line"),
        ({"name": "a\0b"}, "zones[0].name", "one line"),
        ({"colour": "red"}, "zones[0].colour", "not permitted"),
    ],
)
def test_a_mistake_in_a_zone_is_named_with_its_place(
    client: TestClient, change: dict[str, Any], place: str, says: str
) -> None:
    """422 invalid_request with where and what, and nothing is stored."""
    camera = deepcopy(CAMERA) | {"zones": [ZONE | change]}
    answer = client.post("/api/v1/cameras", json=camera)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    (error,) = answer.json()["errors"]
    assert error["place"] == place
    assert says in error["message"]
    assert "Value error" not in error["message"]
    assert client.get("/api/v1/cameras").json()["items"] == []


def test_numbers_that_are_none_are_refused(client: TestClient) -> None:
    """NaN and infinity, which Python's JSON would accept, are mistakes with a place."""
    body = '{"id":"a","name":"a","source":"a","enabled":true,"zones":[{"id":"z","name":"z",'
    body += (
        '"kind":"exit","polygon":[[NaN,0],[1,0],[1,1]],"dwell_s":Infinity,"schedule":"always"}]}'
    )
    answer = client.post(
        "/api/v1/cameras", content=body, headers={"Content-Type": "application/json"}
    )
    places = [error["place"] for error in answer.json()["errors"]]
    assert answer.status_code == 422
    assert places == ["zones[0].polygon[0][0]", "zones[0].dwell_s"]


def test_zones_of_a_camera_are_told_apart(client: TestClient) -> None:
    """The same zone id twice is a mistake."""
    answer = client.post("/api/v1/cameras", json={**CAMERA, "zones": [ZONE, ZONE]})
    assert answer.json()["errors"] == [
        {"place": "zones", "message": "zone id 'door' is used twice"}
    ]


def test_a_source_is_tested(client: TestClient, engine: MemoryEngine) -> None:
    """What answers, with a still; a codec that browsers cannot play is said so."""
    engine.probes["rtsp://host/"] = PROBE
    answer = client.post("/api/v1/sources/test", json={"source": " rtsp://host/ "})
    assert answer.json() == {
        "codec": "h264",
        "mime": "",
        "playable": False,
        "width": 640,
        "height": 360,
        "fps": 25.0,
        "still": "data:image/jpeg;base64,/9g=",
    }


def test_a_shown_source_is_tested_with_its_stored_login(
    client: TestClient, engine: MemoryEngine
) -> None:
    """The page can test a camera whose password it never saw, that camera's only."""
    client.post("/api/v1/cameras", json=CAMERA)
    engine.probes[SOURCE] = PROBE
    ask = {"source": SHOWN, "camera_id": "gate"}
    assert client.post("/api/v1/sources/test", json=ask).status_code == 200
    assert client.post("/api/v1/sources/test", json={"source": SHOWN}).status_code == 422
    unknown = client.post("/api/v1/sources/test", json={**ask, "camera_id": "yard"})
    assert unknown.status_code == 404


def test_a_source_that_fails_says_why(client: TestClient, engine: MemoryEngine) -> None:
    """The engine's error comes through with its code."""
    engine.probes["rtsp://host/"] = LoginRefused("the camera at host refused the login: check it")
    answer = client.post("/api/v1/sources/test", json={"source": "rtsp://host/"})
    assert (answer.status_code, answer.json()["code"]) == (422, "login_refused")
    assert answer.json()["detail"] == "the camera at host refused the login: check it"


def test_the_newest_still(client: TestClient, engine: MemoryEngine) -> None:
    """A JPEG that no cache keeps; 404 before the first picture."""
    client.post("/api/v1/cameras", json=CAMERA)
    assert client.get("/api/v1/cameras/gate/still").json()["code"] == "not_found"
    engine.stills["gate"] = b"\xff\xd8jpeg"
    answer = client.get("/api/v1/cameras/gate/still")
    assert (answer.headers["content-type"], answer.content) == ("image/jpeg", b"\xff\xd8jpeg")
    assert answer.headers["cache-control"] == "no-store"


def test_no_answer_holds_a_credential(client: TestClient, engine: MemoryEngine) -> None:
    """Neither success nor any error shows the password of a source."""
    engine.probes[SOURCE] = PROBE
    answers = [
        client.post("/api/v1/cameras", json=CAMERA),
        client.post("/api/v1/cameras", json=CAMERA),
        client.post("/api/v1/cameras", json={**CAMERA, "zones": "x"}),
        client.post("/api/v1/cameras", json={**CAMERA, "source": SOURCE + "\n" + "x" * 3000}),
        client.put("/api/v1/cameras/gate", json={**CAMERA, "name": "x"}, headers=ANY),
        client.get("/api/v1/cameras"),
        client.post("/api/v1/sources/test", json={"source": SOURCE}),
        client.get("/api/v1/system"),
        client.get("/metrics"),
    ]
    assert [a.status_code for a in answers] == [201, 409, 422, 422, 200, 200, 200, 200, 200]
    assert not [a.text for a in answers if "hunter2" in a.text]


def test_what_a_moved_camera_shows_is_accepted(client: TestClient, engine: MemoryEngine) -> None:
    """The state says that it looks elsewhere; accepting goes to the engine, unless it is off."""
    client.post("/api/v1/cameras", json=CAMERA)
    engine.statuses["gate"] = replace(live_status("gate"), view=ViewState.MOVED)
    assert client.get("/api/v1/cameras/gate").json()["status"]["view"] == "moved"
    assert client.post("/api/v1/cameras/gate/relearn").status_code == 202
    client.put("/api/v1/cameras/gate", json={**CAMERA, "enabled": False}, headers=ANY)
    off = client.post("/api/v1/cameras/gate/relearn")
    assert (off.status_code, off.json()["code"]) == (409, "conflict")
    assert client.post("/api/v1/cameras/nowhere/relearn").status_code == 404
    assert engine.relearned == ["gate"]
