import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from photos import jpeg
from roles import browser_of
from small_site import is_person, see, settle_in

from api.app import Application
from hazards.access.roles import Role
from hazards.database import Database

DAY = 86400.0


@pytest.fixture
def ticket_id(client: TestClient, database: Database) -> str:
    """Of a missing helmet that nobody has judged."""
    settle_in(database)
    see(database)
    return client.get("/api/v1/tickets").json()["items"][0]["id"]


def _tag(client: TestClient, ticket_id: str) -> dict[str, str]:
    return {"If-Match": client.get(f"/api/v1/tickets/{ticket_id}").headers["ETag"]}


def _step(client: TestClient, ticket_id: str, step: str, **body: object):
    return client.post(
        f"/api/v1/tickets/{ticket_id}/steps",
        json={"step": step, **body},
        headers=_tag(client, ticket_id),
    )


def _assign(client: TestClient, ticket_id: str, **plan: object):
    body = {"tier": "general", "assignee_id": "wang", "due_at": time.time() + DAY, **plan}
    return client.post(
        f"/api/v1/tickets/{ticket_id}/assign", json=body, headers=_tag(client, ticket_id)
    )


def _photo(client: TestClient) -> str:
    answer = client.post("/api/v1/photos", content=jpeg(), headers={"Content-Type": "image/jpeg"})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def test_a_ticket_goes_from_alarm_to_closed(client: TestClient, ticket_id: str) -> None:
    """Confirm, assign, rectify with a photo, verify, close; every step is in the history."""
    assert _step(client, ticket_id, "confirm").json()["state"] == "confirmed"
    assigned = _assign(client, ticket_id, measures="Hand out helmets").json()
    assert (assigned["state"], assigned["assignee_name"]) == ("assigned", "Wang")
    photo = _photo(client)
    done = _step(client, ticket_id, "rectify", photo_ids=[photo], reason="Helmets are there")
    assert done.json()["state"] == "rectified"
    assert _step(client, ticket_id, "verify").json()["state"] == "verified"
    closed = _step(client, ticket_id, "close").json()
    assert (closed["state"], closed["steps"]) == ("closed", ["reopen"])
    steps = [(line["step"], line["actor"]) for line in closed["history"]]
    assert steps[0] == ("open", "rule:missing_helmet-default")
    assert [step for step, _ in steps] == [
        "open", "confirm", "assign", "rectify", "verify", "close",
    ]  # fmt: skip
    assert {actor for _, actor in steps[1:]} == {"admin"}
    assert closed["history"][3]["photo_ids"] == [photo]
    assert closed["hazards"][0]["judgement"]["verdict"] == "confirmed"
    counts = client.get("/api/v1/tickets/counts").json()
    assert (counts["by_state"]["closed"], counts["overdue"]) == (1, 0)


def test_a_step_that_does_not_fit_is_a_conflict(client: TestClient, ticket_id: str) -> None:
    """409 with what is possible instead; nothing has moved."""
    answer = _step(client, ticket_id, "close")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_transition")
    assert "confirm" in answer.json()["detail"]
    assert client.get(f"/api/v1/tickets/{ticket_id}").json()["state"] == "detected"


def test_two_people_who_close_the_same_ticket(client: TestClient, ticket_id: str) -> None:
    """One closes it, the other one is told; it is in the history once."""
    _step(client, ticket_id, "confirm")
    _assign(client, ticket_id)
    _step(client, ticket_id, "rectify", photo_ids=[_photo(client)])
    _step(client, ticket_id, "verify")
    tag = _tag(client, ticket_id)

    def close(_: int) -> int:
        body = {"step": "close"}
        return client.post(f"/api/v1/tickets/{ticket_id}/steps", json=body, headers=tag).status_code

    with ThreadPoolExecutor(2) as pool:
        codes = sorted(pool.map(close, range(2)))
    assert codes[0] == 200
    assert codes[1] in {409, 412}
    history = client.get(f"/api/v1/tickets/{ticket_id}").json()["history"]
    assert [line["step"] for line in history].count("close") == 1


def test_an_edit_says_what_it_saw(client: TestClient, ticket_id: str) -> None:
    """428 without If-Match, 412 where the ticket has changed since."""
    path = f"/api/v1/tickets/{ticket_id}/steps"
    assert client.post(path, json={"step": "confirm"}).status_code == 428
    old = _tag(client, ticket_id)
    _step(client, ticket_id, "confirm")
    answer = client.post(path, json={"step": "dismiss", "dismissal": "other"}, headers=old)
    assert (answer.status_code, answer.json()["code"]) == (412, "stale")


