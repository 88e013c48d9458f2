"""Who is asking: the session cookie and the token against forged requests."""

import hmac
import threading
import time
from dataclasses import dataclass, field
from typing import Annotated

import structlog
from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection

from api.context import Context, Here
from api.errors import CsrfRefused
from core.errors import DatabaseAway, NotSignedIn, WrongLogin
from hazards.access import actions, queries
from hazards.access.passwords import verify
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
    roles: tuple[str, ...]
    token: str = field(repr=False)
    csrf_token: str = field(repr=False)


def check_password(user: UserRow | None, password: str) -> UserRow:
    """The user, if there is one and it is the password. Raises WrongLogin."""
    with _hashing:
        right = verify(password, user.password_hash if user else None)
    if user is None or not right:
        raise WrongLogin("user name or password is wrong")
    return user


def roles_of(session: Session, user: UserRow) -> tuple[str, ...]:
    """What the user is anywhere, each role once."""
    return tuple(dict.fromkeys(grant.role for grant in queries.grants_of(session, user.id)))


def who_is(connection: HTTPConnection, context: Context) -> SignedIn:
    """By the cookie; notes that the sign-in is in use. Raises NotSignedIn and DatabaseAway."""
    token = connection.cookies.get(COOKIE)
    if not token:
        raise NotSignedIn("sign in first")
    now = time.time()
    with context.database.read() as session:
        row = queries.sign_in_of(session, token, now=now)
        roles = roles_of(session, row.user)
    if row.last_used_at < now - TOUCH_S:
        _note_use(context, token, now)
    return SignedIn(row.user, roles, token, row.csrf_token)


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


User = Annotated[SignedIn, Depends(signed_in)]
"""As a route's argument: the browser that is asking."""
