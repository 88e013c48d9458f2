import hashlib
import time

import pytest
from fastapi.testclient import TestClient
from roles import browser_of
from small_site import see, settle_in

from api.app import Application
from hazards.access.roles import Role
from hazards.cases.flow import SECOND_SHARE
from hazards.database import Database


def _drawn(id: str) -> bool:
    """Whether a hazard goes to a second person: it follows from its id alone."""
    number = int(hashlib.sha256(f"second:{id}".encode()).hexdigest()[:8], 16)
    return number < SECOND_SHARE * 2**32


DRAWN = next(f"drawn-{i}" for i in range(1000) if _drawn(f"drawn-{i}"))
STATEMENT = "points/accounts/person:wang/statement"
PLACES = (
    "hazards", "hazards/{hazard}", "hazards?verdict=confirmed", "hazards?reviewed=true",
    "hazards?subject_id=wang", "tickets", "tickets/{ticket_id}", "review/second", STATEMENT,
)  # fmt: skip
"""Where a verdict can be read."""


def _tells(shown: object) -> bool:
    """Whether an answer names the drawn case with what was said about it, or its ticket with it."""
    if isinstance(shown, list):
        return any(_tells(part) for part in shown)
    if not isinstance(shown, dict):
        return False
    named = DRAWN in (shown.get("id"), shown.get("hazard_id"))
    said = {"judgement", "subject", "ticket_id", "acknowledged_by"} & shown.keys()
    if named and (any(shown[name] for name in said) or not said):
        return True
    return any(_tells(part) for part in shown.values())


@pytest.fixture
def seen(database: Database) -> None:
    """Two hazards of different cameras that nobody has judged."""
    settle_in(database)
    see(database)
    see(database, "v2", camera_id="yard", started_at=1_700_000_100.0)


def _judge(client: TestClient, id: str, verdict: str, dismissal: str | None = None):
    body = {"verdict": verdict, "dismissal": dismissal, "note": "seen on site"}
    return client.post(f"/api/v1/hazards/{id}/verdict", json=body)


@pytest.mark.usefixtures("seen")
def test_a_verdict_takes_the_case_off_the_queue(client: TestClient) -> None:
    """With its reason, note and reviewer; the ticket moves along."""
    queue = client.get("/api/v1/review").json()
    assert ([h["id"] for h in queue["items"]], queue["waiting"]) == (["v2", "v1"], 2)
    confirmed = _judge(client, "v1", "confirmed").json()
    assert confirmed["judgement"]["by"] == "admin"
    assert confirmed["judgement"]["note"] == "seen on site"
    ticket = client.get(f"/api/v1/tickets/{confirmed['ticket_id']}").json()
    assert ticket["state"] == "confirmed"
    dismissed = _judge(client, "v2", "dismissed", "helmet_worn").json()
    assert dismissed["judgement"]["dismissal"] == "helmet_worn"
    assert client.get("/api/v1/review").json()["waiting"] == 0
    reviewed = client.get("/api/v1/hazards", params={"verdict": "dismissed"}).json()["items"]
    assert [h["id"] for h in reviewed] == ["v2"]


@pytest.mark.usefixtures("seen")
@pytest.mark.parametrize(
    ("verdict", "dismissal", "status"),
    [
        ("dismissed", None, 422),
        ("confirmed", "other", 422),
        ("maybe", None, 422),
        ("dismissed", "because", 422),
    ],
)
def test_a_verdict_that_cannot_be_used(
    client: TestClient, verdict: str, dismissal: str | None, status: int
) -> None:
    """The hazard stays in the queue."""
    assert _judge(client, "v1", verdict, dismissal).status_code == status
    assert client.get("/api/v1/review").json()["waiting"] == 2


@pytest.mark.usefixtures("seen")
def test_the_second_of_two_reviewers_is_told(
    client: TestClient, app: Application, database: Database
) -> None:
    """409, and the first verdict stands."""
    _judge(client, "v1", "confirmed")
    other = browser_of(app, database, "other", Role.SAFETY_STAFF)
    answer = _judge(other, "v1", "dismissed", "other")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_transition")
    assert client.get("/api/v1/hazards/v1").json()["judgement"]["verdict"] == "confirmed"


@pytest.mark.usefixtures("seen")
def test_a_hazard_is_attributed_before_its_points_are_booked(client: TestClient) -> None:
    """People, teams and contractors are found by name; after the verdict it is a conflict."""
    found = client.get("/api/v1/review/subjects", params={"search": "wan"}).json()["items"]
    assert [(one["kind"], one["id"]) for one in found] == [("person", "wang")]
    teams = client.get("/api/v1/review/subjects", params={"search": "team"}).json()["items"]
    assert [(one["kind"], one["name"]) for one in teams] == [("team", "Team A")]
    named = client.put("/api/v1/hazards/v1/subject", json={"kind": "person", "id": "wang"})
    assert named.json()["subject"] == {"kind": "person", "id": "wang", "name": "Wang"}
    nobody = client.put("/api/v1/hazards/v1/subject", json={"kind": "person", "id": "nobody"})
    assert nobody.status_code == 404
    _judge(client, "v1", "confirmed")
    late = client.put("/api/v1/hazards/v1/subject", json={"kind": "person", "id": "li"})
    assert (late.status_code, late.json()["code"]) == (409, "conflict")


