"""Behaviour points over HTTP: statements, appeals, rewards, policy, months, the ledger."""

import time
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from signed_in import browser_of
from sqlalchemy import event

from api.app import Application
from core.violation import Violation, ViolationKind
from hazards.access.accounts import grant
from hazards.access.queries import user_named
from hazards.access.roles import Role
from hazards.cases import flow
from hazards.cases.kinds import SubjectKind, Verdict
from hazards.database import Database
from hazards.points.months import open_month
from hazards.site.people_tables import ROOT, PersonRow
from hazards.site.tree import UnitKind, create_unit
from hazards.tickets.calendar import WorkCalendar

ANY = {"If-Match": "*"}
"""An edit, whatever stands there."""
ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar((), {}, ZONE)
WANG = "person:wang"
STATEMENT = f"/api/v1/points/accounts/{WANG}/statement"


@dataclass
class Desk:
    """Browsers of people of the works."""

    wang: TestClient
    li: TestClient
    staff: TestClient
    boss: TestClient
    database: Database

    def confirm(self, id: str, *, at: float | None = None, now: float | None = None) -> None:
        """Wang was seen without a helmet; staff confirms it."""
        now = time.time() if now is None else now
        at = now - 60 if at is None else at
        with self.database.begin() as session:
            seen = Violation(
                id, ViolationKind.MISSING_HELMET, "helmet/1", "gate", "picture", (1,), at, at + 1,
                True, 0.9,
            )  # fmt: skip
            staff = user_named(session, "staff")
            flow.take_in(session, seen, now=now, calendar=CALENDAR)
            flow.name_subject(session, id, SubjectKind.PERSON, "wang", by=staff, now=now)
            flow.decide(session, id, Verdict.CONFIRMED, by=staff, now=now, calendar=CALENDAR)


@pytest.fixture
def desk(app: Application, database: Database) -> Desk:
    with database.begin() as session:
        create_unit(session, parent_id=ROOT, kind=UnitKind.WORKSHOP, name="Works", id="works")
        create_unit(session, parent_id=ROOT, kind=UnitKind.WORKSHOP, name="Yard", id="yard")
        for number, name in enumerate(("wang", "li", "zhao")):
            session.add(
                PersonRow(id=name, number=str(number), name=name.title(), unit_id="works",
                          post="fitter", active=True)
            )  # fmt: skip
        session.flush()
        open_month(session, now=time.time(), zone=ZONE)
    return Desk(
        browser_of(app, database, "wang", Role.WORKER, "works", "wang"),
        browser_of(app, database, "li", Role.WORKER, "works", "li"),
        browser_of(app, database, "staff", Role.SAFETY_STAFF, ROOT, "zhao"),
        browser_of(app, database, "boss", Role.MANAGER, ROOT),
        database,
    )


def _appeal(browser: TestClient, key: str = "violation:v1", account: str = WANG):
    body = {"account_id": account, "entry_key": key, "text": "我当时戴着安全帽"}
    return browser.post("/api/v1/appeals", json=body)


def _decide(browser: TestClient, id: str, *, grant: bool = True, reason: str = "录像不清"):
    return browser.post(f"/api/v1/appeals/{id}/decision", json={"grant": grant, "reason": reason})


def test_a_statement_shows_every_entry_with_its_hazard(desk: Desk) -> None:
    """Score of the month, entries newest first, what each is about, until when to appeal."""
    desk.confirm("v1")
    assert desk.wang.get("/api/v1/points/account").json()["id"] == WANG
    shown = desk.wang.get(STATEMENT).json()
    assert (shown["month"], shown["balance"], shown["may_appeal"]) == (90, 90, True)
    assert shown["year"]["eligible"]
    lost, opening = shown["lines"]
    assert (opening["kind"], opening["points"], opening["hazard"]) == ("opening", 100, None)
    assert (lost["kind"], lost["points"]) == ("violation", -10)
    assert (lost["hazard"]["id"], lost["hazard"]["kind"]) == ("v1", "missing_helmet")
    assert lost["appeal"]["state"] == "possible"
    assert lost["appeal"]["until"] == pytest.approx(lost["at"] + 7 * 86400)


def test_a_statement_goes_on_where_the_page_before_ended(desk: Desk) -> None:
    """`next` of one page is `before` of the following."""
    desk.confirm("v1")
    first = desk.wang.get(STATEMENT, params={"limit": 1}).json()
    rest = desk.wang.get(STATEMENT, params={"before": first["next"]}).json()
    assert [line["kind"] for line in first["lines"] + rest["lines"]] == ["violation", "opening"]
    assert rest["next"] is None


