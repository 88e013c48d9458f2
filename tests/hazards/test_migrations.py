from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from examples import CAMERA, CLIP, VIOLATION
from sqlalchemy import inspect, text

from core.errors import SettingsError
from hazards.access.actions import ensure_administrator
from hazards.cases.actions import record_violation
from hazards.cases.queries import hazard
from hazards.database import Database
from hazards.evidence.actions import record_evidence
from hazards.site.actions import create_camera
from hazards.tables import Table


def _fill(database: Database) -> None:
    with database.begin() as session:
        create_camera(session, CAMERA, enabled=True)
        record_violation(session, VIOLATION)
        record_evidence(session, CLIP)
        ensure_administrator(session, "long enough")


def test_the_migrations_make_exactly_the_tables(database: Database) -> None:
    """A table or column that changed without a migration fails here."""
    with database.read() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_down_and_up_again_with_data(database: Database) -> None:
    """Downgrading leaves nothing behind; upgrading makes tables that work."""
    _fill(database)
    database.downgrade("base")
    with database.read() as session:
        left = set(inspect(session.connection()).get_table_names())
        assert left == {"alembic_version"}
    database.migrate()
    _fill(database)
    with database.read() as session:
        assert hazard(session, VIOLATION.id).last_seen_at == VIOLATION.last_seen_at


def test_migrating_again_changes_nothing(database: Database) -> None:
    """Every start migrates; the data stays."""
    _fill(database)
    database.migrate()
    with database.begin() as session:
        assert not record_violation(session, replace(VIOLATION, last_seen_at=0.0))


def test_foreign_keys_are_checked_after_a_migration(database: Database) -> None:
    """The connection on which they were off is not used again."""
    _fill(database)
    with database.begin() as session:
        session.execute(text("DELETE FROM cameras"))
        assert session.execute(text("SELECT count(*) FROM zones")).scalar() == 0


def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    """An old Anyan does not touch what it does not know, and says what to do."""
    with database.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SettingsError, match="start the newer Anyan"):
        database.migrate()
