"""What an account has: statement, monthly scores, eligibility, what can be redeemed."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hazards.periods import months_of
from hazards.points.ledger import balance, closed_months, moves, newest, savings_of
from hazards.points.policy import Policy
from hazards.points.tables import ChargeRow, LedgerEntryRow

SCORING = ("opening", "violation", "report", "reversal")
"""Kinds of entries that make a month's score; closing and redeeming do not change it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as its account sees it. points: with its sign."""

    entry: LedgerEntryRow
    points: int


@dataclass(frozen=True, slots=True)
class Statement:
    """lines: newest first. next: number to go on before, None at the end. balance, savings: of
    now; savings are a person's. provisional: what is waiting for a verdict."""

    account_id: str
    balance: int
    savings: int
    lines: list[Line]
    provisional: list[ChargeRow]
    next: int | None


@dataclass(frozen=True, slots=True)
class Year:
    """scores: by month. average: of the months that have a score; 0 without any."""

    scores: dict[str, int]
    average: float
    eligible: bool


def statement(
    session: Session,
    account_id: str,
    *,
    period: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> Statement:
    """Every entry about an account; a person's with those of the savings."""
    ids = {account_id, savings_of(account_id)}
    rows = newest(session, ids, period=period, before=before, limit=limit + 1)
    page = rows[:limit]
    waiting = select(ChargeRow).where(
        ChargeRow.account_id == account_id, ChargeRow.state == "provisional"
    )
    savings = savings_of(account_id)
    return Statement(
        account_id=account_id,
        balance=balance(session, account_id),
        savings=balance(session, savings) if savings != account_id else 0,
        lines=[Line(row, row.points if row.credit_id in ids else -row.points) for row in page],
        provisional=list(session.scalars(waiting.order_by(ChargeRow.at.desc()).limit(limit))),
        next=page[-1].number if len(rows) > limit else None,
    )


def scores(session: Session, account_id: str, months: list[str]) -> dict[str, int]:
    """Monthly scores; a month without any entry is left out."""
    move = moves({account_id, savings_of(account_id)}).c
    sums = (
        select(move.period, func.sum(move.points))
        .where(move.period.in_(months), move.kind.in_(SCORING))
        .group_by(move.period)
        .order_by(move.period)
    )
    return {period: int(points) for period, points in session.execute(sums)}


def year(session: Session, person_id: str, number: int, policy: Policy) -> Year:
    """A person's year, and whether it is eligible for awards."""
    months = [f"{number}-{month:02d}" for month in range(1, 13)]
    found = scores(session, f"person:{person_id}", months)
    average = sum(found.values()) / len(found) if found else 0.0
    return Year(found, average, bool(found) and average >= policy.award_average)


def redeemable(session: Session, person_id: str, quarter: str) -> int:
    """Points of a quarter's closed months that are not redeemed yet; 0 while one is open."""
    months = months_of(quarter)
    if len(closed_months(session, months)) < len(months):
        return 0
    move = moves([f"savings:{person_id}"]).c
    total = select(func.sum(move.points)).where(move.period.in_([*months, quarter]))
    return max(0, int(session.scalar(total) or 0))
