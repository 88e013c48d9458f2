"""Between the loop and the spool: a full disk must neither stop the loop nor lose a record."""

from collections import deque
from collections.abc import Callable
from threading import Lock

import structlog

from service.records import Record
from service.spool import Spool

log = structlog.get_logger(__name__)

LONGEST = 10_000
"""Records in memory while the disk takes none; some hours of a busy site."""


class Backlog:
    """Puts records into the spool in order; keeps in memory what the disk refuses for now."""

    def __init__(self, spool: Spool, on_trouble: Callable[[OSError | None], None]) -> None:
        """on_trouble: called with the error when the disk begins to refuse, None when it takes."""
        self._spool = spool
        self._on_trouble = on_trouble
        self._waiting: deque[Record] = deque(maxlen=LONGEST)
        self._trouble = False
        self._lock = Lock()

    def put(self, record: Record) -> None:
        """Safe on disk on return, or kept in memory and reported."""
        with self._lock:
            if len(self._waiting) == LONGEST:
                log.error("record_lost", reason="the disk takes none and the memory is full")
            self._waiting.append(record)
        self.flush()

    def close(self) -> None:
        """Tries a last time, and says what is lost."""
        self.flush()
        if self._waiting:
            log.error("records_lost", count=len(self._waiting), reason="the disk takes none")

    def flush(self) -> None:
        """Tries what waits in memory again."""
        with self._lock:
            while self._waiting:
                try:
                    self._spool.put(self._waiting[0])
                except OSError as error:
                    if not self._trouble:
                        log.error("spool_refuses", reason=error.strerror)
                        self._on_trouble(error)
                    self._trouble = True
                    return
                self._waiting.popleft()
            if self._trouble:
                self._trouble = False
                self._on_trouble(None)
