"""Users, what they are where, and tokens of machines."""

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from hazards.access.leaving import keep_an_administrator, switch_off
from hazards.access.passwords import hash_token, new_token
from hazards.access.queries import grants_of
from hazards.access.roles import Capability, Role
from hazards.access.tables import GrantRow, MachineTokenRow, SignInRow, UserRow
from hazards.ids import new_id
from hazards.site.people import person
from hazards.site.tree import unit


def create_user(
    session: Session,
    *,
    name: str,
    display_name: str,
    password_hash: str,
    person_id: str | None = None,
    subject: str | None = None,
) -> UserRow:
    """password_hash: empty where only the identity provider signs in; subject is its name then.

    Raises NotFound (person), Conflict where name, person or subject belong to another user.
    """
    _check_person(session, person_id)
    row = UserRow(
        name=name.strip().lower(),
        display_name=display_name.strip(),
        password_hash=password_hash,
        person_id=person_id,
        subject=subject,
        active=True,
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(f"'{name}' or the person has a user already: choose another name") from error
    return row


def edit_user(
    session: Session, id: int, *, display_name: str, person_id: str | None, subject: str | None,
    active: bool,
) -> UserRow:  # fmt: skip
    """Raises NotFound (user, person), Conflict (person or subject taken, last administrator)."""
    row = user(session, id, lock=True)
    _check_person(session, person_id)
    row.display_name, row.person_id, row.subject = display_name, person_id, subject
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("the person or the subject has a user already") from error
    if row.active and not active:
        return deactivate(session, id)
    row.active = active
    session.flush()
    return row


def set_password(session: Session, id: int, password_hash: str) -> None:
    """Ends all sign-ins of the user. Raises NotFound."""
    user(session, id, lock=True).password_hash = password_hash
    session.execute(delete(SignInRow).where(SignInRow.user_id == id))
    session.flush()


def set_grants(session: Session, user_id: int, wanted: Collection[tuple[Role, str]]) -> None:
    """Exactly these roles, each with its unit. Raises NotFound (user, unit), Conflict as revoke."""
    had = {(Role(row.role), row.unit_id) for row in grants_of(session, user_id)}
    for role, unit_id in wanted:
        grant(session, user_id, role, unit_id)
    for role, unit_id in had.difference(wanted):
        revoke(session, user_id, role, unit_id)


def user(session: Session, id: int, *, lock: bool = False) -> UserRow:
    """One user. lock: for an edit. Raises NotFound."""
    row = session.get(UserRow, id, with_for_update=lock or None, populate_existing=lock)
    if row is None:
        raise NotFound(f"there is no user {id}")
    return row


def user_of_subject(session: Session, subject: str) -> UserRow | None:
    """Whom the identity provider means, if that user is active."""
    return session.scalar(select(UserRow).where(UserRow.subject == subject, UserRow.active))


def grant(session: Session, user_id: int, role: Role, unit_id: str) -> None:
    """The user has the role in the unit and below it. Again changes nothing. Raises NotFound."""
    user(session, user_id)
    unit(session, unit_id)
    if session.get(GrantRow, (user_id, role.value, unit_id)) is None:
        session.add(GrantRow(user_id=user_id, role=role.value, unit_id=unit_id))
        session.flush()


def revoke(session: Session, user_id: int, role: Role, unit_id: str) -> None:
    """Raises Conflict where nobody would administer the site any more."""
    row = session.get(GrantRow, (user_id, role.value, unit_id), with_for_update=True)
    if row is not None:
        session.delete(row)
        session.flush()
        keep_an_administrator(session)


def deactivate(session: Session, user_id: int) -> UserRow:
    """Ends all sign-ins; what the user did stays. Raises NotFound, Conflict as revoke does."""
    row = user(session, user_id)
    switch_off(session, [row])
    return row


def activate(session: Session, user_id: int) -> UserRow:
    """Raises NotFound."""
    row = user(session, user_id)
    row.active = True
    session.flush()
    return row


def create_token(
    session: Session, *, name: str, scopes: list[Capability], unit_id: str, by: str, now: float
) -> tuple[MachineTokenRow, str]:
    """The row, and the token itself, to be shown once. Raises NotFound (unit)."""
    unit(session, unit_id)
    token = new_token()
    row = MachineTokenRow(
        id=new_id(),
        name=name,
        token_hash=hash_token(token),
        scopes=[scope.value for scope in scopes],
        unit_id=unit_id,
        made_by=by,
        made_at=now,
    )
    session.add(row)
    session.flush()
    return row, token


def revoke_token(session: Session, id: str, *, now: float) -> None:
    """Void from now on. Raises NotFound."""
    row = session.get(MachineTokenRow, id)
    if row is None:
        raise NotFound(f"there is no token '{id}'")
    row.revoked_at = row.revoked_at or now
    session.flush()


def tokens(session: Session) -> list[MachineTokenRow]:
    """All tokens, newest first."""
    return list(session.scalars(select(MachineTokenRow).order_by(MachineTokenRow.made_at.desc())))


def _check_person(session: Session, person_id: str | None) -> None:
    if person_id is not None:
        person(session, person_id)
