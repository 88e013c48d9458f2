"""What a worker has to say, sent by a thread of its own.

A reader that is slow or stopped must hold up neither the cameras nor the loop: what does not fit is
dropped and counted. Nothing that must not be lost goes this way; records go through the spool.
"""

from queue import Full, Queue
from threading import Thread
from typing import BinaryIO

from service.messages import Message, encode

LONGEST = 2000
"""Messages; about ten seconds of eight watched cameras."""


class Outbox:
    """Sends messages in order."""

    def __init__(self, file: BinaryIO) -> None:
        self.dropped = 0
        self._file = file
        self._queue: Queue[bytes | None] = Queue(LONGEST)
        self._thread = Thread(target=self._run, name="outbox", daemon=True)
        self._thread.start()

    def send(self, message: Message, payload: bytes = b"") -> None:
        """Returns at once."""
        try:
            self._queue.put_nowait(encode(message, payload))
        except Full:
            self.dropped += 1

    def close(self, timeout_s: float) -> None:
        """Sends what is left, as far as somebody reads it."""
        try:
            self._queue.put(None, timeout=timeout_s)
        except Full:
            return
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while (data := self._queue.get()) is not None:
            try:
                self._file.write(data)
                self._file.flush()
            except (BrokenPipeError, ValueError):
                return  # nobody reads any more; the worker learns it from its closed input
