"""What points are redeemed for, quarter by quarter."""

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, Incomplete, NotEnough, NotFound, TooLate
from hazards.ids import new_id
from hazards.periods import months_of, quarter_end
from hazards.points.ledger import SYSTEM, Entry, book, closed_months, entry_of, lock_ledger
from hazards.points.policy import policy_at
from hazards.points.statements import redeemable
from hazards.points.tables import LedgerEntryRow, RewardRow

KINDS = ("leave", "training", "goods")
WINDOW_S = 92 * 86400.0
"""A quarter's points can be redeemed until about the end of the next one."""


def create_reward(
    session: Session, *, kind: str, name: str, price: int, stock: int | None
) -> RewardRow:
    """kind: leave, training or goods. stock: None for no limit. Raises Incomplete."""
    row = RewardRow(id=new_id(), active=True)
    _write(row, kind, name, price, stock)
    session.add(row)
    session.flush()
    return row


def edit_reward(
    session: Session,
    id: str,
    *,
    kind: str,
    name: str,
    price: int,
    stock: int | None,
    active: bool,
) -> RewardRow:
    """What is not active cannot be had; what was redeemed stays. Raises NotFound, Incomplete."""
    row = locked_reward(session, id)
    _write(row, kind, name, price, stock)
    row.active = active
    session.flush()
    return row


def locked_reward(session: Session, id: str) -> RewardRow:
    """One reward, for this transaction alone. Raises NotFound."""
    row = session.get(RewardRow, id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(f"there is no reward '{id}'")
    return row


def rewards(session: Session, *, active: bool = True) -> list[RewardRow]:
    """What can be had, cheapest first; with active=False also what cannot any more."""
    statement = select(RewardRow).order_by(RewardRow.price, RewardRow.id)
    if active:
        statement = statement.where(RewardRow.active)
    return list(session.scalars(statement))


def redeem(
    session: Session,
    *,
    key: str,
    person_id: str,
    reward_id: str,
    quarter: str,
    actor: str,
    now: float,
    zone: ZoneInfo,
) -> LedgerEntryRow:
    """Takes a reward for the points of a closed quarter.

    key: of the request; the same one gives the same entry and takes nothing again. Raises
    NotFound, NotEnough (points or stock), Conflict (a month is still open), TooLate.
    """
    lock_ledger(session)
    booked = entry_of(session, f"redemption:{key}")
    if booked is not None:
        return booked
    reward = session.get(RewardRow, reward_id, with_for_update=True, populate_existing=True)
    if reward is None or not reward.active:
        raise NotFound("there is no such reward any more: choose another one")
    months = months_of(quarter)
    if len(closed_months(session, months)) < len(months):
        raise Conflict(f"{quarter} is not closed yet: wait until its months are")
    if now > quarter_end(quarter, zone) + WINDOW_S:
        raise TooLate(f"the points of {quarter} could be redeemed until the end of the next one")
    if reward.stock == 0:
        raise NotEnough(f"'{reward.name}' is out of stock: choose another one")
    have = redeemable(session, person_id, quarter)
    if have < reward.price:
        raise NotEnough(f"'{reward.name}' costs {reward.price} points, {have} are left")
    if reward.stock is not None:
        reward.stock -= 1
    entry = Entry(
        key=f"redemption:{key}",
        kind="redemption",
        debit_id=f"savings:{person_id}",
        credit_id=SYSTEM,
        points=reward.price,
        period=quarter,
        at=now,
        actor=actor,
        policy=policy_at(session, now).version,
        reason=reward.name,
    )
    book(session, entry)
    session.flush()
    made = entry_of(session, entry.key)
    assert made is not None
    return made


def _write(row: RewardRow, kind: str, name: str, price: int, stock: int | None) -> None:
    if kind not in KINDS:
        raise Incomplete(f"a reward is one of {', '.join(KINDS)}")
    if price <= 0 or (stock is not None and stock < 0):
        raise Incomplete("a reward costs at least one point, and its stock is not below zero")
    row.kind, row.name, row.price, row.stock = kind, name.strip(), price, stock
