"""Switching accounts off, of those who have left too."""

from collections.abc import Collection

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.errors import Conflict
from hazards.access.roles import Role
from hazards.access.tables import GrantRow, SignInRow, UserRow
from hazards.site.people_tables import ROOT


def switch_off(session: Session, users: Collection[UserRow]) -> None:
    """Ends all their sign-ins; what they did stays.

    Raises Conflict where nobody would administer the site any more.
    """
    for row in users:
        row.active = False
    ended = SignInRow.user_id.in_([row.id for row in users])
    session.execute(delete(SignInRow).where(ended))
    session.flush()
    keep_an_administrator(session)


def switch_off_people(session: Session, person_ids: Collection[str]) -> None:
    """The accounts of people who have left. One that comes back does not switch hers on.

    Raises Conflict as switch_off does.
    """
    theirs = select(UserRow).where(UserRow.person_id.in_(person_ids), UserRow.active)
    users = session.scalars(theirs.with_for_update()).all()
    if users:
        switch_off(session, users)


def keep_an_administrator(session: Session) -> None:
    """Raises Conflict where nobody administers the site any more."""
    left = session.scalar(
        select(func.count())
        .select_from(GrantRow)
        .join(UserRow, UserRow.id == GrantRow.user_id)
        .where(GrantRow.role == Role.ADMINISTRATOR, GrantRow.unit_id == ROOT, UserRow.active)
    )
    if not left:
        raise Conflict("somebody has to administer the site: make another administrator first")
