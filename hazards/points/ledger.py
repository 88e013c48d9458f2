"""The ledger: the only place that writes entries, and the one that checks them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from core.errors import Conflict, MonthClosed
from hazards.chains.links import SEPARATOR, Head, Verified, link, lock_head, move_head, plain, walk
from hazards.points.tables import AccountRow, LedgerEntryRow, MonthCloseRow
from hazards.upsert import insert

CHAIN = "ledger:site"
"""One chain per site; a database holds one site."""
SYSTEM = "system:site"
"""Where points come from and go to."""
INTO_CLOSED = frozenset({"reversal", "close", "redemption"})
_COVERED = (
    "number", "key", "kind", "debit_id", "credit_id", "points", "period", "hazard_id", "policy",
    "actor", "reason", "reverses", "at",
)  # fmt: skip
_PAGE = 10_000
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
    rows = []
    for entry in new:
        values: dict[str, object] = {
            "chain": CHAIN,
            "number": head.number + 1,
            "key": plain(entry.key),
            "kind": entry.kind,
            "debit_id": entry.debit_id,
            "credit_id": entry.credit_id,
            "points": entry.points,
            "period": entry.period,
            "at": float(entry.at),
            "hazard_id": entry.hazard_id,
            "policy": entry.policy,
            "actor": plain(entry.actor),
            "reason": plain(entry.reason),
            "reverses": plain(entry.reverses),
        }
        head = Head(head.number + 1, link(head.hash, _fields([values[name] for name in _COVERED])))
        rows.append({**values, "hash": head.hash})
    session.execute(insert(session, LedgerEntryRow), rows)
    move_head(session, CHAIN, head)
    return len(rows)


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


def balance(session: Session, account_id: str) -> int:
    """All points of an account."""
    sign = case((LedgerEntryRow.credit_id == account_id, 1), else_=-1)
    statement = select(func.coalesce(func.sum(sign * LedgerEntryRow.points), 0)).where(
        or_(LedgerEntryRow.credit_id == account_id, LedgerEntryRow.debit_id == account_id)
    )
    return int(session.scalar(statement) or 0)


def closed_months(session: Session, periods: Sequence[str]) -> set[str]:
    """Which of some months are closed."""
    statement = select(MonthCloseRow.month).where(
        MonthCloseRow.chain == CHAIN, MonthCloseRow.month.in_(periods)
    )
    return set(session.scalars(statement))


def ensure_accounts(session: Session, ids: set[str]) -> None:
    """Makes the accounts that do not exist yet."""
    for chunk in _chunks(sorted(ids)):
        rows = []
        for account_id in chunk:
            kind, _, owner = account_id.partition(":")
            rows.append({"id": account_id, "kind": kind, "owner_id": owner})
        session.execute(insert(session, AccountRow).values(rows).on_conflict_do_nothing())


def verify_ledger(session: Session) -> Verified:
    """Walks the whole ledger and names the first entry that was altered, lost or cut off.

    Streams: memory does not grow with the ledger.
    """
    return walk(session, CHAIN, _links(session))


def _links(session: Session) -> Iterator[tuple[int, str, str]]:
    """Page by page, from the driver's own cursor: SQLAlchemy's rows take longer than the hashes."""
    columns = LedgerEntryRow.__table__.c
    page = (
        select(*(columns[name] for name in (*_COVERED, "hash")))
        .where(columns.chain == CHAIN, columns.number > bindparam("after"))
        .order_by(columns.number)
        .limit(_PAGE)
    )
    after = 0
    while True:
        cursor = session.connection().execute(page, {"after": after}).cursor
        rows = cursor.fetchall() if cursor is not None else []
        if not rows:
            return
        for row in rows:
            yield row[0], _fields(row), row[13]
        after = rows[-1][0]


def _fields(row: Sequence[object]) -> str:
    """What the hash of an entry covers besides the previous one: _COVERED, in its order."""
    a, b, c, d, e, f, g, h, i, j, k, m, at = row[:13]
    s = SEPARATOR
    return f"{a}{s}{b}{s}{c}{s}{d}{s}{e}{s}{f}{s}{g}{s}{h}{s}{i}{s}{j}{s}{k}{s}{m}{s}{at!r}"


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
