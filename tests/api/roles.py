"""One signed-in browser for every role, and one for nobody."""

import time

from fastapi.testclient import TestClient

from api.app import Application
from hazards.access.actions import sign_in
from hazards.access.roles import Role
from hazards.access.tables import GrantRow, UserRow
from hazards.database import Database
from hazards.site.people_tables import ROOT


def browser_of(
    app: Application,
    database: Database,
    name: str,
    role: Role | None,
    unit_id: str = ROOT,
    person_id: str | None = None,
) -> TestClient:
    """A browser of a new user, who has one role in one unit, or none at all."""
    with database.begin() as session:
        row = UserRow(
            name=name,
            display_name=name.title(),
            password_hash="",
            active=True,
            person_id=person_id,
        )
        session.add(row)
        session.flush()
        if role is not None:
            session.add(GrantRow(user_id=row.id, role=role, unit_id=unit_id))
        new = sign_in(session, row, now=time.time())
    client = TestClient(app, cookies={"anyan_session": new.token})
    client.headers["X-CSRF-Token"] = new.csrf_token
    return client
