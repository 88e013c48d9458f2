"""Appending to a chain, and walking along it."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hazards.chains.tables import ChainHeadRow
from hazards.upsert import insert

GENESIS = "0" * 64
"""What stands before the first link."""
SEPARATOR = "\x1f"
_CONTROL = re.compile(r"[\x00-\x1f]+")


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a chain: 0 and GENESIS before the first."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Verified:
    """checked: links that were read. wrong: number of the first wrong one, None where all are
    right. problem: what is wrong with it: altered, missing, or cut off at the end."""

    checked: int
    wrong: int | None
    problem: str


def plain(text: str) -> str:
    """A text as it goes into a chain: control characters are spaces, so that fields stay apart."""
    return _CONTROL.sub(" ", text)


def link(previous: str, fields: str) -> str:
    """SHA-256 over the previous hash and the fields, joined by SEPARATOR."""
    return hashlib.sha256(f"{previous}{SEPARATOR}{fields}".encode()).hexdigest()


def lock_head(session: Session, chain: str) -> Head:
    """The last link; until the end of the transaction nobody else can append."""
    first = insert(session, ChainHeadRow).values(chain=chain, number=0, hash=GENESIS)
    session.execute(first.on_conflict_do_nothing())
    return _head(session, chain, lock=True)


def move_head(session: Session, chain: str, head: Head) -> None:
    """Names the new last link. Only for whoever has locked it."""
    session.execute(
        update(ChainHeadRow)
        .where(ChainHeadRow.chain == chain)
        .values(number=head.number, hash=head.hash)
        .execution_options(synchronize_session=False)
    )


def walk(session: Session, chain: str, pages: Iterable[Sequence[tuple[str, str]]]) -> Verified:
    """Checks a chain from its first link to its head; stops at the first wrong one.

    pages: of (fields, stored hash), ordered by number; fields begin with the number.
    """
    head = _head(session, chain, lock=False)
    previous, checked = GENESIS, 0
    sha256 = hashlib.sha256
    for page in pages:
        first = checked + 1
        for fields, stored in page:
            previous = sha256(f"{previous}{SEPARATOR}{fields}".encode()).hexdigest()
            if previous != stored:
                if number_of(fields) == checked + 1:
                    return Verified(checked + 1, checked + 1, "altered")
                return Verified(checked, checked + 1, "missing")
            checked += 1
        # Numbers only grow along the pages: where the last one is right, all are.
        if number_of(page[-1][0]) != checked:
            numbers = enumerate((number_of(fields) for fields, _ in page), first)
            missing = next(expected for expected, number in numbers if number != expected)
            return Verified(missing - 1, missing, "missing")
    if checked < head.number:
        return Verified(checked, checked + 1, "cut off")
    if checked == head.number and previous != head.hash:
        return Verified(checked, head.number, "altered")
    return Verified(checked, None, "")


def number_of(fields: str) -> int:
    """The number with which the fields of a link begin."""
    return int(fields.partition(SEPARATOR)[0])


def _head(session: Session, chain: str, *, lock: bool) -> Head:
    statement = select(ChainHeadRow.number, ChainHeadRow.hash).where(ChainHeadRow.chain == chain)
    row = session.execute(statement.with_for_update() if lock else statement).one_or_none()
    return Head(0, GENESIS) if row is None else Head(row.number, row.hash)
