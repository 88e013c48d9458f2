"""What must be true after the month, and what must be found when somebody alters a row."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from hazards.audit.queries import verify_audit
from hazards.cases.tables import HazardRow
from hazards.chains.links import Verified
from hazards.database import Database
from hazards.notify.tables import MessageRow
from hazards.points.ledger import balance, verify_ledger
from hazards.points.statements import SCORING
from hazards.points.tables import ChargeRow, LedgerEntryRow
from hazards.tickets.tables import TransitionRow

MONTH = "2026-09"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sum. problem: empty where it agrees."""

    what: str
    problem: str


def findings(session: Session, handed_over: int) -> list[Finding]:
    """Every sum that has to agree. handed_over: messages that the receiver has taken."""
    return [
        Finding("every hazard stands in one ticket at most, once", _tickets(session)),
        Finding("posted charges are the entries of the ledger", _charges(session)),
        Finding("verdicts and charges agree", _verdicts(session)),
        Finding("scores, closings and savings agree", _savings(session)),
        Finding("all accounts together are zero", _zero(session)),
        Finding("no rung was climbed twice for one deadline", _rungs(session)),
        Finding("each message was taken once", _messages(session, handed_over)),
        Finding("the ledger verifies", verdict_of("ledger entry", verify_ledger(session))),
        Finding("the audit trail verifies", verdict_of("audit row", verify_audit(session))),
    ]


def tampered(database: Database) -> tuple[int, Verified]:
    """Alters one entry behind the service's back; the number, and what the verification says.

    Only for a database that is thrown away.
    """
    with database.begin() as session:
        for trigger in _triggers(session):
            session.execute(text(trigger))
        number = session.scalar(
            select(LedgerEntryRow.number).where(LedgerEntryRow.kind == "violation").limit(1)
        )
        session.execute(
            text("UPDATE ledger_entries SET points = points + 1 WHERE number = :number"),
            {"number": number},
        )
    with database.read() as session:
        return int(number or 0), verify_ledger(session)


def verdict_of(word: str, verified: Verified) -> str:
    """A sentence for what is wrong, empty where nothing is."""
    return "" if verified.wrong is None else f"{word} {verified.wrong} is {verified.problem}"


def _triggers(session: Session) -> list[str]:
    if session.get_bind().dialect.name == "sqlite":
        return ["DROP TRIGGER ledger_entries_no_update"]
    return ["DROP TRIGGER ledger_entries_only_grows ON ledger_entries"]


def _tickets(session: Session) -> str:
    """A hazard that was dismissed has left its ticket, unless that was only about it."""
    dismissed = (HazardRow.verdict == "dismissed") & (HazardRow.source == "camera")
    joined = session.scalar(
        select(func.count()).where(HazardRow.ticket_id.is_not(None) | dismissed)
    )
    merges = session.scalar(
        select(func.count()).where(
            TransitionRow.step.in_(("open", "merge"))
            | ((TransitionRow.step == "reopen") & TransitionRow.reason.startswith("came back"))
        )
    )
    return "" if joined == merges else f"{joined} hazards in tickets, {merges} joined them"


def _charges(session: Session) -> str:
    posted = session.scalar(
        select(func.sum(func.abs(ChargeRow.points))).where(ChargeRow.state == "posted")
    )
    entry = LedgerEntryRow
    booked = session.scalar(
        select(func.sum(entry.points)).where(entry.kind.in_(("violation", "report")))
    )
    taken_back = session.scalar(select(func.sum(entry.points)).where(entry.kind == "reversal"))
    agree = (posted or 0) == (booked or 0) - (taken_back or 0)
    return "" if agree else f"{posted} posted, {booked} booked, {taken_back} taken back"


def _verdicts(session: Session) -> str:
    rows = session.execute(
        select(HazardRow.verdict, ChargeRow.state, func.count())
        .join(ChargeRow, ChargeRow.hazard_id == HazardRow.id)
        .group_by(HazardRow.verdict, ChargeRow.state)
    )
    allowed = {
        ("confirmed", "posted"), ("confirmed", "void"), ("dismissed", "void"),
        (None, "provisional"),
    }  # fmt: skip
    wrong = [f"{count} {verdict}/{state}" for verdict, state, count in rows
             if (verdict, state) not in allowed]  # fmt: skip
    return ", ".join(wrong)


def _savings(session: Session) -> str:
    """What is left of a closed month is what went into the savings, and nothing stays behind."""
    scores: dict[tuple[str, str], int] = defaultdict(int)
    closed: dict[tuple[str, str], int] = defaultdict(int)
    for row in session.scalars(select(LedgerEntryRow)):
        for account, sign in ((row.credit_id, 1), (row.debit_id, -1)):
            if not account.startswith("person:"):
                continue
            if row.kind in SCORING:
                scores[account, row.period] += sign * row.points
            elif row.kind == "close":
                closed[account, row.period] -= sign * row.points
    wrong = [
        f"{account} {period}: {points} scored, {closed[account, period]} closed"
        for (account, period), points in scores.items()
        if period <= MONTH and points != closed[account, period]
    ]
    return "; ".join(wrong[:3])


def _zero(session: Session) -> str:
    ids = set(session.scalars(select(LedgerEntryRow.debit_id).distinct()))
    ids |= set(session.scalars(select(LedgerEntryRow.credit_id).distinct()))
    total = sum(balance(session, account) for account in ids)
    return "" if total == 0 else f"they are {total}"


def _rungs(session: Session) -> str:
    keys = Counter(
        row.key.split(">")[0] + ">" + row.key.split(">")[1]
        for row in session.scalars(
            select(MessageRow).where(MessageRow.code.in_(("overdue", "supervised")))
        )
    )
    return ", ".join(key for key, times in keys.items() if times > 1)


def _messages(session: Session, handed_over: int) -> str:
    sent = session.scalar(
        select(func.count()).where(MessageRow.state == "sent", MessageRow.channel_id.is_not(None))
    )
    waiting = session.scalar(select(func.count()).where(MessageRow.state != "sent"))
    if waiting:
        return f"{waiting} still wait"
    return "" if sent == handed_over else f"{sent} sent, {handed_over} taken"
