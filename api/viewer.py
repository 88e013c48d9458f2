"""The receiving ends of the live hub: one queue per tile, one per page that waits for events."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from api.schemas.live import LiveInit, LiveStatus, LiveStill

Message = str | bytes
"""Text frame or binary frame of the live socket."""

INIT, FRAGMENT, STILL = b"\x01", b"\x02", b"\x03"
"""First byte of a binary frame."""

LAG_S = 4.0
"""A viewer whose oldest unsent message is older than this skips ahead: live means now."""
VIEWER_BYTES = 16 * 2**20
"""Unsent bytes of one viewer; twice what a late viewer begins with."""
EVENTS = 256
"""Unsent events of one page."""


@dataclass(frozen=True, slots=True)
class Init:
    """What a decoder has to know before the first fragment."""

    head: LiveInit
    data: bytes

    def messages(self) -> list[Message]:
        """As they go over the socket."""
        return [self.head.model_dump_json(), INIT + self.data]


class Viewer:
    """The queue of one live tile. Only for the event loop's thread.

    Pictures queue up in order. Of states and stills only the newest waits.

    wants_stills: the browser cannot play the stream and is sent single pictures instead.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.skips = 0
        self.wants_stills = False
        self._clock = clock
        self._queue: deque[tuple[float, Message]] = deque()
        self._bytes = 0
        self._status: str | None = None
        self._still: list[Message] = []
        self._needs_init = True
        self._closed = False
        self._news = asyncio.Event()

    async def next(self) -> Message | None:
        """The message to send now; None when the service stops."""
        while not self._closed:
            if self._status is not None:
                status, self._status = self._status, None
                return status
            if self._still:
                return self._still.pop(0)
            if self._queue:
                _, message = self._queue.popleft()
                self._bytes -= len(message)
                return message
            self._news.clear()
            await self._news.wait()
        return None

    def put_status(self, status: LiveStatus) -> None:
        """Replaces a state that was not sent yet."""
        self._status = status.model_dump_json()
        self._news.set()

    def put_still(self, still: LiveStill, frame: bytes) -> None:
        """Replaces a still that was not sent yet."""
        # A JPEG whose text has gone out already stays, or the pairs would come apart.
        started = [message for message in self._still[:1] if isinstance(message, bytes)]
        self._still = [*started, still.model_dump_json(), frame]
        self._news.set()

    def put_tracks(self, text: str) -> None:
        """In order with the pictures."""
        self._skip_if_behind()
        self._put(text)

    def put_fragment(self, init: Init, *, keyframe: bool, frame: bytes) -> None:
        """Without effect until the first keyframe, which goes out behind its init."""
        if self.wants_stills:
            return
        self._skip_if_behind()
        if self._needs_init and keyframe:
            self._needs_init = False
            for message in init.messages():
                self._put(message)
        if not self._needs_init:
            self._put(frame)

    def expect_init(self) -> None:
        """What follows belongs to a new init."""
        self._needs_init = True

    def close(self) -> None:
        """next() returns None from now on."""
        self._closed = True
        self._news.set()

    def _put(self, message: Message) -> None:
        self._queue.append((self._clock(), message))
        self._bytes += len(message)
        self._news.set()

    def _skip_if_behind(self) -> None:
        if not self._queue:
            return
        waited = self._clock() - self._queue[0][0]
        if waited > LAG_S or self._bytes > VIEWER_BYTES:
            self._queue.clear()
            self._bytes = 0
            self._needs_init = True
            self.skips += 1


@dataclass(frozen=True, slots=True)
class Event:
    """text: as it goes over the wire. unit_id, camera_id: whose event it is; None: everybody's.

    blind: what those who review get instead, but for the user `first_reviewer`; empty: the same.
    """

    text: str
    unit_id: str | None = None
    camera_id: str | None = None
    blind: str = ""
    first_reviewer: int | None = None


class Subscriber:
    """The queue of one page that waits for events. Only for the event loop's thread."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue()

    async def next(self) -> Event | None:
        """The next event; None when the stream ends."""
        return await self._queue.get()

    def put(self, event: Event) -> None:
        """Ends the stream of a page that does not keep up: it reads its lists again."""
        if self._queue.qsize() < EVENTS:
            self._queue.put_nowait(event)
        else:
            self.close()

    def close(self) -> None:
        """Drops what is unsent; next() returns None."""
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)
