import threading

import pytest
from examples import CAMERA, VIOLATION
from people import NOW, settle_in
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from hazards.audit.queries import audit_page, verify_audit
from hazards.audit.tables import AuditRow
from hazards.audit.trail import HIDDEN, acting
from hazards.cases.actions import record_violations
from hazards.database import Database
from hazards.site.actions import create_camera, delete_camera
from hazards.site.people_tables import PersonRow
from hazards.site.tables import CameraRow

ANY = {"subject": None, "subject_id": None, "actor": None, "before": None}


def test_every_write_is_kept_with_actor_before_and_after(database: Database) -> None:
    """Insert, update and delete of rows; secrets are left out, reading leaves no trace."""
    with database.begin() as session:
        acting(session, "user:7", now=NOW)
        create_camera(session, CAMERA, enabled=True)
    with database.begin() as session:
        acting(session, "user:8", now=NOW + 1)
        session.get(CameraRow, "gate").name = "Gate One"
    with database.read() as session:
        session.get(CameraRow, "gate")
    with database.begin() as session:
        acting(session, "user:9", now=NOW + 2)
        delete_camera(session, "gate")
    with database.read() as session:
        rows = audit_page(session, **{**ANY, "subject": "cameras"}, limit=10)[::-1]
        assert [(r.change, r.actor, r.at, r.subject_id) for r in rows] == [
            ("insert", "user:7", NOW, "gate"),
            ("update", "user:8", NOW + 1, "gate"),
            ("delete", "user:9", NOW + 2, "gate"),
        ]
        assert (rows[1].before, rows[1].after) == ({"name": "Gate 1"}, {"name": "Gate One"})
        assert rows[0].after["source"] == HIDDEN
        assert "hunter2" not in str([(r.before, r.after) for r in rows])
        assert verify_audit(session).wrong is None


def test_what_is_undone_leaves_no_trace(database: Database) -> None:
    """An error in the transaction takes the trail with it."""
    with database.begin() as session:
        create_camera(session, CAMERA, enabled=True)
        session.rollback()
    with database.read() as session:
        assert audit_page(session, **ANY, limit=10) == []


def test_what_a_machine_writes_is_not_in_the_trail(database: Database) -> None:
    """Violations are records of their own; the trail is about people."""
    with database.begin() as session:
        record_violations(session, [VIOLATION])
    with database.read() as session:
        assert audit_page(session, **ANY, limit=10) == []


def test_threads_that_write_at_once_keep_one_chain(database: Database) -> None:
    """8 threads, 5 writes each."""
    settle_in(database)
    with database.read() as session:
        before = session.scalar(select(func.count()).select_from(AuditRow))

    def write(thread: int) -> None:
        for turn in range(5):
            with database.begin() as session:
                acting(session, f"user:{thread}", now=NOW)
                session.get(PersonRow, "li").post = f"{thread}-{turn}"

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        found = verify_audit(session)
        assert (found.wrong, found.checked) == (None, before + 40)


def test_a_tampered_trail_is_found_and_named(database: Database) -> None:
    """The database refuses changes; who gets around that is found by the hashes."""
    settle_in(database)
    change = text("UPDATE audit_trail SET actor = 'nobody' WHERE number = 3")
    with pytest.raises(DBAPIError, match="only grows"), database.begin() as session:
        session.execute(change)
    with database.begin() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("DROP TRIGGER audit_trail_no_update"))
        else:
            session.execute(text("ALTER TABLE audit_trail DISABLE TRIGGER USER"))
        session.execute(change)
    with database.read() as session:
        found = verify_audit(session)
        assert (found.wrong, found.problem) == (3, "altered")
