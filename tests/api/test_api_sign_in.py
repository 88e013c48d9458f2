import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from api.app import Application
from api.errors import RateLimited
from api.sign_in_limit import SignInLimit
from core.errors import DatabaseAway, WrongLogin
from hazards.access import queries
from hazards.access.roles import Capability
from hazards.database import Database

RIGHT = {"username": "admin", "password": "correct horse"}
WRONG = {"username": "admin", "password": "wrong"}


def _sign_in(client: TestClient, **login: str) -> Response:
    return client.post("/api/v1/session", json={**RIGHT, **login})


def test_signing_in_and_out(stranger: TestClient) -> None:
    """The cookie opens the door until signing out; it is for this site's own pages only."""
    answer = _sign_in(stranger)
    assert answer.status_code == 200
    token = answer.json().pop("csrf_token")
    assert answer.json() == {
        "username": "admin",
        "display_name": "admin",
        "roles": ["administrator"],
        "capabilities": [str(capability) for capability in Capability],
        "person_id": None,
        "csrf_token": token,
    }
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie
    assert stranger.get("/api/v1/session").json() == answer.json()
    old = stranger.cookies["anyan_session"]
    assert stranger.delete("/api/v1/session", headers={"X-CSRF-Token": token}).status_code == 204
    assert "anyan_session" not in stranger.cookies
    stranger.cookies.set("anyan_session", old)
    assert stranger.get("/api/v1/session").json()["code"] == "not_signed_in"


@pytest.mark.parametrize("login", [{"password": "wrong"}, {"username": "nobody"}])
def test_a_wrong_login_does_not_say_what_was_wrong(
    stranger: TestClient, login: dict[str, str]
) -> None:
    """Unknown name and wrong password give the same answer."""
    answer = _sign_in(stranger, **login)
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_login")
    assert answer.json()["detail"] == "user name or password is wrong"
    assert "set-cookie" not in answer.headers


def test_an_unknown_user_takes_as_long_as_a_known_one(stranger: TestClient) -> None:
    """The work behind an answer, and so its time, does not tell which names exist."""
    _sign_in(stranger, username="warm up")

    def seconds(name: str) -> float:
        start = time.process_time()
        assert _sign_in(stranger, username=name, password="wrong").status_code == 401
        return time.process_time() - start

    assert seconds("nobody") > seconds("admin") / 3


def test_guessing_is_slowed_down(stranger: TestClient) -> None:
    """Five failures a minute; then even the right password has to wait, and is told how long."""
    for _ in range(5):
        assert _sign_in(stranger, password="wrong").status_code == 401
    answer = _sign_in(stranger)
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert 0 < int(answer.headers["retry-after"]) <= 60


def test_many_guesses_at_once_are_no_way_around(stranger: TestClient) -> None:
    """Of 20 simultaneous guesses at most five are looked at."""
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda _: _sign_in(stranger, password="wrong"), range(20)))
    assert sorted(a.status_code for a in answers) == [401] * 5 + [429] * 15


def test_the_limit_counts_names_and_addresses_for_a_minute() -> None:
    """Failures count, successes and other errors do not; after a minute they are forgotten."""
    now = 0.0
    limit = SignInLimit(clock=lambda: now)

    def guess(user: str, address: str, error: Exception | None) -> None:
        with limit.attempt(user, address):
            if error:
                raise error

    for _ in range(9):
        guess("admin", "10.0.0.1", None)
    for _ in range(9):
        with pytest.raises(OSError):  # noqa: PT011
            guess("admin", "10.0.0.1", OSError())
    for index in range(5):
        now = float(index)
        with pytest.raises(WrongLogin):
            guess("admin", f"10.0.0.{index}", WrongLogin())
    with pytest.raises(RateLimited) as caught:
        guess("ADMIN", "10.0.0.9", None)
    assert caught.value.retry_after == 56
    guess("other", "10.0.0.1", None)
    now = 60.0
    guess("admin", "10.0.0.9", None)


def test_a_forged_request_changes_nothing(client: TestClient) -> None:
    """Without the page's token nothing but reading is possible, whatever the cookie says."""
    for header in ({"X-CSRF-Token": ""}, {"X-CSRF-Token": "é" * 43}):
        raw = {name: value.encode("latin-1") for name, value in header.items()}
        answer = client.delete("/api/v1/session", headers=raw)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    assert client.get("/api/v1/session").status_code == 200


def test_changing_the_password(app: Application, client: TestClient) -> None:
    """The current one is asked for, the new one is long enough, other browsers are signed out."""
    other = TestClient(app)
    assert _sign_in(other).status_code == 200

    def change(current: str, new: str) -> Response:
        return client.post("/api/v1/session/password", json={"current": current, "new": new})

    assert change("wrong", "long enough now").json()["code"] == "wrong_login"
    short = change("correct horse", "short")
    assert (short.status_code, short.json()["errors"][0]["place"]) == (422, "new")
    assert change("correct horse", "long enough now").status_code == 204
    assert client.get("/api/v1/session").status_code == 200
    assert other.get("/api/v1/session").status_code == 401
    assert _sign_in(other, password="long enough now").status_code == 200


def test_an_idle_session_expires_and_a_used_one_does_not(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every request puts the twelve hours off."""
    start = time.time()
    for hours, status in ((11, 200), (22, 200), (34.5, 401)):
        monkeypatch.setattr("api.sign_in.time.time", lambda at=start + hours * 3600: at)
        assert client.get("/api/v1/session").status_code == status
    assert queries.IDLE_S == 12 * 3600


def test_a_full_disk_signs_nobody_out(
    client: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the database can be read but not written, pages still come up to say what is wrong."""

    def full(*_: object, **__: object) -> None:
        raise DatabaseAway("the disk is full")

    monkeypatch.setattr("api.sign_in.actions.touch", full)
    monkeypatch.setattr("api.sign_in.TOUCH_S", -1.0)
    assert client.get("/api/v1/system").status_code == 200
