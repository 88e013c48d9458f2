"""Reads of users and sign-ins."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotSignedIn
from hazards.access.passwords import hash_token
from hazards.access.tables import SignInRow, UserRow

IDLE_S = 12 * 3600
"""A sign-in that was not used for so long has expired."""


def user_named(session: Session, name: str) -> UserRow | None:
    """Upper and lower case are one."""
    return session.scalar(select(UserRow).where(UserRow.name == name.strip().lower()))


def sign_in_of(session: Session, token: str, *, now: float) -> SignInRow:
    """The sign-in that a cookie stands for. Raises NotSignedIn."""
    row = session.get(SignInRow, hash_token(token))
    if row is None or row.last_used_at <= now - IDLE_S:
        raise NotSignedIn("sign in first")
    return row
