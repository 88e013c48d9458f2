"""From the spool to the database, some records per transaction, for as long as the service runs."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import DataError, IntegrityError

from core.errors import DatabaseAway, NotFound
from core.evidence import Evidence
from core.health import CameraState, CameraStatus
from core.redaction import redact
from core.sensor import SensorAlarm
from core.violation import Cleared, Violation
from hazards.audit.trail import NOBODY, acting
from hazards.cases.actions import end_orphans
from hazards.cases.flow import note_cleared, take_in, take_in_alarms
from hazards.database import Database
from hazards.evidence.actions import record_evidence
from hazards.risk.colours import note_blind
from hazards.tickets.calendar import work_calendar
from service.records import Record
from service.spool import Spool

log = structlog.get_logger(__name__)

PAUSE_S = 0.2
BATCH = 250
"""Records in one transaction: a disk syncs, and most statements run, about as fast for one as for
many. On SQLite nobody else writes meanwhile, for half a second."""
AHEAD_S = 2.0
"""Timestamps of a stream may run so far ahead of the clock; a successor is not certain so soon."""
LONGEST_PAUSE_S = 5.0
"""Between two tries while the database is away."""


class Recorder:
    """The only one who takes from the spool.

    on_recorded: called on the recorder's thread with the ids of hazards that changed.
    database_away, trouble: why nothing can be recorded now, for people; empty where all is well.
    """

    def __init__(
        self,
        database: Database,
        spool: Spool,
        zone: ZoneInfo,
        on_recorded: Callable[[Collection[str]], None],
    ) -> None:
        self.database_away = ""
        self.trouble = ""
        self._database = database
        self._spool = spool
        self._zone = zone
        self._on_recorded = on_recorded
        self._orphans: SimpleQueue[tuple[Collection[str] | None, float]] = SimpleQueue()
        self._sight: dict[str, float | None] = {}
        self._sight_lock = Lock()
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="recorder", daemon=True)

    def start(self) -> None:
        """Records what an earlier run has left, ends its open hazards, then goes on for ever."""
        self.end_open(None)
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Records what is there, then ends."""
        self._stopping.set()
        self._thread.join(timeout_s)

    def end_open(self, camera_ids: Collection[str] | None) -> None:
        """The worker of these cameras is dead (None: all): its open hazards end.

        First everything that it has put into the spool is recorded.
        """
        self._orphans.put((camera_ids, time.time() + AHEAD_S))

    def note_status(self, status: CameraStatus) -> None:
        """Keeps since when a camera is blind, for the risk map; returns at once."""
        seeing = status.state in {CameraState.LIVE, CameraState.OFF}
        since = None if seeing else status.last_picture_at or status.since
        with self._sight_lock:
            self._sight[status.camera_id] = since

    def _run(self) -> None:
        pause = PAUSE_S
        while True:
            last_round = self._stopping.is_set()
            try:
                self._record_all()
                self._end_orphans()
                self._note_sight()
                self.database_away = self.trouble = ""
                pause = PAUSE_S
            except DatabaseAway as error:
                if not self.database_away:
                    log.error("database_away", reason=error.message)
                self.database_away = error.message
                pause = min(2 * pause, LONGEST_PAUSE_S)
            except Exception as error:  # nothing may end the only one who records
                if not self.trouble:
                    log.error("recorder_failed", error=redact(repr(error)))
                self.trouble = "records cannot be written to the database: see the log"
                pause = min(2 * pause, LONGEST_PAUSE_S)
            if last_round:
                return
            self._stopping.wait(pause)

    def _record_all(self) -> None:
        waiting = self._spool.waiting()
        while batch := list(islice(waiting, BATCH)):
            try:
                self._record(batch)
            except (DataError, IntegrityError):
                for one in batch:
                    self._record_one(*one)

    def _record_one(self, path: Path, record: Record) -> None:
        try:
            self._record([(path, record)])
        except (DataError, IntegrityError) as error:
            # Not the database but the record is at fault: the next ones must not wait for it.
            self._spool.refuse(path, type(error).__name__)

    def _record(self, batch: Sequence[tuple[Path, Record]]) -> None:
        records = [record for _, record in batch]
        changed = record_together(self._database, records, self._zone, now=time.time())
        for path, _ in batch:
            self._spool.done(path)
        for hazard_id in changed:
            self._tell([hazard_id])

    def _tell(self, hazard_ids: Collection[str]) -> None:
        """Evidence may come before its hazard, which then tells of both."""
        with suppress(NotFound):
            self._on_recorded(hazard_ids)

    def _end_orphans(self) -> None:
        while True:
            try:
                camera_ids, at = self._orphans.get_nowait()
            except Empty:
                return
            try:
                with self._database.begin() as session:
                    ended = end_orphans(session, camera_ids, at)
            except DatabaseAway:
                self._orphans.put((camera_ids, at))
                raise
            if ended:
                self._tell(ended)

    def _note_sight(self) -> None:
        """What the database does not take now is tried again, unless something newer is known."""
        with self._sight_lock:
            waiting, self._sight = self._sight, {}
        for camera_id, since in waiting.items():
            try:
                with self._database.begin() as session:
                    note_blind(session, camera_id, since)
            except IntegrityError:
                continue  # the camera was deleted a moment ago
            except BaseException:
                with self._sight_lock:
                    self._sight = {**waiting, **self._sight}
                raise


def record_together(
    database: Database, records: Sequence[Record], zone: ZoneInfo, *, now: float
) -> list[str]:
    """Records in one transaction, in order; the ids of the hazards that changed, each once.

    Raises DatabaseAway, and DataError or IntegrityError where a record can never be applied; then
    none of them was.
    """
    with database.begin() as session:
        acting(session, NOBODY, now=now)
        calendar = work_calendar(session, zone)
        changed = []
        for part in _in_order(records):
            if isinstance(part, Cleared):
                acting(session, f"camera:{part.camera_id}", now=now)
                if note_cleared(session, part, now=now):
                    changed.append(part.violation_id)
                acting(session, NOBODY, now=now)
            else:
                changed += take_in(session, part, now=now, calendar=calendar)
        alarms = [record for record in records if isinstance(record, SensorAlarm)]
        changed += take_in_alarms(session, alarms, now=now, calendar=calendar)
        evidence = [record for record in records if isinstance(record, Evidence)]
        changed += record_evidence(session, evidence)
    return list(dict.fromkeys(changed))


def _in_order(records: Sequence[Record]) -> Iterator[list[Violation] | Cleared]:
    """Violations together, up to each clear word: it is about those before it. Evidence and alarms
    are about nothing that comes before them."""
    together: list[Violation] = []
    for record in records:
        if isinstance(record, Violation):
            together.append(record)
        elif isinstance(record, Cleared):
            yield together
            yield record
            together = []
    yield together
