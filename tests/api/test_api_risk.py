"""Floor plans, risk units and the four-colour map over HTTP."""

import asyncio
import io
import time

import pytest
from fastapi.testclient import TestClient
from made_plans import SQUARE, png, send
from PIL import Image
from signed_in import browser_of
from sqlalchemy import event

from api.app import Application
from core.site import CameraConfig
from hazards.access.roles import Role
from hazards.database import Database
from hazards.risk.colours import note_blind, update_colours
from hazards.site.actions import create_camera

ANY = {"If-Match": "*"}
"""An edit, whatever stands there."""
LEC = {"likelihood": 3, "exposure": 6, "consequence": 15}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100">{}</svg>'


def _pdf() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (400, 200), "white").save(file, "PDF")
    return file.getvalue()


def _draft(plan: dict | None, **changes: object) -> dict:
    return {
        "unit_id": "works",
        "name": "冲压区",
        "kind": "area",
        "plan_id": plan and plan["id"],
        "polygon": SQUARE if plan else [],
        "owner_id": "li",
        "method": "lec",
        "factors": LEC,
        "controls": {"engineering": ["双手按钮"], "emergency": ["急停"]},
        **changes,
    }


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (png(400, 200), (400, 200)),
        (_pdf(), (4000, 2000)),
        (SVG.format('<rect width="50" height="50"/>').encode(), (4000, 2000)),
    ],
    ids=["png", "pdf", "svg"],
)
def test_a_plan_becomes_a_picture(
    client: TestClient, works: None, data: bytes, size: tuple[int, int]
) -> None:
    """Whatever was sent, the map gets a PNG; sizes are those of the picture."""
    answer = send(client, data)
    assert answer.status_code == 201, answer.text
    plan = answer.json()
    assert (plan["width"], plan["height"]) == size
    picture = client.get(plan["url"])
    assert picture.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(picture.content)).size == size
    assert [one["id"] for one in client.get("/api/v1/plans").json()["items"]] == [plan["id"]]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"this is no picture", "no PNG, JPEG, SVG or PDF"),
        (b"", ""),
        (png()[:60], "damaged"),
        (png(10_000, 10_000, "1"), "million pixels"),
        (b"%PDF-1.7\nthis is none", "damaged"),
        (SVG.format("<script>alert(1)</script>").encode(), "programs"),
        (SVG.format('<g onload="alert(1)"/>').encode(), "programs"),
        (SVG.format('<image href="http://example.com/a.png"/>').encode(), "another file"),
        (SVG.format('<image href="file:///etc/passwd"/>').encode(), "another file"),
        (SVG.format('<style>@import url("http://a/b.css");</style>').encode(), "another file"),
        (SVG.format('<rect style="fill:url(http://a/#b)"/>').encode(), "another file"),
        (
            b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
            b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text>&a;</text></svg>',
            "entities",
        ),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "viewBox"),
    ],
)
def test_what_is_no_plan_is_refused(
    client: TestClient, works: None, data: bytes, says: str
) -> None:
    """One sentence, nothing stored: no picture, a bomb, an SVG that would run or fetch."""
    answer = send(client, data)
    assert answer.status_code == 422, answer.text
    assert says in answer.json()["detail"]
    assert client.get("/api/v1/plans").json() == {"items": []}


def test_a_page_that_the_pdf_has_not(client: TestClient, works: None) -> None:
    """The sentence says how many there are."""
    answer = send(client, _pdf(), page=3)
    assert (answer.status_code, answer.json()["code"]) == (422, "plan_file_error")
    assert "1 page" in answer.json()["detail"]


def test_the_map_says_why_a_unit_has_its_colour(
    client: TestClient, plan: dict, database: Database
) -> None:
    """Approved yellow, raised to orange by a camera that is blind, with code and values."""
    unit = client.post("/api/v1/risk-units", json=_draft(plan)).json()
    assert (unit["inherent"], unit["approved"]) == ("orange", False)
    assert unit["controls"]["engineering"] == ["双手按钮"]
    camera = CameraConfig("gate", "一号门", "rtsp://x/", ())
    with database.begin() as session:
        create_camera(session, camera, enabled=True)
        note_blind(session, "gate", time.time() - 2400)
    watched = client.put(
        "/api/v1/cameras/gate/risk-unit", json={"risk_unit_id": unit["id"]}, headers=ANY
    )
    assert watched.status_code == 204, watched.text
    shown = client.get(f"/api/v1/plans/{plan['id']}/map").json()
    (on_map,) = shown["units"]
    assert (on_map["inherent"], on_map["grade"]) == ("orange", "red")
    assert on_map["owner"] == {"id": "li", "name": "李"}
    assert on_map["reasons"] == [
        {
            "code": "blind",
            "values": {"camera_id": "gate", "camera_name": "一号门", "minutes": 40},
        }
    ]
    assert [grade["name_zh"] for grade in shown["grades"]][-1].startswith("重大")
    with database.begin() as session:
        update_colours(session, now=time.time())
    history = client.get(f"/api/v1/risk-units/{unit['id']}/history").json()["items"]
    assert [(change["grade"], change["reasons"][0]["code"]) for change in history] == [
        ("red", "blind")
    ]


