"""Live pictures and events on their way from the engine to the browsers.

Everything here runs on the event loop's thread; another thread comes in through
`loop.call_soon_threadsafe`.
"""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from pydantic import BaseModel

from api.news import HazardNews
from api.schemas.live import CameraEvent, ColourEvent, LiveInit, LiveStatus, LiveStill, TicketEvent
from api.schemas.site import Status
from api.schemas.system import System
from api.viewer import FRAGMENT, LAG_S, STILL, Event, Init, Subscriber, Viewer
from core.health import CameraStatus

GROUP_BYTES = 8 * 2**20
"""What is kept of one camera so that a late viewer starts at once."""


@dataclass(slots=True)
class _Group:
    """The fragments since the last keyframe; empty where they are too many or too old."""

    frames: list[bytes] = field(default_factory=list)
    size: int = 0
    newest_at: float = 0.0

    def add(self, frame: bytes, *, keyframe: bool, now: float) -> None:
        too_much = self.size + len(frame) > GROUP_BYTES
        if keyframe or too_much or not self.is_live(now):
            self.clear()
        if keyframe or self.frames:
            self.frames.append(frame)
            self.size += len(frame)
            self.newest_at = now

    def is_live(self, now: float) -> bool:
        return bool(self.frames) and now - self.newest_at <= LAG_S

    def clear(self) -> None:
        self.frames.clear()
        self.size = 0


@dataclass(slots=True)
class _Channel:
    """What one camera's viewers share."""

    init: Init | None = None
    group: _Group = field(default_factory=_Group)
    viewers: set[Viewer] = field(default_factory=set)


class LiveHub:
    """Takes what the engine publishes; hands it to viewers and pages."""

    def __init__(
        self,
        on_watch: Callable[[str, bool], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """on_watch(camera_id, watched): the first viewer has come, or the last one gone.

        It is called on the event loop's thread and has to return at once.
        """
        self._on_watch = on_watch
        self._clock = clock
        self._channels: dict[str, _Channel] = defaultdict(_Channel)
        self._subscribers: set[Subscriber] = set()
        self.closed = False

    def publish_init(
        self, camera_id: str, *, mime: str, epoch: float, width: int, height: int, data: bytes
    ) -> None:
        """A new stream begins. epoch: UTC seconds of media time 0. data: the init segment."""
        channel = self._channels[camera_id]
        head = LiveInit(mime=mime, epoch=epoch, width=width, height=height)
        channel.init = Init(head, data)
        channel.group.clear()
        for viewer in channel.viewers:
            viewer.expect_init()

    def publish_fragment(self, camera_id: str, *, keyframe: bool, data: bytes) -> None:
        """The next fMP4 fragment. One before the first init cannot be played and is dropped."""
        channel = self._channels[camera_id]
        if channel.init is None:
            return
        frame = FRAGMENT + data
        channel.group.add(frame, keyframe=keyframe, now=self._clock())
        for viewer in channel.viewers:
            viewer.put_fragment(channel.init, keyframe=keyframe, frame=frame)

    def publish_tracks(self, camera_id: str, message: Mapping[str, object]) -> None:
        """message: timestamp, boxes and latency_s, as in api.schemas.live.LiveTracks."""
        channel = self._channels[camera_id]
        if channel.viewers:
            text = json.dumps({"type": "tracks", **message})
            for viewer in channel.viewers:
                viewer.put_tracks(text)

    def publish_still(self, camera_id: str, timestamp: float, jpeg: bytes) -> None:
        """For viewers who cannot play the stream. timestamp: UTC seconds."""
        channel = self._channels[camera_id]
        for viewer in channel.viewers:
            if viewer.wants_stills or channel.init is None:
                viewer.put_still(LiveStill(timestamp=timestamp), STILL + jpeg)

    def publish_status(self, status: CameraStatus) -> None:
        """A camera's state has changed: for its viewers and for every page."""
        shown = Status.of(status)
        if not status.mime:
            self._channels[status.camera_id].init = None
        for viewer in self._channels[status.camera_id].viewers:
            viewer.put_status(LiveStatus(status=shown))
        event = CameraEvent(id=status.camera_id, status=shown)
        self._publish(Event(_wire("camera", event), camera_id=status.camera_id))

    def publish_hazard(self, news: HazardNews) -> None:
        """A hazard is new or has changed."""
        hazard, first = news.hazard, news.first_reviewer
        blind = "" if first is None else _wire("hazard", hazard.blind())
        self._publish(Event(_wire("hazard", hazard), hazard.unit_id, None, blind, first))

    def publish_ticket(self, ticket_id: str, version: int) -> None:
        """A ticket is new or has changed; who may see it asks for it."""
        self._publish(Event(_wire("ticket", TicketEvent(id=ticket_id, version=version))))

    def publish_colour(self, event: ColourEvent, unit_id: str) -> None:
        """A risk unit of this part of the organisation has another colour."""
        self._publish(Event(_wire("colour", event), unit_id))

    def publish_system(self, system: System) -> None:
        """Problems, model or spool have changed."""
        self._publish(Event(_wire("system", system)))

    def forget(self, camera_id: str) -> None:
        """A camera was deleted: its viewers are sent away, its pictures dropped."""
        channel = self._channels.pop(camera_id, _Channel())
        for viewer in channel.viewers:
            viewer.close()

    @contextmanager
    def watch(self, camera_id: str) -> Iterator[Viewer]:
        """A viewer of one camera, which starts at once where pictures are there."""
        channel = self._channels[camera_id]
        viewer = Viewer(self._clock)
        if self.closed:
            viewer.close()
        elif channel.init is not None and channel.group.is_live(self._clock()):
            for index, frame in enumerate(channel.group.frames):
                viewer.put_fragment(channel.init, keyframe=index == 0, frame=frame)
        channel.viewers.add(viewer)
        if len(channel.viewers) == 1:
            self._on_watch(camera_id, True)
        try:
            yield viewer
        finally:
            channel.viewers.remove(viewer)
            if not channel.viewers:
                self._on_watch(camera_id, False)

    @contextmanager
    def subscribe(self) -> Iterator[Subscriber]:
        """A page that waits for events."""
        subscriber = Subscriber()
        if self.closed:
            subscriber.close()
        self._subscribers.add(subscriber)
        try:
            yield subscriber
        finally:
            self._subscribers.remove(subscriber)

    def viewer_count(self) -> int:
        """Open live tiles."""
        return sum(len(channel.viewers) for channel in self._channels.values())

    def close(self) -> None:
        """Ends every stream, now and from now on, so that the server can stop."""
        self.closed = True
        for channel in self._channels.values():
            for viewer in channel.viewers:
                viewer.close()
        for subscriber in self._subscribers:
            subscriber.close()

    def _publish(self, event: Event) -> None:
        for subscriber in self._subscribers:
            subscriber.put(event)


def _wire(name: str, data: BaseModel) -> str:
    return f"event: {name}\ndata: {data.model_dump_json()}\n\n"
