"""Holidays and make-up days as a sheet; the day says which is which."""

import re
from datetime import date

from sqlalchemy.orm import Session

from hazards.sheets.workbook import NO, YES, Column, Line, Mistakes, Taken, read, write
from hazards.tickets.queries import holidays
from hazards.tickets.tables import HolidayRow

COLUMNS = (
    Column("day", "日期", required=True),
    Column("name", "名称"),
    Column("worked", "上班"),
)
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?")
"""As people write days, and as Excel stores them."""
WORKED = YES | {"班", "上班", "补班"}
FREE = NO | {"", "休", "放假"}


def export_holidays(session: Session, *, chinese: bool) -> bytes:
    """All that differ from their weekday."""
    yes, no = ("是", "否") if chinese else ("yes", "no")
    rows = ([row.day, row.name, yes if row.worked else no] for row in holidays(session))
    return write(COLUMNS, rows, chinese=chinese)


def import_holidays(session: Session, data: bytes) -> Taken:
    """Adds and changes days; those that do not stand in the sheet stay.

    Raises SheetRefused with every mistake; then nothing was changed.
    """
    mistakes = Mistakes()
    lines = read(data, COLUMNS, mistakes)
    known = {row.day: row for row in holidays(session)}
    wanted: dict[str, tuple[str, bool]] = {}
    for line in lines:
        day, values = _day(line, mistakes), _values(line, mistakes)
        if day in wanted:
            mistakes.add(line, "day", f"'{day}' stands here twice")
        if day:
            wanted[day] = values
    mistakes.refuse()
    made = changed = 0
    for day, (name, worked) in wanted.items():
        row = known.get(day)
        if row is None:
            session.add(HolidayRow(day=day, name=name, worked=worked))
            made += 1
        elif (row.name, row.worked) != (name, worked):
            row.name, row.worked = name, worked
            changed += 1
    session.flush()
    return Taken(made, changed, len(wanted) - made - changed)


def _day(line: Line, mistakes: Mistakes) -> str:
    text = line.cells["day"]
    found = _DAY.fullmatch(text)
    try:
        if found is not None:
            return date(*map(int, found.groups())).isoformat()
    except ValueError:
        found = None
    if text:
        mistakes.add(line, "day", f"'{text}' is not a day: write it as 2026-10-01")
    return ""


def _values(line: Line, mistakes: Mistakes) -> tuple[str, bool]:
    name, worked = line.cells["name"], line.cells["worked"].lower()
    if len(name) > 200 or "\n" in name:
        mistakes.add(line, "name", "use up to 200 characters on one line")
    if worked not in WORKED | FREE:
        mistakes.add(line, "worked", "write yes or no")
    return name, worked in WORKED
