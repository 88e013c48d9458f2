"""Inserts that any number of writers agree on, and many rows in one statement."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    TableValuedAlias,
    Update,
    bindparam,
    cast,
    column,
    func,
    inspect,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hazards.tables import JSON, Table, Text, json_text

_Values = list[dict[str, Any]] | None


def insert(session: Session, table: type[Table]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT, in the words of the session's database."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def insert_many(
    session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]
) -> tuple[sqlite.Insert | postgresql.Insert, _Values]:
    """An INSERT that knows ON CONFLICT, of rows with the same columns, and its parameters."""
    statement = insert(session, table)
    if isinstance(statement, sqlite.Insert):
        return statement, [dict(row) for row in rows]
    given = _recordset(table, rows)
    return statement.from_select(list(given.c.keys()), select(given)), None


def update_many(
    session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]
) -> tuple[Update, _Values]:
    """An UPDATE of rows by their primary keys, the same columns in each, and its parameters."""
    if session.get_bind().dialect.name == "sqlite":
        return update(table), [dict(row) for row in rows]
    given = _recordset(table, rows)
    keys = {str(key.name): key for key in inspect(table).primary_key}
    new = {name: value for name, value in given.c.items() if name not in keys}
    same = [key == given.c[name] for name, key in keys.items()]
    return update(table).where(*same).values(new), None


def _recordset(table: type[Table], rows: Sequence[Mapping[str, Any]]) -> TableValuedAlias:
    """All rows as one JSON text: PostgreSQL's driver takes several times as long for a parameter
    per value."""
    given = func.json_populate_recordset(
        literal_column(f"NULL::{table.__tablename__}"),
        cast(bindparam("rows", json_text(rows), Text), JSON),
    )
    columns = (column(name, table.__table__.c[name].type) for name in rows[0])
    return given.table_valued(*columns)
