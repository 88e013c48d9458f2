"""Sign-in by the site's identity provider: OpenID Connect, authorization code with PKCE.

OpenID Connect Core 1.0 section 3.1 and RFC 7636. Whom the provider names is looked up among the
users; nobody becomes a user by signing in.
"""

import hmac
import secrets
from typing import Any

import httpx2
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ValidationError

from api.settings import OidcSettings
from core.errors import WrongLogin

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
TIMEOUT_S = 10.0
LEEWAY_S = 60
"""How far the provider's clock may be from ours."""
log = structlog.get_logger()


class Attempt(BaseModel):
    """What a browser keeps while its user is at the provider."""

    state: str
    nonce: str
    verifier: str


class _Provider(BaseModel):
    """Where the provider's doors are (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class ProviderAway(WrongLogin):
    """The identity provider does not answer as it should."""

    code = "provider_away"


class IdentityProvider:
    """Asked anew at each sign-in, so that new keys of the provider count at once."""

    def __init__(self, settings: OidcSettings) -> None:
        self._settings = settings

    def begin(self) -> tuple[str, Attempt]:
        """Where to send the browser, and what it has to bring back. Raises ProviderAway."""
        provider = self._discover()
        attempt = Attempt(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
        )
        with self._client() as client:
            url, _ = client.create_authorization_url(
                provider.authorization_endpoint,
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return url, attempt

    def finish(self, attempt: Attempt, *, code: str, state: str) -> str:
        """The subject that has signed in. Raises WrongLogin, ProviderAway."""
        if not hmac.compare_digest(state.encode(), attempt.state.encode()):
            raise WrongLogin("this sign-in was begun elsewhere: begin again")
        provider = self._discover()
        try:
            with self._client() as client:
                token = client.fetch_token(
                    provider.token_endpoint, code=code, code_verifier=attempt.verifier
                )
        except OAuthError as error:
            log.warning("the identity provider refuses a code", reason=error.error)
            raise WrongLogin("the identity provider refuses this sign-in: begin again") from error
        except (httpx2.HTTPError, ValueError) as error:
            raise _away() from error
        keys = self._get(provider.jwks_uri)
        return self._subject(str(token.get("id_token", "")), keys, attempt.nonce)

    def _subject(self, id_token: str, keys: dict[str, Any], nonce: str) -> str:
        wanted = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.client_id},
            exp={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            key_set = KeySet.import_key_set(keys)  # type: ignore[arg-type]
            claims = jwt.decode(id_token, key_set, algorithms=ALGORITHMS).claims
            wanted.validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            log.warning("an identity token is refused", reason=type(error).__name__)
            raise WrongLogin("the identity provider's answer cannot be trusted") from error
        return str(claims["sub"])

    def _discover(self) -> _Provider:
        address = f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            provider = _Provider.model_validate(self._get(address))
        except ValidationError as error:
            raise _away() from error
        if provider.issuer != self._settings.issuer:
            log.error("the identity provider has another name", issuer=provider.issuer)
            raise _away()
        return provider

    def _get(self, address: str) -> dict[str, Any]:
        try:
            answer = httpx2.get(address, timeout=TIMEOUT_S)
            answer.raise_for_status()
            found = answer.json()
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            log.warning("the identity provider does not answer", reason=type(error).__name__)
            raise _away() from error
        return found if isinstance(found, dict) else {}

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            self._settings.client_id,
            self._settings.client_secret,
            scope="openid",
            redirect_uri=self._settings.redirect_uri,
            code_challenge_method="S256",
            timeout=TIMEOUT_S,
        )


def _away() -> ProviderAway:
    return ProviderAway("the identity provider does not answer: try again, or use a password")
