"""Objections to entries: raised in time, decided by somebody else than the reviewer."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, Forbidden, Incomplete, NotFound, TooLate, WrongTransition
from hazards.access.tables import UserRow
from hazards.cases.tables import HazardRow
from hazards.ids import derived_id
from hazards.points.ledger import entry_of, reverse
from hazards.points.policy import policy_at
from hazards.points.tables import AppealRow, ChargeRow

DAY_S = 86400.0


def raise_appeal(
    session: Session, entry_key: str, *, account_id: str, text: str, actor: str, now: float
) -> AppealRow:
    """Objects to a violation's entry of the account.

    Raises NotFound (no such entry of this account), TooLate, Conflict (appealed already),
    Incomplete (no text).
    """
    entry = entry_of(session, entry_key)
    if entry is None or entry.kind != "violation" or entry.debit_id != account_id:
        raise NotFound("there is no such entry in this account")
    if not text.strip():
        raise Incomplete("say why the entry is wrong")
    days = policy_at(session, entry.at).appeal_days
    if now > entry.at + days * DAY_S:
        raise TooLate(f"an entry can be appealed for {days} days: talk to the safety staff")
    appeal_id = derived_id("appeal", entry_key)
    if session.get(AppealRow, appeal_id) is not None:
        raise Conflict("this entry was appealed already")
    row = AppealRow(
        id=appeal_id,
        entry_key=entry_key,
        account_id=account_id,
        text=text.strip(),
        raised_by=actor,
        raised_at=now,
        state="open",
        decision="",
    )
    session.add(row)
    session.flush()
    return row


def decide_appeal(
    session: Session, id: str, *, grant: bool, reason: str, by: UserRow, now: float
) -> AppealRow:
    """Grants it, which books the reversal, or rejects it.

    Raises NotFound, WrongTransition (decided already), Incomplete (no reason), and Forbidden for
    whoever reviewed the hazard, attributed it, or is the one it is about.
    """
    row = session.get(AppealRow, id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(f"there is no appeal '{id}'")
    if row.state != "open":
        raise WrongTransition("this appeal is decided")
    if not reason.strip():
        raise Incomplete("say why you decide so")
    entry = entry_of(session, row.entry_key)
    assert entry is not None
    hazard = session.get(HazardRow, entry.hazard_id)
    actor = f"user:{by.id}"
    concerned = by.person_id is not None and row.account_id == f"person:{by.person_id}"
    if concerned or (hazard and (hazard.reviewer_id == by.id or hazard.attributed_by == actor)):
        raise Forbidden("somebody decides who neither reviewed the case nor is concerned")
    row.state = "granted" if grant else "rejected"
    row.decided_by, row.decided_at, row.decision = by.id, now, reason.strip()
    if grant:
        reverse(session, row.entry_key, actor=actor, reason=reason, at=now)
        charge = session.get(ChargeRow, (entry.hazard_id, "violation"))
        if charge is not None:
            charge.state, charge.points = "void", 0
    session.flush()
    return row


def appeal(session: Session, id: str) -> AppealRow:
    """One appeal. Raises NotFound."""
    row = session.get(AppealRow, id)
    if row is None:
        raise NotFound(f"there is no appeal '{id}'")
    return row


def appeals(
    session: Session, *, state: str | None, account_id: str | None, limit: int
) -> list[AppealRow]:
    """Oldest first. None means: whichever."""
    statement = select(AppealRow).order_by(AppealRow.raised_at, AppealRow.id).limit(limit)
    if state is not None:
        statement = statement.where(AppealRow.state == state)
    if account_id is not None:
        statement = statement.where(AppealRow.account_id == account_id)
    return list(session.scalars(statement))