def test_who_reads_whose_points(desk: Desk, app: Application) -> None:
    """One's own; those of the unit for who may; nobody else's."""
    assert desk.li.get(STATEMENT).status_code == 403
    assert desk.staff.get(STATEMENT).status_code == 200
    yard = browser_of(app, desk.database, "yard", Role.TEAM_LEADER, "yard")
    assert yard.get(STATEMENT).status_code == 403
    guard = browser_of(app, desk.database, "guard", Role.SECURITY_ROOM, ROOT)
    assert guard.get(STATEMENT).status_code == 403
    auditor = browser_of(app, desk.database, "auditor", Role.AUDITOR, ROOT)
    seen = auditor.get(STATEMENT)
    assert (seen.status_code, seen.json()["may_appeal"]) == (200, False)
    assert desk.staff.get("/api/v1/points/accounts/person:nobody/statement").status_code == 404
    found = desk.staff.get("/api/v1/points/accounts", params={"search": "wan"}).json()["items"]
    assert [one["id"] for one in found] == [WANG]
    assert yard.get("/api/v1/points/accounts", params={"search": "wan"}).json() == {"items": []}


def test_evidence_about_oneself_is_open_to_oneself(desk: Desk) -> None:
    """The person sees the hazard that cost points; a colleague does not."""
    desk.confirm("v1")
    assert desk.wang.get("/api/v1/hazards/v1").json()["id"] == "v1"
    assert desk.li.get("/api/v1/hazards/v1").status_code == 403


def test_an_appeal_that_is_granted_takes_the_points_back(desk: Desk) -> None:
    """Decided by the manager; the entry stays and its reversal stands beside it."""
    desk.confirm("v1")
    raised = _appeal(desk.wang)
    assert raised.status_code == 201, raised.text
    waiting = desk.boss.get("/api/v1/appeals", params={"state": "open"}).json()["items"]
    assert [(one["id"], one["raised_by"], one["points"]) for one in waiting] == [
        (raised.json()["id"], "wang", -10)
    ]
    assert _decide(desk.boss, raised.json()["id"]).json()["state"] == "granted"
    shown = desk.wang.get(STATEMENT).json()
    assert shown["month"] == 100
    assert [line["kind"] for line in shown["lines"]] == ["reversal", "violation", "opening"]
    assert shown["lines"][1]["appeal"]["state"] == "granted"
    again = _decide(desk.boss, raised.json()["id"])
    assert (again.status_code, again.json()["code"]) == (409, "wrong_transition")


def test_nobody_decides_an_own_appeal(desk: Desk, app: Application) -> None:
    """Neither the person, nor who raised it, nor who reviewed the case; a worker never."""
    desk.confirm("v1")
    helper = browser_of(app, desk.database, "helper", Role.MANAGER, ROOT)
    raised = _appeal(helper).json()
    for refused in (
        helper,
        desk.wang,
        browser_of(app, desk.database, "yard-boss", Role.MANAGER, "yard"),
    ):
        answer = _decide(refused, raised["id"])
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    with desk.database.begin() as session:
        grant(session, user_named(session, "staff").id, Role.MANAGER, ROOT)
    assert _decide(desk.staff, raised["id"]).status_code == 403
    assert _decide(desk.boss, raised["id"], reason=" ").status_code == 422
    assert _decide(desk.boss, raised["id"], grant=False).json()["state"] == "rejected"


def test_an_appeal_that_cannot_be(desk: Desk) -> None:
    """Too late, for somebody else, twice, of an entry that is none, without a word."""
    desk.confirm("old", now=time.time() - 8 * 86400)
    desk.confirm("v1")
    late = _appeal(desk.wang, "violation:old")
    assert (late.status_code, late.json()["code"]) == (409, "too_late")
    lines = desk.wang.get(STATEMENT).json()["lines"]
    states = {line["key"]: line["appeal"]["state"] for line in lines}
    assert states["violation:old"] == "too_late"
    assert _appeal(desk.li).status_code == 403
    assert _appeal(desk.wang, "violation:none").status_code == 404
    assert _appeal(desk.wang).status_code == 201
    twice = _appeal(desk.wang)
    assert (twice.status_code, twice.json()["code"]) == (409, "conflict")
    empty = {"account_id": WANG, "entry_key": "violation:v1", "text": " "}
    assert desk.wang.post("/api/v1/appeals", json=empty).status_code == 422


