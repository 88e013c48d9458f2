"""What every table of the domain shares."""

from sqlalchemy import Double, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import JSON

Seconds = Double
"""UTC seconds, or a span of seconds. A double keeps microseconds for the next centuries."""

ID = String(64)
"""Ids of cameras, zones, violations and evidence."""

__all__ = ["ID", "JSON", "Seconds", "Table", "Text"]


class Table(DeclarativeBase):
    """Root of all tables. Constraints have names, so that a migration can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
