"""Opening and closing of months."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Conflict
from hazards.periods import month_end, month_of, month_start
from hazards.points.ledger import CHAIN, SYSTEM, Entry, book_all, lock_ledger, savings_of
from hazards.points.policy import policy_at
from hazards.points.tables import LedgerEntryRow, MonthCloseRow
from hazards.site.people_tables import PersonRow


@dataclass(frozen=True, slots=True)
class MonthState:
    """state: running, to_close (it has ended) or closed. closed_at: UTC seconds."""

    month: str
    state: str
    closed_at: float | None


def running_month(session: Session, *, now: float, zone: ZoneInfo) -> str:
    """The month into which points are booked now: that of the site's clock, or the one after the
    last that is closed, where a clock or a time zone was set back over midnight."""
    month = month_of(now, zone)
    last = session.scalar(select(func.max(MonthCloseRow.month)).where(MonthCloseRow.chain == CHAIN))
    return month if last is None or last < month else month_of(month_end(last, zone), zone)


def month_states(session: Session, *, now: float, zone: ZoneInfo, limit: int) -> list[MonthState]:
    """The current month, those that wait to be closed, and the last closed ones; newest first."""
    closed = select(MonthCloseRow).where(MonthCloseRow.chain == CHAIN)
    rows = session.scalars(closed.order_by(MonthCloseRow.month.desc()).limit(limit))
    states = [MonthState(row.month, "closed", row.at) for row in rows]
    waiting = months_to_close(session, now=now, zone=zone)
    states += [MonthState(month, "to_close", None) for month in waiting]
    states.append(MonthState(running_month(session, now=now, zone=zone), "running", None))
    return sorted(states, key=lambda state: state.month, reverse=True)


def open_month(session: Session, *, now: float, zone: ZoneInfo) -> int:
    """Gives every active person the points with which the current month begins.

    Returns how many got them; again and again within a month it reaches newcomers only.
    """
    month = running_month(session, now=now, zone=zone)
    policy = policy_at(session, month_start(month, zone))
    people = session.scalars(select(PersonRow.id).where(PersonRow.active).order_by(PersonRow.id))
    entries = [
        Entry(
            key=f"opening:{month}:{person}",
            kind="opening",
            debit_id=SYSTEM,
            credit_id=f"person:{person}",
            points=policy.month_begins_with,
            period=month,
            at=now,
            actor="system",
            policy=policy.version,
        )
        for person in people
    ]
    return book_all(session, entries)


def close_month(
    session: Session, month: str, *, actor: str, now: float, zone: ZoneInfo
) -> MonthCloseRow:
    """Moves what every person has left of a month into the savings; what is below zero is
    forgiven. Teams and contractors go on.

    Closing again changes nothing. Raises Conflict where the month has not ended in the site's
    time zone, or an earlier month of the ledger is still open.
    """
    if now < month_end(month, zone):
        raise Conflict(f"{month} has not ended yet: close it after midnight of its last day")
    head = lock_ledger(session)
    done = session.get(MonthCloseRow, (CHAIN, month))
    if done is not None:
        return done
    _refuse_gap(session, month)
    policy = policy_at(session, month_start(month, zone))
    entries = []
    for account, points in sorted(_left(session, month).items()):
        if points == 0:
            continue
        debit, credit = (account, savings_of(account)) if points > 0 else (SYSTEM, account)
        entries.append(
            Entry(
                key=f"close:{month}:{account}",
                kind="close",
                debit_id=debit,
                credit_id=credit,
                points=abs(points),
                period=month,
                at=now,
                actor=actor,
                policy=policy.version,
            )
        )
    book_all(session, entries)
    head = lock_ledger(session)
    row = MonthCloseRow(
        chain=CHAIN, month=month, at=now, by=actor, number=head.number, hash=head.hash
    )
    session.add(row)
    session.flush()
    return row


def months_to_close(session: Session, *, now: float, zone: ZoneInfo) -> list[str]:
    """Months that have ended and are not closed, earliest first."""
    statement = (
        select(LedgerEntryRow.period)
        .where(
            LedgerEntryRow.kind == "opening",
            LedgerEntryRow.period < month_of(now, zone),
            LedgerEntryRow.period.not_in(
                select(MonthCloseRow.month).where(MonthCloseRow.chain == CHAIN)
            ),
        )
        .distinct()
        .order_by(LedgerEntryRow.period)
    )
    return list(session.scalars(statement))


def _refuse_gap(session: Session, month: str) -> None:
    earlier = select(LedgerEntryRow.period).where(
        LedgerEntryRow.kind == "opening",
        LedgerEntryRow.period < month,
        LedgerEntryRow.period.not_in(
            select(MonthCloseRow.month).where(MonthCloseRow.chain == CHAIN)
        ),
    )
    first = session.scalar(earlier.order_by(LedgerEntryRow.period).limit(1))
    if first is not None:
        raise Conflict(f"{first} is still open: close it first")


def _left(session: Session, month: str) -> dict[str, int]:
    """What every person's account has left of a month."""
    left: dict[str, int] = {}
    entry = LedgerEntryRow
    for account, sign in ((entry.credit_id, 1), (entry.debit_id, -1)):
        sums = (
            select(account, func.sum(entry.points))
            .where(entry.period == month, account.startswith("person:", autoescape=True))
            .group_by(account)
        )
        for person, points in session.execute(sums):
            left[person] = left.get(person, 0) + sign * int(points)
    return left
