"""The organisation as a sheet, one unit a row; the id says which is which."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from core.errors import Conflict
from core.site import ID_PATTERN
from hazards.sheets.places import Places
from hazards.sheets.workbook import Column, Line, Mistakes, Taken, read, write
from hazards.site.people_tables import ROOT
from hazards.site.tree import UnitKind, create_unit, lock_tree, move_unit, rename_unit

COLUMNS = (
    Column("id", "编号", required=True),
    Column("name", "名称", required=True),
    Column("kind", "层级", required=True),
    Column("parent", "上级编号"),
)
KINDS = {
    "公司": "company",
    "部门": "department",
    "车间": "workshop",
    "班组": "team",
    "岗位": "post",
}


def export_units(session: Session, *, paths: Sequence[str], chinese: bool) -> bytes:
    """The units of some sub-trees; every unit stands below the one above it."""
    places = Places(session, paths)
    words = {english: word for word, english in KINDS.items()}
    rows = (
        [unit.id, unit.name, words[unit.kind] if chinese else unit.kind, unit.parent_id or ""]
        for unit in places.units.values()
        if places.open_to_caller(unit.id)
    )
    return write(COLUMNS, rows, chinese=chinese)


def import_units(session: Session, data: bytes, *, paths: Sequence[str]) -> Taken:
    """Adds, renames and moves units; those that do not stand in the sheet stay.

    Raises SheetRefused with every mistake; then nothing was changed.
    """
    mistakes = Mistakes()
    lines = read(data, COLUMNS, mistakes)
    lock_tree(session)
    places = Places(session, paths)
    by_id = {line.cells["id"]: line for line in reversed(lines)}
    for line in lines:
        _check(line, by_id, places, mistakes)
    mistakes.refuse()
    made = changed = 0
    for line in _from_the_top(lines, by_id, mistakes):
        unit_id, kind = line.cells["id"], UnitKind(_kind(line))
        name, parent_id = line.cells["name"], line.cells["parent"] or None
        row = places.units.get(unit_id)
        try:
            if row is None:
                create_unit(session, parent_id=parent_id or ROOT, kind=kind, name=name, id=unit_id)
                made += 1
            elif (row.name, row.kind, row.parent_id) != (name, kind, parent_id):
                rename_unit(session, unit_id, name=name, kind=kind)
                if parent_id is not None and row.parent_id != parent_id:
                    move_unit(session, unit_id, parent_id=parent_id)
                changed += 1
        except Conflict as error:
            mistakes.add(line, "parent", error.message)
    mistakes.refuse()
    return Taken(made, changed, len(lines) - made - changed)


def _kind(line: Line) -> str:
    return KINDS.get(line.cells["kind"], line.cells["kind"].lower())


def _check(line: Line, by_id: dict[str, Line], places: Places, mistakes: Mistakes) -> None:
    unit_id, parent = line.cells["id"], line.cells["parent"]
    if by_id[unit_id] is not line:
        mistakes.add(line, "id", f"'{unit_id}' stands here twice")
    if unit_id and ID_PATTERN.fullmatch(unit_id) is None:
        mistakes.add(line, "id", "use up to 63 of a-z, 0-9, - and _")
    if len(line.cells["name"]) > 200 or "\n" in line.cells["name"]:
        mistakes.add(line, "name", "use up to 200 characters on one line")
    if line.cells["kind"] and _kind(line) not in set(UnitKind):
        mistakes.add(line, "kind", f"use one of {', '.join(KINDS)}")
    if unit_id in places.units and not places.open_to_caller(unit_id):
        mistakes.add(line, "id", f"you may not change '{unit_id}'")
    if unit_id == ROOT:
        if parent:
            mistakes.add(line, "parent", "the top of the organisation has nothing above it")
    elif parent in places.units:
        if not places.open_to_caller(parent):
            mistakes.add(line, "parent", f"you may not change anything in '{parent}'")
    elif parent not in by_id:
        mistakes.add(line, "parent", f"there is no unit '{parent}': add its row")


def _from_the_top(lines: Sequence[Line], by_id: dict[str, Line], mistakes: Mistakes) -> list[Line]:
    """Every unit after the one above it; in whichever order the rows stand."""
    ordered: dict[str, Line] = {}
    for line in lines:
        above: list[Line] = []
        step: Line | None = line
        while step is not None and step.cells["id"] not in ordered:
            if step in above:
                mistakes.add(line, "parent", "these units stand below each other in a circle")
                mistakes.refuse()
            above.append(step)
            step = by_id.get(step.cells["parent"])
        ordered |= {part.cells["id"]: part for part in reversed(above)}
    return list(ordered.values())
