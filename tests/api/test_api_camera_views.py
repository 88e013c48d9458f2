"""Cameras on floor plans: four points of the floor in the picture and on the plan."""

from fastapi.testclient import TestClient
from made_plans import SQUARE, png, send
from memory_engine import MemoryEngine
from signed_in import browser_of

from api.app import Application
from core.site import CameraConfig
from hazards.access.roles import Role
from hazards.database import Database
from hazards.site.actions import create_camera

ANY = {"If-Match": "*"}
"""An edit, whatever stands there."""


def test_a_camera_is_laid_onto_the_plan(client: TestClient, plan: dict, database: Database) -> None:
    """Four points each; three on one line describe no floor."""
    with database.begin() as session:
        create_camera(session, CameraConfig("gate", "一号门", "rtsp://x/", ()), enabled=True)
    corners = [[0.1, 0.9], [0.9, 0.9], [0.7, 0.4], [0.3, 0.4]]
    body = {"plan_id": plan["id"], "picture_points": corners, "plan_points": SQUARE}
    assert client.put("/api/v1/cameras/gate/view", json=body, headers=ANY).status_code == 204
    (camera,) = client.get(f"/api/v1/plans/{plan['id']}/map").json()["cameras"]
    assert (camera["name"], camera["plan_points"]) == ("一号门", SQUARE)
    assert client.get("/api/v1/cameras/gate").json()["view"] == body
    line = [[0.1, 0.1], [0.2, 0.2], [0.3, 0.3], [0.9, 0.1]]
    bad = client.put("/api/v1/cameras/gate/view", json={**body, "plan_points": line}, headers=ANY)
    assert (bad.status_code, bad.json()["code"]) == (422, "incomplete")
    assert client.put("/api/v1/cameras/none/view", json=body, headers=ANY).status_code == 404


def test_the_workers_hear_of_another_floor(
    client: TestClient, engine: MemoryEngine, plan: dict, database: Database
) -> None:
    """A camera's place and the scale of its plan say how many metres it sees: they are told, what
    was refused is not."""
    with database.begin() as session:
        create_camera(session, CameraConfig("gate", "一号门", "rtsp://x/", ()), enabled=True)
    path = "/api/v1/cameras/gate/view"
    body = {"plan_id": plan["id"], "picture_points": SQUARE, "plan_points": SQUARE}
    client.put(path, json={**body, "picture_points": SQUARE[:2] * 2}, headers=ANY)
    assert engine.changes == 0
    client.put(path, json=body, headers=ANY)
    assert engine.changes == 1
    scale = f"/api/v1/plans/{plan['id']}/scale"
    client.put(scale, json={"metres_per_px": 0.05}, headers=ANY)
    assert engine.changes == 2
    client.delete(path, headers=ANY)
    assert engine.changes == 3


def test_a_camera_is_taken_off_its_plan(
    app: Application, client: TestClient, plan: dict, database: Database
) -> None:
    """By whoever may lay cameras onto that plan, as they saw it; then it lies on none."""
    with database.begin() as session:
        create_camera(session, CameraConfig("gate", "一号门", "rtsp://x/", ()), enabled=True)
    path = "/api/v1/cameras/gate/view"
    body = {"plan_id": plan["id"], "picture_points": SQUARE, "plan_points": SQUARE}
    before = client.get("/api/v1/cameras/gate").headers["ETag"]
    laid = client.put(path, json=body, headers=ANY).headers["ETag"]
    yard = browser_of(app, database, "yard-engineer", Role.ENGINEER, "yard")
    works = browser_of(app, database, "engineer", Role.ENGINEER, "works")
    assert yard.delete(path, headers={"If-Match": laid}).status_code == 403
    assert works.delete(path).status_code == 428
    assert works.delete(path, headers={"If-Match": before}).status_code == 412
    gone = works.delete(path, headers={"If-Match": laid})
    assert (gone.status_code, gone.headers["ETag"]) == (204, before)
    assert client.get("/api/v1/cameras/gate").json()["view"] is None
    assert works.delete(path, headers=ANY).status_code == 404


def test_nobody_takes_a_camera_from_another_part(
    app: Application, client: TestClient, plan: dict, database: Database
) -> None:
    """Laid onto a plan of the works, it is not pulled onto one of the yard."""
    with database.begin() as session:
        create_camera(session, CameraConfig("gate", "一号门", "rtsp://x/", ()), enabled=True)
    path = "/api/v1/cameras/gate/view"
    body = {"plan_id": plan["id"], "picture_points": SQUARE, "plan_points": SQUARE}
    client.put(path, json=body, headers=ANY)
    own = {**body, "plan_id": send(client, png(), "yard").json()["id"]}
    yard = browser_of(app, database, "yard-engineer", Role.ENGINEER, "yard")
    assert yard.put(path, json=own, headers=ANY).status_code == 403
    assert client.put(path, json=own, headers=ANY).status_code == 204
