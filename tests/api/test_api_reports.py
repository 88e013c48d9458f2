import io

import pytest
from fastapi.testclient import TestClient
from photos import SVG, bomb, jpeg, with_place
from PIL import Image
from roles import browser_of
from small_site import CODE, is_person, settle_in

from api.app import Application
from api.settings import ApiSettings
from hazards.access.roles import Role
from hazards.database import Database


def _send(client: TestClient, data: bytes, mime: str = "image/jpeg"):
    return client.post("/api/v1/photos", content=data, headers={"Content-Type": mime})


def _report(client: TestClient, key: str = "k1", **body: object):
    whole = {"form_code": CODE, "kind": "unsafe_condition", "description": "Oil on the floor"}
    return client.post("/api/v1/reports", json={**whole, **body}, headers={"Idempotency-Key": key})


def test_a_photo_is_kept_without_what_it_tells_of_the_sender(
    client: TestClient, settings: ApiSettings
) -> None:
    """Upright, as a JPEG, without place and camera; it can be read again."""
    answer = _send(client, jpeg(640, 480, exif=with_place()))
    assert answer.status_code == 201, answer.text
    file = client.get(answer.json()["url"])
    kept = Image.open(io.BytesIO(file.content))
    assert (file.headers["Content-Type"], kept.format, kept.size) == (
        "image/jpeg", "JPEG", (480, 640),
    )  # fmt: skip
    assert dict(kept.getexif()) == {}
    assert b"camera maker" not in file.content
    assert len(list((settings.data_dir / "photos").rglob("*.jpg"))) == 1


@pytest.mark.parametrize(
    ("data", "mime", "word"),
    [
        (b"this is no picture", "image/jpeg", "no JPEG"),
        (b"", "image/jpeg", ""),
        (SVG, "image/svg+xml", "no JPEG"),
        (SVG, "image/png", "no JPEG"),
        (jpeg()[:2000], "image/jpeg", "damaged"),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "image/gif", "no JPEG"),
        (jpeg(8, 8), "image/jpeg", "smaller than"),
        (bomb(), "image/png", "million pixels"),
        (bomb(200_000, 200_000), "image/png", "million pixels"),
    ],
)
def test_what_is_no_photo_is_refused(
    client: TestClient, settings: ApiSettings, data: bytes, mime: str, word: str
) -> None:
    """422 with the reason; a bomb is never unpacked, and no file is left behind."""
    answer = _send(client, data, mime)
    assert answer.status_code == 422, answer.text
    assert word in answer.json()["detail"]
    assert list(settings.data_dir.rglob("*.jpg")) == []


def test_a_photo_that_is_too_large_is_refused(client: TestClient) -> None:
    """413, without reading it to its end."""
    assert _send(client, jpeg() + bytes(21 * 2**20)).status_code == 413


def test_the_qr_code_of_a_risk_unit_opens_its_form(client: TestClient, database: Database) -> None:
    """404 for a code that hangs nowhere."""
    settle_in(database)
    form = client.get(f"/api/v1/report-forms/{CODE}").json()
    assert (form["risk_unit_name"], form["unit_name"]) == ("Hall", "Team A")
    assert client.get("/api/v1/report-forms/old").status_code == 404


def test_a_worker_reports_once_however_often_the_button_is_pressed(
    client: TestClient, app: Application, database: Database
) -> None:
    """The same key gives the same report; it belongs to the place and names the person."""
    settle_in(database)
    worker = browser_of(app, database, "worker", Role.WORKER)
    is_person(database, "worker", "wang")
    photo = _send(worker, jpeg()).json()["id"]
    first = _report(worker, photo_ids=[photo])
    assert first.status_code == 201, first.text
    assert _report(worker, photo_ids=[photo]).json() == first.json()
    assert _report(worker, description="Something else").status_code == 409
    (hazard,) = client.get("/api/v1/hazards", params={"source": "report"}).json()["items"]
    assert hazard["id"] == first.json()["id"]
    assert (hazard["unit_id"], hazard["risk_unit_id"], hazard["reported_by"]) == (
        "team-a", "hall", "Wang",
    )  # fmt: skip
    assert client.get("/api/v1/review").json()["waiting"] == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"form_code": "old"}, 404),
        ({"form_code": None, "unit_id": "nowhere"}, 404),
        ({"photo_ids": ["no-such"]}, 404),
        ({"description": "  "}, 422),
        ({"description": "\0"}, 422),
        ({"kind": "fire"}, 422),
        ({"source": "camera"}, 422),
        ({"photo_ids": ["a"] * 10}, 422),
    ],
)
def test_a_report_that_cannot_be_used(
    client: TestClient, database: Database, body: dict, status: int
) -> None:
    """And leaves no hazard behind."""
    settle_in(database)
    assert _report(client, **body).status_code == status
    assert client.get("/api/v1/hazards").json()["items"] == []


def test_an_inspection_needs_an_inspector(
    app: Application, client: TestClient, database: Database
) -> None:
    """A worker reports; who inspects the place may also send what an inspection found."""
    settle_in(database)
    worker = browser_of(app, database, "worker", Role.WORKER)
    assert _report(worker, source="inspection").status_code == 403
    leader = browser_of(app, database, "leader", Role.TEAM_LEADER, "works")
    assert _report(leader, source="inspection").json()["source"] == "inspection"


def test_a_confirmed_report_gets_its_ticket_by_hand(client: TestClient, database: Database) -> None:
    """Where no rule opens one. It begins as confirmed; a second press opens no second one."""
    settle_in(database)
    none = client.put("/api/v1/ticket-rules", json={"items": []}, headers={"If-Match": "*"})
    assert none.status_code == 200
    report = _report(client).json()["id"]
    client.post(f"/api/v1/hazards/{report}/verdict", json={"verdict": "confirmed"})
    ticket = client.post(f"/api/v1/hazards/{report}/ticket", json={"tier": "general"}).json()
    assert (ticket["state"], ticket["risk_unit_name"]) == ("confirmed", "Hall")
    again = client.post(f"/api/v1/hazards/{report}/ticket", json={"tier": "general"}).json()
    assert again["id"] == ticket["id"]
