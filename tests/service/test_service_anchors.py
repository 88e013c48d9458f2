from pathlib import Path

import pytest
from people import DAY, NOW, ZONE, settle_in, user
from sqlalchemy import text
from typer.testing import CliRunner

from core.errors import SettingsError
from hazards.access.roles import Role
from hazards.chains.anchors import Anchor
from hazards.database import Database
from hazards.notify.queries import inbox
from hazards.points.ledger import SYSTEM, Entry, book_all
from service.anchors import AnchorFile, DailyAnchors
from service.cli import app

ENTRIES = 5


@pytest.fixture
def ledger(database: Database, database_url: str, tmp_path: Path, monkeypatch) -> Database:
    """Some entries, an auditor, and the database that the command line opens."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ANYAN_DATABASE_URL", database_url)
    settle_in(database)
    with database.begin() as session:
        user(session, "auditor", Role.AUDITOR, person_id="wang")
        book_all(
            session,
            [
                Entry(
                    key=f"report:{n}", kind="report", debit_id=SYSTEM, credit_id="person:li",
                    points=5, period="2026-11", at=1.0, actor="user:1", policy=1,
                )
                for n in range(ENTRIES)
            ],
        )  # fmt: skip
    return database


def test_the_last_links_are_noted_once_a_day(ledger: Database, tmp_path: Path) -> None:
    """However often the duty runs, and after a restart; a clock that is set back notes nothing."""
    path = tmp_path / "anchors.txt"
    for at in (NOW, NOW + 60, NOW + DAY, NOW - DAY):
        DailyAnchors(ledger, ZONE, path).note_anchors(at)
    noted = AnchorFile(path).read()
    assert [(one.chain, one.at) for one in noted] == [
        ("audit", NOW), ("ledger:site", NOW), ("audit", NOW + DAY), ("ledger:site", NOW + DAY),
    ]  # fmt: skip
    assert noted[1].number == ENTRIES
    assert [Anchor.parse(str(one)) for one in noted] == noted


def test_the_auditors_get_them_once_a_month(ledger: Database, tmp_path: Path) -> None:
    """A copy that nobody with access to the machine can take back."""
    anchors = DailyAnchors(ledger, ZONE, tmp_path / "anchors.txt")
    for day in (0, 1, 20):
        anchors.note_anchors(NOW + day * DAY)
    with ledger.read() as session:
        got = [row for row in inbox(session, "wang", before=None, limit=9) if row.code == "anchors"]
    assert [row.details["month"] for row in got] == ["2023-12", "2023-11"]
    (_, line) = got[1].details["anchors"]
    assert line == str(AnchorFile(tmp_path / "anchors.txt").read()[1])


def _behind_the_triggers(database: Database, *changes: str) -> None:
    with database.begin() as session:
        if session.get_bind().dialect.name == "sqlite":
            for what in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER ledger_entries_no_{what}"))
        else:
            session.execute(text("DROP TRIGGER ledger_entries_only_grows ON ledger_entries"))
        for change in changes:
            session.execute(text(change))


def test_an_end_that_was_cut_off_with_its_head_is_found(ledger: Database, tmp_path: Path) -> None:
    """The chain itself is right again; the noted link is not there any more."""
    path = tmp_path / "kept.txt"
    DailyAnchors(ledger, ZONE, path).note_anchors(NOW)
    before = CliRunner().invoke(app, ["ledger", "verify", "--anchors", str(path)])
    assert (before.exit_code, "anchors: all 2 hold" in before.output) == (0, True)
    _behind_the_triggers(
        ledger,
        "UPDATE chain_heads SET number = 3, hash = (SELECT hash FROM ledger_entries "
        "WHERE number = 3) WHERE chain = 'ledger:site'",
        "DELETE FROM ledger_entries WHERE number > 3",
    )
    after = CliRunner().invoke(app, ["ledger", "verify", "--anchors", str(path)])
    assert after.exit_code == 1
    assert "ledger: all 3 are right" in after.output
    assert f"anchors: link {ENTRIES} of ledger:site is not the one that was noted" in after.output


def test_a_file_that_cannot_be_used_is_named(ledger: Database, tmp_path: Path) -> None:
    """Rather than to say that all is well."""
    path = tmp_path / "kept.txt"
    path.write_text("2026-11-25T00:00:00+00:00 audit 3 short\n")
    with pytest.raises(SettingsError, match="no anchor"):
        AnchorFile(path).read()
    gone = CliRunner().invoke(app, ["ledger", "verify", "--anchors", str(tmp_path / "none.txt")])
    assert gone.exit_code != 0
