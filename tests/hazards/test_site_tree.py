from dataclasses import replace

import pytest
from examples import CAMERA, VIOLATION
from people import settle_in, user

from core.errors import Conflict, NotFound, NotSignedIn
from hazards.access import accounts, queries
from hazards.access.roles import CAPABILITIES, Capability, Role
from hazards.access.tables import UserRow
from hazards.cases.actions import record_violations
from hazards.cases.tables import HazardRow
from hazards.database import Database
from hazards.site import people, tree
from hazards.site.people_tables import ROOT
from hazards.site.tree import UnitKind


def _paths(database: Database) -> list[str]:
    with database.read() as session:
        return [row.path for row in tree.tree(session)]


def test_a_unit_moves_with_all_that_is_below_it(database: Database) -> None:
    """Paths follow; a unit never goes below itself, and only an empty one is deleted."""
    settle_in(database)
    with database.begin() as session:
        tree.create_unit(session, parent_id=ROOT, kind=UnitKind.DEPARTMENT, name="Dep", id="dep")
        tree.create_unit(session, parent_id=ROOT, kind=UnitKind.TEAM, name="W2", id="works-2")
        tree.move_unit(session, "works", parent_id="dep")
    assert _paths(database) == [
        "/site/", "/site/dep/", "/site/dep/works/", "/site/dep/works/team-a/", "/site/works-2/",
    ]  # fmt: skip
    with database.begin() as session:
        below = [row.id for row in tree.tree(session, "/site/dep/works/")]
        assert below == ["works", "team-a"], "works-2 begins alike and is no part of it"
        for wrong, error in (
            (lambda: tree.move_unit(session, "dep", parent_id="team-a"), Conflict),
            (lambda: tree.move_unit(session, ROOT, parent_id="dep"), Conflict),
            (lambda: tree.move_unit(session, "dep", parent_id="none"), NotFound),
            (lambda: tree.delete_unit(session, "team-a"), Conflict),
            (lambda: tree.delete_unit(session, "dep"), Conflict),
        ):
            with pytest.raises(error):
                wrong()
        tree.delete_unit(session, "works-2")


def test_ids_of_units_are_checked(database: Database) -> None:
    """Taken, unreadable or too deep: a clear refusal."""
    with database.begin() as session:
        make = {"kind": UnitKind.TEAM, "name": "x"}
        tree.create_unit(session, parent_id=ROOT, id="a", **make)
        for wrong in ("a", "A/B", ""):
            if wrong:
                with pytest.raises(Conflict):
                    tree.create_unit(session, parent_id=ROOT, id=wrong, **make)
        parent = "a"
        for depth in range(15):
            parent = tree.create_unit(session, parent_id=parent, id=f"{'x' * 60}{depth}", **make).id
        with pytest.raises(Conflict, match="too deep"):
            tree.create_unit(session, parent_id=parent, id="y" * 63, **make)


def test_a_role_reaches_its_unit_and_what_is_below(database: Database) -> None:
    """Every role times every capability, above, at, below and beside the unit of the grant."""
    settle_in(database)
    with database.begin() as session:
        tree.create_unit(session, parent_id=ROOT, kind=UnitKind.WORKSHOP, name="B", id="beside")
        users = {role: user(session, role.value, role, unit_id="works") for role in Role}
    with database.read() as session:
        for role, someone in users.items():
            for capability in Capability:
                may = capability in CAPABILITIES[role]
                reach = {"works": may, "team-a": may, ROOT: False, "beside": False, "none": False}
                for unit_id, expected in reach.items():
                    assert queries.can(session, someone, capability, unit_id) is expected
                paths = ["/site/works/"] if may else []
                assert queries.visible_paths(session, someone, capability) == paths


def test_an_auditor_changes_nothing_and_an_administrator_may_everything() -> None:
    """What the words promise."""
    reads = {Capability.WATCH, Capability.READ_POINTS, Capability.READ_AUDIT}
    assert CAPABILITIES[Role.AUDITOR] == reads
    assert CAPABILITIES[Role.ADMINISTRATOR] == set(Capability)
    assert set(CAPABILITIES) == set(Role)


