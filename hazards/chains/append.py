"""Appending many links to a chain in one statement."""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from hazards.chains.canonical import canonical
from hazards.chains.links import Head, link, move_head
from hazards.tables import Table
from hazards.upsert import insert_many


def append(
    session: Session,
    chain: str,
    head: Head,
    table: type[Table],
    names: Sequence[str],
    lines: Iterable[Sequence[object]],
) -> None:
    """Appends lines, one at least, in order, and names the new last link.

    head: the last link, which the caller has locked. names: the columns that the hash covers,
    `number` first. lines: the values of the others.
    """
    rows = []
    for line in lines:
        values = (head.number + 1, *line)
        head = Head(head.number + 1, link(head.hash, canonical(names, values)))
        rows.append({**dict(zip(names, values, strict=True)), "hash": head.hash})
    session.execute(*insert_many(session, table, rows))
    move_head(session, chain, head)
