"""Users, their roles, and tokens of machines: for whoever administers the whole site."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from api.caller import Caller, needs
from api.context import Here
from api.etags import Expected, tagged
from api.once import Once
from api.schemas.page import After, Limit, place_of
from api.schemas.shapes import MaybeLine, PathId
from api.schemas.users import (
    Grant,
    NewToken,
    PasswordSet,
    Token,
    TokenCreate,
    Tokens,
    User,
    UserCreate,
    UserEdit,
    UserId,
    Users,
)
from api.sign_in import hashed
from hazards.access import accounts, queries
from hazards.access.roles import Capability, Role
from hazards.site.people_tables import ROOT

router = APIRouter(tags=["users"])
Administering = Annotated[Caller, needs(Capability.ADMINISTER)]


@router.get("/api/v1/users", summary="Users, by name")
def list_users(
    caller: Administering,
    context: Here,
    *,
    search: Annotated[MaybeLine, Query()] = "",
    after: After = None,
    limit: Limit = 50,
) -> Users:
    """search: part of a name."""
    place = place_of(after, str)
    with context.database.read() as session:
        caller.require(session, ROOT)
        rows = queries.user_page(
            session, search=search, after=place[0] if place else None, limit=limit + 1
        )
        grants = queries.grants_by_user(session, [row.id for row in rows])
        items = [User.of(row, grants[row.id]) for row in rows]
        return Users.of(items, [(row.name,) for row in rows], limit)


@router.post("/api/v1/users", status_code=201, summary="Add a user")
def create_user(body: UserCreate, caller: Administering, once: Once) -> User:
    """409 conflict where the name, the person or the subject has a user."""
    password_hash = "" if body.password is None else hashed(body.password)

    def make(session: Session) -> User:
        caller.require(session, ROOT)
        row = accounts.create_user(
            session,
            name=body.name,
            display_name=body.display_name,
            password_hash=password_hash,
            person_id=body.person_id,
            subject=body.subject,
        )
        accounts.set_grants(session, row.id, _wanted(body.grants))
        return _shown(session, row.id)

    return once.answer(caller, body, User, make)


@router.get("/api/v1/users/{id}", summary="One user")
def read_user(id: UserId, caller: Administering, context: Here, response: Response) -> User:
    """404 not_found."""
    with context.database.read() as session:
        caller.require(session, ROOT)
        return tagged(response, _shown(session, id))


@router.put("/api/v1/users/{id}", summary="Change a user")
def edit_user(
    id: UserId, body: UserEdit, caller: Administering, expected: Expected, response: Response
) -> User:
    """409 conflict where nobody would administer the site any more."""
    with caller.begin() as session:
        caller.require(session, ROOT)
        accounts.user(session, id, lock=True)
        expected.check(_shown(session, id))
        accounts.set_grants(session, id, _wanted(body.grants))
        accounts.edit_user(
            session,
            id,
            display_name=body.display_name,
            person_id=body.person_id,
            subject=body.subject,
            active=body.active,
        )
        return tagged(response, _shown(session, id))


@router.put("/api/v1/users/{id}/password", status_code=204, summary="Set a user's password")
def set_password(id: UserId, body: PasswordSet, caller: Administering) -> None:
    """Ends all sign-ins of the user."""
    password_hash = hashed(body.new)
    with caller.begin() as session:
        caller.require(session, ROOT)
        accounts.set_password(session, id, password_hash)


@router.get("/api/v1/tokens", summary="Tokens of machines")
def list_tokens(caller: Administering, context: Here) -> Tokens:
    """Without their secrets, which nobody knows but the machines."""
    with context.database.read() as session:
        caller.require(session, ROOT)
        return Tokens(items=[Token.of(row) for row in accounts.tokens(session)])


@router.post("/api/v1/tokens", status_code=201, summary="Make a token for a machine")
def create_token(body: TokenCreate, caller: Administering) -> NewToken:
    """The secret is shown once and kept nowhere, so a repeated request makes another token."""
    with caller.begin() as session:
        caller.require(session, ROOT)
        row, secret = accounts.create_token(
            session,
            name=body.name,
            scopes=body.scopes,
            unit_id=body.unit_id,
            by=caller.actor,
            now=caller.now,
        )
        return NewToken(token=Token.of(row), secret=secret)


@router.delete("/api/v1/tokens/{id}", status_code=204, summary="Revoke a token")
def revoke_token(id: PathId, caller: Administering) -> None:
    """Void from now on; the audit trail keeps what it did."""
    with caller.begin() as session:
        caller.require(session, ROOT)
        accounts.revoke_token(session, id, now=caller.now)


def _wanted(grants: list[Grant]) -> set[tuple[Role, str]]:
    return {(grant.role, grant.unit_id) for grant in grants}


def _shown(session: Session, id: int) -> User:
    return User.of(accounts.user(session, id), queries.grants_of(session, id))
