"""How exits look while they are free: proposed by the system, approved by a person."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from fastapi.testclient import TestClient
from memory_engine import MemoryEngine, live_status
from PIL import Image
from roles import browser_of

from api.app import Application
from api.settings import ApiSettings
from core.site import CameraConfig
from core.view import Light
from core.zone import Zone, ZoneKind
from hazards.access.roles import Role
from hazards.database import Database
from hazards.references.pictures import ReferenceState, folder_of, name_of
from hazards.site.actions import create_camera

START = 1_780_272_000.0
PLACE = "/api/v1/cameras/hall/exits/door/references"
Propose = Callable[..., str]


@pytest.fixture(autouse=True)
def _site(database: Database, engine: MemoryEngine) -> None:
    """One camera with an exit and a pit; it shows 640x360 pixels."""
    square = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9)]
    zones = tuple(
        Zone.create(id=name, name=name, kind=kind, polygon=square, dwell_s=1, schedule="always")
        for name, kind in (("door", ZoneKind.EXIT), ("pit", ZoneKind.RESTRICTED))
    )
    with database.begin() as session:
        create_camera(session, CameraConfig("hall", "Hall", "rtsp://x/", zones), enabled=True)
    engine.statuses["hall"] = live_status("hall")


@pytest.fixture
def propose(settings: ApiSettings) -> Propose:
    """Puts a picture where a worker would; its name."""

    def put(minute: int, size: tuple[int, int] = (96, 54), light: Light = Light.BRIGHT) -> str:
        folder = folder_of(settings.data_dir, "hall", "door", ReferenceState.PROPOSED)
        folder.mkdir(parents=True, exist_ok=True)
        name = name_of(START + 60 * minute, light)
        image = np.full((size[1], size[0], 3), minute, np.uint8)
        Image.fromarray(image).save(folder / f"{name}.png")
        return name

    return put


def _tag(client: TestClient) -> dict[str, str]:
    return {"If-Match": client.get(PLACE).headers["ETag"]}


def test_proposed_pictures_are_shown_with_their_light(client: TestClient, propose: Propose) -> None:
    """The oldest first; each with when, in which light, how large, and where its picture is."""
    assert client.get(PLACE).json()["items"] == []
    day, night = propose(0), propose(1, light=Light.INFRARED)
    first, second = client.get(PLACE).json()["items"]
    assert first == {
        "name": day, "state": "proposed", "light": "bright", "taken_at": START, "width": 96,
        "height": 54, "url": f"{PLACE}/{day}",
    }  # fmt: skip
    assert (second["name"], second["light"]) == (night, "infrared")
    picture = client.get(second["url"])
    assert picture.headers["content-type"] == "image/png"
    assert picture.headers["cache-control"] == "private, no-store"
    assert picture.content.startswith(b"\x89PNG")


def test_a_picture_is_approved_and_retired(
    client: TestClient, propose: Propose, settings: ApiSettings
) -> None:
    """Approved it lies where the worker looks; retired it is kept, and shown no more."""
    name = propose(0)
    answer = client.post(f"{PLACE}/{name}/approval", headers=_tag(client))
    assert [item["state"] for item in answer.json()["items"]] == ["approved"]
    approved = folder_of(settings.data_dir, "hall", "door", ReferenceState.APPROVED)
    assert (approved / f"{name}.png").is_file()
    headers = {"If-Match": answer.headers["ETag"]}
    assert client.post(f"{PLACE}/{name}/retirement", headers=headers).json()["items"] == []
    retired = folder_of(settings.data_dir, "hall", "door", ReferenceState.RETIRED)
    assert (retired / f"{name}.png").is_file()
    assert client.get(f"{PLACE}/{name}").status_code == 404


def test_a_rejected_picture_is_gone(client: TestClient, propose: Propose) -> None:
    """The others stay; an approved one cannot be rejected."""
    bad, good = propose(0), propose(1)
    left = client.post(f"{PLACE}/{bad}/rejection", headers=_tag(client)).json()["items"]
    assert [item["name"] for item in left] == [good]
    client.post(f"{PLACE}/{good}/approval", headers=_tag(client))
    answer = client.post(f"{PLACE}/{good}/rejection", headers=_tag(client))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_who_decides_has_seen_the_pictures_of_now(client: TestClient, propose: Propose) -> None:
    """428 without If-Match, 412 where another picture came or went since."""
    name = propose(0)
    assert client.post(f"{PLACE}/{name}/approval").json()["code"] == "precondition_missing"
    old = _tag(client)
    propose(1)
    answer = client.post(f"{PLACE}/{name}/approval", headers=old)
    assert (answer.status_code, answer.json()["code"]) == (412, "stale")


@pytest.mark.parametrize("size", [(64, 64), (54, 96)])
def test_a_picture_of_another_shape_is_refused(
    client: TestClient, propose: Propose, size: tuple[int, int]
) -> None:
    """With both sizes and what to do; it stays proposed. A damaged one too."""
    name = propose(0, size)
    answer = client.post(f"{PLACE}/{name}/approval", headers=_tag(client))
    assert (answer.status_code, answer.json()["code"]) == (422, "zone_error")
    assert f"has {size[0]}x{size[1]} pixels, the camera shows 640x360" in answer.json()["detail"]
    assert client.get(PLACE).json()["items"][0]["state"] == "proposed"


def test_a_damaged_picture_is_refused(
    client: TestClient, propose: Propose, settings: ApiSettings
) -> None:
    """It is listed without a size, and can be rejected."""
    name = propose(0)
    folder = folder_of(settings.data_dir, "hall", "door", ReferenceState.PROPOSED)
    (folder / f"{name}.png").write_bytes(b"no picture")
    assert client.get(PLACE).json()["items"][0]["width"] == 0
    answer = client.post(f"{PLACE}/{name}/approval", headers=_tag(client))
    assert "damaged: reject it" in answer.json()["detail"]
    assert client.post(f"{PLACE}/{name}/rejection", headers=_tag(client)).status_code == 200


def test_a_camera_that_shows_nothing_is_known_by_its_newest_picture(
    client: TestClient, engine: MemoryEngine, propose: Propose
) -> None:
    """Before its first picture after a start, the newest picture of the exit says its shape."""
    engine.statuses["hall"] = replace(live_status("hall"), width=0, height=0)
    old, new = propose(0, (64, 64)), propose(1)
    refused = client.post(f"{PLACE}/{old}/approval", headers=_tag(client))
    assert "the camera shows 96x54" in refused.json()["detail"]
    assert client.post(f"{PLACE}/{new}/approval", headers=_tag(client)).status_code == 200


def test_a_picture_is_taken_at_once(client: TestClient, engine: MemoryEngine) -> None:
    """The worker is asked; a camera that is off cannot take one."""
    assert client.post(PLACE).status_code == 202
    assert engine.captured == [("hall", "door")]
    camera = client.get("/api/v1/cameras/hall").json()
    del camera["status"], camera["version"], camera["view"]
    off = {**camera, "enabled": False}
    client.put("/api/v1/cameras/hall", json=off, headers={"If-Match": "*"})
    answer = client.post(PLACE)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize("place", ["hall/exits/pit", "hall/exits/gate", "yard/exits/door"])
def test_only_exits_have_pictures(client: TestClient, place: str) -> None:
    """Other zones, unknown ones and unknown cameras are not found."""
    assert client.get(f"/api/v1/cameras/{place}/references").status_code == 404
    assert client.post(f"/api/v1/cameras/{place}/references").status_code == 404


def test_every_decision_is_in_the_audit_trail(client: TestClient, propose: Propose) -> None:
    """Who, what and which picture."""
    for minute, step in enumerate(("approval", "rejection")):
        client.post(f"{PLACE}/{propose(minute)}/{step}", headers=_tag(client))
    approved = client.get(PLACE).json()["items"][0]["name"]
    client.post(f"{PLACE}/{approved}/retirement", headers=_tag(client))
    query = "/api/v1/audit?subject=exit_references"
    found = client.get(query).json()["items"]
    assert [(c["change"], c["after"]) for c in found] == [
        ("update", {"state": "retired"}),
        ("delete", {}),
        ("update", {"state": "approved"}),
    ]
    assert {c["actor"] for c in found} == {"user:1"}
    assert found[0]["subject_id"] == f"hall/door/{approved}"


def test_watching_is_not_deciding(app: Application, database: Database, propose: Propose) -> None:
    """Whoever may watch sees the pictures; only who may edit cameras decides."""
    name = propose(0)
    guard = browser_of(app, database, "guard", Role.SECURITY_ROOM)
    assert guard.get(f"{PLACE}/{name}").status_code == 200
    for step in ("approval", "rejection", "retirement"):
        answer = guard.post(f"{PLACE}/{name}/{step}", headers=_tag(guard))
        assert answer.json()["code"] == "forbidden"
