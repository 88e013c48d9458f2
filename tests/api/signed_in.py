"""Browsers of people with one role somewhere."""

import time

from fastapi.testclient import TestClient

from api.app import Application
from hazards.access.actions import sign_in
from hazards.access.roles import Role
from hazards.access.tables import GrantRow, UserRow
from hazards.database import Database


def browser_of(
    app: Application,
    database: Database,
    name: str,
    role: Role,
    unit_id: str,
    person_id: str | None = None,
) -> TestClient:
    """A signed-in browser of a new user."""
    with database.begin() as session:
        row = UserRow(
            name=name, display_name=name, password_hash="", active=True, person_id=person_id
        )
        session.add(row)
        session.flush()
        session.add(GrantRow(user_id=row.id, role=role, unit_id=unit_id))
        new = sign_in(session, row, now=time.time())
    browser = TestClient(app)
    browser.cookies.set("anyan_session", new.token)
    browser.headers["X-CSRF-Token"] = new.csrf_token
    return browser
