"""`anyan simulate-month`: plays the month on a database of its own and says what came out."""

import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hazards.cases.quality import agreement, precision
from hazards.database import Database
from hazards.points.statements import redeemable, statement
from hazards.points.tables import LedgerEntryRow
from hazards.risk.tables import ColourChangeRow
from hazards.tickets.tables import TicketRow, TransitionRow
from service.simulation.checks import findings, tampered, verdict_of
from service.simulation.month import Month
from service.simulation.works import Works

FOREVER = 4e9


def simulate_month(zone: ZoneInfo, say: Callable[[str], None], *, seed: int = 1) -> bool:
    """In a temporary folder; nothing of the site is touched. Returns whether all agrees."""
    with tempfile.TemporaryDirectory(prefix="anyan-month-") as folder:
        database = Database(f"sqlite:///{Path(folder) / 'month.db'}")
        try:
            return play(database, zone, say, seed=seed)
        finally:
            database.close()


def play(database: Database, zone: ZoneInfo, say: Callable[[str], None], *, seed: int = 1) -> bool:
    """The whole account on an empty database, which is spoilt afterwards.

    Returns whether every sum agrees and the row that is altered at the end is found and named.
    """
    database.migrate()
    month = Month(database, zone, seed=seed)
    works = month.play()
    story = month.story
    say("September 2026, played on a database of its own\n")
    _table(say, "What happened", story.counts)
    say("Refused, as it must be: " + ", ".join(story.refusals) + "\n")
    with database.read() as session:
        _tell_records(say, session)
        _tell_points(say, session, works)
        found = findings(session, len(story.handed_over))
    for finding in found:
        say(f"  {'ok   ' if not finding.problem else 'WRONG'} {finding.what} {finding.problem}")
    number, verified = tampered(database)
    named = verified.wrong == number
    says = verdict_of("ledger entry", verified) or "nothing is wrong"
    say(f"  {'ok   ' if named else 'WRONG'} entry {number} was altered, and is named: {says}")
    return named and not any(finding.problem for finding in found)


def _tell_records(say: Callable[[str], None], session: Session) -> None:
    _table(say, "Tickets by state", _grouped(session, TicketRow.state))
    _table(say, "Steps of tickets", _grouped(session, TransitionRow.step))
    _table(say, "Changes of colour", _grouped(session, ColourChangeRow.grade))
    _table(say, "Entries of the ledger", _grouped(session, LedgerEntryRow.kind))
    both = agreement(session, since=0.0)
    kappa = "not defined" if both.kappa is None else f"{both.kappa:.2f}"
    say(f"Second verdicts: {both.pairs}, of them the same {both.agreeing}, kappa {kappa}")
    for line in precision(session, since=0.0, until=FOREVER):
        say(
            f"Precision of {line.camera_id} {line.rule}: {line.confirmed} of {line.reviewed} "
            f"({line.low:.2f} to {line.high:.2f})"
        )
    say("")


def _tell_points(say: Callable[[str], None], session: Session, works: Works) -> None:
    say("Points of team A and B: savings of the quarter, of them still to redeem")
    for people in works.workers.values():
        for person in people:
            account = statement(session, f"person:{person.id}", limit=1)
            left = redeemable(session, person.id, "2026-Q3")
            say(f"  {person.name:<4} {account.savings:>5} {left:>5}")
    say("")


def _table(say: Callable[[str], None], title: str, counts: Counter[str]) -> None:
    say(title)
    for word, count in sorted(counts.items()):
        say(f"  {count:>6}  {word}")
    say("")


def _grouped(session: Session, column: object) -> Counter[str]:
    rows = session.execute(select(column, func.count()).group_by(column))  # type: ignore[call-overload]
    return Counter({str(word): int(count) for word, count in rows})
