"""The last links of the chains as somebody has noted them outside of the database.

A chain shows what was changed inside it, not that its end was cut off together with its head, or
that all of it was written anew. A hash that is noted elsewhere shows both.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from hazards.audit.tables import AuditRow
from hazards.chains.tables import ChainHeadRow
from hazards.points.tables import LedgerEntryRow

HASH_LETTERS = 64


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link as it was at a moment (UTC seconds)."""

    at: float
    chain: str
    number: int
    hash: str

    @classmethod
    def parse(cls, line: str) -> Self:
        """Reads what str() wrote. Raises ValueError for anything else."""
        at, chain, number, digest = line.split()
        if len(digest) != HASH_LETTERS:
            raise ValueError("no hash")
        return cls(datetime.fromisoformat(at).timestamp(), chain, int(number), digest)

    def __str__(self) -> str:
        at = datetime.fromtimestamp(self.at, UTC).isoformat(timespec="seconds")
        return f"{at} {self.chain} {self.number} {self.hash}"


def anchors_now(session: Session, now: float) -> list[Anchor]:
    """The last link of every chain that has any, by name."""
    heads = select(ChainHeadRow).where(ChainHeadRow.number > 0).order_by(ChainHeadRow.chain)
    return [Anchor(now, head.chain, head.number, head.hash) for head in session.scalars(heads)]


def first_broken(session: Session, anchors: Iterable[Anchor]) -> Anchor | None:
    """The first one whose link is gone or has another hash now; None where all hold."""
    return next((one for one in anchors if _hash_at(session, one) != one.hash), None)


def _hash_at(session: Session, anchor: Anchor) -> str | None:
    if anchor.chain == "audit":
        return session.scalar(select(AuditRow.hash).where(AuditRow.number == anchor.number))
    return session.scalar(
        select(LedgerEntryRow.hash).where(
            LedgerEntryRow.chain == anchor.chain, LedgerEntryRow.number == anchor.number
        )
    )
