import pytest
from fastapi.testclient import TestClient
from memory_engine import MemoryEngine
from structlog.testing import capture_logs

from api.app import Application, create_app
from api.errors import STATUS
from api.settings import ApiSettings
from core import errors
from hazards.database import Database


def test_every_error_has_one_form(client: TestClient) -> None:
    """problem+json with type, title, status, code and detail."""
    answer = client.get("/api/v1/hazards/unknown")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not found",
        "status": 404,
        "code": "not_found",
        "detail": "there is no hazard 'unknown'",
    }


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/api", 404, "not_found"),
        ("POST", "/api/v1/hazards", 405, "invalid_request"),
        ("POST", "/api/v1/cameras", 422, "invalid_request"),
    ],
)
def test_the_frameworks_own_errors_have_it_too(
    client: TestClient, method: str, path: str, status: int, code: str
) -> None:
    """Unknown address, wrong method and missing body are problems like any other."""
    answer = client.request(method, path)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.json()["code"] == code


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"source": "\\ud800"}', b"[]", b"null"])
def test_a_body_that_cannot_be_read_is_a_request_error(client: TestClient, body: bytes) -> None:
    """Broken JSON, broken text and other shapes: 422 or 400, never 500."""
    answer = client.post(
        "/api/v1/sources/test", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in {400, 422}
    assert answer.json()["code"] == "invalid_request"


def test_a_huge_body_is_refused(client: TestClient) -> None:
    """More than a megabyte is not read."""
    answer = client.post("/api/v1/sources/test", json={"source": "x" * 2**21})
    assert (answer.status_code, answer.json()["code"]) == (413, "invalid_request")


def test_an_unexpected_error_is_logged_and_not_shown(
    client: TestClient, engine: MemoryEngine
) -> None:
    """500 internal_error without a word of what happened; the log has the traceback."""
    engine.probes["rtsp://host/"] = ZeroDivisionError("secret of the house")
    with capture_logs() as logs:
        answer = client.post("/api/v1/sources/test", json={"source": "rtsp://host/"})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert logs == [
        {
            "event": "request failed",
            "method": "POST",
            "path": "/api/v1/sources/test",
            "exc_info": True,
            "log_level": "error",
        }
    ]


def test_a_database_that_is_away_is_said_so(engine: MemoryEngine, settings: ApiSettings) -> None:
    """503 database_away, without its password; the process is well, but not ready."""
    database = Database("postgresql+psycopg://anyan:hunter2@127.0.0.1:1/records")
    client = TestClient(create_app(database, engine, settings))
    client.cookies.set("anyan_session", "x")
    answer = client.get("/api/v1/cameras")
    assert (answer.status_code, answer.json()["code"]) == (503, "database_away")
    login = client.post("/api/v1/session", json={"username": "admin", "password": "x"})
    assert login.json()["code"] == "database_away"
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["reasons"]) == (503, ["the database does not answer"])
    assert "hunter2" not in answer.text + login.text + ready.text


def test_every_error_class_has_a_status(app: Application) -> None:
    """The table covers the tree of core/errors.py, by the nearest class."""
    classes = [e for e in vars(errors).values() if isinstance(e, type)]
    statuses = {e.code: next(STATUS[c] for c in e.__mro__ if c in STATUS) for e in classes}
    assert statuses["conflict"] == 409
    assert statuses["stream_stalled"] == 422
    assert statuses["evidence_error"] == 500
    assert statuses["disk_full"] == 507