def test_a_grid_of_36_cells(client: TestClient, plan: dict) -> None:
    """Side by side over the plan, A1 to F6, one with its own owner; twice with one key is once."""
    body = {"cell": _draft(plan, name="车间", owner_id=None), "owners": {"7": "li"}}
    for _ in range(2):
        made = client.post("/api/v1/risk-units/grid", json=body, headers={"Idempotency-Key": "g1"})
        assert made.status_code == 201, made.text
    units = client.get(f"/api/v1/plans/{plan['id']}/map").json()["units"]
    assert len(units) == 36
    assert sorted(unit["name"] for unit in units)[::35] == ["车间 A1", "车间 F6"]
    assert [unit["name"] for unit in units if unit["owner"]] == ["车间 B2"]


def test_two_people_edit_the_same_unit(client: TestClient, plan: dict) -> None:
    """The second one is told, and loses nothing of the first."""
    answer = client.post("/api/v1/risk-units", json=_draft(plan))
    unit, seen = answer.json(), answer.headers["ETag"]
    path = f"/api/v1/risk-units/{unit['id']}"
    first = client.put(path, json=_draft(plan, name="A"), headers={"If-Match": seen})
    assert first.status_code == 200, first.text
    second = client.put(path, json=_draft(plan, name="B"), headers={"If-Match": seen})
    assert (second.status_code, second.json()["code"]) == (412, "stale")
    assert client.put(path, json=_draft(plan, name="B")).status_code == 428
    assert client.get(path).json()["name"] == "A"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"polygon": [[0.1, 0.1], [0.5, 0.1], [0.9, 0.1]]}, "area cannot be used"),
        ({"polygon": [[0, 0], [1, 1], [1, 0], [0, 1]]}, "crosses itself"),
        ({"polygon": [[0, 0], [2, 0], [0, 1]]}, "area cannot be used"),
        ({"factors": {"likelihood": 3}}, "exposure"),
        ({"factors": {**LEC, "likelihood": 4}}, "likelihood"),
        ({"method": "matrix"}, "severity"),
    ],
)
def test_a_unit_that_cannot_be_is_refused(
    client: TestClient, plan: dict, change: dict, says: str
) -> None:
    """A polygon that covers nothing or crosses itself, factors that the method does not know."""
    answer = client.post("/api/v1/risk-units", json=_draft(plan, **change))
    assert (answer.status_code, answer.json()["code"]) == (422, "incomplete")
    assert says in answer.json()["detail"]


def test_controls_lists_and_people_in_charge(client: TestClient, plan: dict) -> None:
    """A line that keeps its id stays, the others go; every level has one person."""
    unit = client.post("/api/v1/risk-units", json=_draft(plan)).json()
    path = f"/api/v1/risk-units/{unit['id']}"
    lines = [
        {"text": "护栏完好", "frequency": "shift"},
        {"text": "急停有效", "frequency": "week"},
    ]
    listed = client.put(f"{path}/check-list", json={"lines": lines}, headers=ANY).json()[
        "check_list"
    ]
    due = client.get("/api/v1/checks/due").json()["items"]
    assert [(one["text"], one["frequency"]) for one in due] == [
        ("护栏完好", "shift"), ("急停有效", "week"),
    ]  # fmt: skip
    check = client.post(f"/api/v1/check-items/{listed[0]['id']}/checks", json={"in_order": True})
    assert check.status_code == 200, check.text
    assert len(client.get("/api/v1/checks/due").json()["items"]) == 1
    bad = client.post(f"/api/v1/check-items/{listed[1]['id']}/checks", json={"in_order": False})
    assert (bad.status_code, bad.json()["code"]) == (422, "incomplete")
    kept = client.put(f"{path}/check-list", json={"lines": [listed[1]]}, headers=ANY).json()[
        "check_list"
    ]
    assert kept == [listed[1]]
    shown = client.put(f"{path}/in-charge", json={"people": {"workshop": "li"}}, headers=ANY).json()
    assert shown["in_charge"] == {"workshop": {"id": "li", "name": "李"}}


