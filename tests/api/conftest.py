import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from fastapi.testclient import TestClient
from fixtures_database import database, database_url, open_database  # noqa: F401
from made_plans import plan, works  # noqa: F401
from memory_engine import MemoryEngine
from sqlalchemy import func, select
from trail_replay import audited_rows, what_the_trail_misses

from api.app import Application, describe
from api.context import Context
from api.settings import ApiSettings
from hazards.access.actions import sign_in
from hazards.access.passwords import hash_password
from hazards.access.roles import Role
from hazards.access.tables import GrantRow, UserRow
from hazards.audit.tables import AuditRow
from hazards.database import Database
from hazards.site.people_tables import ROOT


@pytest.fixture(scope="session")
def password_hash() -> str:
    """Of the password of `admin`; made once, because that is slow on purpose."""
    return hash_password("correct horse")


@pytest.fixture
def engine() -> MemoryEngine:
    return MemoryEngine()


@pytest.fixture
def settings(tmp_path: Path) -> ApiSettings:
    data_dir, static_dir = tmp_path / "data", tmp_path / "static"
    data_dir.mkdir()
    return ApiSettings(
        data_dir=data_dir,
        time_zone="Asia/Shanghai",
        version="1.2.3",
        started_at=1_700_000_000.0,
        metrics_token="scrape me",
        static_dir=static_dir,
    )


@pytest.fixture
def user(database: Database, password_hash: str) -> UserRow:  # noqa: F811
    """The administrator."""
    row = UserRow(name="admin", display_name="admin", password_hash=password_hash, active=True)
    with database.begin() as session:
        session.add(row)
        session.flush()
        session.add(GrantRow(user_id=row.id, role=Role.ADMINISTRATOR, unit_id=ROOT))
    return row


@pytest.fixture(scope="session")
def routes() -> Application:
    """Every route, with nothing behind it; made once, because that takes a third of a second."""
    return describe("1.2.3")


@pytest.fixture
def app(
    routes: Application,
    database: Database,  # noqa: F811
    engine: MemoryEngine,
    settings: ApiSettings,
    user: UserRow,
) -> Iterator[Application]:
    """Whatever a test asks of it, the audit trail alone leads to what stands in the tables then."""
    with database.read() as session:
        start = audited_rows(session)
        begun = session.scalar(select(func.max(AuditRow.number))) or 0
    routes.state.context = Context(database, engine, settings)
    yield routes
    with database.read() as session:
        assert what_the_trail_misses(session, start, after=begun) == []


@pytest.fixture
def stranger(app: Application) -> Iterator[TestClient]:
    """A browser that is not signed in."""
    with TestClient(app) as client:
        yield client


@pytest.fixture
def client(stranger: TestClient, database: Database, user: UserRow) -> TestClient:  # noqa: F811
    """A browser that is signed in, on a page that sends the token."""
    with database.begin() as session:
        new = sign_in(session, user, now=time.time())
    stranger.cookies.set("anyan_session", new.token)
    stranger.headers["X-CSRF-Token"] = new.csrf_token
    return stranger
