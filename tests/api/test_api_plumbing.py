"""What every part of the API shares: callers, scopes, tags, keys, cursors, languages."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from roles import browser_of
from sqlalchemy import func, select

from api.app import Application
from api.errors import STATUS, InvalidRequest
from api.problem_titles import _TITLES, language_of, title_of
from api.schemas.page import cursor, place_of
from core import errors
from hazards.access.roles import Capability, Role
from hazards.answers.actions import KEPT_S
from hazards.answers.tables import AnswerRow
from hazards.audit.tables import AuditRow
from hazards.database import Database
from hazards.site.people_tables import PersonRow, UnitRow
from hazards.site.tree import UnitKind, create_unit

LI = {"number": "007", "name": "李", "unit_id": "works", "post": "fitter", "contractor_id": None}


@pytest.fixture(autouse=True)
def works(database: Database) -> None:
    """Two workshops below the site."""
    with database.begin() as session:
        for name in ("works", "yard"):
            create_unit(session, parent_id="site", kind=UnitKind.WORKSHOP, name=name, id=name)


def _count(database: Database, table: type) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_repeated_create_makes_one_and_answers_the_same(
    client: TestClient, database: Database
) -> None:
    """Same key and body: the first answer; another body: 409 key_reused; other key: a conflict."""
    first = client.post("/api/v1/people", json=LI, headers={"Idempotency-Key": "k1"})
    again = client.post("/api/v1/people", json=LI, headers={"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    other = client.post(
        "/api/v1/people", json=LI | {"name": "王"}, headers={"Idempotency-Key": "k1"}
    )
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    taken = client.post("/api/v1/people", json=LI, headers={"Idempotency-Key": "k2"})
    assert (taken.status_code, taken.json()["code"]) == (409, "conflict")
    assert _count(database, PersonRow) == 1


def test_what_failed_under_a_key_may_be_tried_again(client: TestClient) -> None:
    """The refusal is not kept: once its cause is gone, the same request succeeds."""
    key = {"Idempotency-Key": "k"}
    body = LI | {"unit_id": "dock"}
    assert client.post("/api/v1/people", json=body, headers=key).status_code == 403
    dock = {"name": "Dock", "kind": "team", "parent_id": "site", "id": "dock"}
    assert client.post("/api/v1/units", json=dock).status_code == 201
    assert client.post("/api/v1/people", json=body, headers=key).status_code == 201


def test_one_of_many_equal_creates_at_once(client: TestClient, database: Database) -> None:
    """Eight threads, one key: eight times the same answer, one person."""
    gate = threading.Barrier(8)

    def send(_: int) -> str:
        gate.wait()
        answer = client.post("/api/v1/people", json=LI, headers={"Idempotency-Key": "k"})
        return answer.json()["id"]

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(send, range(8)))) == 1
    assert _count(database, PersonRow) == 1


def test_kept_answers_are_forgotten_after_a_week(client: TestClient, database: Database) -> None:
    """The table does not grow for ever."""
    with database.begin() as session:
        session.add(AnswerRow(id="old", request="", body="", at=1.0))
    client.post("/api/v1/people", json=LI, headers={"Idempotency-Key": "k"})
    assert KEPT_S == 7 * 86400
    assert _count(database, AnswerRow) == 1


def test_an_edit_names_what_was_seen(client: TestClient) -> None:
    """428 without a tag, 412 with an old one; the tag of an answer is good for the next edit."""
    path = "/api/v1/people/" + client.post("/api/v1/people", json=LI).json()["id"]
    body = LI | {"active": True, "name": "李四"}
    missing = client.put(path, json=body)
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition_missing")
    seen = client.get(path).headers["etag"]
    edited = client.put(path, json=body, headers={"If-Match": seen})
    assert (edited.status_code, edited.json()["name"]) == (200, "李四")
    stale = client.put(path, json=body | {"name": "王"}, headers={"If-Match": seen})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert client.get(path).headers["etag"] == edited.headers["etag"]
    weak = {"If-Match": f'"x", W/{edited.headers["etag"]}'}
    assert client.put(path, json=body | {"active": False}, headers=weak).status_code == 200
    assert client.put(path, json=body, headers={"If-Match": "*"}).status_code == 200


def test_of_two_edits_at_once_one_is_stale(client: TestClient) -> None:
    """Both saw the same; the second is told to load again."""
    path = "/api/v1/people/" + client.post("/api/v1/people", json=LI).json()["id"]
    seen = {"If-Match": client.get(path).headers["etag"]}
    gate = threading.Barrier(2)

    def edit(name: str) -> int:
        gate.wait()
        body = LI | {"active": True, "name": name}
        return client.put(path, json=body, headers=seen).status_code

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(edit, ("a", "b"))) == [200, 412]


def test_a_list_goes_on_where_it_stopped(client: TestClient) -> None:
    """Every person once, by staff number, whatever the page's size."""
    for number in ("3", "1", "2"):
        client.post("/api/v1/people", json=LI | {"number": number})
    found, after = [], {}
    while True:
        page = client.get("/api/v1/people", params={"limit": 2, **after}).json()
        found += [person["number"] for person in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert found == ["1", "2", "3"]


@pytest.mark.parametrize(
    "after",
    ["x", "é", "W10", cursor(1), cursor("a", "b"), cursor("a\0"), cursor(None), cursor([1])],
)
def test_a_made_up_cursor_is_refused(client: TestClient, after: str) -> None:
    """422 with the place, never a wrong page."""
    answer = client.get("/api/v1/people", params={"after": after})
    assert (answer.status_code, answer.json()["errors"][0]["place"]) == (422, "after")


def test_a_cursor_brings_back_its_place() -> None:
    """Also whole and broken numbers; no number that a database cannot hold."""
    assert place_of(cursor(1.5, "id", 3), float, str, int) == (1.5, "id", 3)
    assert place_of(None, str) is None
    for bad in (cursor(2**63), cursor(True)):
        with pytest.raises(InvalidRequest):
            place_of(bad, int)
    with pytest.raises(InvalidRequest):
        place_of(cursor(float("nan")), float)


def test_a_role_ends_where_its_unit_ends(app: Application, database: Database) -> None:
    """An owner of one workshop sees its people only, and an administrator of it edits it only."""
    admin = browser_of(app, database, "deputy", Role.ADMINISTRATOR, "works")
    owner = browser_of(app, database, "owner", Role.AREA_OWNER, "yard")
    mine = admin.post("/api/v1/people", json=LI)
    assert mine.status_code == 201
    path = f"/api/v1/people/{mine.json()['id']}"
    outside = admin.post("/api/v1/people", json=LI | {"unit_id": "yard", "number": "8"})
    assert (outside.status_code, outside.json()["code"]) == (403, "forbidden")
    tag = {"If-Match": admin.get(path).headers["etag"]}
    away = admin.put(path, json=LI | {"active": True, "unit_id": "yard"}, headers=tag)
    assert away.status_code == 403
    assert [p["name"] for p in admin.get("/api/v1/people").json()["items"]] == ["李"]
    assert owner.get("/api/v1/people").json()["items"] == []
    assert owner.get(path).status_code == 403
    assert admin.get("/api/v1/users").status_code == 403
    assert admin.get("/api/v1/audit").status_code == 403
    assert admin.get("/api/v1/cameras").json()["items"] == []


def test_a_machine_works_within_its_token(client: TestClient, app: Application) -> None:
    """By scope and unit, without cookie or page token, under its own name; revoked, it is out."""
    body = {"name": "hr", "scopes": ["edit_people"], "unit_id": "works"}
    made = client.post("/api/v1/tokens", json=body)
    assert made.status_code == 201
    machine = TestClient(app, headers={"Authorization": f"Bearer {made.json()['secret']}"})
    assert machine.post("/api/v1/people", json=LI).status_code == 201
    assert machine.post("/api/v1/people", json=LI | {"unit_id": "yard"}).status_code == 403
    assert machine.get("/api/v1/people").json()["code"] == "forbidden"
    token_id = made.json()["token"]["id"]
    newest = client.get("/api/v1/audit", params={"subject": "people"}).json()["items"][0]
    assert (newest["actor"], newest["change"]) == (f"token:{token_id}", "insert")
    listed = client.get("/api/v1/tokens").text
    assert made.json()["secret"] not in listed
    assert client.delete(f"/api/v1/tokens/{token_id}").status_code == 204
    assert machine.post("/api/v1/people", json=LI).json()["code"] == "not_signed_in"


def test_every_write_stands_in_the_trail(client: TestClient, database: Database) -> None:
    """Under the user's name, with before and after; the trail is whole, and a change is found."""
    client.post("/api/v1/people", json=LI)
    changes = client.get("/api/v1/audit", params={"subject": "people", "actor": "user:1"}).json()
    assert changes["items"][0]["after"]["name"] == "李"
    whole = client.get("/api/v1/audit/verification").json()
    assert (whole["wrong"], whole["problem"]) == (None, "")
    assert whole["checked"] == _count(database, AuditRow)


def test_the_last_administrator_stays(client: TestClient, app: Application) -> None:
    """Neither grant nor account can be taken away; a second administrator makes it possible."""
    path = "/api/v1/users/1"
    shown = client.get(path)
    edit = {key: shown.json()[key] for key in ("display_name", "person_id", "subject", "active")}
    tag = {"If-Match": shown.headers["etag"]}
    keeps = edit | {"grants": shown.json()["grants"]}
    for body in (edit | {"grants": []}, keeps | {"active": False}):
        assert client.put(path, json=body, headers=tag).json()["code"] == "conflict"
    new = {
        "name": "Second", "display_name": "Second", "password": "long enough", "person_id": None,
        "subject": None, "grants": [{"role": "administrator", "unit_id": "site"}],
    }  # fmt: skip
    made = client.post("/api/v1/users", json=new)
    assert (made.status_code, made.json()["has_password"]) == (201, True)
    assert client.put(path, json=edit | {"grants": []}, headers=tag).status_code == 200
    assert client.get(path).status_code == 403
    login = {"username": "second", "password": "long enough"}
    assert TestClient(app).post("/api/v1/session", json=login).status_code == 200


def test_a_tree_can_be_built_and_moved(client: TestClient, database: Database) -> None:
    """A unit with all below it goes to another place; a full one cannot be deleted."""
    team = {"name": "Team", "kind": "team", "parent_id": "works", "id": "team"}
    assert client.post("/api/v1/units", json=team).json()["path"] == "/site/works/team/"
    tag = {"If-Match": client.get("/api/v1/units/works").headers["etag"]}
    body = {"name": "Works", "kind": "department", "parent_id": "yard"}
    moved = client.put("/api/v1/units/works", json=body, headers=tag)
    assert moved.json()["path"] == "/site/yard/works/"
    paths = [unit["path"] for unit in client.get("/api/v1/units").json()["items"]]
    assert "/site/yard/works/team/" in paths
    assert client.delete("/api/v1/units/works").json()["code"] == "conflict"
    assert client.delete("/api/v1/units/team").status_code == 204
    assert _count(database, UnitRow) == 3


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("zh", "zh-CN"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("fr, zh;q=0.1", "zh-CN"),
        ("zh;q=x, en;q=0.1", "en"),
        ("*", "en"),
    ],
)
def test_a_problem_speaks_the_callers_language(
    client: TestClient, header: str, language: str
) -> None:
    """The title changes, the code does not."""
    answer = client.get("/api/v1/hazards/none", headers={"Accept-Language": header})
    assert answer.headers["content-language"] == language
    assert answer.json()["title"] == {"en": "Not found", "zh-CN": "找不到"}[language]
    assert answer.json()["code"] == "not_found"
    assert language_of({"accept-language": header}) == language


def test_every_code_has_a_title_in_both_languages() -> None:
    """No code without words, no words without a code."""
    trees = [*vars(errors).values(), *STATUS]
    codes = {e.code for e in trees if isinstance(e, type) and issubclass(e, errors.AnyanError)}
    assert codes | {"internal_error"} == set(_TITLES)
    for code in codes:
        assert title_of(code, "en").isascii()
        assert not title_of(code, "zh-CN").isascii()


def test_capabilities_have_a_name_for_the_pages(app: Application, database: Database) -> None:
    """A page sees what it may offer."""
    worker = browser_of(app, database, "worker", Role.WORKER, "works")
    assert worker.get("/api/v1/session").json()["capabilities"] == [
        Capability.REPORT,
        Capability.RECTIFY,
    ]
