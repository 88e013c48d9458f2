import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from fastapi.testclient import TestClient
from fixtures_database import database, database_url, open_database  # noqa: F401
from memory_engine import MemoryEngine

from api.app import Application, create_app
from api.settings import ApiSettings
from hazards.access.actions import ensure_administrator
from hazards.database import Database

PASSWORD = "correct horse"


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
def app(database: Database, engine: MemoryEngine, settings: ApiSettings) -> Application:  # noqa: F811
    """The application, with the user `admin`."""
    with database.begin() as session:
        ensure_administrator(session, PASSWORD)
    return create_app(database, engine, settings)


@pytest.fixture
def stranger(app: Application) -> Iterator[TestClient]:
    """A browser that is not signed in."""
    with TestClient(app) as client:
        yield client


@pytest.fixture
def client(stranger: TestClient) -> TestClient:
    """A browser that is signed in, on a page that sends the token."""
    answer = stranger.post("/api/session", json={"username": "admin", "password": PASSWORD})
    stranger.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return stranger
