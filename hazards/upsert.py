"""Inserts that any number of writers agree on, and inserts of many rows at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, cast, column, func, literal_column, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hazards.tables import JSON, Table, Text, json_text


def insert(session: Session, table: type[Table]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT, in the words of the session's database."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def insert_many(
    session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]
) -> tuple[sqlite.Insert | postgresql.Insert, list[dict[str, Any]] | None]:
    """An INSERT that knows ON CONFLICT, of rows with the same columns, and its parameters.

    PostgreSQL gets all rows as one JSON text: its driver takes several times as long for a
    parameter per value.
    """
    statement = insert(session, table)
    if isinstance(statement, sqlite.Insert):
        return statement, [dict(row) for row in rows]
    names = list(rows[0])
    given = func.json_populate_recordset(
        literal_column(f"NULL::{table.__tablename__}"),
        cast(bindparam("rows", json_text(rows), Text), JSON),
    ).table_valued(*(column(name, table.__table__.c[name].type) for name in names))
    return statement.from_select(names, select(given)), None
