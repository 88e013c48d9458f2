"""Names of what records refer to by id, many at once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hazards.access.tables import UserRow
from hazards.risk.tables import RiskUnitRow
from hazards.site.people_tables import ContractorRow, PersonRow, UnitRow

Key = TypeVar("Key", int, str)


@dataclass(frozen=True, slots=True)
class Names:
    """By id; what has been deleted is missing. users: by user id."""

    users: dict[int, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    contractors: dict[str, str] = field(default_factory=dict)
    risk_units: dict[str, str] = field(default_factory=dict)

    def subject(self, kind: str | None, id: str | None) -> str:
        """Of whom a hazard is about; the id where there is no name."""
        by_kind = {"person": self.people, "team": self.units, "contractor": self.contractors}
        return by_kind.get(kind or "", {}).get(id or "", id or "")

    def actor(self, text: str) -> str:
        """`user:7` by name; what no person did stays as it is."""
        number = _user_number(text)
        return text if number is None else self.users.get(number, text)


def names_of(
    session: Session,
    *,
    users: Iterable[int | None] = (),
    actors: Iterable[str] = (),
    people: Iterable[str | None] = (),
    units: Iterable[str | None] = (),
    contractors: Iterable[str | None] = (),
    risk_units: Iterable[str | None] = (),
) -> Names:
    """One query for each kind that is asked for, however many ids. None is left out."""
    acting = map(_user_number, actors)
    return Names(
        users=_found(session, UserRow.id, UserRow.display_name, {*users, *acting} - {None}),
        people=_found(session, PersonRow.id, PersonRow.name, set(people) - {None}),
        units=_found(session, UnitRow.id, UnitRow.name, set(units) - {None}),
        contractors=_found(
            session, ContractorRow.id, ContractorRow.name, set(contractors) - {None}
        ),
        risk_units=_found(session, RiskUnitRow.id, RiskUnitRow.name, set(risk_units) - {None}),
    )


def _found(
    session: Session,
    key: InstrumentedAttribute[Key],
    name: InstrumentedAttribute[str],
    ids: Collection[Key | None],
) -> dict[Key, str]:
    if not ids:
        return {}
    found = session.execute(select(key, name).where(key.in_(ids)))
    return {row[0]: row[1] for row in found}


def _user_number(actor: str) -> int | None:
    kind, _, number = actor.partition(":")
    return int(number) if kind == "user" and number.isdigit() else None