def test_the_quarterly_review(client: TestClient, plan: dict) -> None:
    """Every unit is due once a quarter; a change of grade needs a note and counts as approved."""
    unit = client.post("/api/v1/risk-units", json=_draft(plan)).json()
    due = client.get("/api/v1/risk-reviews/due").json()["items"]
    assert [one["risk_unit_id"] for one in due] == [unit["id"]]
    path = f"/api/v1/risk-units/{unit['id']}/reviews"
    assert client.post(path, json={"grade": "yellow"}).status_code == 422
    done = client.post(path, json={"grade": "yellow", "note": "已加护栏"}).json()
    assert (done["before"], done["after"]) == ("orange", "yellow")
    assert client.get("/api/v1/risk-reviews/due").json() == {"items": []}
    after = client.get(f"/api/v1/risk-units/{unit['id']}").json()
    assert (after["inherent"], after["approved"]) == ("yellow", True)


def test_who_sees_and_edits_what(
    app: Application, client: TestClient, plan: dict, database: Database
) -> None:
    """Staff of the yard neither see nor change the works; a worker sees no map at all."""
    unit = client.post("/api/v1/risk-units", json=_draft(plan)).json()
    path = f"/api/v1/risk-units/{unit['id']}"
    yard = browser_of(app, database, "yard-staff", Role.SAFETY_STAFF, "yard")
    assert yard.get("/api/v1/plans").json() == {"items": []}
    assert yard.get(f"/api/v1/plans/{plan['id']}/map").status_code == 403
    assert yard.get(plan["url"]).status_code == 403
    assert yard.get(path).status_code == 403
    assert yard.get("/api/v1/risk-units").json() == {"items": []}
    assert yard.delete(path).status_code == 403
    assert send(yard, png()).status_code == 403
    worker = browser_of(app, database, "worker", Role.WORKER, "works")
    assert worker.get(f"/api/v1/plans/{plan['id']}/map").status_code == 403
    watcher = browser_of(app, database, "guard", Role.SECURITY_ROOM, "works")
    assert watcher.get(f"/api/v1/plans/{plan['id']}/map").status_code == 200
    assert watcher.post(f"{path}/approval").status_code == 403


def test_open_maps_learn_of_a_new_judgement(
    client: TestClient, plan: dict, app: Application
) -> None:
    """An edit of the factors and a quarterly review: one event each, for who watches there."""
    unit = client.post("/api/v1/risk-units", json=_draft(plan)).json()
    path = f"/api/v1/risk-units/{unit['id']}"
    hub = app.state.context.engine.hub
    with hub.subscribe() as page:
        worse = _draft(plan, factors={**LEC, "consequence": 40})
        edited = client.put(
            path, json=worse, headers={"If-Match": client.get(path).headers["etag"]}
        )
        assert edited.json()["grade"] == "red"
        client.post(f"{path}/reviews", json={"grade": "yellow", "note": "已加护栏"})
        heard = [asyncio.run(page.next()) for _ in range(2)]
    assert [(event.unit_id, event.text.split("\n")[0]) for event in heard] == [
        ("works", "event: colour")
    ] * 2
    assert '"grade":"yellow"' in heard[1].text


def test_a_retired_unit_leaves_the_map(client: TestClient, plan: dict) -> None:
    """It can still be read with its history."""
    unit = client.post("/api/v1/risk-units", json=_draft(plan)).json()
    assert client.delete(f"/api/v1/risk-units/{unit['id']}").status_code == 204
    assert client.get(f"/api/v1/plans/{plan['id']}/map").json()["units"] == []
    assert client.get(f"/api/v1/risk-units/{unit['id']}").status_code == 200


def test_bands_and_names_of_grades_are_data(client: TestClient) -> None:
    """The colours have names in both languages; a band below its neighbour is refused."""
    grades = {grade["code"]: grade for grade in client.get("/api/v1/grades").json()["items"]}
    assert list(grades) == ["blue", "yellow", "orange", "red"]
    yellow = {name: grades["yellow"][name] for name in grades["yellow"] if name not in
              {"code", "rank"}}  # fmt: skip
    changed = client.put("/api/v1/grades/yellow", json={**yellow, "name_en": "Medium"}, headers=ANY)
    assert changed.json()["name_en"] == "Medium"
    wrong = client.put("/api/v1/grades/yellow", json={**yellow, "lec_from": 100_000}, headers=ANY)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "incomplete")


def test_the_map_asks_as_often_for_36_units_as_for_one(
    client: TestClient, plan: dict, database: Database
) -> None:
    """The number of statements does not grow with the rows."""

    def asked() -> int:
        seen: list[str] = []

        def note(*arguments: object) -> None:
            seen.append(str(arguments[2]))

        event.listen(database._engine, "before_cursor_execute", note)
        try:
            assert client.get(f"/api/v1/plans/{plan['id']}/map").status_code == 200
        finally:
            event.remove(database._engine, "before_cursor_execute", note)
        return len(seen)

    client.post("/api/v1/risk-units", json=_draft(plan))
    before = asked()
    client.post("/api/v1/risk-units/grid", json={"cell": _draft(plan, name="车间")})
    assert asked() == before <= 16