@pytest.mark.usefixtures("seen")
def test_the_second_review_is_blind(
    client: TestClient, app: Application, database: Database
) -> None:
    """Another person sees the case without its verdict; the first reviewer does not get it."""
    see(database, DRAWN, camera_id="dock")
    _judge(client, DRAWN, "confirmed")
    assert client.get("/api/v1/review/second").json()["items"] == []
    other = browser_of(app, database, "other", Role.SAFETY_STAFF)
    (case,) = other.get("/api/v1/review/second").json()["items"]
    assert (case["id"], case["judgement"], case["ticket_id"]) == (DRAWN, None, None)
    path, body = f"/api/v1/hazards/{DRAWN}/second-verdict", {"verdict": "confirmed"}
    assert client.post(path, json=body).status_code == 403
    assert other.post(path, json=body).status_code == 204
    assert other.post(path, json=body).status_code == 409
    quality = client.get("/api/v1/review/quality").json()
    assert (quality["agreement"]["pairs"], quality["agreement"]["agreeing"]) == (1, 1)


@pytest.mark.usefixtures("seen")
def test_the_first_verdict_is_nowhere_until_the_second_is_given(
    client: TestClient, app: Application, database: Database
) -> None:
    """Not in lists, filters, the case itself, its ticket, nor the statement; whoever cannot judge
    again sees it at once, and after the second verdict everybody does."""
    see(database, DRAWN, camera_id="dock")
    client.put(f"/api/v1/hazards/{DRAWN}/subject", json={"kind": "person", "id": "wang"})
    first = _judge(client, DRAWN, "confirmed").json()
    other = browser_of(app, database, "other", Role.SAFETY_STAFF)
    guard = browser_of(app, database, "guard", Role.SECURITY_ROOM)

    def told(browser: TestClient) -> set[str]:
        """Where the case stands with its verdict, its person or a way to its ticket."""
        found = set()
        for address in PLACES:
            answer = browser.get(f"/api/v1/{address.format(hazard=DRAWN, **first)}")
            if answer.status_code == 200 and _tells(answer.json()):
                found.add(address)
        return found

    assert told(other) == set()
    assert not _tells(other.post(f"/api/v1/hazards/{DRAWN}/acknowledge").json())
    assert told(client) == set(PLACES) - {"review/second"}
    assert told(guard) == set(PLACES) - {"review/second", STATEMENT}
    other.post(f"/api/v1/hazards/{DRAWN}/second-verdict", json={"verdict": "confirmed"})
    assert told(other) == set(PLACES) - {"review/second"}


@pytest.mark.usefixtures("seen")
def test_who_has_handled_the_ticket_is_not_asked(
    client: TestClient, app: Application, database: Database
) -> None:
    """Who took a step on it knows what became of the case, and may see all of it."""
    see(database, DRAWN, camera_id="dock")
    ticket_id = _judge(client, DRAWN, "confirmed").json()["ticket_id"]
    other = browser_of(app, database, "other", Role.SAFETY_STAFF)
    ticket = other.get(f"/api/v1/tickets/{ticket_id}")
    plan = {"tier": "general", "assignee_id": "li", "due_at": time.time() + 86400}
    steps = {"If-Match": ticket.headers["ETag"]}
    assigned = other.post(f"/api/v1/tickets/{ticket_id}/assign", json=plan, headers=steps)
    assert assigned.status_code == 200
    assert other.get("/api/v1/review/second").json()["items"] == []
    refused = other.post(f"/api/v1/hazards/{DRAWN}/second-verdict", json={"verdict": "confirmed"})
    assert refused.status_code == 403
    assert other.get(f"/api/v1/hazards/{DRAWN}").json()["judgement"]["verdict"] == "confirmed"


@pytest.mark.usefixtures("seen")
def test_quality_by_camera_and_rule(client: TestClient) -> None:
    """Confirmed among the reviewed, with Wilson's interval, of the span that is asked for."""
    _judge(client, "v1", "confirmed")
    _judge(client, "v2", "dismissed", "other")
    span = {"since": 1_600_000_000, "until": 1_800_000_000}
    rows = client.get("/api/v1/review/quality", params=span).json()["precision"]
    assert [(r["camera_id"], r["confirmed"], r["reviewed"]) for r in rows] == [
        ("gate", 1, 1),
        ("yard", 0, 1),
    ]
    assert rows[0]["low"] == pytest.approx(0.2065, abs=1e-3)
    empty = {"since": 1_500_000_000, "until": 1_600_000_000}
    assert client.get("/api/v1/review/quality", params=empty).json()["precision"] == []


@pytest.mark.usefixtures("seen")
def test_whoever_reviews_another_part_sees_none_of_it(app: Application, database: Database) -> None:
    """The hazards belong to the site's top; the yard's staff reviews the yard."""
    yard = browser_of(app, database, "yard-staff", Role.SAFETY_STAFF, "yard")
    assert yard.get("/api/v1/review").json() == {"items": [], "next": None, "waiting": 0}
    assert _judge(yard, "v1", "confirmed").status_code == 403
