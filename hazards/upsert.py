"""Insert or change in one statement, so that any number of writers agree on one row."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hazards.tables import Table


def insert(session: Session, table: type[Table]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT, in the words of the session's database."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)
