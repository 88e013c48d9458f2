import pytest
from people import ZONE, settle_in
from sqlalchemy import text
from trail_replay import audited_rows, what_the_trail_misses
from typer.testing import CliRunner

from hazards.database import Database
from hazards.points.ledger import SYSTEM, Entry, book_all
from service.cli import app
from service.simulation.run import play

ENTRIES = 5


def test_a_month_adds_up_and_an_altered_row_is_named(database: Database) -> None:
    """Violations, reports, verdicts, attributions, appeals, deadlines, escalations, redemption and
    close: every sum agrees on both databases, the account says what happened, and the audit trail
    alone leads to the same tables."""
    with database.read() as session:
        start = audited_rows(session)
    said: list[str] = []
    assert play(database, ZONE, said.append)
    account = "\n".join(said)
    for word in (
        "appeals granted", "appeals rejected", "escalate", "supervised tickets accepted",
        "rewards redeemed", "reversal", "close", "sensor alarms", "is altered",
        "an appeal decided by its own reviewer", "a reward out of stock",
    ):  # fmt: skip
        assert word in account
    assert "WRONG" not in account
    with database.read() as session:
        assert what_the_trail_misses(session, start) == []


@pytest.fixture
def ledger(database: Database, database_url: str, tmp_path, monkeypatch) -> Database:
    """Some entries, in the database that the command line will open."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ANYAN_DATABASE_URL", database_url)
    settle_in(database)
    with database.begin() as session:
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


def test_the_command_says_that_all_is_right(ledger: Database) -> None:
    """Ends with 0, with the number of entries and of audited rows."""
    answer = CliRunner().invoke(app, ["ledger", "verify"])
    assert answer.exit_code == 0
    assert f"ledger: all {ENTRIES} are right" in answer.output
    assert "audit trail: all" in answer.output


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE ledger_entries SET points = 50 WHERE number = 3", "entry 3 is altered"),
        ("DELETE FROM ledger_entries WHERE number = 2", "entry 2 is missing"),
        (f"DELETE FROM ledger_entries WHERE number = {ENTRIES}", f"entry {ENTRIES} is cut off"),
    ],
)
def test_the_command_names_the_first_wrong_row(ledger: Database, change: str, says: str) -> None:
    """Altered, missing or cut off behind the triggers; ends with 1."""
    with ledger.begin() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("DROP TRIGGER ledger_entries_no_update"))
            session.execute(text("DROP TRIGGER ledger_entries_no_delete"))
        else:
            session.execute(text("DROP TRIGGER ledger_entries_only_grows ON ledger_entries"))
        session.execute(text(change))
    answer = CliRunner().invoke(app, ["ledger", "verify"])
    assert answer.exit_code == 1
    assert says in answer.output
