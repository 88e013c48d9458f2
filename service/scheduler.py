"""What becomes due by itself: escalations, colours, months, checks, patterns.

Nothing is remembered but in the database. Each duty finds out from the records what is still to be
done, so that a restart, a second process or a clock that is set back does nothing twice.
"""

import time
from collections.abc import Callable, Collection
from threading import Event, Thread
from zoneinfo import ZoneInfo

import structlog

from core.errors import DatabaseAway
from core.redaction import redact
from hazards.database import Database
from hazards.notify import reminders
from hazards.points.months import close_month, months_to_close, open_month
from hazards.risk.colours import update_colours
from hazards.tickets.calendar import work_calendar
from hazards.tickets.escalation import due_escalations, escalate

log = structlog.get_logger(__name__)

EVERY_S = 20.0
HOURLY_S = 3600.0
"""Newcomers get their points, and people are reminded, once in so many seconds."""
ACTOR = "system"


def _nobody(_ids: Collection[str]) -> None:
    """Where no page listens."""


class Scheduler:
    """One thread; each duty has transactions of its own and its own failure.

    on_climbed, on_coloured: called with the ids of tickets that have climbed, and of risk units
    that have another colour, once that is committed.
    trouble: which duties cannot be done now, for people; empty where all is well.
    """

    def __init__(
        self,
        database: Database,
        zone: ZoneInfo,
        *further: Callable[[float], None],
        on_climbed: Callable[[Collection[str]], None] = _nobody,
        on_coloured: Callable[[Collection[str]], None] = _nobody,
    ) -> None:
        """further: duties of every round that need more than the records."""
        self.trouble = ""
        self._further = further
        self._database = database
        self._zone = zone
        self._on_climbed = on_climbed
        self._on_coloured = on_coloured
        self._hourly_at = float("-inf")
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="scheduler", daemon=True)

    def start(self) -> None:
        """Goes on until `stop`."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Ends after the duty that is being done."""
        self._stopping.set()
        self._thread.join(timeout_s)

    def round(self, now: float) -> None:
        """Does what is due at a moment (UTC seconds). Raises DatabaseAway."""
        duties: list[Callable[[float], None]] = [
            self._turn_of_month, *self._further, self._escalations, self._colours,
        ]  # fmt: skip
        hourly = len(duties)
        # A clock that was set back must not stop the hourly ones for as long.
        if not 0 <= now - self._hourly_at < HOURLY_S:
            duties += [self._open_month, self._reminders]
        failed = [duty.__name__.strip("_") for duty in duties if not self._do(duty, now)]
        if not failed and len(duties) > hourly:
            self._hourly_at = now
        self.trouble = (
            f"{', '.join(failed)} could not be done and is tried again: see the log"
            if failed
            else ""
        )

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.round(time.time())
            except DatabaseAway as error:
                log.warning("scheduler_waits", reason=error.message)
            self._stopping.wait(EVERY_S)

    def _do(self, duty: Callable[[float], None], now: float) -> bool:
        if self._stopping.is_set():
            return True
        try:
            duty(now)
        except DatabaseAway:
            raise
        except Exception as error:  # one duty must not keep the others from being done
            log.error("duty_failed", duty=duty.__name__.strip("_"), error=redact(repr(error)))
            return False
        return True

    def _turn_of_month(self, now: float) -> None:
        """At the site's midnight: what has ended is closed, and the new month begins."""
        with self._database.read() as session:
            ended = months_to_close(session, now=now, zone=self._zone)
        for month in ended:
            with self._database.begin() as session:
                close_month(session, month, actor=ACTOR, now=now, zone=self._zone)
            log.info("month_closed", month=month)
        if ended:
            self._open_month(now)

    def _open_month(self, now: float) -> None:
        with self._database.begin() as session:
            open_month(session, now=now, zone=self._zone)

    def _escalations(self, now: float) -> None:
        with self._database.read() as session:
            due = due_escalations(session, now)
            calendar = work_calendar(session, self._zone) if due else None
        for ticket_id in due:
            assert calendar is not None
            with self._database.begin() as session:
                climbed = escalate(session, ticket_id, now=now, calendar=calendar)
            if climbed is not None:
                self._on_climbed([ticket_id])

    def _colours(self, now: float) -> None:
        with self._database.begin() as session:
            changed = [change.risk_unit_id for change in update_colours(session, now=now)]
        if changed:
            self._on_coloured(changed)

    def _reminders(self, now: float) -> None:
        with self._database.begin() as session:
            reminders.remind_of_checks(session, now=now, zone=self._zone)
            reminders.remind_of_reviews(session, now=now, zone=self._zone)
            reminders.tell_patterns(session, now=now, zone=self._zone)
