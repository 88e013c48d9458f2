"""The ledger: the only place that writes entries, and the one that checks them."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Subquery, func, select, union, union_all
from sqlalchemy.orm import Session

from core.errors import Conflict, MonthClosed
from hazards.chains.append import append
from hazards.chains.canonical import stored_pages
from hazards.chains.links import Head, Verified, lock_head, plain, walk
from hazards.chains.tables import ChainHeadRow
from hazards.points.tables import AccountRow, LedgerEntryRow, MonthCloseRow
from hazards.upsert import insert_many

CHAIN = "ledger:site"
"""One chain per site; a database holds one site."""
SYSTEM = "system:site"
"""Where points come from and go to."""
INTO_CLOSED = frozenset({"reversal", "close", "redemption"})
COVERED = (
    "number", "key", "kind", "debit_id", "credit_id", "points", "period", "hazard_id", "policy",
    "actor", "reason", "reverses", "at",
)  # fmt: skip
"""What the hash of an entry covers besides the previous one, in this order."""
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be booked; fields as in LedgerEntryRow. at: UTC seconds."""

    key: str
    kind: str
    debit_id: str
    credit_id: str
    points: int
    period: str
    at: float
    actor: str
    policy: int
    reason: str = ""
    hazard_id: str = ""
    reverses: str = ""


def lock_ledger(session: Session) -> Head:
    """Until the end of the transaction nobody else can book: read balances and caps after it."""
    return lock_head(session, CHAIN)


def book(session: Session, entry: Entry) -> bool:
    """Books one entry; False where its key is booked already. Raises MonthClosed."""
    return book_all(session, [entry]) == 1


def book_all(session: Session, entries: Sequence[Entry]) -> int:
    """Books entries in order, in one go; returns how many were new. Raises MonthClosed.

    An entry whose key is booked already is left out, so that doing it again changes nothing.
    """
    head = lock_head(session, CHAIN)
    new = _unbooked(session, entries)
    if not new:
        return 0
    _refuse_closed(session, new)
    ensure_accounts(session, {a for entry in new for a in (entry.debit_id, entry.credit_id)})
    append(session, CHAIN, head, LedgerEntryRow, COVERED, map(_covered, new))
    return len(new)


def _covered(entry: Entry) -> tuple[object, ...]:
    """Its values in the order of COVERED, without the number."""
    return (
        plain(entry.key), entry.kind, entry.debit_id, entry.credit_id, entry.points, entry.period,
        entry.hazard_id, entry.policy, plain(entry.actor), plain(entry.reason),
        plain(entry.reverses), round(entry.at, 3),
    )  # fmt: skip


def reverse(session: Session, key: str, *, actor: str, reason: str, at: float) -> LedgerEntryRow:
    """Takes an entry back by its opposite, in the same period.

    Where the month is closed, the points go to or come from the savings into which it was closed.
    Raises Conflict where there is no such entry, or where it was taken back already.
    """
    lock_ledger(session)
    entry = entry_of(session, key)
    if entry is None:
        raise Conflict(f"there is no entry '{key}' to take back")
    closed = closed_months(session, [entry.period])
    debit, credit = (
        savings_of(account) if closed else account for account in (entry.credit_id, entry.debit_id)
    )
    back = Entry(
        key=f"reversal:{key}",
        kind="reversal",
        debit_id=debit,
        credit_id=credit,
        points=entry.points,
        period=entry.period,
        at=at,
        actor=actor,
        policy=entry.policy,
        reason=reason,
        hazard_id=entry.hazard_id,
        reverses=key,
    )
    if not book(session, back):
        raise Conflict("this entry was taken back already")
    found = entry_of(session, back.key)
    assert found is not None
    return found


def savings_of(account_id: str) -> str:
    """Where an account's months are closed into: a person's savings, else the account itself."""
    kind, _, owner = account_id.partition(":")
    return f"savings:{owner}" if kind == "person" else account_id


def entry_of(session: Session, key: str) -> LedgerEntryRow | None:
    """By its key."""
    return session.scalar(select(LedgerEntryRow).where(LedgerEntryRow.key == key))