def test_somebody_always_administers(database: Database) -> None:
    """The last administrator can neither be revoked nor deactivated; a former user may nothing."""
    with database.begin() as session:
        first = user(session, "a", Role.ADMINISTRATOR)
        second = user(session, "b", Role.ADMINISTRATOR)
        accounts.deactivate(session, second.id)
        assert not queries.can(session, second, Capability.WATCH, ROOT)
    for wrong in (
        lambda session: accounts.revoke(session, first.id, Role.ADMINISTRATOR, ROOT),
        lambda session: accounts.deactivate(session, first.id),
    ):
        with pytest.raises(Conflict, match="administer"), database.begin() as session:
            wrong(session)
    with database.read() as session:
        assert queries.can(session, session.get(UserRow, first.id), Capability.ADMINISTER, ROOT)


def test_the_nearest_one_with_a_role_is_asked(database: Database) -> None:
    """A leader of the team before one of the works before one of the site."""
    settle_in(database)
    with database.begin() as session:
        user(session, "top", Role.TEAM_LEADER, ROOT)
        user(session, "works", Role.TEAM_LEADER, "works")
    with database.read() as session:
        names = {
            unit: [u.name for u in queries.users_with(session, Role.TEAM_LEADER, unit)]
            for unit in ("team-a", ROOT)
        }
    assert names == {"team-a": ["works"], ROOT: ["top"]}


def test_a_machine_token_has_scopes_and_can_be_revoked(database: Database) -> None:
    """Stored as a hash, void after revoking, limited to its part of the tree."""
    settle_in(database)
    with database.begin() as session:
        row, token = accounts.create_token(
            session, name="mqtt", scopes=[Capability.REPORT], unit_id="works", by="admin", now=1.0
        )
        assert token not in (row.token_hash, row.id)
    with database.begin() as session:
        found = queries.machine(session, token)
        assert queries.machine_can(session, found, Capability.REPORT, "team-a")
        assert not queries.machine_can(session, found, Capability.REPORT, ROOT)
        assert not queries.machine_can(session, found, Capability.REVIEW, "team-a")
        accounts.revoke_token(session, row.id, now=2.0)
        with pytest.raises(NotSignedIn):
            queries.machine(session, token)


def test_people_are_found_by_name_and_number_within_the_sub_tree(database: Database) -> None:
    """Search, paging by staff number, no double numbers."""
    settle_in(database)
    with database.begin() as session:
        people.create_person(session, number="007", name="李四", unit_id="works", post="welder")
        find = {"paths": ["/site/works/"], "limit": 10}
        assert [p.number for p in people.people(session, search="李", **find)] == ["007"]
        assert [p.number for p in people.people(session, after="li", **find)] == ["wang", "zhao"]
        assert people.people(session, search="%", **find) == []
        assert people.people(session, paths=["/site/none/"], limit=10) == []
    with pytest.raises(Conflict, match="staff number"), database.begin() as session:
        people.create_person(session, number="007", name="x", unit_id="works", post="")


def test_a_hazard_belongs_to_what_its_zone_watches(database: Database) -> None:
    """The zone's risk unit before the camera's; without both the whole site."""
    settle_in(database, camera=CAMERA)
    with database.begin() as session:
        people.watch_risk_unit(session, "gate", None, None)
        record_violations(session, [VIOLATION])
        row = session.get(HazardRow, VIOLATION.id)
        assert (row.risk_unit_id, row.unit_id) == (None, ROOT)
        people.watch_risk_unit(session, "gate", "door", "hall")
        with pytest.raises(NotFound):
            people.watch_risk_unit(session, "gate", "window", "hall")

    with database.begin() as session:
        record_violations(session, [replace(VIOLATION, id="later")])
        row = session.get(HazardRow, "later")
        assert (row.risk_unit_id, row.unit_id) == ("hall", "team-a")
