"""Who is asking: the session cookie and the token against forged requests."""

import hmac
import threading
import time
from dataclasses import dataclass, field
from typing import Annotated

import structlog
from fastapi import Depends, Request, Response
from pydantic import SecretStr
from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection

from api.context import Context, Here
from api.errors import CsrfRefused
from core.errors import DatabaseAway, NotSignedIn, WrongLogin
from hazards.access import actions, queries
from hazards.access.passwords import hash_password, verify
from hazards.access.roles import Capability, Role
from hazards.access.tables import UserRow

COOKIE = "anyan_session"
TOUCH_S = 60.0
"""A sign-in in use is noted at most this often, so that reading a page writes nothing."""
SAFE = {"GET", "HEAD", "OPTIONS"}
log = structlog.get_logger()
_hashing = threading.BoundedSemaphore(2)
"""Every hash takes 64 MiB; a flood of sign-ins must not take them all at once."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The user behind a request."""

    row: UserRow
    roles: tuple[Role, ...]
    capabilities: tuple[Capability, ...]
    token: str = field(repr=False)
    csrf_token: str = field(repr=False)


def check_password(user: UserRow | None, password: str) -> UserRow:
    """The user, if there is one and it is the password. Raises WrongLogin."""
    with _hashing:
        right = verify(password, user.password_hash if user else None)
    if user is None or not right:
        raise WrongLogin("user name or password is wrong")
    return user


def hashed(password: SecretStr) -> str:
    """What is stored of a password."""
    with _hashing:
        return hash_password(password.get_secret_value())


def signed(session: Session, user: UserRow, token: str, csrf_token: str) -> SignedIn:
    """With what the user is and may do somewhere, each role once."""
    grants = queries.grants_of(session, user.id)
    roles = dict.fromkeys(Role(grant.role) for grant in grants)
    able = queries.capabilities_of(session, user)
    return SignedIn(user, tuple(roles), tuple(able), token, csrf_token)


def who_is(connection: HTTPConnection, context: Context) -> SignedIn:
    """By the cookie; notes that the sign-in is in use. Raises NotSignedIn and DatabaseAway."""
    token = connection.cookies.get(COOKIE)
    if not token:
        raise NotSignedIn("sign in first")
    now = time.time()
    with context.database.read() as session:
        row = queries.sign_in_of(session, token, now=now)
        user = signed(session, row.user, token, row.csrf_token)
    if row.last_used_at < now - TOUCH_S:
        _note_use(context, token, now)
    return user


def _note_use(context: Context, token: str, now: float) -> None:
    try:
        with context.database.begin() as session:
            actions.touch(session, token, now=now)
    except DatabaseAway as error:
        # A disk that is full can be read but not written: the page has to come up and say so.
        log.warning("use of a session not noted", reason=error.message)


def signed_in(request: Request, context: Here) -> SignedIn:
    """For what only a browser does. Raises NotSignedIn, CsrfRefused."""
    user = who_is(request, context)
    if request.method not in SAFE:
        check_csrf(request, user)
    return user


def check_csrf(request: Request, user: SignedIn) -> None:
    """Raises CsrfRefused where the request does not come from our own page."""
    sent = request.headers.get("X-CSRF-Token", "")
    if not hmac.compare_digest(sent.encode(), user.csrf_token.encode()):
        raise CsrfRefused("the page is out of date: load it again")


def set_cookie(response: Response, token: str, context: Context) -> None:
    """For this site's own pages only."""
    response.set_cookie(
        COOKIE, token, httponly=True, samesite="strict", secure=context.settings.secure_cookie
    )


User = Annotated[SignedIn, Depends(signed_in)]
"""As a route's argument: the browser that is asking."""
