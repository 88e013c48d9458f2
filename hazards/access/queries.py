"""Reads of users, sign-ins, grants and tokens."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotSignedIn
from hazards.access.passwords import hash_token
from hazards.access.roles import CAPABILITIES, Capability, Role
from hazards.access.tables import GrantRow, MachineTokenRow, SignInRow, UserRow
from hazards.site.people_tables import UnitRow
from hazards.site.tree import units_above

IDLE_S = 12 * 3600
"""A sign-in that was not used for so long has expired."""


def user_named(session: Session, name: str) -> UserRow | None:
    """Upper and lower case are one."""
    return session.scalar(select(UserRow).where(UserRow.name == name.strip().lower()))


def sign_in_of(session: Session, token: str, *, now: float) -> SignInRow:
    """The sign-in that a cookie stands for. Raises NotSignedIn."""
    row = session.get(SignInRow, hash_token(token))
    if row is None or row.last_used_at <= now - IDLE_S or not row.user.active:
        raise NotSignedIn("sign in first")
    return row


def grants_of(session: Session, user_id: int) -> list[GrantRow]:
    """What a user is, and where."""
    statement = select(GrantRow).where(GrantRow.user_id == user_id)
    return list(session.scalars(statement.order_by(GrantRow.role, GrantRow.unit_id)))


def can(session: Session, user: UserRow, capability: Capability, unit_id: str) -> bool:
    """Whether a user may do something in a unit: by a grant there or anywhere above it.

    A unit that does not exist is nobody's; a user who is not active may do nothing.
    """
    return user.active and reaches(session, visible_paths(session, user, capability), unit_id)


def visible_paths(session: Session, user: UserRow, capability: Capability) -> list[str]:
    """The paths of the units in which, and below which, a user may do something."""
    if not user.active:
        return []
    roles = [role for role, can_do in CAPABILITIES.items() if capability in can_do]
    statement = (
        select(UnitRow.path)
        .join(GrantRow, GrantRow.unit_id == UnitRow.id)
        .where(GrantRow.user_id == user.id, GrantRow.role.in_(roles))
        .distinct()
    )
    return list(session.scalars(statement))


def capabilities_of(session: Session, user: UserRow) -> list[Capability]:
    """What a user may do somewhere, in the order of the table."""
    roles = {Role(grant.role) for grant in grants_of(session, user.id)}
    able = frozenset[Capability]().union(*(CAPABILITIES[role] for role in roles))
    return [capability for capability in Capability if capability in able]


def user_page(session: Session, *, search: str, after: str | None, limit: int) -> list[UserRow]:
    """Up to `limit` users by name. search: part of a name. after: a name, to go on."""
    statement = select(UserRow).order_by(UserRow.name).limit(limit)
    if search:
        statement = statement.where(
            UserRow.name.icontains(search, autoescape=True)
            | UserRow.display_name.icontains(search, autoescape=True)
        )
    if after is not None:
        statement = statement.where(UserRow.name > after)
    return list(session.scalars(statement))


def grants_by_user(session: Session, user_ids: Sequence[int]) -> dict[int, list[GrantRow]]:
    """What some users are, and where."""
    found: dict[int, list[GrantRow]] = {user_id: [] for user_id in user_ids}
    statement = select(GrantRow).where(GrantRow.user_id.in_(user_ids))
    for row in session.scalars(statement.order_by(GrantRow.role, GrantRow.unit_id)):
        found[row.user_id].append(row)
    return found


def users_with(session: Session, role: Role, unit_id: str) -> list[UserRow]:
    """Who has a role nearest to a unit: there, or else at the first unit above it with one."""
    return nearest_users(session, {(role, unit_id)})[role, unit_id]


def nearest_users(
    session: Session, wanted: Collection[tuple[Role, str]]
) -> dict[tuple[Role, str], list[UserRow]]:
    """users_with for some roles and units at once, in two statements."""
    above = units_above(session, {unit_id for _, unit_id in wanted})
    statement = (
        select(UserRow, GrantRow.role, GrantRow.unit_id)
        .join(GrantRow, GrantRow.user_id == UserRow.id)
        .where(
            GrantRow.role.in_({role for role, _ in wanted}),
            GrantRow.unit_id.in_({unit for units in above.values() for unit in units}),
            UserRow.active,
        )
        .order_by(UserRow.id)
    )
    granted: dict[tuple[str, str], list[UserRow]] = {}
    for user, role, unit_id in session.execute(statement):
        granted.setdefault((role, unit_id), []).append(user)
    return {
        (role, unit_id): next(
            (
                granted[role, unit]
                for unit in reversed(above.get(unit_id, []))
                if (role, unit) in granted
            ),
            [],
        )
        for role, unit_id in wanted
    }


def machine(session: Session, token: str) -> MachineTokenRow:
    """The machine that a token stands for. Raises NotSignedIn."""
    statement = select(MachineTokenRow).where(MachineTokenRow.token_hash == hash_token(token))
    row = session.scalar(statement.where(MachineTokenRow.revoked_at.is_(None)))
    if row is None:
        raise NotSignedIn("this token is not known, or was revoked: ask the administrator")
    return row


def machine_paths(session: Session, row: MachineTokenRow, capability: Capability) -> list[str]:
    """The paths of the units in which, and below which, a machine may do something."""
    if capability not in row.scopes:
        return []
    return list(session.scalars(select(UnitRow.path).where(UnitRow.id == row.unit_id)))


def machine_can(
    session: Session, row: MachineTokenRow, capability: Capability, unit_id: str
) -> bool:
    """Whether a machine may do something in a unit."""
    return reaches(session, machine_paths(session, row, capability), unit_id)


def reaches(session: Session, paths: Sequence[str], unit_id: str) -> bool:
    """Whether a unit lies in one of some sub-trees; one that does not exist lies in none."""
    path = session.scalar(select(UnitRow.path).where(UnitRow.id == unit_id))
    return path is not None and any(path.startswith(prefix) for prefix in paths)
