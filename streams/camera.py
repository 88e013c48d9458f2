"""One camera: a thread that reads it, keeps it connected and says how it is doing."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from core.errors import (
    AnyanError,
    EvidenceError,
    LoginRefused,
    NotVideo,
    PictureFrozen,
    SourceError,
    StreamStalled,
)
from core.frame import Frame
from core.health import CameraState, CameraStatus
from core.redaction import redact, redact_address
from core.site import CameraConfig
from streams.backoff import Backoff
from streams.clip import ClipFile
from streams.decode import DecodePolicy, Decoder
from streams.demux import Deadlines, Demuxer
from streams.encoded import EncodedPacket, StreamFormat
from streams.fragments import mime_of_format
from streams.live import LiveFragment, LiveInit, LiveView
from streams.recorder import ClipRecorder
from streams.ring import PacketRing, ring_seconds
from streams.source import Source

log = structlog.get_logger(__name__)


def _ignore(_: object) -> None:
    """Takes the place of a callback that nobody wants any more."""


class FrameSlot:
    """Room for one frame; the newest wins.

    wake: set whenever a frame was put. dropped: frames that nobody took in time.
    """

    def __init__(self, wake: threading.Event) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._frame: Frame | None = None
        self.dropped = 0

    def put(self, frame: Frame) -> None:
        """Replaces what is there."""
        with self._lock:
            if self._frame is not None:
                self.dropped += 1
            self._frame = frame
        self._wake.set()

    def take(self) -> Frame | None:
        """The newest frame, once."""
        with self._lock:
            frame, self._frame = self._frame, None
        return frame


@dataclass(frozen=True, slots=True)
class Counters:
    """Since the camera was started. dropped: judged frames that nobody took in time."""

    packets: int
    bytes: int
    decoded: int
    judged: int
    dropped: int
    corrupt: int
    reconnects: int


class Camera:
    """Reads one camera on its own thread until it is stopped.

    config: its source may hold credentials; they stay inside. clips: folder for clips.
    wake: set for each new frame. slot: the newest frame. The callbacks run on the camera's
    thread and must return soon: on_status after each change of state or format, on_clip once for
    every started clip, on_live while the camera is watched.

    No trouble of a camera leaves its thread: it becomes a status and a log line, and the camera
    is tried again.
    """

    def __init__(
        self,
        config: CameraConfig,
        clips: Path,
        wake: threading.Event,
        *,
        on_status: Callable[[CameraStatus], None],
        on_clip: Callable[[str, ClipFile | EvidenceError], None],
        on_live: Callable[[LiveInit | LiveFragment], None],
        target_fps: float = 5.0,
        deadlines: Deadlines | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        self.id = config.id
        self.slot = FrameSlot(wake)
        self._source_text = config.source
        self._deadlines = deadlines or Deadlines()
        self._backoff = backoff or Backoff()
        self._on_status = on_status
        self._on_live = on_live
        self._policy = DecodePolicy(target_fps)
        self._decoder = Decoder(config.id, self._policy)
        self._ring = PacketRing(seconds=ring_seconds(config))
        self._recorder = ClipRecorder(clips, self._ring, on_clip)
        self._live = LiveView(config.id, self._send_live)
        self._format: StreamFormat | None = None
        self._generation = 0
        self._watched = False
        self._stopping = False
        self._tasks: deque[Callable[[], None]] = deque()
        self._nudge = threading.Event()
        self._packets = self._bytes = self._corrupt = self._reconnects = 0
        self._progress_at = self._connected_at = self._whole_at = time.monotonic()
        self._last_picture_at = 0.0
        self._status = CameraStatus(
            config.id, CameraState.OFF, "", "not started", time.time(), 0.0, "", "", 0, 0, 0.0
        )
        self._thread = threading.Thread(target=self._run, name=f"camera-{config.id}", daemon=True)

    # What other threads call.

    def start(self) -> None:
        """Begins to connect."""
        self._thread.start()

    def request_stop(self) -> None:
        """Begins to finish open clips and to end the thread; returns at once."""
        self._stopping = True
        self._nudge.set()

    def stop(self, timeout: float) -> bool:
        """Finishes open clips and ends the thread; False where it did not end in time (seconds).

        A thread that hangs in a connection ends at its packet deadline; its clips stay on disk
        as parts, which the next start recovers. From then on it tells of clips only: its state
        and its picture are those of whoever took its place.
        """
        self.request_stop()
        if self._thread.is_alive():
            self._thread.join(timeout)
        if not self._thread.is_alive():
            return True
        self._on_status = self._on_live = _ignore
        return False

    @property
    def status(self) -> CameraStatus:
        """How the camera is doing now, also while FFmpeg hangs and ignores its deadlines."""
        status = replace(self._status, last_picture_at=self._last_picture_at)
        silent = time.monotonic() - self._progress_at
        limit = 2.0 * max(self._deadlines.open_s, self._deadlines.packet_s)
        if status.state is CameraState.LIVE and silent > limit:
            return replace(
                status,
                state=CameraState.STALLED,
                code=StreamStalled.code,
                reason=f"nothing was read for {silent:.0f} s: check camera and network",
                since=time.time() - silent,
            )
        return status

    @property
    def counters(self) -> Counters:
        """Figures for the metrics."""
        return Counters(
            packets=self._packets,
            bytes=self._bytes,
            decoded=self._decoder.decoded,
            judged=self._decoder.judged,
            dropped=self.slot.dropped,
            corrupt=self._corrupt + self._decoder.corrupt,
            reconnects=self._reconnects,
        )

    def keep_awake(self, until: float) -> None:
        """Decode every picture until then (UTC seconds)."""
        self._policy.keep_awake(until)

    def start_clip(self, violation_id: str, started_at: float) -> None:
        """Begins the clip of a violation. started_at: UTC seconds."""
        self._do(lambda: self._recorder.start(violation_id, started_at, self._format))

    def end_clip(self, violation_id: str, ended_at: float) -> None:
        """The violation is over (UTC seconds)."""
        self._do(lambda: self._recorder.end(violation_id, ended_at))

    def set_watched(self, watched: bool) -> None:
        """Whether anybody sees the live picture."""
        self._watched = watched

    def _do(self, task: Callable[[], None]) -> None:
        self._tasks.append(task)
        self._nudge.set()

    # What runs on the camera's thread.

    def _run(self) -> None:
        self._report(CameraState.CONNECTING, "", "connecting")
        while not self._stopping:
            self._connected_at = time.monotonic()
            try:
                self._read()
            except SourceError as error:
                self._fail(error)
            except Exception as error:
                self._log_failure(error)
                self._fail(SourceError("reading failed unexpectedly: see the log"))
        self._finish_stream()
        self._report(CameraState.OFF, "", "stopped")

    def _read(self) -> None:
        """One connection, from open to its end."""
        source = Source.parse(self._source_text)
        with Demuxer(
            source,
            deadlines=self._deadlines,
            first_generation=self._generation + 1,
            wait=self._wait,
        ) as demuxer:
            try:
                self._connected_at = time.monotonic()
                corrupt_before = self._corrupt
                for index, packet in enumerate(demuxer):
                    if index == 0:  # a rare keyframe may have been waited for
                        self._whole_at = time.monotonic()
                    if self._stopping:
                        return
                    self._corrupt = corrupt_before + demuxer.corrupt
                    self._take(packet, demuxer.format, live=source.live)
            finally:
                self._finish_stream()

    def _take(self, packet: EncodedPacket, format: StreamFormat, *, live: bool) -> None:
        self._packets += 1
        self._bytes += packet.size
        self._progress_at = time.monotonic()
        self._ring.append(packet)
        self._recorder.add(packet)
        if packet.generation != self._generation:
            self._generation, self._format = packet.generation, format
            self._describe(packet, format)
        self._run_tasks()
        if self._watched:
            self._live.show(packet, format, self._ring)
        else:
            self._live.stop()
        whole = self._decoder.whole
        for frame in self._decoder.frames(packet, format):
            self._show(frame, live=live)
        if self._decoder.whole != whole:
            self._whole_at = time.monotonic()
        elif live and time.monotonic() - self._whole_at > self._deadlines.frozen_s:
            raise NotVideo(
                "packets come but no picture can be decoded: set a keyframe every 1 to 2 s"
            )

    def _show(self, frame: Frame, *, live: bool) -> None:
        """A judged picture goes on to the inference, unless the camera shows an old one."""
        still = frame.timestamp - self._decoder.still_since
        if live and still >= self._deadlines.frozen_s:
            self._report(
                CameraState.FROZEN,
                PictureFrozen.code,
                f"the picture has not changed for {self._deadlines.frozen_s:.0f} s: "
                "restart the camera",
            )
            return
        self._last_picture_at = frame.timestamp
        self._report(CameraState.LIVE, "", "")
        self.slot.put(frame)

    def _describe(self, packet: EncodedPacket, format: StreamFormat) -> None:
        self._status = replace(
            self._status,
            codec=format.codec,
            mime=mime_of_format(format, packet),
            width=format.width,
            height=format.height,
            fps=format.fps,
        )
        self._tell_status()

    def _send_live(self, media: LiveInit | LiveFragment) -> None:
        self._on_live(media)

    def _report(self, state: CameraState, code: str, reason: str) -> None:
        """Tells a change of state, once."""
        if (state, code, reason) == (self._status.state, self._status.code, self._status.reason):
            return
        since = self._status.since if state is self._status.state else time.time()
        self._status = replace(self._status, state=state, code=code, reason=reason, since=since)
        write = log.info if code == "" else log.warning
        write("camera_state", camera=self.id, state=str(state), code=code, reason=reason)
        self._tell_status()

    def _fail(self, error: AnyanError) -> None:
        """Shows what went wrong and waits before the next try."""
        refused = isinstance(error, LoginRefused)
        self._report(
            CameraState.REFUSED if refused else CameraState.STALLED,
            error.code,
            self._redacted(error.message),
        )
        connected_s = time.monotonic() - self._connected_at
        self._wait(self._backoff.wait_s(connected_s=connected_s, refused=refused))
        self._reconnects += 1

    def _redacted(self, text: str) -> str:
        """Without the login of this camera, which may hold what ends an address in other text."""
        rest = self._source_text.strip().partition("://")[2]
        if rest:
            text = text.replace(rest, redact_address(f"rtsp://{rest}").removeprefix("rtsp://"))
        return redact(text)

    def _wait(self, seconds: float) -> None:
        """Sleeps, but does at once what other threads ask for."""
        end = time.monotonic() + seconds
        while not self._stopping and (left := end - time.monotonic()) > 0.0:
            self._nudge.wait(left)
            self._run_tasks()
        self._progress_at = time.monotonic()

    def _run_tasks(self) -> None:
        self._nudge.clear()
        while self._tasks:
            self._guard(self._tasks.popleft())

    def _finish_stream(self) -> None:
        self._run_tasks()
        self._guard(self._recorder.finish)
        self._guard(self._live.stop)

    def _guard(self, step: Callable[[], None]) -> None:
        """Does what must not end the thread, nor keep the next step from being done."""
        try:
            step()
        except Exception as error:
            self._log_failure(error)

    def _log_failure(self, error: Exception) -> None:
        # Not log.exception: FFmpeg's errors name the address with its password.
        log.error("camera_failed", camera=self.id, error=self._redacted(repr(error)))

    def _tell_status(self) -> None:
        self._guard(lambda: self._on_status(self.status))
