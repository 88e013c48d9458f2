"""Requests that nobody thought of: no operation of the description answers with a server error."""

from collections.abc import Iterator

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, settings
from memory_engine import MemoryEngine
from roles import browser_of

from api.app import create_app, describe
from api.engine import Probe
from api.routes.sheets import XLSX
from api.settings import ApiSettings
from core.errors import SourceUnavailable
from hazards.access.roles import Role
from hazards.database import Database

EXAMPLES = 8
"""For each operation; the same at every run."""
ENDLESS = ["/api/v1/events"]
OPERATIONS = schemathesis.openapi.from_dict(describe("1").openapi()).exclude(path=ENDLESS)
SIGNS_OUT = {("DELETE", "/api/v1/session"), ("POST", "/api/v1/session/password")}


@schemathesis.serializer(XLSX)
def as_it_is(_context: schemathesis.SerializationContext, value: object) -> object:
    """A file's bytes."""
    return value if isinstance(value, bytes) else str(value).encode()


class NoCamera(MemoryEngine):
    """Nothing answers at any source."""

    async def probe(self, source: str) -> Probe:
        raise SourceUnavailable("nothing answers there")


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """An administrator's browser; what the service raises comes back as 500."""
    folder = tmp_path_factory.mktemp("fuzz")
    database = Database(f"sqlite:///{folder}/anyan.db")
    database.migrate()
    shown = ApiSettings(
        data_dir=folder,
        time_zone="Asia/Shanghai",
        version="1",
        started_at=0.0,
        static_dir=folder / "static",
    )
    app = create_app(database, NoCamera(), shown)
    with browser_of(app, database, "admin", Role.ADMINISTRATOR) as client:
        yield client
    database.close()


@OPERATIONS.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_ends_in_a_server_error(case: schemathesis.Case, fuzzed: TestClient) -> None:
    """Whatever fits the description, and much that does not."""
    if (case.method, case.path) in SIGNS_OUT:
        return
    sent = case.as_transport_kwargs(base_url="http://testserver")
    sent.pop("cookies", None)
    if isinstance(sent.get("data"), (bytes, str)):
        sent["content"] = sent.pop("data")
    headers = {"If-Match": "*"} | dict(sent.pop("headers") or {})
    mine = {"x-csrf-token": fuzzed.headers["x-csrf-token"]}
    raw = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in (headers | mine).items()]
    answer = fuzzed.request(**sent, headers=raw, follow_redirects=False)
    assert answer.status_code < 500, answer.text
