"""One camera on its way through the loop: judged, recorded, shown."""

import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

import cv2
import structlog

from core.coverage import RuleCoverage
from core.detections import Detections
from core.errors import AnyanError
from core.floor import Floor
from core.frame import Frame
from core.health import CameraState, CameraStatus
from core.manifest import ModelManifest
from core.redaction import redact
from core.site import CameraConfig
from core.view import ViewState
from core.violation import Cleared, Violation, ViolationKind
from core.zone import ZoneKind
from inference.judge import Judge, Judgement
from service.boxes import describe
from service.casebook import Casebook
from service.history import History
from service.outbox import Outbox
from service.records import Record
from service.references import ReferenceFolder
from streams.camera import Camera
from streams.live import LiveFragment, LiveInit
from streams.ring import ring_seconds

log = structlog.get_logger(__name__)

AWAKE_S = 4.0
"""How long every frame is still looked at after the last person or open violation."""
AWAY_S = 30.0
"""Without a picture for this long, nobody can say that a violation goes on."""
LOOK_FOR_APPROVALS_S = 2.0
"""How often the folder of approved pictures of exits is looked at."""
STILL_EVERY_S = 2.0
STILL_EVERY_WATCHED_S = 0.5
"""For viewers of a codec that browsers cannot play."""
STILL_WIDTH = 640
STILL_QUALITY = 75


