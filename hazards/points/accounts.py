"""Whose an account is, and where in the organisation it stands."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from hazards.points.tables import AccountRow
from hazards.site.people_tables import ContractorRow, PersonRow, UnitRow
from hazards.site.tree import units_within

KINDS = ("person", "team", "contractor")


@dataclass(frozen=True, slots=True)
class Owner:
    """Who stands behind an account. unit_id: where; its rights decide who may see it."""

    account_id: str
    kind: str
    name: str
    unit_id: str


def owner_of(session: Session, account_id: str) -> Owner:
    """Raises NotFound where nobody has such an account."""
    found = owners_of(session, [account_id]).get(account_id)
    if found is None:
        raise NotFound(f"there is no account '{account_id}'")
    return found


def owners_of(session: Session, account_ids: Collection[str]) -> dict[str, Owner]:
    """By account id, in three statements at most; accounts of nobody are left out."""
    wanted: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for account_id in account_ids:
        kind, _, owner = account_id.partition(":")
        if kind in wanted:
            wanted[kind].add(owner)
    columns = {
        "person": (PersonRow.id, PersonRow.name, PersonRow.unit_id),
        "team": (UnitRow.id, UnitRow.name, UnitRow.id),
        "contractor": (ContractorRow.id, ContractorRow.name, ContractorRow.unit_id),
    }
    owners = {}
    for kind, ids in wanted.items():
        if not ids:
            continue
        key = columns[kind][0]
        for owner, name, unit_id in session.execute(select(*columns[kind]).where(key.in_(ids))):
            account_id = f"{kind}:{owner}"
            owners[account_id] = Owner(account_id, kind, name, unit_id)
    return owners


def accounts_within(paths: Sequence[str]) -> Select[Any]:
    """Ids of the accounts of some sub-trees, as a sub-query."""
    units = units_within(paths)
    people = select(PersonRow.id).where(PersonRow.unit_id.in_(units))
    contractors = select(ContractorRow.id).where(ContractorRow.unit_id.in_(units))
    return select(AccountRow.id).where(
        or_(
            (AccountRow.kind == "person") & AccountRow.owner_id.in_(people),
            (AccountRow.kind == "team") & AccountRow.owner_id.in_(units),
            (AccountRow.kind == "contractor") & AccountRow.owner_id.in_(contractors),
        )
    )


def find_owners(session: Session, *, paths: Sequence[str], search: str, limit: int) -> list[Owner]:
    """Whose accounts there are in some sub-trees: people by staff number, then teams and
    contractors by name. search: part of name or number."""
    units = units_within(paths)
    people = select(PersonRow.id, PersonRow.name, PersonRow.unit_id).where(
        PersonRow.unit_id.in_(units),
        or_(
            PersonRow.name.icontains(search, autoescape=True),
            PersonRow.number.icontains(search, autoescape=True),
        ),
    )
    teams = select(UnitRow.id, UnitRow.name, UnitRow.id.label("unit_id")).where(
        UnitRow.id.in_(units), UnitRow.name.icontains(search, autoescape=True)
    )
    firms = select(ContractorRow.id, ContractorRow.name, ContractorRow.unit_id).where(
        ContractorRow.unit_id.in_(units), ContractorRow.name.icontains(search, autoescape=True)
    )
    found: list[Owner] = []
    for kind, statement in (
        ("person", people.order_by(PersonRow.number)),
        ("team", teams.order_by(UnitRow.path)),
        ("contractor", firms.order_by(ContractorRow.name)),
    ):
        rows = session.execute(statement.limit(limit))
        found += [Owner(f"{kind}:{owner}", kind, name, unit_id) for owner, name, unit_id in rows]
    return found
