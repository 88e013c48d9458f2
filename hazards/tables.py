"""What every table of the domain shares."""

from typing import ClassVar

import orjson
from sqlalchemy import BigInteger, Double, Integer, MetaData, String, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import JSON

Seconds = Double
"""UTC seconds, or a span of seconds. A double keeps microseconds for the next centuries."""

ID = String(64)
"""Ids of cameras, zones, violations and evidence."""

Number = BigInteger().with_variant(Integer, "sqlite")
"""Of a link in a chain. SQLite keeps a table in the order of its key only where it is INTEGER."""

Path = String(1000).with_variant(postgresql.VARCHAR(1000, collation="C"), "postgresql")
"""Place in a tree, compared byte by byte, so that a sub-tree is one range of an index."""

__all__ = [
    "ID", "JSON", "BigInteger", "Double", "Number", "Path", "Seconds", "Table", "Text", "json_text",
]  # fmt: skip


def json_text(value: object) -> str:
    """JSON as it is stored in every table, so that a hash can cover the text as it stands."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


class Table(DeclarativeBase):
    """Root of all tables. Constraints have names, so that a migration can change them.

    UNAUDITED: why hazards.audit does not keep who changed a row and how; empty where it does.
    SECRET: columns whose values the audit trail leaves out.
    RUNNING: columns that a machine measures on and on; the trail leaves out a change of these
    alone.
    """

    UNAUDITED: ClassVar[str] = ""
    SECRET: ClassVar[frozenset[str]] = frozenset()
    RUNNING: ClassVar[frozenset[str]] = frozenset()

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
