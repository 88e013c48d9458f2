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
from core.site import CameraConfig
from inference.closer_look import CloserLook
from inference.judge import DETECTION_FLOOR
from inference.session import Session
from service.backlog import Backlog
from service.line import Line
from service.outbox import Outbox
from service.spool import Spool

log = structlog.get_logger(__name__)

METRICS_EVERY_S = 5.0
STOP_S = 8.0
"""Time for clips to be finished when a camera or the worker stops."""


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
        outbox: Outbox,
    ) -> None:
        """Raises ModelError where the model cannot be used."""
        cv2.setNumThreads(1)
        session = Session(model, threads=threads)
        self._detector = CloserLook(session, floor=DETECTION_FLOOR)
        self._detector.warm_up(960, 540)
        self._outbox = outbox
        self._backlog = Backlog(Spool(data_dir / "spool"), self._report_disk)
        self._line_settings: dict[str, Any] = {
            "manifest": session.manifest,
            "time_zone": ZoneInfo(time_zone),
            "data_dir": data_dir,
            "target_fps": target_fps,
            "put": self._backlog.put,
            "outbox": outbox,
        }
        self._wake, self._stopping = Event(), Event()
        self._lines: dict[str, Line] = {}
        self._lock, self._assigning = Lock(), Lock()
        self._metrics_at = 0.0
        self._pictures = 0
        outbox.send({"type": "ready", "provider": session.provider})

    def run(self) -> None:
        """Judges pictures until `stop`, then ends every violation and clip."""
        while not self._stopping.is_set():
            self._wake.wait(timeout=0.5)
            self._wake.clear()
            with self._lock:
                fresh = [
                    (line, f) for line in self._lines.values() if (f := line.camera.slot.take())
                ]
                self._judge(fresh)
            self._backlog.flush()
            self._report_metrics()
        self.assign(())
        self._backlog.flush()

    def stop(self) -> None:
        """Ends the loop; returns at once."""
        self._stopping.set()
        self._wake.set()

    def assign(self, cameras: Sequence[CameraConfig]) -> None:
        """These cameras and no others; unchanged ones go on undisturbed."""
        wanted = {camera.id: camera for camera in cameras}
        with self._assigning:
            with self._lock:
                gone = [i for i, line in self._lines.items() if not _same(line, wanted.get(i))]
                stopped = [self._lines.pop(camera_id) for camera_id in gone]
            for line in stopped:
                line.stop(STOP_S)
            for camera_id in wanted.keys() - self._lines.keys():
                line = Line(wanted[camera_id], wake=self._wake, **self._line_settings)
                line.start()
                with self._lock:
                    self._lines[camera_id] = line

    def watch(self, camera_id: str, watched: bool) -> None:
        """Somebody looks at a camera, or nobody any more."""
        line = self._lines.get(camera_id)
        if line is not None:
            line.set_watched(watched)

    def _judge(self, fresh: Sequence[tuple[Line, Frame]]) -> None:
        found = self._detector.detect([frame.image for _, frame in fresh])
        for (line, frame), detections in zip(fresh, found, strict=True):
            line.judge(frame, detections, latency_s=time.time() - frame.timestamp)
        self._pictures += len(fresh)

    def _report_disk(self, error: OSError | None) -> None:
        problem = (
            "" if error is None else f"{error.strerror}: free some space under the data folder"
        )
        self._outbox.send({"type": "disk", "problem": problem})

    def _report_metrics(self) -> None:
        now = time.monotonic()
        if now - self._metrics_at < METRICS_EVERY_S:
            return
        self._metrics_at = now
        usage = resource.getrusage(resource.RUSAGE_SELF)
        self._outbox.send(
            {
                "type": "metrics",
                "cpu_s": usage.ru_utime + usage.ru_stime,
                "pictures": self._pictures,
                "messages_dropped": self._outbox.dropped,
                "cameras": {i: asdict(line.camera.counters) for i, line in self._lines.items()},
            }
        )


def _same(line: Line, config: CameraConfig | None) -> bool:
    return config is not None and line.config.to_mapping() == config.to_mapping()
