"""The audit trail, read as what it claims to be: enough to make every audited table again."""

from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

import hazards.every_table  # noqa: F401
from hazards.audit.tables import AuditRow
from hazards.audit.trail import HIDDEN
from hazards.tables import Table

Rows = dict[str, dict[str, dict[str, Any]]]
"""By table, then by id, then by column."""


def audited_tables() -> list[type[Table]]:
    """All of them, by name."""
    found = [mapper.class_ for mapper in Table.registry.mappers if not mapper.class_.UNAUDITED]
    return sorted(found, key=lambda table: table.__tablename__)


def left_out(table: type[Table]) -> set[str]:
    """Columns that the trail does not follow: what a machine measures on and on, and counters."""
    counter = inspect(table).version_id_col
    return set(table.RUNNING) | (set() if counter is None else {counter.key})


def audited_rows(session: Session) -> Rows:
    """What stands in the audited tables now; secrets hidden, what is left out left out."""
    found: Rows = {}
    for table in audited_tables():
        columns = [attribute.key for attribute in inspect(table).column_attrs]
        rows = found[table.__tablename__] = {}
        for row in session.scalars(select(table)):
            row_id = "/".join(str(part) for part in inspect(row).identity)
            rows[row_id] = {name: getattr(row, name) for name in columns}
            rows[row_id] |= dict.fromkeys(table.SECRET, HIDDEN)
            for name in left_out(table):
                del rows[row_id][name]
    return found


def _empty(table: type[Table]) -> dict[str, Any]:
    """A row as an insert begins: the trail says what is not NULL."""
    names = {attribute.key for attribute in inspect(table).column_attrs} - left_out(table)
    return dict.fromkeys(names) | dict.fromkeys(table.SECRET, HIDDEN)


def what_the_trail_misses(session: Session, start: Rows, *, after: int = 0) -> list[str]:
    """Changes since `start` that stand in the tables and not in the trail, in words.

    Applies every line in order. Its `before` must be what the lines so far have led to, and the
    end must be what stands in the tables. after: the last line of the trail at the start.
    """
    running = {table.__tablename__: left_out(table) for table in audited_tables()}
    empty = {table.__tablename__: _empty(table) for table in audited_tables()}
    rows = {table: {key: dict(row) for key, row in found.items()} for table, found in start.items()}
    missed = []
    lines = select(AuditRow).where(AuditRow.number > after).order_by(AuditRow.number)
    for line in session.scalars(lines):
        if line.subject not in rows:
            continue  # a file, not a row
        table, key = rows[line.subject], line.subject_id
        before = {name: v for name, v in line.before.items() if name not in running[line.subject]}
        new = {name: v for name, v in line.after.items() if name not in running[line.subject]}
        known = table.get(key)
        if (known is None) != (line.change == "insert"):
            missed.append(f"line {line.number}: {line.change} of {line.subject} {key}, was {known}")
        elif known is not None and {name: known.get(name) for name in before} != before:
            missed.append(f"line {line.number}: {line.subject} {key} was not {before} but {known}")
        table[key] = (known or empty[line.subject]) | new
        if line.change == "delete":
            del table[key]
    missed += [
        f"{table} {key} is {stands.get(key)}, by the trail {rows[table].get(key)}"
        for table, stands in audited_rows(session).items()
        for key in stands.keys() | rows[table].keys()
        if stands.get(key) != rows[table].get(key)
    ]
    return missed
