"""The loop that everything hangs on: fresh frames of all cameras, one run, judge each."""

import resource
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from threading import Event, Lock
from typing import Any
from zoneinfo import ZoneInfo

import cv2
import structlog

from core.frame import Frame
from core.redaction import redact
from core.site import CameraConfig
from inference.closer_look import CloserLook
from inference.judge import DETECTION_FLOOR
from inference.session import Session
from service.backlog import Backlog
from service.line import Line
from service.outbox import Outbox
from service.spool import Spool

log = structlog.get_logger(__name__)

REPORT_EVERY_S = 5.0
STOP_S = 8.0
"""Time for clips to be finished when cameras or the worker stop."""
NEEDED_CLASSES = ("person", "head", "helmet")


class Worker:
    """Some cameras, one session, one loop."""

    def __init__(
        self,
        *,
        model: Path,
        threads: int,
        data_dir: Path,
        time_zone: str,
        target_fps: float,
        detection_days: float,
        outbox: Outbox,
    ) -> None:
        """Raises ModelError where the model cannot be used."""
        cv2.setNumThreads(1)
        session = Session(model, threads=threads)
        for name in NEEDED_CLASSES:
            session.manifest.class_id(name)
        self._detector = CloserLook(session, floor=DETECTION_FLOOR)
        self._detector.warm_up(960, 540)
        self._outbox = outbox
        self._backlog = Backlog(Spool(data_dir / "spool"), self._report_disk)
        self._disk_problem = ""
        self._line_settings: dict[str, Any] = {
            "manifest": session.manifest,
            "time_zone": ZoneInfo(time_zone),
            "data_dir": data_dir,
            "target_fps": target_fps,
            "detection_days": detection_days,
            "put": self._backlog.put,
            "outbox": outbox,
        }
        self._wake, self._stopping = Event(), Event()
        self._lines: dict[str, Line] = {}
        self._lock, self._assigning = Lock(), Lock()
        self._reported_at = 0.0
        self._pictures = 0
        outbox.send({"type": "ready", "provider": session.provider})

    def run(self) -> None:
        """Judges pictures until `stop`, then ends every violation and clip."""
        while not self._stopping.is_set():
            self._wake.wait(timeout=0.5)
            self._wake.clear()
            with self._lock:
                lines = tuple(self._lines.values())
                self._judge([(line, frame) for line in lines if (frame := line.camera.slot.take())])
                for line in lines:
                    line.end_if_away()
            self._backlog.flush()
            self._report(lines)
        self.assign(())
        self._backlog.close()

    def stop(self) -> None:
        """Ends the loop; returns at once."""
        self._stopping.set()
        self._wake.set()

    def assign(self, cameras: Sequence[CameraConfig]) -> None:
        """These cameras and no others. Unchanged ones go on undisturbed, also where only the floor
        is another: what stands in an exit would else be taken for free."""
        wanted = {camera.id: camera for camera in cameras}
        with self._assigning:
            with self._lock:
                gone = [i for i, line in self._lines.items() if not _same(line, wanted.get(i))]
                stopped = [self._lines.pop(camera_id) for camera_id in gone]
                for line in stopped:
                    line.request_stop()
                for camera_id, line in self._lines.items():
                    line.lay_on(wanted[camera_id].floor)
            deadline = time.monotonic() + STOP_S
            for line in stopped:
                line.stop(max(0.0, deadline - time.monotonic()))
            for camera_id in wanted.keys() - self._lines.keys():
                self._begin(wanted[camera_id])

    def watch(self, camera_id: str, watched: bool) -> None:
        """Somebody looks at a camera, or nobody any more."""
        line = self._lines.get(camera_id)
        if line is not None:
            line.set_watched(watched)

    def capture(self, camera_id: str, zone_id: str) -> None:
        """Somebody wants the next picture of a camera as one of the free exit."""
        with self._lock:
            line = self._lines.get(camera_id)
            if line is not None:
                line.capture(zone_id)

    def relearn(self, camera_id: str) -> None:
        """Somebody says that a camera was moved for good."""
        with self._lock:
            line = self._lines.get(camera_id)
            if line is not None:
                line.relearn()

    def _begin(self, camera: CameraConfig) -> None:
        line = Line(camera, wake=self._wake, **self._line_settings)
        line.start()
        with self._lock:
            self._lines[camera.id] = line

    def _judge(self, fresh: Sequence[tuple[Line, Frame]]) -> None:
        found = self._detector.detect([frame.image for _, frame in fresh])
        for (line, frame), detections in zip(fresh, found, strict=True):
            try:
                line.judge(frame, detections, latency_s=time.time() - frame.timestamp)
            except Exception as error:  # one camera's trouble is not that of the others
                line.fail(error)
        self._pictures += len(fresh)

    def _report_disk(self, error: OSError | None) -> None:
        self._disk_problem = ""
        if error is not None:
            log.error("disk", reason=redact(str(error)))
            self._disk_problem = (
                f"records cannot be written ({error.strerror}): look after the data folder"
            )
        self._reported_at = 0.0

    def _report(self, lines: Sequence[Line]) -> None:
        """Now and then, so that nothing stays wrong on the pages that was lost on the way."""
        now = time.monotonic()
        if now - self._reported_at < REPORT_EVERY_S:
            return
        self._reported_at = now
        self._outbox.send({"type": "disk", "problem": self._disk_problem})
        for line in lines:
            line.send_status(line.status)
        usage = resource.getrusage(resource.RUSAGE_SELF)
        self._outbox.send(
            {
                "type": "metrics",
                "cpu_s": usage.ru_utime + usage.ru_stime,
                "pictures": self._pictures,
                "messages_dropped": self._outbox.dropped,
                "cameras": {line.config.id: asdict(line.camera.counters) for line in lines},
                "coverage": {
                    line.config.id: [asdict(rule) for rule in line.coverage(time.time())]
                    for line in lines
                },
            }
        )


def _same(line: Line, config: CameraConfig | None) -> bool:
    return config is not None and line.config.to_mapping() == config.to_mapping()
