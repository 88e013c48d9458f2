"""The one way into the database: engine, transactions and migrations.

SQLite by `sqlite:///file`, PostgreSQL by `postgresql+psycopg://user:password@host/name`.
Credentials of the URL appear in no message, log or repr.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event, func, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from core.errors import DatabaseAway, SettingsError
from hazards.audit.trail import watch
from hazards.tables import json_text

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_WAIT_S = 10
"""How long a writer waits for another one on SQLite, and a connection for PostgreSQL's answer."""
MIGRATION_LOCK = 0x616E79616E
"""Key of PostgreSQL's advisory lock: `anyan` in ASCII."""
SERVICE_LOCK = MIGRATION_LOCK + 1


class Database:
    """Sessions on one database. Safe to share between threads; every process makes its own."""

    def __init__(self, url: str) -> None:
        """Does not connect yet. Raises SettingsError for a URL that cannot be used."""
        parsed = _parse(url)
        self.place = _place(parsed)
        self._claim: Connection | None = None
        self._engine = _create_engine(parsed)
        self._readers = sessionmaker(self._engine, expire_on_commit=False)
        writing = self._engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")
        self._writers = sessionmaker(writing, expire_on_commit=False)
        watch(self._writers)

    def __repr__(self) -> str:
        return f"Database({self.place})"

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A transaction that may write: committed at the end of the block, undone by an error.

        Raises DatabaseAway where the database does not answer.
        """
        with self._answering(), self._writers.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads and so never waits for a writer. Raises DatabaseAway."""
        with self._answering(), self._readers() as session:
            yield session

    def check(self) -> None:
        """Raises DatabaseAway where the database does not answer."""
        with self.read() as session:
            session.execute(text("SELECT 1"))

    def claim(self, *, wait_s: float) -> None:
        """Keeps other services off a PostgreSQL database for as long as this process lives.

        wait_s: for an earlier service whose end the server has not noticed yet. SQLite needs no
        claim: its file lies in the data folder, which has a lock. Raises SettingsError where
        another service holds it, DatabaseAway.
        """
        if self._engine.dialect.name == "sqlite":
            return
        deadline = time.monotonic() + wait_s
        with self._answering():
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            while not connection.scalar(select(func.pg_try_advisory_lock(SERVICE_LOCK))):
                if time.monotonic() > deadline:
                    connection.close()
                    raise SettingsError(
                        f"another Anyan uses {self.place}: stop it, or set ANYAN_DATABASE_URL"
                    )
                time.sleep(0.5)
        self._claim = connection

    def migrate(self) -> None:
        """Brings the tables to this version's form; several processes may do so at once.

        Raises DatabaseAway, and SettingsError where a newer Anyan has written the database.
        """
        with self._migration() as config:
            command.upgrade(config, "head")

    def downgrade(self, revision: str) -> None:
        """Takes the tables back to an earlier form, `base` for none. Raises as migrate does."""
        with self._migration() as config:
            command.downgrade(config, revision)

    def close(self) -> None:
        """Gives up the claim and closes the idle connections."""
        if self._claim is not None:
            self._claim.close()
        self._engine.dispose()

    @contextmanager
    def _migration(self) -> Iterator[Config]:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        with self._answering(), self._engine.connect() as pooled:
            # Not given back to the pool: SQLite rebuilds a table to change it, which must not
            # delete the rows that point at it, and the switch for that lasts as long as the
            # connection.
            pooled.detach()
            if pooled.dialect.name == "sqlite":
                _driver(pooled).execute("PRAGMA foreign_keys = OFF")
            connection = pooled.execution_options(sqlite_begin="BEGIN IMMEDIATE")
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    lock = text("SELECT pg_advisory_xact_lock(:key)")
                    connection.execute(lock, {"key": MIGRATION_LOCK})
                config.attributes["connection"] = connection
                try:
                    yield config
                except CommandError as error:
                    raise SettingsError(
                        f"the database at {self.place} has a form that this version does not know "
                        f"({error}): start the newer Anyan, or restore a backup"
                    ) from error

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, PoolTimeout, sqlite3.Error) as error:
            if advice := _advice(error):
                raise SettingsError(f"the database at {self.place} {advice}") from error
            if not _is_away(error):
                raise
            raise DatabaseAway(
                f"the database at {self.place} does not answer: start it or free its disk, "
                "Anyan goes on by itself"
            ) from error