class Line:
    """The camera's thread, its judge, its casebook and its viewers."""

    def __init__(
        self,
        config: CameraConfig,
        *,
        manifest: ModelManifest,
        time_zone: ZoneInfo,
        data_dir: Path,
        target_fps: float,
        detection_days: float,
        wake: Event,
        put: Callable[[Record], None],
        outbox: Outbox,
    ) -> None:
        self.config = config
        self._manifest = manifest
        self._outbox = outbox
        self._history = History(data_dir, config.id, detection_days)
        self._references = ReferenceFolder(data_dir, config.id)
        self._approved: dict[str, tuple[str, ...]] = {}
        self._looked_at = float("-inf")
        self._wanted: set[str] = set()
        self._judge = Judge(config, manifest, time_zone)
        self._put = put
        self._time_zone = time_zone
        self._casebook = Casebook(config.id, data_dir, put, kept_s=ring_seconds(config))
        self._watched = False
        self._still_at = float("-inf")
        self._judged_at = time.monotonic()
        self._trouble = ""
        self._view = ViewState.CLEAR
        self.camera = Camera(
            config,
            self._casebook.folder,
            wake,
            target_fps=target_fps,
            on_status=self.send_status,
            on_clip=self._casebook.keep_clip,
            on_live=self._send_live,
        )

    def start(self) -> None:
        """Finishes what a killed process left of this camera, then opens it."""
        self._casebook.recover()
        self.camera.start()

    def request_stop(self) -> None:
        """Ends open violations and begins to close the camera; returns at once."""
        for violation in self._judge.close():
            self._file(violation, None)
        self._history.flush()
        self.camera.request_stop()

    def stop(self, timeout_s: float) -> None:
        """Waits until clips are finished and the camera is closed."""
        self.camera.stop(timeout_s)

    @property
    def status(self) -> CameraStatus:
        """The camera's, unless its pictures cannot be judged."""
        status = self.camera.status
        if not self._trouble:
            return status
        return replace(
            status, state=CameraState.STALLED, code=AnyanError.code, reason=self._trouble
        )

    def coverage(self, now: float) -> list[RuleCoverage]:
        """What became of the scheduled time of each rule, until now (UTC seconds)."""
        return self._judge.coverage(now)

    def fail(self, error: Exception) -> None:
        """Judging a picture went wrong: this camera says so, the others go on."""
        if not self._trouble:
            log.error("judging_failed", camera=self.config.id, error=redact(repr(error)))
        self._trouble = (
            error.message
            if isinstance(error, AnyanError)
            else "its pictures cannot be judged: see the log, and tell the developers"
        )

    def set_watched(self, watched: bool) -> None:
        """Somebody looks at this camera, or nobody any more."""
        self._watched = watched
        self.camera.set_watched(watched)

    def lay_on(self, floor: Floor | None) -> None:
        """How the floor lies in the picture from now on."""
        self.config = replace(self.config, floor=floor)
        self._judge.lay_on(floor)

    def relearn(self) -> None:
        """What the camera shows from now on is what it is known to show: it was moved for good."""
        for violation in self._judge.close():
            self._file(violation, None)
        self._judge = Judge(self.config, self._manifest, self._time_zone)
        self._approved.clear()

    def capture(self, zone_id: str) -> None:
        """The next picture is proposed as one of the free exit, whatever it shows."""
        self._wanted.add(zone_id)

    def judge(self, frame: Frame, found: Detections, latency_s: float) -> None:
        """Takes one picture with its boxes through the rules; passes on what follows."""
        self._judged_at = time.monotonic()
        self._take_approvals()
        judgement = self._judge.update(frame, found)
        self._history.add(frame, found, judgement.observation.grey)
        self._trouble = ""
        self._tell_view(judgement.observation.view.state)
        for violation in judgement.violations:
            self._file(violation, frame)
            if self._seen_clear(violation, frame):
                self._put(Cleared(violation.id, self.config.id, frame.timestamp))
        for zone_id in self._wanted.union(judgement.free_exits):
            self._references.propose(zone_id, frame)
        self._wanted.clear()
        if self._watched or len(judgement.observation.people) or self._casebook.open:
            self.camera.keep_awake(frame.timestamp + AWAKE_S)
        self._show(judgement, latency_s)

    def end_if_away(self) -> None:
        """A camera that shows nothing cannot say that a violation goes on."""
        if self._casebook.open and time.monotonic() - self._judged_at > AWAY_S:
            for violation in self._judge.close():
                self._file(violation, None)

    def _tell_view(self, view: ViewState) -> None:
        if view is not self._view:
            self._view = view
            self.send_status(self.status)

    def _take_approvals(self) -> None:
        """What a person has approved or retired counts from the next picture on."""
        if self._judged_at - self._looked_at < LOOK_FOR_APPROVALS_S:
            return
        self._looked_at = self._judged_at
        for zone in self.config.zones_of(ZoneKind.EXIT):
            names = self._references.approved_names(zone.id)
            if names != self._approved.get(zone.id, ()):
                self._approved[zone.id] = names
                self._judge.approve(zone.id, self._references.approved(zone.id))

    def _file(self, violation: Violation, frame: Frame | None) -> None:
        if violation.ended:
            self._casebook.end(violation)
            self.camera.end_clip(violation.id, violation.last_seen_at)
        elif self._casebook.knows(violation):
            self._casebook.go_on(violation)
        elif frame is not None:
            self._casebook.begin(violation, frame)
            self.camera.start_clip(violation.id, violation.started_at)

    def _seen_clear(self, violation: Violation, frame: Frame) -> bool:
        """Whether this picture shows the way free, rather than that nobody looks any more.

        A zone whose hours are over, and a clock that was set back, end what is open as well.
        """
        if violation.kind is not ViolationKind.BLOCKED_EXIT or not violation.ended:
            return False
        return frame.timestamp > violation.last_seen_at and any(
            zone.id == violation.zone_id and zone.schedule.active(frame.timestamp, self._time_zone)
            for zone in self.config.zones
        )

    def _show(self, judgement: Judgement, latency_s: float) -> None:
        frame = judgement.observation.frame
        alarmed = [track for v in self._casebook.open for track in v.track_ids]
        picture = describe(judgement.observation, self._manifest, alarmed)
        self._casebook.note(picture)
        head = {"type": "tracks", "camera_id": self.config.id, "latency_s": round(latency_s, 3)}
        self._outbox.send({**head, **picture})
        every = STILL_EVERY_WATCHED_S if self._watched else STILL_EVERY_S
        if abs(frame.timestamp - self._still_at) >= every:
            self._still_at = frame.timestamp
            message = {"type": "still", "camera_id": self.config.id, "timestamp": frame.timestamp}
            self._outbox.send(message, _jpeg(frame))

    def send_status(self, status: CameraStatus) -> None:
        """Tells the service how the camera is doing."""
        seen = replace(status, view=self._view)
        self._outbox.send({"type": "status", "status": asdict(seen)})

    def _send_live(self, part: LiveInit | LiveFragment) -> None:
        match part:
            case LiveInit(camera_id, mime, epoch, width, height, data):
                head = {"mime": mime, "epoch": epoch, "width": width, "height": height}
                self._outbox.send({"type": "init", "camera_id": camera_id, **head}, data)
            case LiveFragment(camera_id, keyframe, _, data):
                self._outbox.send(
                    {"type": "fragment", "camera_id": camera_id, "keyframe": keyframe}, data
                )


def _jpeg(frame: Frame) -> bytes:
    scale = min(1.0, STILL_WIDTH / frame.width)
    small = cv2.resize(frame.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, STILL_QUALITY])
    return jpeg.tobytes()
