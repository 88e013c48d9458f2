"""Sign-in by an identity provider, against a real one on the loopback."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider
from joserfc.jwk import RSAKey
from memory_engine import MemoryEngine

from api.app import create_app
from api.settings import ApiSettings, OidcSettings
from core.errors import SettingsError
from hazards.access.tables import UserRow
from hazards.database import Database

PUBLIC = "http://127.0.0.1"


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with IdentityProvider().running() as running:
        yield running


@pytest.fixture
def browser(
    database: Database,
    engine: MemoryEngine,
    settings: ApiSettings,
    user: UserRow,
    provider: IdentityProvider,
) -> TestClient:
    """Of a site whose administrator the provider calls employee-7."""
    with database.begin() as session:
        session.get_one(UserRow, user.id).subject = "employee-7"
    oidc = OidcSettings(provider.issuer, CLIENT_ID, CLIENT_SECRET, PUBLIC)
    app = create_app(database, engine, replace(settings, oidc=oidc))
    return TestClient(app, base_url=PUBLIC, follow_redirects=False)


def _way_back(browser: TestClient) -> str:
    """The address to which the provider sends the browser back."""
    to_provider = browser.get("/api/v1/oidc/login")
    assert to_provider.status_code == 303
    back = httpx.get(to_provider.headers["location"]).headers["location"]
    assert back.startswith(f"{PUBLIC}/api/v1/oidc/callback?")
    return back


def _problem(browser: TestClient, address: str) -> str:
    """The code with which the sign-in page is shown; nobody is signed in."""
    answer = browser.get(address)
    assert "anyan_session" not in browser.cookies
    where = urlsplit(answer.headers["location"])
    assert (answer.status_code, where.path) == (303, "/sign-in")
    return parse_qs(where.query)["problem"][0]


def test_a_user_signs_in_at_the_provider(browser: TestClient) -> None:
    """There and back, then signed in as any other, with a cookie for our own pages only."""
    assert browser.get("/api/v1/oidc").json() == {"provider": True}
    answer = browser.get(_way_back(browser))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookies = answer.headers.get_list("set-cookie")
    assert any("anyan_session" in c and "SameSite=strict" in c for c in cookies)
    assert browser.get("/api/v1/session").json()["username"] == "admin"
    assert "anyan_oidc" not in browser.cookies


def test_nobody_becomes_a_user_by_signing_in(
    browser: TestClient, provider: IdentityProvider
) -> None:
    """Whom the administrator has not made a user is sent back."""
    provider.claims = {"sub": "stranger"}
    assert _problem(browser, _way_back(browser)) == "wrong_login"


def test_a_user_who_was_deactivated_stays_out(browser: TestClient, database: Database) -> None:
    """Whatever the provider says."""
    with database.begin() as session:
        session.get_one(UserRow, 1).active = False
    assert _problem(browser, _way_back(browser)) == "wrong_login"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://other"},
        {"aud": "another service"},
        {"exp": 1},
        {"nonce": "of another sign-in"},
    ],
)
def test_a_token_for_something_else_is_refused(
    browser: TestClient, provider: IdentityProvider, claims: dict[str, object]
) -> None:
    """Wrong issuer, audience, time or nonce."""
    provider.claims = claims
    assert _problem(browser, _way_back(browser)) == "wrong_login"


def test_a_token_signed_by_somebody_else_is_refused(
    browser: TestClient, provider: IdentityProvider
) -> None:
    """The key counts, not its name."""
    provider.key = RSAKey.generate_key(2048, {"kid": "1"})
    assert _problem(browser, _way_back(browser)) == "wrong_login"


def test_a_way_back_that_was_not_begun_here_is_refused(browser: TestClient) -> None:
    """Another browser's answer, a changed state, a code twice: nobody is signed in."""
    back = _way_back(browser)
    stranger = TestClient(browser.app, base_url=PUBLIC, follow_redirects=False)
    assert _problem(stranger, back) == "wrong_login"
    assert _problem(browser, f"{back}x") == "wrong_login"
    again = _way_back(browser)
    assert browser.get(again).headers["location"] == "/"
    used = TestClient(browser.app, base_url=PUBLIC, follow_redirects=False)
    assert _problem(used, again) == "wrong_login"


def test_a_provider_that_is_away_is_said_so(
    browser: TestClient, provider: IdentityProvider
) -> None:
    """Before and after: the sign-in page comes, and a password still works."""
    back = _way_back(browser)
    provider.away = True
    assert _problem(browser, back) == "provider_away"
    assert _problem(browser, "/api/v1/oidc/login") == "provider_away"
    login = {"username": "admin", "password": "correct horse"}
    assert browser.post("/api/v1/session", json=login).status_code == 200


def test_a_site_without_a_provider_has_no_such_door(stranger: TestClient) -> None:
    """404, and the sign-in page offers nothing."""
    assert stranger.get("/api/v1/oidc").json() == {"provider": False}
    for path in ("login", "callback"):
        assert stranger.get(f"/api/v1/oidc/{path}").json()["code"] == "not_found"


@pytest.mark.parametrize(
    ("issuer", "client", "public", "name"),
    [
        ("http://idp.example.org", "a", "https://anyan.example.org", "oidc_issuer"),
        ("https://idp.example.org", "a", "http://anyan.example.org", "public_url"),
        ("https://idp.example.org", "", "https://anyan.example.org", "oidc_client_id"),
        ("nonsense", "a", "https://anyan.example.org", "oidc_issuer"),
    ],
)
def test_half_a_description_is_no_provider(
    issuer: str, client: str, public: str, name: str
) -> None:
    """The setting is named; the secret is in no message or repr."""
    with pytest.raises(SettingsError, match=name) as caught:
        OidcSettings(issuer, client, CLIENT_SECRET, public)
    assert CLIENT_SECRET not in str(caught.value)
    whole = OidcSettings("https://i", "a", CLIENT_SECRET, "https://p/")
    assert CLIENT_SECRET not in repr(whole)
    assert whole.redirect_uri == "https://p/api/v1/oidc/callback"