def _parse(url: str) -> URL:
    """Messages leave out the URL itself, which may hold a password."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise SettingsError(
            "the database URL cannot be read: write sqlite:////folder/anyan.db "
            "or postgresql+psycopg://user:password@host/name"
        ) from None
    if parsed.get_backend_name() == "sqlite":
        return _check_sqlite(parsed)
    if parsed.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return parsed.set(drivername="postgresql+psycopg")
    raise SettingsError(
        f"the database URL begins with '{parsed.drivername}': use sqlite:/// "
        "or postgresql+psycopg://"
    )


def _check_sqlite(url: URL) -> URL:
    if url.drivername != "sqlite" or not url.database or url.database == ":memory:":
        raise SettingsError("the SQLite database needs a file: write sqlite:////folder/anyan.db")
    folder = Path(url.database).absolute().parent
    if not folder.is_dir():
        raise SettingsError(f"the folder {folder} of the database does not exist: create it")
    return url


def _place(url: URL) -> str:
    return url.database or "" if url.host is None else f"{url.host}/{url.database}"


def _create_engine(url: URL) -> Engine:
    options: dict[str, Any] = {
        # A failing statement must not print a camera's password.
        "hide_parameters": True,
        # As many connections as the API has threads, and some for the recorder.
        "pool_size": 8,
        "max_overflow": 40,
        "pool_timeout": LOCK_WAIT_S,
        "json_serializer": json_text,
    }
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": LOCK_WAIT_S}, **options)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        # A server behind a pulled cable counts as away after seconds, not after TCP's quarter hour.
        waits = {"connect_timeout": LOCK_WAIT_S, "tcp_user_timeout": LOCK_WAIT_S * 1000}
        return create_engine(url, pool_pre_ping=True, connect_args=waits, **options)
    except ImportError as error:
        raise SettingsError("PostgreSQL needs its driver: pip install 'anyan[postgres]'") from error


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver opens no transactions of its own: _begin_sqlite says how each one begins.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    # A recorded violation is deleted from the spool, so it has to survive a power cut.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once. One that read first would fail without waiting where
    # another has written in between.
    begin = connection.get_execution_options().get("sqlite_begin", "BEGIN")
    connection.exec_driver_sql(begin)


def _driver(connection: Connection) -> Any:
    return connection.connection.dbapi_connection


REFUSALS = (
    "password authentication failed",
    "no pg_hba.conf entry",
    "no password supplied",
    "does not exist",
)
"""What PostgreSQL says in English when a connection can never succeed as it was asked for."""


def _advice(error: Exception) -> str:
    """What to change where trying again cannot help; empty where the URL is not at fault."""
    cause = getattr(error, "orig", error)
    if isinstance(cause, sqlite3.Error):
        damaged = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
        if getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) in damaged:
            return "is no SQLite database, or is damaged: move it away or restore a backup"
        return ""
    if isinstance(error, OperationalError) and any(words in str(cause) for words in REFUSALS):
        return "refuses this user, password or database name: correct ANYAN_DATABASE_URL"
    return ""


def _is_away(error: Exception) -> bool:
    """Whether trying again later can help; a mistake in a statement stays one."""
    if isinstance(error, PoolTimeout):
        return True
    cause = getattr(error, "orig", None)
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        return isinstance(error, OperationalError) and code != sqlite3.SQLITE_ERROR
    return isinstance(error, (OperationalError, InterfaceError))
