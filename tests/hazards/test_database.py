import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fixtures_database import postgresql_address
from sqlalchemy import text

from core.errors import DatabaseAway, SettingsError
from hazards.access.actions import ensure_administrator
from hazards.database import Database

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "cannot be read"),
        ("not a url", "cannot be read"),
        ("mysql://user:hunter2@host/db", "'mysql'"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("sqlite:////no/such/folder/anyan.db", "does not exist: create it"),
    ],
)
def test_a_wrong_url_is_refused_with_what_to_write(url: str, says: str) -> None:
    """The message says what is wrong and never shows the password."""
    with pytest.raises(SettingsError, match=says) as caught:
        Database(url)
    assert "hunter2" not in str(caught.value)


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without psycopg the message says which extra to install."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match=r"anyan\[postgres\]"):
        Database("postgresql+psycopg://user@host/db")


def test_a_database_that_is_away_says_so_without_its_password() -> None:
    """Connection refused is DatabaseAway; neither message nor repr holds the password."""
    database = Database("postgresql://anyan:hunter2@127.0.0.1:1/records")
    with pytest.raises(DatabaseAway, match=r"127\.0\.0\.1/records") as caught:
        database.check()
    assert "hunter2" not in f"{caught.value} {database!r}"


def test_a_locked_file_counts_as_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program that holds SQLite's lock for too long is something to wait for."""
    monkeypatch.setattr("hazards.database.LOCK_WAIT_S", 0.1)
    database = Database(f"sqlite:///{tmp_path}/anyan.db")
    database.migrate()
    other = sqlite3.connect(tmp_path / "anyan.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseAway), database.begin() as session:
        ensure_administrator(session, "long enough")
    other.close()
    with database.begin() as session:
        ensure_administrator(session, "long enough")
    database.close()


def test_a_mistake_in_a_statement_is_not_an_absent_database(database: Database) -> None:
    """Only what waiting can cure is DatabaseAway."""
    with pytest.raises(Exception, match="no_such_table") as caught, database.begin() as session:
        session.execute(text("SELECT * FROM no_such_table"))
    assert not isinstance(caught.value, DatabaseAway)


def test_an_error_in_the_block_undoes_everything(database: Database) -> None:
    """begin() commits at its end or not at all."""
    with pytest.raises(SettingsError), database.begin() as session:  # noqa: PT012
        ensure_administrator(session, "long enough")
        raise SettingsError
    with database.begin() as session:
        assert ensure_administrator(session, None) is not None


def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    """While a transaction writes, others read what was there before."""
    with database.begin() as writer:
        ensure_administrator(writer, "long enough")
        with database.read() as reader:
            assert reader.execute(text("SELECT count(*) FROM users")).scalar() == 0


def test_sqlite_is_durable(tmp_path: Path) -> None:
    """Write-ahead log, every commit on disk, foreign keys checked."""
    database = Database(f"sqlite:///{tmp_path}/anyan.db")
    with database.read() as session:
        found = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    database.close()


def test_processes_that_start_at_once_migrate_once(
    open_database: Callable[[], Database], database_url: str
) -> None:
    """Two threads and another process migrate an empty database; every one succeeds."""
    code = f"from hazards.database import Database; Database({database_url!r}).migrate()"
    other = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    with ThreadPoolExecutor(2) as threads:
        migrations = [threads.submit(open_database().migrate) for _ in range(2)]
    assert [migration.result() for migration in migrations] == [None, None]
    assert other.wait(60) == 0


def test_a_percent_sign_in_the_install_path_is_no_obstacle(tmp_path: Path) -> None:
    """The migrations are found wherever the package lies."""
    install = tmp_path / "50%done"
    for package in ("core", "hazards"):
        shutil.copytree(ROOT / package, install / package)
    code = f"from hazards.database import Database; Database('sqlite:///{tmp_path}/a.db').migrate()"
    subprocess.run([sys.executable, "-c", code], cwd=install, check=True)
    tables = sqlite3.connect(tmp_path / "a.db").execute("SELECT name FROM sqlite_master")
    assert ("hazards",) in tables.fetchall()


def test_a_restarted_server_is_used_again(tmp_path: Path) -> None:
    """A connection cut in the middle is DatabaseAway; the next transaction finds a new one."""
    database = Database(postgresql_address())
    cut = text("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(DatabaseAway), database.begin() as session:
        session.execute(cut)
    database.check()
    with database.read() as session, Database(postgresql_address()).begin() as other:
        pid = session.execute(text("SELECT pg_backend_pid()")).scalar()
        session.rollback()
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    database.check()
    database.close()


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    """Waiting cannot help: the message says what to do, and the file stays as it is."""
    file = tmp_path / "anyan.db"
    file.write_text("this is a text, and long enough to be looked at as a database. " * 20)
    with pytest.raises(SettingsError, match="no SQLite database"):
        Database(f"sqlite:///{file}").migrate()
    assert file.read_text().startswith("this is a text")


def test_a_user_that_postgresql_does_not_know_is_said() -> None:
    """Trying again cannot help either: the URL has to be corrected."""
    address = postgresql_address().replace("postgres:@", "nobody_of_that_name:geheim@")
    with pytest.raises(SettingsError, match="correct ANYAN_DATABASE_URL") as caught:
        Database(address).check()
    assert "geheim" not in str(caught.value)