def test_rewards_and_what_stands_in_the_way(desk: Desk) -> None:
    """Only who keeps the points offers them; an open quarter redeems nothing."""
    body = {"kind": "goods", "name": "手套", "price": 30, "stock": 2}
    assert desk.staff.post("/api/v1/rewards", json=body).status_code == 403
    made = desk.boss.post("/api/v1/rewards", json=body)
    assert made.status_code == 201, made.text
    reward = made.json()
    assert desk.wang.get("/api/v1/rewards").json()["items"] == [reward]
    taken = desk.wang.post(
        "/api/v1/redemptions", json={"reward_id": reward["id"], "quarter": "2024-Q1"}
    )
    assert (taken.status_code, taken.json()["code"]) == (409, "conflict")
    other = {"reward_id": reward["id"], "quarter": "2024-Q1", "person_id": "li"}
    assert desk.wang.post("/api/v1/redemptions", json=other).status_code == 403
    wrong = desk.wang.post(
        "/api/v1/redemptions", json={"reward_id": reward["id"], "quarter": "2024-13"}
    )
    assert wrong.status_code == 422
    path = f"/api/v1/rewards/{reward['id']}"
    assert (
        desk.boss.put(path, json={**body, "active": False}, headers=ANY).json()["active"] is False
    )
    assert desk.wang.get("/api/v1/rewards").json() == {"items": []}


def test_new_rules_begin_later_and_leave_the_past(desk: Desk) -> None:
    """A version per change; one that begins in the past is refused."""
    (first,) = desk.wang.get("/api/v1/point-policies").json()["items"]
    rules = {**first["body"], "appeal_days": 14}
    late = desk.boss.post("/api/v1/point-policies", json={**rules, "valid_from": 1.0})
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    made = desk.boss.post(
        "/api/v1/point-policies", json={**rules, "valid_from": time.time() + 3600}
    )
    assert (made.status_code, made.json()["version"]) == (201, first["version"] + 1)
    assert desk.staff.post("/api/v1/point-policies", json=rules).status_code in {403, 422}
    bad = desk.boss.post(
        "/api/v1/point-policies", json={**rules, "appeal_days": 0, "valid_from": 1e10}
    )
    assert bad.status_code == 422


def test_months_are_closed_after_their_end(desk: Desk) -> None:
    """The running one is refused by name."""
    (month,) = desk.wang.get("/api/v1/months").json()["items"]
    assert month["state"] == "running"
    answer = desk.boss.post(f"/api/v1/months/{month['month']}/close")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert desk.staff.post(f"/api/v1/months/{month['month']}/close").status_code == 403
    assert desk.boss.post("/api/v1/months/2024-13/close").status_code == 422


def test_three_days_running_without_a_helmet(desk: Desk) -> None:
    """Named for who may read the points; nobody else learns it."""
    now = time.time()
    for back in range(3):
        desk.confirm(f"v{back}", at=now - back * 86400 - 1)
    (alert,) = desk.staff.get("/api/v1/points/alerts").json()["repeated"]
    assert (alert["account"]["id"], len(alert["hazard_ids"])) == (WANG, 3)
    assert desk.wang.get("/api/v1/points/alerts").status_code == 403


def test_the_ledger_is_verified(desk: Desk, client: TestClient) -> None:
    """All links agree; only who reads the audit may ask."""
    desk.confirm("v1")
    found = client.get("/api/v1/ledger/verification").json()
    assert (found["wrong"], found["checked"]) == (None, 4)
    assert desk.boss.get("/api/v1/ledger/verification").status_code == 403


def test_messages_of_oneself(desk: Desk, client: TestClient) -> None:
    """The inbox is a person's; the counts are the administrator's."""
    assert desk.wang.get("/api/v1/inbox").json() == {"items": [], "next": None}
    assert desk.boss.get("/api/v1/inbox").status_code == 403
    assert client.get("/api/v1/messages/counts").json()["failed"] == 0
    assert desk.wang.get("/api/v1/messages/counts").status_code == 403


def test_a_statement_asks_as_often_for_many_entries_as_for_few(desk: Desk) -> None:
    """The number of statements does not grow with the entries."""

    def asked() -> int:
        seen: list[str] = []

        def note(*arguments: object) -> None:
            seen.append(str(arguments[2]))

        event.listen(desk.database._engine, "before_cursor_execute", note)
        try:
            assert desk.wang.get(STATEMENT).status_code == 200
        finally:
            event.remove(desk.database._engine, "before_cursor_execute", note)
        return len(seen)

    desk.confirm("v0")
    before = asked()
    for number in range(1, 8):
        desk.confirm(f"v{number}", at=time.time() - number * 3 * 86400)
    assert asked() == before <= 24
