"""Signing in and out."""

import time

from fastapi import APIRouter, Request, Response

from api.context import Here
from api.schemas.access import PasswordChange, Session, SignIn
from api.sign_in import COOKIE, SignedIn, User, check_password, hashed, set_cookie, signed
from hazards.access import actions
from hazards.access.queries import user_named

open_to_all = APIRouter(tags=["access"])
router = APIRouter(tags=["access"])


@open_to_all.post("/api/v1/session", summary="Sign in")
def sign_in(body: SignIn, request: Request, response: Response, context: Here) -> Session:
    """Sets the session cookie. 401 wrong_login, 429 rate_limited with Retry-After."""
    address = request.client.host if request.client else ""
    with context.sign_in_limit.attempt(body.username, address):
        with context.database.read() as session:
            found = user_named(session, body.username)
        user = check_password(found, body.password.get_secret_value())
    with context.database.begin() as session:
        new = actions.sign_in(session, user, now=time.time())
        shown = _session(signed(session, user, new.token, new.csrf_token))
    set_cookie(response, new.token, context)
    return shown


@router.get("/api/v1/session", summary="Who is signed in")
def current(user: User) -> Session:
    """The user behind the cookie, with the token for requests that change something."""
    return _session(user)


@router.delete("/api/v1/session", status_code=204, summary="Sign out")
def sign_out(user: User, response: Response, context: Here) -> None:
    """The cookie is void from now on."""
    with context.database.begin() as session:
        actions.sign_out(session, user.token)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")


@router.post("/api/v1/session/password", status_code=204, summary="Change the password")
def change_password(body: PasswordChange, user: User, request: Request, context: Here) -> None:
    """Ends the user's other sign-ins. 401 wrong_login where the current password is wrong."""
    address = request.client.host if request.client else ""
    with context.sign_in_limit.attempt(user.row.name, address):
        with context.database.read() as session:
            found = user_named(session, user.row.name)
        row = check_password(found, body.current.get_secret_value())
    password_hash = hashed(body.new)
    with context.database.begin() as session:
        actions.change_password(session, row, password_hash, keep=user.token)


def _session(user: SignedIn) -> Session:
    return Session(
        username=user.row.name,
        display_name=user.row.display_name,
        roles=list(user.roles),
        capabilities=list(user.capabilities),
        person_id=user.row.person_id,
        csrf_token=user.csrf_token,
    )