def test_a_major_hazard_needs_all_five_fields(client: TestClient, ticket_id: str) -> None:
    """The answer names what is missing; a deadline in the past is none."""
    _step(client, ticket_id, "confirm")
    answer = _assign(client, ticket_id, tier="major", due_at=1000.0)
    assert (answer.status_code, answer.json()["code"]) == (422, "incomplete")
    for word in ("deadline", "measures", "money", "emergency plan"):
        assert word in answer.json()["detail"]
    whole = {"measures": "Fence", "money": 5000, "plan": "Call 119", "supervised": True}
    assert _assign(client, ticket_id, tier="major", **whole).json()["supervised"] is True


def test_a_supervised_ticket_needs_its_acceptance(client: TestClient, ticket_id: str) -> None:
    """`close` is offered only after `accept`, and refused before."""
    _step(client, ticket_id, "confirm")
    whole = {"measures": "Fence", "money": 5000, "plan": "Call 119", "supervised": True}
    _assign(client, ticket_id, tier="major", **whole)
    _step(client, ticket_id, "rectify", photo_ids=[_photo(client)])
    verified = _step(client, ticket_id, "verify").json()
    assert "accept" in verified["steps"]
    assert "close" not in verified["steps"]
    assert _step(client, ticket_id, "close").status_code == 409
    assert "close" in _step(client, ticket_id, "accept").json()["steps"]
    assert _step(client, ticket_id, "close").json()["state"] == "closed"


