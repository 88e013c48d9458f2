"""No answer asks the database more often because there is more in it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from fastapi.testclient import TestClient
from grown_site import grow
from sqlalchemy import event, select

from api.app import Application, describe
from hazards.access.actions import sign_in
from hazards.access.roles import Role
from hazards.access.tables import GrantRow, UserRow
from hazards.database import Database
from hazards.site.people_tables import ROOT

IDS = {
    "cameras": "cam-0",
    "hazards": "v0",
    "units": "unit-0",
    "people": "p0",
    "contractors": "c0",
    "users": "1",
    "channels": "ch0",
    "plans": "plan-0",
    "risk-units": "risk-0",
    "accounts": "person:p0",
    "report-forms": "form-0",
}
"""What stands for `{id}` after these words of a path."""
ELSEWHERE = {"/api/v1/events", "/api/v1/oidc/login", "/api/v1/oidc/callback", "/readyz"}
"""They never end, belong to another service, or say that this one has no cameras."""


def _paths() -> list[str]:
    """Every GET of the description that answers JSON."""
    found = []
    for path, methods in describe("0").openapi()["paths"].items():
        answers = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        if "application/json" in answers and path not in ELSEWHERE:
            found.append(path)
    return found


def _with_ids(path: str, ticket_id: str) -> str | None:
    """None where an answer needs a file."""
    parts = path.split("/")
    for n, part in enumerate(parts):
        if part.startswith("{"):
            known = IDS | {"tickets": ticket_id}
            if parts[n - 1] not in known:
                return None
            parts[n] = known[parts[n - 1]]
    return "/".join(parts)


@contextmanager
def _counted(database: Database) -> Iterator[Callable[[], list[str]]]:
    """A function that gives the statements since its last call."""
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    def since() -> list[str]:
        found = seen.copy()
        seen.clear()
        return found

    event.listen(database._engine, "before_cursor_execute", note)
    yield since
    event.remove(database._engine, "before_cursor_execute", note)


@pytest.fixture
def browser(app: Application, database: Database) -> TestClient:
    """Of an administrator who is a person of the grown site."""
    with database.begin() as session:
        grow(session, range(1), now=time.time())
        user = session.scalars(select(UserRow).where(UserRow.name == "user-0")).one()
        session.add(GrantRow(user_id=user.id, role=Role.ADMINISTRATOR, unit_id=ROOT))
        new = sign_in(session, user, now=time.time())
    return TestClient(app, cookies={"anyan_session": new.token})


def _measure(browser: TestClient, database: Database) -> dict[str, tuple[int, int]]:
    """Statements, and bytes of the answer, by path."""
    ticket_id = browser.get("/api/v1/hazards/v0").json()["ticket_id"]
    found = {}
    with _counted(database) as since:
        for path in _paths():
            url = _with_ids(path, ticket_id)
            if url is not None:
                since()
                answer = browser.get(url)
                assert answer.status_code == 200, (url, answer.text)
                found[path] = len(since()), len(answer.content)
    return found


def test_statements_do_not_grow_with_the_rows(browser: TestClient, database: Database) -> None:
    """Every GET of the description, on a site with four and with nine of everything: as many
    statements, and most answers are longer."""
    with database.begin() as session:
        grow(session, range(1, 4), now=time.time())
    few = _measure(browser, database)
    with database.begin() as session:
        grow(session, range(4, 9), now=time.time())
    many = _measure(browser, database)
    grown = {path: (few[path][0], many[path][0]) for path in few if few[path][0] != many[path][0]}
    assert grown == {}
    longer = {path for path in few if many[path][1] > few[path][1]}
    assert len(longer) >= 25
