"""Who sees pictures: by role, by part of the site, and by what a picture is about."""

import pytest
from fastapi.testclient import TestClient
from photos import jpeg
from roles import browser_of
from small_site import CODE, see, settle_in

from api.app import Application
from api.settings import ApiSettings
from core.evidence import Evidence, EvidenceKind
from core.site import CameraConfig
from hazards.access.roles import CAPABILITIES, Capability, Role
from hazards.cases.tables import HazardRow
from hazards.database import Database
from hazards.evidence.actions import record_evidence
from hazards.risk.actions import create_plan
from hazards.site.actions import create_camera
from hazards.site.people import watch_risk_unit
from hazards.tickets.tables import TicketRow

CLIP = Evidence(
    violation_id="v1", kind=EvidenceKind.CLIP, path="clip.mp4", sha256="0" * 64, size=4,
    mime="video/mp4", started_at=1.0, duration_s=1.0, boxes_path="clip.json", problem="",
)  # fmt: skip


@pytest.fixture
def media(
    client: TestClient, app: Application, database: Database, settings: ApiSettings
) -> dict[str, str]:
    """Addresses of pictures of team A, by what they are."""
    settle_in(database)
    (settings.data_dir / "clip.mp4").write_bytes(b"clip")
    (settings.data_dir / "clip.json").write_text('{"camera_id": "gate", "frames": []}')
    (settings.data_dir / "plan.png").write_bytes(b"plan")
    with database.begin() as session:
        create_camera(session, CameraConfig("gate", "Gate", "rtsp://10.0.0.5/", ()), enabled=True)
        watch_risk_unit(session, "gate", None, "hall")
        plan = create_plan(
            session, unit_id="team-a", name="Hall", path="plan.png", sha256="0", width=9, height=9,
            now=1.0,
        )  # fmt: skip
    app.state.context.engine.stills["gate"] = b"still"
    see(database)
    with database.begin() as session:
        record_evidence(session, [CLIP])
    li = browser_of(app, database, "li", Role.WORKER, "team-a", person_id="li")
    photo = li.post("/api/v1/photos", content=jpeg()).json()["id"]
    body = {"kind": "other", "description": "Loose plate", "form_code": CODE, "photo_ids": [photo]}
    assert li.post("/api/v1/reports", json=body).status_code == 201
    return {
        "clip": f"/api/v1/evidence/{CLIP.id}",
        "boxes": f"/api/v1/evidence/{CLIP.id}/boxes",
        "photo": f"/api/v1/photos/{photo}",
        "plan": f"/api/v1/plans/{plan.id}/picture",
        "still": "/api/v1/cameras/gate/still",
    }


def _seen(browser: TestClient, media: dict[str, str]) -> set[str]:
    answers = {name: browser.get(address).status_code for name, address in media.items()}
    assert set(answers.values()) <= {200, 403}, answers
    return {name for name, status in answers.items() if status == 200}


@pytest.mark.parametrize("role", Role)
def test_pictures_are_for_who_watches_that_part(
    media: dict[str, str], app: Application, database: Database, role: Role
) -> None:
    """Every role that watches sees all of its own part and above, and nothing of another; a worker
    sees none of them."""
    here = browser_of(app, database, "here", role, "team-a")
    above = browser_of(app, database, "above", role, "works")
    elsewhere = browser_of(app, database, "elsewhere", role, "yard")
    watches = Capability.WATCH in CAPABILITIES[role]
    assert _seen(here, media) == (set(media) if watches else set())
    assert _seen(above, media) == (set(media) if watches else set())
    assert _seen(elsewhere, media) == set()


def test_who_is_concerned_sees_that_and_no_more(
    media: dict[str, str], app: Application, database: Database
) -> None:
    """The reporter the own photo, the person whom it is about the clip, and so does whoever has
    to remove it."""
    nobody = browser_of(app, database, "nobody", Role.WORKER, "team-a")
    wang = browser_of(app, database, "wang", Role.WORKER, "yard", person_id="wang")
    assert (_seen(nobody, media), _seen(wang, media)) == (set(), set())
    with database.begin() as session:
        ticket = session.get_one(TicketRow, session.get_one(HazardRow, "v1").ticket_id)
        ticket.assignee_id = "wang"
    assert _seen(wang, media) == {"clip", "boxes"}
    with database.begin() as session:
        session.get_one(TicketRow, ticket.id).assignee_id = None
        row = session.get_one(HazardRow, "v1")
        row.subject_kind, row.subject_id = "person", "wang"
    assert _seen(wang, media) == {"clip", "boxes"}


def test_a_photo_shows_one_thing_and_is_its_senders(
    client: TestClient, media: dict[str, str], app: Application, database: Database
) -> None:
    """Nobody sees a photo by naming it in a report of their own, and no photo proves two things."""
    photo = media["photo"].rsplit("/", 1)[1]
    wang = browser_of(app, database, "wang", Role.WORKER, "yard", person_id="wang")
    body = {"kind": "other", "description": "Mine", "unit_id": "yard", "photo_ids": [photo]}
    assert wang.post("/api/v1/reports", json=body).status_code == 404
    own = wang.post("/api/v1/photos", content=jpeg(seed=2)).json()["id"]
    assert wang.get(f"/api/v1/photos/{own}").status_code == 200
    assert client.get(f"/api/v1/photos/{own}").status_code == 403
    mine = body | {"photo_ids": [own]}
    assert wang.post("/api/v1/reports", json=mine).status_code == 201
    assert client.get(f"/api/v1/photos/{own}").status_code == 200
    again = wang.post("/api/v1/reports", json=mine)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize("path", ["/api/v1/hazards", "/api/v1/tickets", "/api/v1/review/quality"])
def test_lists_hold_no_other_part(
    media: dict[str, str], app: Application, database: Database, path: str
) -> None:
    """What a leader of another part, such as a contractor's, is told of this one: nothing."""
    leader = browser_of(app, database, "leader", Role.TEAM_LEADER, "yard")
    answer = leader.get(path)
    assert answer.status_code == 200
    assert not any(word in answer.text for word in ("v1", "gate", "Loose plate", "team-a"))
