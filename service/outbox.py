"""What a worker has to say, sent by a thread of its own.

A reader that is slow or stopped must hold up neither the cameras nor the loop: what does not fit is
dropped and counted. Nothing that must not be lost goes this way; records go through the spool.
"""

from collections import deque
from threading import Condition, Thread
from typing import BinaryIO

from service.messages import Message, encode

LONGEST_BYTES = 32 * 2**20
"""Unsent; some seconds of many watched cameras."""


class Outbox:
    """Sends messages in order."""

    def __init__(self, file: BinaryIO) -> None:
        self.dropped = 0
        self._file = file
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._closing = False
        self._news = Condition()
        self._thread = Thread(target=self._run, name="outbox", daemon=True)
        self._thread.start()

    def send(self, message: Message, payload: bytes = b"") -> None:
        """Returns at once."""
        data = encode(message, payload)
        with self._news:
            if self._bytes + len(data) > LONGEST_BYTES:
                self.dropped += 1
                return
            self._waiting.append(data)
            self._bytes += len(data)
            self._news.notify()

    def close(self, timeout_s: float) -> None:
        """Sends what is left, as far as somebody reads it."""
        with self._news:
            self._closing = True
            self._news.notify()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while (data := self._next()) is not None:
            try:
                self._file.write(data)
                self._file.flush()
            except (OSError, ValueError):
                return  # nobody reads any more; the worker learns it from its closed input

    def _next(self) -> bytes | None:
        with self._news:
            self._news.wait_for(lambda: self._waiting or self._closing)
            if not self._waiting:
                return None
            data = self._waiting.popleft()
            self._bytes -= len(data)
            return data
