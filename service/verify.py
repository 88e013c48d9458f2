"""`anyan ledger verify` and `anyan messages`: what the records say of themselves."""

import time
from pathlib import Path

import typer
from sqlalchemy.orm import Session

from core.errors import SettingsError
from hazards.audit.queries import verify_audit
from hazards.chains.anchors import Anchor, first_broken
from hazards.chains.links import Verified
from hazards.database import Database
from hazards.notify.queries import message_counts, messages_in
from hazards.points.ledger import ledger_length, verify_ledger
from hazards.points.tables import LedgerEntryRow
from service.anchors import AnchorFile
from service.settings import Settings

SHOWN = 20
EVERY_S = 1.0


def verify(settings: Settings, anchors: Path | None) -> bool:
    """Walks both chains and prints what it finds; whether every link is right.

    anchors: file of noted links, None for that of the data folder. Raises DatabaseAway,
    SettingsError.
    """
    noted = AnchorFile(anchors or settings.anchors_path).read()
    if anchors is not None and not noted:
        raise SettingsError(f"there are no anchors in {anchors}: name the file that was kept")
    database = Database(settings.database)
    database.migrate()
    with database.read() as session:
        length = ledger_length(session)
        ledger = verify_ledger(session, _Progress(length))
        entry = session.get(LedgerEntryRow, ledger.wrong) if ledger.wrong else None
        key = f" (key {entry.key})" if entry is not None else ""
        right = _say("ledger", "entry", ledger, key)
        right = _say("audit trail", "row", verify_audit(session), "") and right
        return _say_anchors(noted, first_broken(session, noted)) and right


def _say_anchors(noted: list[Anchor], broken: Anchor | None) -> bool:
    if broken is None:
        typer.echo(f"anchors: all {len(noted)} hold")
        return True
    typer.echo(
        f"anchors: link {broken.number} of {broken.chain} is not the one that was noted: {broken}"
    )
    return False


def show_messages(settings: Settings) -> None:
    """Prints how many messages stand where, and the newest that have not arrived."""
    database = Database(settings.database)
    database.migrate()
    with database.read() as session:
        counts = message_counts(session)
        typer.echo(", ".join(f"{n} {state}" for state, n in sorted(counts.items())) or "none")
        for state in ("waiting", "unclear", "failed"):
            _show(session, state)


def _show(session: Session, state: str) -> None:
    for row in messages_in(session, state, limit=SHOWN):
        at = time.strftime("%Y-%m-%d %H:%M", time.localtime(row.made_at))
        typer.echo(f"{state}  {at}  {row.code}  tried {row.attempts} times  {row.problem}")


class _Progress:
    """Says on standard error how far it has come, once a second."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._said_at = time.monotonic()

    def __call__(self, number: int) -> None:
        if time.monotonic() - self._said_at >= EVERY_S:
            self._said_at = time.monotonic()
            typer.echo(f"{number} of {self._length} entries", err=True)


def _say(chain: str, link: str, verified: Verified, which: str) -> bool:
    if verified.wrong is None:
        typer.echo(f"{chain}: all {verified.checked} are right")
        return True
    typer.echo(f"{chain}: {link} {verified.wrong} is {verified.problem}{which}")
    return False
