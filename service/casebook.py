"""Every open violation of one camera with its evidence, from the first certain picture to the clip.

Whatever is learned goes to the spool at once, so that a killed process loses nothing.
"""

import errno
import hashlib
from collections import deque
from collections.abc import Callable
from pathlib import Path
from threading import Lock

import cv2
import structlog

from core.errors import DiskFull, EvidenceError
from core.evidence import Evidence, EvidenceKind
from core.frame import Frame
from core.violation import Violation
from service.boxes import BoxLog, Picture, finish_boxes
from service.durable import write_durably
from service.records import Record
from streams.clip import ClipFile, recover_parts

log = structlog.get_logger(__name__)

UPDATE_EVERY_S = 5.0
"""An open violation that goes on is recorded again this often."""
JPEG_QUALITY = 85


class Casebook:
    """Folder of one camera's evidence; methods are called from the loop and the camera's thread."""

    def __init__(
        self, camera_id: str, data_dir: Path, put: Callable[[Record], None], *, kept_s: float
    ) -> None:
        """kept_s: how far back a clip may begin, seconds: boxes are kept as long as packets."""
        self._camera_id = camera_id
        self._data_dir = data_dir
        self.folder = data_dir / "evidence" / camera_id
        self._put = put
        self._lock = Lock()
        self._recent: deque[Picture] = deque()
        self._kept_s = kept_s
        self._open: dict[str, Violation] = {}
        self._recorded_at: dict[str, float] = {}
        self._logs: dict[str, BoxLog] = {}

    @property
    def open(self) -> list[Violation]:
        """Violations that go on."""
        return list(self._open.values())

    def knows(self, violation: Violation) -> bool:
        """Whether it was recorded as open before."""
        return violation.id in self._open

    def begin(self, violation: Violation, frame: Frame) -> None:
        """A violation has become certain: record it, with a picture of the moment."""
        self._record(violation)
        try:
            self._put(self._snapshot(violation, frame))
        except OSError as error:
            self._put(_missing(violation.id, EvidenceKind.SNAPSHOT, frame.timestamp, error))
        with self._lock:
            self._start_log(violation.id)

    def go_on(self, violation: Violation) -> None:
        """It was seen again."""
        self._open[violation.id] = violation
        if violation.last_seen_at - self._recorded_at[violation.id] >= UPDATE_EVERY_S:
            self._record(violation)

    def end(self, violation: Violation) -> None:
        """It is over."""
        self._put(violation)
        self._open.pop(violation.id, None)
        self._recorded_at.pop(violation.id, None)

    def note(self, picture: Picture) -> None:
        """Boxes of a judged picture, for every clip that is being written."""
        with self._lock:
            if self._recent and picture["timestamp"] < self._recent[-1]["timestamp"]:
                self._recent.clear()  # the clock was set back
            self._recent.append(picture)
            while picture["timestamp"] - self._recent[0]["timestamp"] > self._kept_s:
                self._recent.popleft()
            for violation_id, box_log in tuple(self._logs.items()):
                try:
                    box_log.add(picture)
                except OSError as error:
                    self._lose_log(violation_id, error)

    def keep_clip(self, violation_id: str, clip: ClipFile | EvidenceError) -> None:
        """The clip is finished, or there is none; called once per violation."""
        with self._lock:
            box_log = self._logs.pop(violation_id, None)
        if isinstance(clip, EvidenceError):
            if box_log:
                box_log.discard()
            self._put(_missing(violation_id, EvidenceKind.CLIP, 0.0, clip))
            return
        if box_log:
            box_log.close()
        self._put(self._clip(clip))

    def recover(self) -> None:
        """Records the clips that a killed process left unfinished."""
        for clip in recover_parts(self.folder):
            self._put(self._clip(clip))

    def _record(self, violation: Violation) -> None:
        self._open[violation.id] = violation
        self._recorded_at[violation.id] = violation.last_seen_at
        self._put(violation)

    def _start_log(self, violation_id: str) -> None:
        try:
            self._logs[violation_id] = BoxLog(self._boxes_path(violation_id))
            for picture in self._recent:
                self._logs[violation_id].add(picture)
        except OSError as error:
            self._lose_log(violation_id, error)

    def _lose_log(self, violation_id: str, error: OSError) -> None:
        """The clip goes on without boxes."""
        log.warning("boxes_lost", violation=violation_id, reason=error.strerror)
        box_log = self._logs.pop(violation_id, None)
        if box_log:
            box_log.discard()

    def _finished_boxes(self, violation_id: str) -> str:
        """Relative path of the boxes of a finished clip, empty where there are none."""
        try:
            boxes = finish_boxes(self._boxes_path(violation_id), self._camera_id)
        except OSError as error:
            log.warning("boxes_lost", violation=violation_id, reason=error.strerror)
            return ""
        return self._relative(boxes) if boxes else ""

    def _boxes_path(self, violation_id: str) -> Path:
        return self.folder / f"{violation_id}.boxes.json"

    def _snapshot(self, violation: Violation, frame: Frame) -> Evidence:
        _, jpeg = cv2.imencode(".jpg", frame.image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        content = jpeg.tobytes()
        path = self.folder / f"{violation.id}.jpg"
        write_durably(path, content)
        return Evidence(
            violation_id=violation.id,
            kind=EvidenceKind.SNAPSHOT,
            path=self._relative(path),
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            mime="image/jpeg",
            started_at=frame.timestamp,
            duration_s=0.0,
            boxes_path="",
            problem="",
        )

    def _clip(self, clip: ClipFile) -> Evidence:
        return Evidence(
            violation_id=clip.name,
            kind=EvidenceKind.CLIP,
            path=self._relative(clip.path),
            sha256=clip.sha256,
            size=clip.size,
            mime=clip.mime or "video/mp4",
            started_at=clip.started_at,
            duration_s=clip.duration_s,
            boxes_path=self._finished_boxes(clip.name),
            problem="",
        )

    def _relative(self, path: Path) -> str:
        return str(path.relative_to(self._data_dir))


def _missing(
    violation_id: str, kind: EvidenceKind, at: float, error: OSError | EvidenceError
) -> Evidence:
    full = isinstance(error, DiskFull) or getattr(error, "errno", None) in (
        errno.ENOSPC,
        errno.EDQUOT,
    )
    log.error("evidence_missing", violation=violation_id, kind=str(kind), reason=str(error))
    return Evidence(
        violation_id=violation_id,
        kind=kind,
        path="",
        sha256="",
        size=0,
        mime="",
        started_at=at,
        duration_s=0.0,
        boxes_path="",
        problem=DiskFull.code if full else EvidenceError.code,
    )
