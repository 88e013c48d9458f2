"""Changes to users and sign-ins. The caller's transaction commits them."""

import secrets
from dataclasses import dataclass, field

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.errors import NotFound
from hazards.access.passwords import hash_password, hash_token, new_token
from hazards.access.queries import IDLE_S, user_named
from hazards.access.roles import Role
from hazards.access.tables import GrantRow, SignInRow, UserRow
from hazards.audit.trail import add_once
from hazards.site.people_tables import ROOT


@dataclass(frozen=True, slots=True)
class NewSignIn:
    """token: for the cookie, known to nobody else. csrf_token: for the page."""

    token: str = field(repr=False)
    csrf_token: str = field(repr=False)


def ensure_administrator(session: Session, password: str | None) -> str | None:
    """Makes the user `admin` where there is no user yet.

    Without a password it makes one up and returns it, to be shown once; otherwise returns None.
    """
    if session.scalar(select(func.count()).select_from(UserRow)):
        return None
    chosen = password or secrets.token_urlsafe(12)
    # Two processes may start at once: one makes the user, the other one's password is void.
    made = add_once(
        session,
        UserRow,
        name="admin",
        display_name="admin",
        password_hash=hash_password(chosen),
        active=True,
    )
    if made is None:
        return None
    session.add(GrantRow(user_id=made.id, role=Role.ADMINISTRATOR, unit_id=ROOT))
    return chosen if password is None else None


def reset_password(session: Session, name: str) -> str:
    """Makes up a new password, and ends all sign-ins of the user. Raises NotFound."""
    user = user_named(session, name)
    if user is None:
        raise NotFound(f"there is no user '{name}'")
    password = secrets.token_urlsafe(12)
    user.password_hash = hash_password(password)
    session.execute(delete(SignInRow).where(SignInRow.user_id == user.id))
    return password


def sign_in(session: Session, user: UserRow, *, now: float) -> NewSignIn:
    """Signs in a user whose password has been verified, and forgets expired sign-ins."""
    session.execute(delete(SignInRow).where(SignInRow.last_used_at <= now - IDLE_S))
    new = NewSignIn(new_token(), new_token())
    row = SignInRow(
        token_hash=hash_token(new.token),
        user_id=user.id,
        csrf_token=new.csrf_token,
        last_used_at=now,
    )
    session.add(row)
    return new


def touch(session: Session, token: str, *, now: float) -> None:
    """Notes that a sign-in is in use, so that it does not expire."""
    used = update(SignInRow).where(SignInRow.token_hash == hash_token(token))
    session.execute(used.values(last_used_at=now))


def sign_out(session: Session, token: str) -> None:
    """Ends a sign-in; one that has ended already stays so."""
    session.execute(delete(SignInRow).where(SignInRow.token_hash == hash_token(token)))


def change_password(session: Session, user: UserRow, password_hash: str, *, keep: str) -> None:
    """Sets a new password and ends the user's other sign-ins than the token `keep`."""
    session.get_one(UserRow, user.id, with_for_update=True).password_hash = password_hash
    others = SignInRow.user_id == user.id, SignInRow.token_hash != hash_token(keep)
    session.execute(delete(SignInRow).where(*others))
