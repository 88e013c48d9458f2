from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from examples import CAMERA, CLIP, VIOLATION
from grown_site import grow
from sqlalchemy import MetaData, inspect, select, text

from core.errors import SettingsError
from core.violation import BlockedWidth
from hazards.access.actions import ensure_administrator
from hazards.access.queries import can, user_named
from hazards.access.roles import Capability
from hazards.access.tables import UserRow
from hazards.cases.actions import record_violations
from hazards.cases.queries import hazard
from hazards.database import MIGRATIONS, Database
from hazards.evidence.actions import record_evidence
from hazards.site.actions import create_camera
from hazards.tables import Table

REVISIONS = [revision.revision for revision in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
"""Newest first."""


def _fill(database: Database) -> None:
    with database.begin() as session:
        create_camera(session, CAMERA, enabled=True)
        record_violations(session, [VIOLATION])
        record_evidence(session, [CLIP])
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


Rows = dict[str, tuple[tuple[str, ...], list[tuple[object, ...]]]]


def _rows(database: Database) -> Rows:
    """Of every table: its columns, and its rows in any order."""
    with database.read() as session:
        known = MetaData()
        known.reflect(session.connection())
        return {
            name: (
                tuple(table.columns.keys()),
                [tuple(row) for row in session.execute(select(table))],
            )
            for name, table in known.tables.items()
            if name != "alembic_version"
        }


def _shared(rows: Rows, other: Rows) -> dict[str, list[str]]:
    """The rows of the tables that both have, with the columns that both have."""
    found = {}
    for name in rows.keys() & other.keys():
        columns, lines = rows[name]
        both = [n for n, column in enumerate(columns) if column in other[name][0]]
        found[name] = sorted(repr([(columns[n], line[n]) for n in both]) for line in lines)
    return found


def test_every_form_is_reached_with_data_in_every_table(database: Database) -> None:
    """Down to each earlier revision and up again: what that form can hold is kept, row by row, and
    nothing fails on the way; after the deepest the site can be filled anew."""
    with database.begin() as session:
        grow(session, range(2), now=1_700_000_000.0)
    before = _rows(database)
    assert [name for name, (_, lines) in before.items() if not lines] == []
    for revision in REVISIONS[1:]:
        database.downgrade(revision)
        down = _rows(database)
        lost = {"hazards"} if revision < "0003" else set()  # that no camera saw
        if "0003" <= revision < "0008":
            lost |= {"ticket_rules"}  # those that come with it
        if revision == "0001":
            lost |= {"users", "sign_ins"}  # it knows administrators only, and here is none
        kept, held = _shared(before, down), _shared(down, before)
        assert {name for name in kept if kept[name] != held[name]} == lost
        database.migrate()
        up = _rows(database)
        held, again = _shared(down, up), _shared(up, down)
        assert {name for name in held if not set(held[name]) <= set(again[name])} == set()
    database.downgrade("base")
    database.migrate()
    with database.begin() as session:
        grow(session, range(2), now=1_700_000_000.0)


def test_what_the_first_form_holds_survives_up_and_down(database: Database) -> None:
    """Cameras, hazards and users of revision 0001 are the same after the way up and down; every
    user administers the whole site on the way, and nobody becomes an administrator by it."""
    database.downgrade("0001")
    with database.begin() as session:
        for line in (
            "INSERT INTO cameras VALUES ('gate', 'Gate', 'rtsp://x', true, 0)",
            "INSERT INTO zones VALUES "
            "('gate', 'door', 'Door', 'exit', '[[0,0],[1,0],[1,1]]', 60, 'always', 0)",
            "INSERT INTO hazards VALUES ('v', 'blocked_exit', 'exit/1', 'gate', 'Gate', 'door', "
            "'Door', '[]', 1, 2, true, 0.5, NULL, NULL)",
            "INSERT INTO users (id, name, display_name, role, password_hash) "
            "VALUES (7, 'admin', 'Admin', 'administrator', 'hash')",
        ):
            session.execute(text(line))
    database.migrate()
    with database.begin() as session:
        row = hazard(session, "v")
        assert (row.source, row.unit_id, row.verdict, row.photo_ids) == ("camera", "site", None, [])
        assert row.blocked == BlockedWidth(0.5, None, None)
        admin = user_named(session, "admin")
        assert admin is not None
        assert can(session, admin, Capability.ADMINISTER, "site")
        session.add(UserRow(name="worker", display_name="w", password_hash="", active=True))
    database.downgrade("0001")
    with database.read() as session:
        for table, rows in (
            ("cameras", [("gate", "Gate", "rtsp://x", True, 0)]),
            ("zones", [("gate", "door", "Door", "exit", 60.0, "always", 0)]),
            ("hazards", [("v", "blocked_exit", "exit/1", 1.0, 2.0, True, 0.5)]),
            ("users", [(7, "admin", "Admin", "administrator", "hash")]),
        ):
            columns = {
                "zones": "camera_id, id, name, kind, dwell_s, schedule, position",
                "hazards": "id, kind, rule, started_at, last_seen_at, ended, confidence",
                "users": "id, name, display_name, role, password_hash",
                "cameras": "id, name, source, enabled, position",
            }[table]
            found = session.execute(text(f"SELECT {columns} FROM {table}")).all()
            assert [tuple(row) for row in found] == rows


def test_migrating_again_changes_nothing(database: Database) -> None:
    """Every start migrates; the data stays."""
    _fill(database)
    database.migrate()
    with database.begin() as session:
        assert not record_violations(session, [replace(VIOLATION, last_seen_at=0.0)])


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