@pytest.mark.parametrize(
    ("step", "body", "code"),
    [
        ("dismiss", {}, "incomplete"),
        ("assign", {}, "invalid_request"),
        ("merge", {}, "invalid_request"),
        ("escalate", {}, "invalid_request"),
        ("explode", {}, "invalid_request"),
    ],
)
def test_a_step_without_what_it_needs(
    client: TestClient, ticket_id: str, step: str, body: dict, code: str
) -> None:
    """422: a dismissal needs its reason; what only the service does is nobody's step."""
    answer = _step(client, ticket_id, step, **body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_rectification_needs_a_photo_that_was_sent(client: TestClient, ticket_id: str) -> None:
    """422 without one, 404 for one that nobody sent."""
    _step(client, ticket_id, "confirm")
    _assign(client, ticket_id)
    assert _step(client, ticket_id, "rectify").json()["code"] == "incomplete"
    assert _step(client, ticket_id, "rectify", photo_ids=["no-such"]).status_code == 404


def test_a_dismissed_ticket_takes_its_hazards_along(
    client: TestClient, database: Database, ticket_id: str
) -> None:
    """Both hazards of the place are dismissed with the reason, and leave the review queue."""
    see(database, "v2", started_at=1_700_000_100.0, last_seen_at=1_700_000_110.0)
    assert client.get(f"/api/v1/tickets/{ticket_id}").json()["count"] == 2
    dismissed = _step(client, ticket_id, "dismiss", dismissal="permitted", reason="Visitors")
    assert dismissed.json()["state"] == "dismissed"
    verdicts = [client.get(f"/api/v1/hazards/{one}").json()["judgement"] for one in ("v1", "v2")]
    assert [(v["verdict"], v["dismissal"]) for v in verdicts] == [("dismissed", "permitted")] * 2
    assert client.get("/api/v1/review").json()["waiting"] == 0


def test_a_later_deadline_needs_a_reason(client: TestClient, ticket_id: str) -> None:
    """And has to be later."""
    _step(client, ticket_id, "confirm")
    due = _assign(client, ticket_id).json()["due_at"]
    path = f"/api/v1/tickets/{ticket_id}/postpone"

    def postpone(due_at: float, reason: str):
        body = {"due_at": due_at, "reason": reason}
        return client.post(path, json=body, headers=_tag(client, ticket_id))

    assert postpone(due + DAY, " ").json()["code"] == "incomplete"
    assert postpone(due - 60, "Parts are late").json()["code"] == "incomplete"
    assert postpone(due + DAY, "Parts are late").json()["due_at"] == due + DAY


def test_the_list_is_filtered_and_paged(
    client: TestClient, database: Database, ticket_id: str
) -> None:
    """By state, kind, tier, and what is late; page after page without a gap."""
    for number in range(4):
        see(database, f"y{number}", camera_id=f"yard{number}", started_at=1_700_000_200.0 + number)
    _step(client, ticket_id, "confirm")

    def ids(**params: object) -> list[str]:
        return [t["id"] for t in client.get("/api/v1/tickets", params=params).json()["items"]]

    assert len(ids()) == 5
    assert ids(state=["confirmed"]) == [ticket_id]
    assert len(ids(state=["confirmed", "detected"])) == 5
    assert ids(kind="blocked_exit") == []
    assert ids(tier="major") == []
    assert ids(overdue="true") == []
    seen, before = [], None
    for _ in range(3):
        params = {"limit": 2} | ({"before": before} if before else {})
        page = client.get("/api/v1/tickets", params=params).json()
        seen += [ticket["id"] for ticket in page["items"]]
        before = page["next"]
    assert (seen, before) == (ids(), None)
    assert client.get("/api/v1/tickets", params={"before": "x"}).status_code == 422


def test_a_worker_sees_and_rectifies_what_is_assigned_to_them(
    client: TestClient, app: Application, database: Database, ticket_id: str
) -> None:
    """And nothing else: not the tickets of others, not the steps of others."""
    worker = browser_of(app, database, "worker", Role.WORKER, "yard")
    is_person(database, "worker", "wang")
    assert worker.get("/api/v1/tickets").json()["items"] == []
    assert worker.get(f"/api/v1/tickets/{ticket_id}").status_code == 403
    _step(client, ticket_id, "confirm")
    _assign(client, ticket_id)
    assert [t["id"] for t in worker.get("/api/v1/tickets").json()["items"]] == [ticket_id]
    assert worker.get(f"/api/v1/tickets/{ticket_id}").json()["steps"] == ["rectify"]
    assert _step(worker, ticket_id, "dismiss", dismissal="other").status_code == 403
    assert _step(worker, ticket_id, "rectify", photo_ids=[_photo(worker)]).status_code == 200


def test_a_team_leader_of_another_part_sees_nothing(
    app: Application, database: Database, ticket_id: str
) -> None:
    """Capabilities reach as far as their grant."""
    see(database, "v9", camera_id="elsewhere")
    leader = browser_of(app, database, "leader", Role.TEAM_LEADER, "yard")
    assert leader.get("/api/v1/tickets").json()["items"] == []
    assert leader.get(f"/api/v1/tickets/{ticket_id}/assignees").status_code == 403


def test_rules_are_edited_as_a_list(client: TestClient, database: Database) -> None:
    """In the order in which they are tried; the ETag guards the whole list."""
    answer = client.get("/api/v1/ticket-rules")
    rules, tag = answer.json()["items"], {"If-Match": answer.headers["ETag"]}
    new = {**rules[1], "id": "night-helmets", "schedule": "mon-sun 20:00-06:00", "tier": "larger"}
    wanted = {"items": [new, *reversed(rules[1:])]}
    put = client.put("/api/v1/ticket-rules", json=wanted, headers=tag)
    assert put.status_code == 200, put.text
    assert client.get("/api/v1/ticket-rules").json() == wanted
    assert client.put("/api/v1/ticket-rules", json=wanted, headers=tag).status_code == 412
    tag = {"If-Match": put.headers["ETag"]}
    for change, status in (
        ({"grade": "violet"}, 404),
        ({"assignee": "nobody"}, 404),
        ({"schedule": "sometimes"}, 422),
        ({"min_confidence": 2}, 422),
        ({"tier": "huge"}, 422),
    ):
        wrong = {"items": [{**new, **change}]}
        assert client.put("/api/v1/ticket-rules", json=wanted | wrong, headers=tag).status_code == (
            status
        )
    twice = client.put("/api/v1/ticket-rules", json={"items": [new, new]}, headers=tag)
    assert twice.status_code == 409
    assert client.get("/api/v1/ticket-rules").json() == wanted


def test_the_ladder_is_edited_as_a_list(client: TestClient, database: Database) -> None:
    """Rungs in order; a rung for nobody is refused."""
    answer = client.get("/api/v1/escalation")
    rungs, tag = answer.json()["items"], {"If-Match": answer.headers["ETag"]}
    assert [rung["to"] for rung in rungs] == ["owner", "team_leader", "manager", "manager"]
    wrong = client.put("/api/v1/escalation", json={"items": rungs[::-1]}, headers=tag)
    assert wrong.status_code == 409
    nobody = {"items": [{"after_s": 0, "to": "the king", "supervise": False}]}
    assert client.put("/api/v1/escalation", json=nobody, headers=tag).status_code == 422
    put = client.put("/api/v1/escalation", json={"items": rungs[:2]}, headers=tag)
    assert put.json()["items"] == rungs[:2]
