from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from examples import CAMERA, VIOLATION
from fixtures_database import copy_of, migrated_template, postgresql_address
from people import NOW, ZONE, settle_in
from running_service import wait_for
from sqlalchemy import func, select

from core.health import CameraState, CameraStatus
from core.sensor import SensorAlarm, SensorKind
from core.violation import Cleared, ViolationKind
from hazards.audit.queries import verify_audit
from hazards.audit.tables import AuditRow
from hazards.cases.tables import HazardRow
from hazards.database import Database
from hazards.points.tables import ChargeRow
from hazards.risk.tables import BlindCameraRow
from hazards.tickets.queries import transitions_of
from hazards.tickets.tables import TicketRow
from service.recorder import Recorder
from service.spool import Spool

ALARM = SensorAlarm("7", "gas-3", SensorKind.GAS, NOW, "hall", "gas-3 · 12 %LEL > 10")


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


@pytest.fixture
def recorder(database: Database, spool: Spool) -> Iterator[Recorder]:
    """Running, on a site with one camera."""
    settle_in(database, camera=CAMERA)
    running = Recorder(database, spool, ZONE, lambda _: None)
    running.start()
    yield running
    running.stop(10.0)


def _ticket(database: Database) -> TicketRow:
    with database.read() as session:
        return session.scalars(select(TicketRow)).one()


def test_a_violation_brings_ticket_charge_and_audit(
    database: Database, spool: Spool, recorder: Recorder
) -> None:
    """However often it is sent: one hazard, one assigned ticket, one provisional charge, and a
    trail that says which camera did it."""
    for _ in range(5):
        spool.put(VIOLATION)
    wait_for(lambda: not spool.count_waiting())
    assert _ticket(database).state == "assigned"
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(HazardRow)) == 1
        charge = session.scalars(select(ChargeRow)).one()
        assert (charge.state, charge.account_id) == ("provisional", "team:team-a")
        assert "camera:gate" in set(session.scalars(select(AuditRow.actor)))


def test_only_an_exit_that_was_seen_clear_closes_its_ticket(
    database: Database, spool: Spool, recorder: Recorder
) -> None:
    """A worker that died ends the hazard, but has seen nothing; the camera's word closes."""
    spool.put(VIOLATION)
    wait_for(lambda: not spool.count_waiting())
    recorder.end_open(["gate"])

    def ended() -> bool:
        with database.read() as session:
            return session.get_one(HazardRow, VIOLATION.id).ended

    wait_for(ended)
    assert _ticket(database).state == "assigned"
    spool.put(Cleared(VIOLATION.id, "gate", VIOLATION.last_seen_at + 5))
    spool.put(Cleared(VIOLATION.id, "gate", VIOLATION.last_seen_at + 5))
    wait_for(lambda: not spool.count_waiting())
    ticket = _ticket(database)
    assert (ticket.state, ticket.clear_at) == ("closed", VIOLATION.last_seen_at + 5)
    with database.read() as session:
        assert [t.step for t in transitions_of(session, ticket.id)].count("close") == 1


def test_clear_word_of_an_unknown_violation_holds_up_nothing(
    database: Database, spool: Spool, recorder: Recorder
) -> None:
    """It changes nothing, and the records behind it are recorded."""
    spool.put(Cleared("nobody", "gate", NOW))
    spool.put(replace(VIOLATION, kind=ViolationKind.MISSING_HELMET))
    wait_for(lambda: not spool.count_waiting())
    assert spool.count_refused() == 0
    assert _ticket(database).state == "detected"


def test_blind_and_live_reach_the_risk_map(database: Database, recorder: Recorder) -> None:
    """Blind since its last picture; the first moment stays; live again ends it. A camera that was
    deleted holds up nothing."""

    def status(state: CameraState, at: float, camera_id: str = "gate") -> CameraStatus:
        return CameraStatus(camera_id, state, "", "", at, at - 5, "", "", 0, 0, 0.0)

    def blind_since() -> float | None:
        with database.read() as session:
            return session.scalar(select(BlindCameraRow.since))

    recorder.note_status(status(CameraState.STALLED, NOW, "gone"))
    recorder.note_status(status(CameraState.STALLED, NOW))
    assert wait_for(blind_since) == NOW - 5
    recorder.note_status(status(CameraState.CONNECTING, NOW + 60))
    recorder.note_status(status(CameraState.LIVE, NOW + 90))
    wait_for(lambda: blind_since() is None)
    assert recorder.trouble == ""


def test_a_sensor_alarm_is_one_hazard(database: Database, spool: Spool, recorder: Recorder) -> None:
    """The same alarm again is the same hazard; a risk unit that nobody knows is the site's."""
    for alarm in (ALARM, ALARM, replace(ALARM, id="8", risk_unit_id="nowhere")):
        spool.put(alarm)
    wait_for(lambda: not spool.count_waiting())
    with database.read() as session:
        rows = session.scalars(select(HazardRow).order_by(HazardRow.unit_id)).all()
    assert [(r.source, r.kind, r.unit_id, r.risk_unit_id) for r in rows] == [
        ("sensor", "gas", "site", None),
        ("sensor", "gas", "team-a", "hall"),
    ]
    assert rows[0].reported_by == "gas-3"


def test_a_database_that_breaks_off_in_transactions_loses_nothing(tmp_path: Path) -> None:
    """PostgreSQL's processes are killed again and again while the recorder is in the middle of its
    transactions: it goes on by itself, and every violation is there once, with its ticket's count,
    its charge and a trail whose hashes agree; nothing was refused."""
    name = "broken_off"
    database = Database(copy_of(migrated_template(), name))
    settle_in(database, camera=CAMERA)
    spool = Spool(tmp_path / "spool")
    running = Recorder(database, spool, ZONE, lambda _: None)
    running.start()
    kill = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        f"WHERE datname = '{name}' AND state IN ('active', 'idle in transaction') "
        "AND xact_start IS NOT NULL"
    )
    sent = killed = 0
    with psycopg.connect(postgresql_address(), autocommit=True) as assassin:
        while killed < 5:
            assert sent < 5000, "the recorder was never caught in a transaction"
            for _ in range(20):
                seen = replace(VIOLATION, id=f"v{sent}", kind=ViolationKind.MISSING_HELMET)
                spool.put(seen)
                sent += 1
            for _ in range(20):
                row = assassin.execute(kill).fetchone()
                killed += row[0] if row else 0
    wait_for(lambda: not spool.count_waiting())
    running.stop(30.0)
    try:
        assert (spool.count_refused(), running.trouble, running.database_away) == (0, "", "")
        with database.read() as session:
            for table in (HazardRow, ChargeRow):
                assert session.scalar(select(func.count()).select_from(table)) == sent
            assert session.scalars(select(TicketRow.count)).one() == sent
            assert verify_audit(session).wrong is None
    finally:
        database.close()
        with psycopg.connect(postgresql_address(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
