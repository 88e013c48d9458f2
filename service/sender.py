"""From the outbox to the people: each message is handed over once.

Being offline is normal: what surely did not go out waits longer and longer and goes later. What may
have gone out is never sent again by itself; it stays visible as unclear.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread
from uuid import uuid4
from zoneinfo import ZoneInfo

import structlog

from core.errors import DatabaseAway
from core.redaction import redact
from hazards.database import Database
from hazards.notify.actions import claim, given_up, refused, sent
from hazards.notify.tables import ChannelRow
from service.delivery import Delivery, Outcome
from service.message_texts import Language, words

log = structlog.get_logger(__name__)

EVERY_S = 5.0
AT_ONCE = 4
"""Claimed together; the slowest receivers leave time before the claim ends."""


@dataclass(frozen=True, slots=True)
class _Letter:
    id: str
    url: str
    code: str
    details: dict[str, object]


class Sender:
    """One thread that hands over what is due.

    deliver: (url, subject, body) -> Delivery, such as service.delivery.deliver.
    """

    def __init__(
        self,
        database: Database,
        zone: ZoneInfo,
        language: Language,
        deliver: Callable[[str, str, str], Delivery],
    ) -> None:
        self._database = database
        self._zone = zone
        self._language = language
        self._deliver = deliver
        self._name = f"{os.getpid()}-{uuid4()}"
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="sender", daemon=True)

    def start(self) -> None:
        """Goes on until `stop`."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Ends after the message that is being handed over."""
        self._stopping.set()
        self._thread.join(timeout_s)

    def round(self, now: float) -> int:
        """Hands over what is due at a moment (UTC seconds); returns how many. Raises
        DatabaseAway."""
        letters = self._claim(now)
        for number, letter in enumerate(letters):
            if self._stopping.is_set():
                self._give_back(letters[number:], now)
                return number
            self._hand_over(letter, now)
        return len(letters)

    def _run(self) -> None:
        while not self._stopping.is_set():
            busy = 0
            try:
                busy = self.round(time.time())
            except DatabaseAway as error:
                log.warning("sender_waits", reason=error.message)
            except Exception as error:  # nothing may end the only one who sends
                log.error("sender_failed", error=redact(repr(error)))
            if not busy:
                self._stopping.wait(EVERY_S)

    def _claim(self, now: float) -> list[_Letter]:
        with self._database.begin() as session:
            letters = []
            for row in claim(session, self._name, now=now, limit=AT_ONCE):
                channel = session.get(ChannelRow, row.channel_id) if row.channel_id else None
                if channel is None or not channel.active:
                    given_up(
                        session, row.id, self._name, state="failed", problem="the channel is gone"
                    )
                else:
                    letters.append(_Letter(row.id, channel.url, row.code, row.details))
            return letters

    def _hand_over(self, letter: _Letter, now: float) -> None:
        try:
            subject, body = words(letter.code, letter.details, self._language, self._zone)
            delivery = self._deliver(letter.url, subject, body)
        except Exception as error:  # a library's fault with one message is not that of the others
            log.error("message_failed", message=letter.id, error=redact(repr(error)))
            delivery = Delivery(Outcome.UNCLEAR, "handing it over failed: see the log")
        if delivery.outcome is not Outcome.SENT:
            log.warning("message_not_sent", message=letter.id, reason=delivery.problem)
        with self._database.begin() as session:
            match delivery.outcome:
                case Outcome.SENT:
                    sent(session, letter.id, self._name, now=now)
                case Outcome.REFUSED:
                    problem = delivery.problem
                    refused(session, letter.id, self._name, problem=problem, now=now)
                case Outcome.UNCLEAR:
                    given_up(
                        session, letter.id, self._name, state="unclear", problem=delivery.problem
                    )

    def _give_back(self, letters: list[_Letter], now: float) -> None:
        with self._database.begin() as session:
            for letter in letters:
                refused(session, letter.id, self._name, problem="the service stopped", now=now)
