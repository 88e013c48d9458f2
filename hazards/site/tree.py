"""The organisation: reads and changes of its tree."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.site import ID_PATTERN
from hazards.access.tables import GrantRow, MachineTokenRow
from hazards.cases.tables import HazardRow
from hazards.ids import new_id
from hazards.notify.tables import ChannelRow
from hazards.risk.tables import FloorPlanRow, RiskUnitRow
from hazards.site.people_tables import ROOT, ContractorRow, PersonRow, UnitRow
from hazards.tickets.tables import TicketRow

LONGEST_PATH = 1000
MOVABLE = (
    UnitRow.parent_id, PersonRow.unit_id, ContractorRow.unit_id, RiskUnitRow.unit_id,
)  # fmt: skip
LASTING = (FloorPlanRow.unit_id, HazardRow.unit_id, TicketRow.unit_id)
"""What happened somewhere stays there, and would be seen by nobody without its unit."""


class UnitKind(StrEnum):
    """Levels of an organisation; any may stand below any other."""

    COMPANY = "company"
    DEPARTMENT = "department"
    WORKSHOP = "workshop"
    TEAM = "team"
    POST = "post"


def within(path: str) -> ColumnElement[bool]:
    """Whether a unit is the one at the path or below it: one range of the index."""
    return and_(UnitRow.path >= path, UnitRow.path < path[:-1] + chr(ord("/") + 1))


def units_within(paths: Sequence[str]) -> Select[Any]:
    """The ids of all units in some sub-trees, as a sub-query."""
    return select(UnitRow.id).where(or_(false(), *(within(path) for path in paths)))


def unit_ids(session: Session, paths: Sequence[str]) -> set[str]:
    """The ids of all units in some sub-trees."""
    return set(session.scalars(units_within(paths)))


def unit(session: Session, id: str, *, lock: bool = False) -> UnitRow:
    """One unit. lock: for an edit. Raises NotFound."""
    row = session.get(UnitRow, id, with_for_update=lock or None, populate_existing=lock)
    if row is None:
        raise NotFound(f"there is no unit '{id}' in the organisation")
    return row


def lock_tree(session: Session) -> None:
    """Until the end of the transaction nobody else changes the shape of the tree."""
    unit(session, ROOT, lock=True)


def tree(session: Session, path: str = f"/{ROOT}/") -> list[UnitRow]:
    """A sub-tree; every unit stands after the one above it."""
    return list(session.scalars(select(UnitRow).where(within(path)).order_by(UnitRow.path)))


def create_unit(
    session: Session, *, parent_id: str, kind: UnitKind, name: str, id: str | None = None
) -> UnitRow:
    """Below its parent, after its siblings. Raises NotFound, Conflict (id taken, tree too deep)."""
    lock_tree(session)
    above = unit(session, parent_id, lock=True)
    chosen = id or new_id()
    if ID_PATTERN.fullmatch(chosen) is None:
        raise Conflict(f"'{chosen}' is not an id: use up to 63 of a-z, 0-9, - and _")
    if session.get(UnitRow, chosen) is not None:
        raise Conflict(f"there is a unit '{chosen}' already: choose another id")
    path = f"{above.path}{chosen}/"
    if len(path) > LONGEST_PATH:
        raise Conflict("the organisation is too deep here: put the unit higher up")
    siblings = select(func.count()).where(UnitRow.parent_id == parent_id)
    row = UnitRow(
        id=chosen,
        parent_id=parent_id,
        kind=kind.value,
        name=name,
        path=path,
        position=session.scalar(siblings) or 0,
    )
    session.add(row)
    session.flush()
    return row


def rename_unit(session: Session, id: str, *, name: str, kind: UnitKind) -> UnitRow:
    """Raises NotFound."""
    row = unit(session, id, lock=True)
    row.name, row.kind = name, kind.value
    session.flush()
    return row


def move_unit(session: Session, id: str, *, parent_id: str) -> UnitRow:
    """With all that is below it. Raises NotFound, Conflict (into itself, the top, too deep)."""
    lock_tree(session)
    row, above = unit(session, id, lock=True), unit(session, parent_id, lock=True)
    if id == ROOT or above.path.startswith(row.path):
        raise Conflict("a unit cannot move below itself: choose another place")
    old, new = row.path, f"{above.path}{id}/"
    moved = tree(session, old)
    if max(len(part.path) for part in moved) - len(old) + len(new) > LONGEST_PATH:
        raise Conflict("the organisation is too deep there: choose another place")
    row.parent_id = parent_id
    for part in moved:
        part.path = new + part.path.removeprefix(old)
    session.flush()
    return row


def delete_unit(session: Session, id: str) -> None:
    """With its grants, tokens and channels. Raises NotFound, and Conflict where anything else
    stands in it."""
    lock_tree(session)
    row = unit(session, id, lock=True)
    if id == ROOT:
        raise Conflict("the top of the organisation stays: rename it")
    for places, advice in ((MOVABLE, "move what is in it first"), (LASTING, "rename it")):
        if any(session.scalar(select(p).where(p == id).limit(1)) is not None for p in places):
            raise Conflict(f"'{row.name}' is not empty: {advice}")
    for table in (GrantRow, MachineTokenRow, ChannelRow):
        for gone in session.scalars(select(table).where(table.unit_id == id)):
            session.delete(gone)
    session.flush()
    session.delete(row)
    session.flush()
