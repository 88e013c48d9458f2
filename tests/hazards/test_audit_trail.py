import threading
from dataclasses import replace

import pytest
from examples import CAMERA, VIOLATION
from people import NOW, settle_in
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

import hazards.every_table  # noqa: F401
from hazards.access.tables import SignInRow
from hazards.audit.queries import audit_page, verify_audit
from hazards.audit.tables import AuditRow
from hazards.audit.trail import HIDDEN, acting
from hazards.cases.actions import record_violation
from hazards.cases.tables import HazardRow
from hazards.database import Database
from hazards.risk.tables import CheckRow
from hazards.site.actions import create_camera, delete_camera
from hazards.site.people_tables import PersonRow, UnitRow
from hazards.site.tables import CameraRow
from hazards.tables import Table

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


def test_what_a_camera_writes_is_kept_too(database: Database) -> None:
    """A hazard's begin and end; not that it goes on, every few seconds."""
    later = replace(VIOLATION, last_seen_at=VIOLATION.last_seen_at + 5)
    for violation in (VIOLATION, later, later, replace(later, ended=True)):
        with database.begin() as session:
            acting(session, "camera:gate", now=NOW)
            record_violation(session, violation)
    with database.read() as session:
        end, begin = audit_page(session, **ANY, limit=10)
    assert (begin.change, begin.subject, begin.subject_id) == ("insert", "hazards", VIOLATION.id)
    assert begin.after["kind"] == VIOLATION.kind.value
    assert (end.change, end.before, end.after) == ("update", {"ended": False}, {"ended": True})


def test_what_goes_around_the_rows_is_refused(database: Database) -> None:
    """An UPDATE, DELETE or INSERT of its own would leave no trace of what was there before."""
    for statement in (
        update(HazardRow).values(ended=True),
        delete(CheckRow),
        insert(UnitRow).values(id="x", kind="team", name="x", path="/x/", position=0),
    ):
        with pytest.raises(TypeError, match="is audited"), database.begin() as session:
            session.execute(statement)
    with database.begin() as session:
        session.execute(delete(SignInRow))


def test_only_what_says_why_is_left_out(database: Database) -> None:
    """Every other table is kept, those of later versions too."""
    left_out = {m.class_.__tablename__ for m in Table.registry.mappers if m.class_.UNAUDITED}
    assert left_out == {
        "audit_trail", "chain_heads", "ledger_entries", "accounts", "answers", "messages",
        "sign_ins", "blind_cameras",
    }  # fmt: skip


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
