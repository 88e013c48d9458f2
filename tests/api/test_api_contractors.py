"""People of a contractor: their own part of the site, and what their firm is charged with."""

from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient
from roles import browser_of
from small_site import see, settle_in

from api.app import Application
from hazards.access.roles import Role
from hazards.cases.tables import HazardRow
from hazards.database import Database
from hazards.site.people import create_contractor, create_person
from hazards.site.tree import UnitKind, create_unit


@dataclass(frozen=True)
class Firm:
    """A contractor with a unit of its own below the yard, which looks after it. v1: a hazard of
    the top of the site that is about the firm."""

    account: str
    leader: TestClient
    worker: TestClient
    outsider: TestClient


@pytest.fixture
def firm(client: TestClient, app: Application, database: Database) -> Firm:
    """Its leader and a worker; and the leader of another part who is of no firm."""
    settle_in(database)
    with database.begin() as session:
        create_unit(session, parent_id="yard", kind=UnitKind.TEAM, name="Bau", id="bau")
        made = create_contractor(session, name="Bau Ltd", unit_id="yard", contact="")
        people = [
            create_person(
                session, number=name, name=name, unit_id="bau", post="", contractor_id=made.id
            ).id
            for name in ("foreman", "mason")
        ]
    see(database)
    with database.begin() as session:
        row = session.get_one(HazardRow, "v1")
        row.unit_id = "works"
        row.subject_kind, row.subject_id = "contractor", made.id
    return Firm(
        f"contractor:{made.id}",
        browser_of(app, database, "foreman", Role.TEAM_LEADER, "bau", person_id=people[0]),
        browser_of(app, database, "mason", Role.WORKER, "bau", person_id=people[1]),
        browser_of(app, database, "other", Role.TEAM_LEADER, "team-a", person_id="li"),
    )


def test_a_leader_reads_what_the_firm_is_charged_with(client: TestClient, firm: Firm) -> None:
    """The statement, the hazard behind each entry, and an appeal; nobody else of the firm, and no
    leader of another part."""
    client.post("/api/v1/hazards/v1/verdict", json={"verdict": "confirmed"})
    path = f"/api/v1/points/accounts/{firm.account}/statement"
    statement = firm.leader.get(path).json()
    (line,) = statement["lines"]
    assert (line["points"], line["hazard"]["id"], statement["may_appeal"]) == (-10, "v1", True)
    assert firm.leader.get("/api/v1/hazards/v1").json()["judgement"]["verdict"] == "confirmed"
    appeal = {"account_id": firm.account, "entry_key": line["key"], "text": "Not our people"}
    assert firm.leader.post("/api/v1/appeals", json=appeal).status_code == 201
    for other in (firm.worker, firm.outsider):
        assert other.get(path).status_code == 403
        assert other.get("/api/v1/hazards/v1").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "hazards", "tickets", "people", "risk-units", "plans", "cameras", "review/quality",
        "points/accounts", "points/alerts", "appeals", "risk-reviews/due", "checks/due",
    ],
)  # fmt: skip
def test_lists_show_a_leader_the_own_part_only(client: TestClient, firm: Firm, path: str) -> None:
    """No name, id or count of the works, its people and its areas. Only the names of units are
    everybody's: a report says where."""
    client.post("/api/v1/hazards/v1/verdict", json={"verdict": "confirmed"})
    answer = firm.leader.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    told = answer.text
    assert not any(word in told for word in ('"v1"', "gate", "Wang", "Li", "Hall", "team-a")), told
