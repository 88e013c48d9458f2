"""Who edits, edits what they saw: every edit of every record."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient
from small_site import settle_in

from api.app import describe
from hazards.database import Database
from hazards.risk.actions import create_plan

WITHOUT = {
    "set_password": "a password is not shown, so nobody has seen one",
    "name_subject": "a statement about a case, each one kept; the verdict ends it",
    "take_people": "an import names every value that it sets",
    "take_units": "an import names every value that it sets",
    "take_risks": "an import names every value that it sets",
    "take_holidays": "an import names every value that it sets",
}
"""Edits that no If-Match guards, with the reason."""
STEPS = {"approve_risk_unit", "take_step", "assign", "postpone"}
"""What is decided about a record as it was seen, though nothing is replaced."""

CAMERA = {"id": "gate", "name": "Gate", "source": "rtsp://10.0.0.5/", "enabled": True, "zones": []}
CORNERS = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
REWARD = {"kind": "goods", "name": "Gloves", "price": 10, "stock": 5, "active": True}


def test_every_edit_asks_for_what_was_seen() -> None:
    """In the description of the API; a new edit without it fails here, or gives a reason."""
    guarded, bare = set(), set()
    for methods in describe("0").openapi()["paths"].values():
        for method, operation in methods.items():
            names = {parameter["name"] for parameter in operation.get("parameters", [])}
            if "if-match" in names:
                guarded.add(operation["operationId"])
            elif method in {"put", "patch"}:
                bare.add(operation["operationId"])
    assert bare == set(WITHOUT)
    assert guarded >= STEPS


@dataclass(frozen=True)
class Edit:
    """read: where the tag comes from. change: another body, by a number."""

    method: str
    path: str
    read: str
    change: Callable[[int], Any]


def _of_unit(name: str, change: Callable[[int], Any]) -> Edit:
    return Edit("PUT", f"risk-units/hall/{name}", "risk-units/hall", change)


EDITS = {
    "camera": Edit("PUT", "cameras/gate", "cameras/gate", lambda n: CAMERA | {"name": f"Gate {n}"}),
    "view": Edit(
        "PUT", "cameras/gate/view", "cameras/gate",
        lambda n: {
            "plan_id": "PLAN", "picture_points": CORNERS,
            "plan_points": [[x / n, y / n] for x, y in CORNERS],
        },
    ),
    "watched": Edit(
        "PUT", "cameras/gate/risk-unit", "cameras/gate",
        lambda n: {"risk_unit_id": "hall" if n % 2 else None},
    ),
    "scale": Edit("PUT", "plans/PLAN/scale", "plans", lambda n: {"metres_per_px": n / 10}),
    "grade": Edit(
        "PUT", "grades/yellow", "grades",
        lambda n: {
            "name_zh": "一般", "name_en": f"General {n}", "colour": "#fadb14", "lec_from": 70,
            "matrix_from": 9,
        },
    ),
    "reward": Edit("PUT", "rewards/REWARD", "rewards", lambda n: REWARD | {"price": n}),
    "in charge": _of_unit("in-charge", lambda n: {"people": {"team": ("li", "wang")[n % 2]}}),
    "check list": _of_unit(
        "check-list", lambda n: {"lines": [{"text": f"Door {n}", "frequency": "day"}]}
    ),
}  # fmt: skip


@pytest.fixture
def site(client: TestClient, database: Database) -> TestClient:
    """A camera, a plan and a reward to be edited."""
    settle_in(database)
    client.post("/api/v1/cameras", json=CAMERA)
    with database.begin() as session:
        plan = create_plan(
            session, unit_id="site", name="Hall", path="x", sha256="0", width=9, height=9, now=1.0
        )
    client.headers["plan"] = plan.id
    client.headers["reward"] = client.post("/api/v1/rewards", json=REWARD).json()["id"]
    return client


def _filled(value: Any, client: TestClient) -> Any:
    if isinstance(value, dict):
        return {key: _filled(part, client) for key, part in value.items()}
    if isinstance(value, str):
        return value.replace("PLAN", client.headers["plan"]).replace(
            "REWARD", client.headers["reward"]
        )
    return value


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_what_was_changed_meanwhile_is_refused(site: TestClient, name: str) -> None:
    """428 without the tag; with it the edit is done, and the same tag again is 412."""
    edit = EDITS[name]
    read = site.get(f"/api/v1/{edit.read}")
    path = f"/api/v1/{_filled(edit.path, site)}"
    shown = read.json()["items"][0] if edit.read in {"plans", "rewards"} else None
    seen = f'"{shown["version"]}"' if shown else read.headers["ETag"]

    def put(number: int, **headers: str) -> Any:
        body = _filled(edit.change(number), site)
        return site.request(edit.method, path, json=body, headers=headers)

    assert (put(1).status_code, put(1).json()["code"]) == (428, "precondition_missing")
    first = put(1, **{"If-Match": seen})
    assert first.status_code in {200, 204}, first.text
    late = put(2, **{"If-Match": seen})
    assert (late.status_code, late.json()["code"]) == (412, "stale")
    assert put(2, **{"If-Match": first.headers["ETag"]}).status_code in {200, 204}


def test_a_grade_is_approved_as_it_was_seen(site: TestClient) -> None:
    """Who has not seen the newest factors does not approve them."""
    seen = site.get("/api/v1/risk-units/hall").headers["ETag"]
    site.put(
        "/api/v1/risk-units/hall/in-charge",
        json={"people": {"team": "li"}}, headers={"If-Match": seen},
    )  # fmt: skip
    path = "/api/v1/risk-units/hall/approval"
    assert site.post(path).status_code == 428
    assert site.post(path, headers={"If-Match": seen}).status_code == 412
    now = site.get("/api/v1/risk-units/hall").headers["ETag"]
    assert site.post(path, headers={"If-Match": now}).json()["approved"] is True
