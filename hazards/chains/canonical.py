"""What the hash of a link covers, written by Python and read back by the database in one form."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, bindparam, cast, func, select
from sqlalchemy.orm import Session

from hazards.chains.links import SEPARATOR, number_of
from hazards.tables import Table, json_text

AT = "at"
"""The column of a time, UTC seconds. It is stored and covered as whole milliseconds."""
_PAGE = 10_000


def canonical(names: Sequence[str], values: Sequence[object]) -> str:
    """The fields of a link, joined by SEPARATOR; the first one is its number."""
    return SEPARATOR.join([_text(name, value) for name, value in zip(names, values, strict=True)])


def stored_pages(
    session: Session,
    table: type[Table],
    names: Sequence[str],
    on_progress: Callable[[int], None] = lambda _: None,
) -> Iterator[Sequence[tuple[str, str]]]:
    """All links of a table as (fields, hash), in order, page by page.

    The database joins the fields, and they come from the driver's own cursor: both in Python takes
    longer than the hashes. on_progress: called after each page with the number that was reached.
    """
    columns = table.__table__.c
    sqlite = session.get_bind().dialect.name == "sqlite"
    joined = (func.printf if sqlite else func.format)(
        SEPARATOR.join(["%s"] * len(names)), *(_column(columns[name]) for name in names)
    )
    page = (
        select(joined, columns.hash)
        .where(columns.number > bindparam("after"))
        .order_by(columns.number)
        .limit(_PAGE)
    )
    after = 0
    while True:
        cursor = session.connection().execute(page, {"after": after}).cursor
        rows = cursor.fetchall() if cursor is not None else []
        if not rows:
            return
        yield rows
        after = number_of(rows[-1][0])
        on_progress(after)


def _text(name: str, value: object) -> str:
    if name == AT:
        assert isinstance(value, float)
        return str(round(value * 1000))
    return json_text(value) if isinstance(value, dict) else str(value)


def _column(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(func.round(column * 1000), BigInteger) if column.key == AT else column
