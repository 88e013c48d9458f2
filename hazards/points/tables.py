"""Accounts and entries of the ledger, and what leads to entries."""

from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hazards.tables import ID, JSON, Seconds, Table, Text


class AccountRow(Table):
    """id: `person:<id>`, `savings:<person id>`, `team:<unit id>`, `contractor:<id>` or
    `system:<site>`. kind: the word before the colon. owner_id: what stands after it."""

    __tablename__ = "accounts"
    UNAUDITED: ClassVar[str] = "follows from the first entry of its owner"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[str] = mapped_column(ID, index=True)


class LedgerEntryRow(Table):
    """Points that went from the debit account to the credit account; so all sums are zero.

    Only ever inserted: triggers refuse the rest. number: 1, 2, … within the chain of a site.
    key: what it is for; the same thing is never booked twice. kind: opening, violation, report,
    reversal, redemption or close. points: above 0. period: `2026-11`, or `2026-Q4` for a
    redemption. reverses: key of the entry that it takes back. hash: SHA-256 over previous and all
    columns before it.
    """

    __tablename__ = "ledger_entries"
    UNAUDITED: ClassVar[str] = "a chain of its own, which only grows"

    chain: Mapped[str] = mapped_column(ID, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(ID)
    debit_id: Mapped[str] = mapped_column(ID, ForeignKey("accounts.id"))
    credit_id: Mapped[str] = mapped_column(ID, ForeignKey("accounts.id"))
    points: Mapped[int]
    period: Mapped[str] = mapped_column(ID)
    at: Mapped[float] = mapped_column(Seconds)
    hazard_id: Mapped[str] = mapped_column(ID)
    policy: Mapped[int]
    actor: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    reverses: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(ID)

    __table_args__ = (
        CheckConstraint("points > 0", name="points_above_zero"),
        CheckConstraint("debit_id <> credit_id", name="two_accounts"),
        Index(None, "debit_id", "period"),
        Index(None, "credit_id", "period"),
        Index(None, "hazard_id"),
        Index(None, "kind", "period"),
    )


class ChargeRow(Table):
    """What a hazard would cost or earn: provisional until a person's verdict posts or voids it.

    side: violation or report; a hazard may have both. kind: of the hazard, or the tier of a report.
    points: as posted, an estimate while provisional. state: provisional, posted or void.
    """

    __tablename__ = "charges"

    hazard_id: Mapped[str] = mapped_column(ID, ForeignKey("hazards.id"), primary_key=True)
    side: Mapped[str] = mapped_column(ID, primary_key=True)
    account_id: Mapped[str] = mapped_column(ID, ForeignKey("accounts.id"))
    kind: Mapped[str] = mapped_column(Text)
    points: Mapped[int]
    state: Mapped[str] = mapped_column(Text)
    at: Mapped[float] = mapped_column(Seconds)

    __table_args__ = (Index(None, "account_id", "state"),)


class PolicyRow(Table):
    """Rules of the points, never changed: a change is a new version. body: see
    hazards.points.policy.Policy."""

    __tablename__ = "point_policies"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    valid_from: Mapped[float] = mapped_column(Seconds)
    made_by: Mapped[str] = mapped_column(Text)
    body: Mapped[dict[str, object]] = mapped_column(JSON)


class AppealRow(Table):
    """One objection to one entry. state: open, granted or rejected."""

    __tablename__ = "appeals"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    entry_key: Mapped[str] = mapped_column(Text, unique=True)
    account_id: Mapped[str] = mapped_column(ID, ForeignKey("accounts.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    raised_by: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[float] = mapped_column(Seconds)
    state: Mapped[str] = mapped_column(ID)
    decided_by: Mapped[int | None]
    decided_at: Mapped[float | None] = mapped_column(Seconds)
    decision: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index(None, "state", "raised_at"),)


class RewardRow(Table):
    """Leave, training or goods. price: points. stock: pieces left; None for no limit."""

    __tablename__ = "rewards"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    price: Mapped[int]
    stock: Mapped[int | None]
    active: Mapped[bool]

    __table_args__ = (CheckConstraint("stock >= 0", name="stock_not_below_zero"),)


class MonthCloseRow(Table):
    """A month that is closed: nothing is booked into it any more but reversals."""

    __tablename__ = "month_closes"

    chain: Mapped[str] = mapped_column(ID, primary_key=True)
    month: Mapped[str] = mapped_column(ID, primary_key=True)
    at: Mapped[float] = mapped_column(Seconds)
    by: Mapped[str] = mapped_column(Text)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(ID)