def entries_of(session: Session, keys: Collection[str]) -> dict[str, LedgerEntryRow]:
    """Some entries by their keys."""
    statement = select(LedgerEntryRow).where(LedgerEntryRow.key.in_(keys))
    return {row.key: row for row in session.scalars(statement)}


def moves(account_ids: Collection[str]) -> Subquery:
    """What came to some accounts (+) and went from them (-): period, kind, points.

    Each side reads its index alone.
    """
    entry = LedgerEntryRow
    came = select(entry.period, entry.kind, entry.points.label("points"))
    went = select(entry.period, entry.kind, (-entry.points).label("points"))
    return union_all(
        came.where(entry.credit_id.in_(account_ids)), went.where(entry.debit_id.in_(account_ids))
    ).subquery()


def newest(
    session: Session,
    account_ids: Collection[str],
    *,
    period: str | None,
    before: int | None,
    limit: int,
) -> list[LedgerEntryRow]:
    """The last entries of some accounts, newest first; so many entries of each index are read."""
    parts = []
    for account_id in account_ids:
        for side in (LedgerEntryRow.debit_id, LedgerEntryRow.credit_id):
            last = select(LedgerEntryRow.number).where(side == account_id)
            if period is not None:
                last = last.where(LedgerEntryRow.period == period)
            if before is not None:
                last = last.where(LedgerEntryRow.number < before)
            last = last.order_by(LedgerEntryRow.number.desc()).limit(limit)
            parts.append(select(last.subquery().c.number))
    chosen = select(LedgerEntryRow).where(LedgerEntryRow.number.in_(union(*parts)))
    return list(session.scalars(chosen.order_by(LedgerEntryRow.number.desc()).limit(limit)))


def balance(session: Session, account_id: str) -> int:
    """All points of an account."""
    return session.scalar(select(func.sum(moves([account_id]).c.points))) or 0


def closed_months(session: Session, periods: Sequence[str]) -> set[str]:
    """Which of some months are closed."""
    statement = select(MonthCloseRow.month).where(
        MonthCloseRow.chain == CHAIN, MonthCloseRow.month.in_(periods)
    )
    return set(session.scalars(statement))


def ensure_accounts(session: Session, ids: set[str]) -> None:
    """Makes the accounts that do not exist yet."""
    rows = []
    for account_id in sorted(ids):
        kind, _, owner = account_id.partition(":")
        rows.append({"id": account_id, "kind": kind, "owner_id": owner})
    statement, values = insert_many(session, AccountRow, rows)
    session.execute(statement.on_conflict_do_nothing(), values)


def verify_ledger(
    session: Session, on_progress: Callable[[int], None] = lambda _: None
) -> Verified:
    """Walks the whole ledger and names the first entry that was altered, lost or cut off.

    Streams: memory does not grow with the ledger. on_progress: called now and then with the number
    that was reached.
    """
    return walk(session, CHAIN, stored_pages(session, LedgerEntryRow, COVERED, on_progress))


def ledger_length(session: Session) -> int:
    """How many entries the chain has."""
    head = select(ChainHeadRow.number).where(ChainHeadRow.chain == CHAIN)
    return session.scalar(head) or 0


def _unbooked(session: Session, entries: Sequence[Entry]) -> list[Entry]:
    by_key = {plain(entry.key): entry for entry in reversed(entries)}
    booked: set[str] = set()
    for chunk in _chunks(list(by_key)):
        keys = select(LedgerEntryRow.key).where(LedgerEntryRow.key.in_(chunk))
        booked.update(session.scalars(keys))
    return [entry for key, entry in reversed(by_key.items()) if key not in booked]


def _refuse_closed(session: Session, entries: Sequence[Entry]) -> None:
    periods = {entry.period for entry in entries if entry.kind not in INTO_CLOSED}
    closed = closed_months(session, sorted(periods))
    if closed:
        raise MonthClosed(f"{min(closed)} is closed: book it into the open month")


def _chunks(items: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
