"""People as a sheet; the staff number says who is who."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from hazards.access.leaving import switch_off_people
from hazards.ids import new_id
from hazards.sheets.places import Places
from hazards.sheets.workbook import NO, YES, Column, Line, Mistakes, Taken, read, write
from hazards.site.people_tables import ContractorRow, PersonRow
from hazards.site.tree import units_within

COLUMNS = (
    Column("number", "工号", required=True),
    Column("name", "姓名", required=True),
    Column("unit", "部门", required=True),
    Column("post", "岗位"),
    Column("contractor", "承包商"),
    Column("active", "在职"),
)
ACTIVE = YES | {""}


def export_people(session: Session, *, paths: Sequence[str], chinese: bool) -> bytes:
    """The people of some sub-trees, those who have left too."""
    places = Places(session, paths)
    names = {row.id: row.name for row in session.scalars(select(ContractorRow))}
    found = select(PersonRow).where(PersonRow.unit_id.in_(units_within(paths)))
    yes, no = ("是", "否") if chinese else ("yes", "no")
    rows = (
        [
            row.number,
            row.name,
            places.shown(row.unit_id),
            row.post,
            names.get(row.contractor_id or "", ""),
            yes if row.active else no,
        ]
        for row in session.scalars(found.order_by(PersonRow.number))
    )
    return write(COLUMNS, rows, chinese=chinese)


def import_people(session: Session, data: bytes, *, paths: Sequence[str]) -> Taken:
    """Adds who is new and changes who is there; who does not stand in the sheet stays.

    Who has left cannot sign in any more. Raises SheetRefused with every mistake, and Conflict where
    nobody would administer the site any more; then nothing was changed.
    """
    mistakes = Mistakes()
    lines = read(data, COLUMNS, mistakes)
    places = Places(session, paths)
    contractors = {row.name: row.id for row in session.scalars(select(ContractorRow))}
    people = {row.number: row for row in session.scalars(select(PersonRow).with_for_update())}
    seen: set[str] = set()
    wanted: list[tuple[PersonRow | None, dict[str, object]]] = []
    for line in lines:
        number = line.cells["number"]
        if number in seen:
            mistakes.add(line, "number", f"the staff number '{number}' stands here twice")
        seen.add(number)
        row = people.get(number)
        if row is not None and not places.open_to_caller(row.unit_id):
            mistakes.add(line, "number", f"'{number}' belongs to a part that is not yours")
        wanted.append((row, _values(line, places, contractors, mistakes)))
    mistakes.refuse()
    return _store(session, wanted)


def _values(
    line: Line, places: Places, contractors: dict[str, str], mistakes: Mistakes
) -> dict[str, object]:
    cells = line.cells
    unit = places.find(line, "unit", mistakes) if cells["unit"] else None
    active, contractor = cells["active"].lower(), cells["contractor"]
    if active not in ACTIVE | NO:
        mistakes.add(line, "active", "write yes or no")
    if contractor and contractor not in contractors:
        mistakes.add(line, "contractor", f"there is no contractor '{contractor}': add it first")
    for key in ("number", "name", "post"):
        if len(cells[key]) > 200 or "\n" in cells[key]:
            mistakes.add(line, key, "use up to 200 characters on one line")
    return {
        "number": cells["number"],
        "name": cells["name"],
        "unit_id": unit.id if unit else "",
        "post": cells["post"],
        "contractor_id": contractors.get(contractor),
        "active": active in ACTIVE,
    }


def _store(session: Session, wanted: Sequence[tuple[PersonRow | None, dict[str, object]]]) -> Taken:
    made = changed = 0
    left = [row.id for row, values in wanted if row and row.active and not values["active"]]
    for row, values in wanted:
        if row is None:
            session.add(PersonRow(id=new_id(), **values))
            made += 1
        elif any(getattr(row, key) != value for key, value in values.items()):
            for key, value in values.items():
                setattr(row, key, value)
            changed += 1
    session.flush()
    switch_off_people(session, left)
    return Taken(made, changed, len(wanted) - made - changed)
