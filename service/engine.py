"""The running site: workers, recorder and what the API asks of them."""

import asyncio
import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from api.current import system_now
from api.engine import Figure, Probe, Problem
from api.live import LiveHub
from api.settings import ApiSettings
from core.coverage import RuleCoverage
from core.errors import DatabaseAway
from core.health import CameraState, CameraStatus
from core.manifest import ModelManifest
from core.site import CameraConfig
from core.view import ViewState
from hazards.database import Database
from hazards.site.queries import enabled_cameras
from inference.session import read_manifest
from service.anchors import DailyAnchors
from service.delivery import deliver
from service.figures import coverage_of, figures_of
from service.messages import Message
from service.news import News
from service.probe_process import probe_apart
from service.recorder import Recorder
from service.scheduler import Scheduler
from service.sender import Sender
from service.sensors import Sensors
from service.settings import Settings
from service.spool import Spool
from service.supervisor import Supervisor

log = structlog.get_logger(__name__)

LOW_DISK_BYTES = 2 * 2**30
FULL_DISK_BYTES = 64 * 2**20
WATCH_SYSTEM_S = 2.0
"""How often problems are looked at for pages that are open."""


class SiteEngine:
    """Implements api.engine.Engine. Runs on the event loop; reads come from any thread."""

    def __init__(self, settings: Settings, database: Database, shown: ApiSettings) -> None:
        """Raises ManifestMismatch where the model's manifest cannot be read."""
        self.hub = LiveHub(on_watch=self._watch)
        self._settings = settings
        self._database = database
        self._shown = shown
        self._manifest = read_manifest(settings.model_path)
        self._spool = Spool(settings.spool_dir)
        self._news = News(database, self.hub)
        zone = ZoneInfo(settings.time_zone)
        anchors = DailyAnchors(database, zone, settings.anchors_path)
        self._recorder = Recorder(database, self._spool, zone, self._news.hazards)
        self._scheduler = Scheduler(
            database, zone, anchors.note_anchors,
            on_climbed=self._news.tickets, on_coloured=self._news.colours,
        )  # fmt: skip
        self._sender = Sender(database, zone, settings.message_language, deliver)
        mqtt = settings.mqtt_url.get_secret_value()
        self._sensors = Sensors(mqtt, settings.mqtt_topic, self._spool.put) if mqtt else None
        self._supervisor = Supervisor(
            settings.workers, _worker_arguments(settings), self._on_message, self._on_death
        )
        self._statuses: dict[str, CameraStatus] = {}
        self._stills: dict[str, bytes] = {}
        self._metrics: dict[int, dict[str, Any]] = {}
        self._disk_problem = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._assigned = False
        self._reloading = asyncio.Lock()
        self._enabled_ids: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Takes up what an earlier run left, then starts the workers."""
        self._loop = asyncio.get_running_loop()
        self._news.start(self._loop)
        self._recorder.start()
        self._scheduler.start()
        self._sender.start()
        if self._sensors is not None:
            self._sensors.start()
        self._supervisor.start()
        await self._reload()
        self._tasks.append(asyncio.create_task(self._watch_system()))

    async def stop(self) -> None:
        """Ends workers first, then records what they left."""
        for task in self._tasks:
            task.cancel()
        try:
            await self._supervisor.stop()
        finally:
            if self._sensors is not None:
                await asyncio.to_thread(self._sensors.stop)
            await asyncio.to_thread(self._scheduler.stop, 5.0)
            await asyncio.to_thread(self._sender.stop, 5.0)
            await asyncio.to_thread(self._recorder.stop, 10.0)

    # What the API asks.

    def camera_statuses(self) -> dict[str, CameraStatus]:
        """See Engine."""
        return dict(self._statuses)

    def still(self, camera_id: str) -> bytes | None:
        """See Engine."""
        return self._stills.get(camera_id)

    async def probe(self, source: str) -> Probe:
        """See Engine."""
        return await probe_apart(source)

    def cameras_changed(self) -> None:
        """See Engine."""
        assert self._loop
        asyncio.run_coroutine_threadsafe(self._reload(), self._loop)

    def capture_reference(self, camera_id: str, zone_id: str) -> None:
        """See Engine."""
        assert self._loop
        self._loop.call_soon_threadsafe(self._supervisor.capture, camera_id, zone_id)

    def relearn_view(self, camera_id: str) -> None:
        """See Engine."""
        assert self._loop
        self._loop.call_soon_threadsafe(self._supervisor.relearn, camera_id)

    def problems(self) -> list[Problem]:
        """See Engine."""
        problems = self._disk_problems()
        if self._recorder.database_away:
            problems.append(Problem("database_away", self._recorder.database_away))
        if self._recorder.trouble:
            problems.append(Problem("database_away", self._recorder.trouble))
        if self._sensors is not None and self._sensors.away:
            problems.append(Problem("sensors_away", self._sensors.away))
        if self._scheduler.trouble:
            problems.append(Problem("scheduler_failed", self._scheduler.trouble))
        problems += [
            Problem(worker.trouble_code, worker.trouble)
            for worker in self._supervisor.workers
            if worker.trouble not in {"", "starting"}
        ]
        if refused := self._spool.count_refused():
            text = (
                f"{refused} records could not be understood: see spool/refused in the data folder"
            )
            problems.append(Problem("spool_refused", text))
        return problems

    def spool_waiting(self) -> int:
        """See Engine."""
        return self._spool.count_waiting()

    def model(self) -> ModelManifest | None:
        """See Engine."""
        return self._manifest

    def figures(self) -> list[Figure]:
        """See Engine."""
        return [figure for metrics in self._metrics.values() for figure in figures_of(metrics)]

    def coverage(self) -> dict[str, list[RuleCoverage]]:
        """See Engine."""
        found: dict[str, list[RuleCoverage]] = {}
        for metrics in self._metrics.values():
            found |= coverage_of(metrics)
        return {camera_id: found[camera_id] for camera_id in sorted(found)}

    def ready(self) -> list[str]:
        """See Engine."""
        reasons = [w.trouble for w in self._supervisor.workers if not w.ready]
        if not self._assigned:
            reasons.append("cameras are not assigned yet")
        if self._recorder.database_away:
            reasons.append("the database is away")
        if self._recorder.trouble:
            reasons.append(self._recorder.trouble)
        return reasons

    # What comes from the workers, on the event loop.

    def _on_message(self, message: Message, payload: bytes) -> None:
        camera_id = message.get("camera_id", "")
        match message.pop("type"):
            case "tracks":
                del message["camera_id"]
                self.hub.publish_tracks(camera_id, message)
            case "fragment":
                self.hub.publish_fragment(camera_id, keyframe=message["keyframe"], data=payload)
            case "init":
                del message["camera_id"]
                self.hub.publish_init(camera_id, **message, data=payload)
            case "still" if camera_id in self._enabled_ids:
                self._stills[camera_id] = payload
                self.hub.publish_still(camera_id, message["timestamp"], payload)
            case "status":
                fields = message["status"]
                states = {
                    "state": CameraState(fields["state"]), "view": ViewState(fields["view"])
                }  # fmt: skip
                status = CameraStatus(**{**fields, **states})
                if status.camera_id in self._enabled_ids:
                    self._keep_status(status)
            case "disk":
                self._disk_problem = message["problem"]
            case "metrics":
                self._metrics[message["worker"]] = message

    def _keep_status(self, status: CameraStatus) -> None:
        """Comes again every few seconds; the pages are told what has changed."""
        before = self._statuses.get(status.camera_id)
        self._statuses[status.camera_id] = status
        if before is None or before.state is not status.state:
            self._recorder.note_status(status)
        if before is None or replace(before, last_picture_at=status.last_picture_at) != status:
            self.hub.publish_status(status)

    def _on_death(self, cameras: Sequence[CameraConfig]) -> None:
        ids = [camera.id for camera in cameras]
        self._recorder.end_open(ids)
        for camera_id in ids:
            status = CameraStatus(
                camera_id,
                CameraState.CONNECTING,
                "worker_down",
                "the worker process died and is started again",
                time.time(),
                *_last_seen(self._statuses.get(camera_id)),
            )
            self._keep_status(status)

    def _watch(self, camera_id: str, watched: bool) -> None:
        self._supervisor.watch(camera_id, watched)

    async def _reload(self) -> None:
        """One at a time, so that an older answer never comes last."""
        async with self._reloading:
            try:
                cameras = await asyncio.to_thread(self._read_cameras)
            except DatabaseAway as error:
                log.error("cameras_not_read", reason=error.message)
                assert self._loop
                self._loop.call_later(2.0, self.cameras_changed)
                return
            self._assign(cameras)

    def _assign(self, cameras: Sequence[CameraConfig]) -> None:
        self._enabled_ids = {camera.id for camera in cameras}
        for gone in set(self._statuses) - self._enabled_ids:
            self._stills.pop(gone, None)
            last = self._statuses.pop(gone)
            off = replace(last, state=CameraState.OFF, code="", reason="", since=time.time())
            self._recorder.note_status(off)
            self.hub.publish_status(off)
        self._supervisor.assign(cameras)
        self._assigned = True

    def _read_cameras(self) -> tuple[CameraConfig, ...]:
        with self._database.read() as session:
            return enabled_cameras(session)

    async def _watch_system(self) -> None:
        before: list[Problem] = []
        while True:
            if self._sensors is not None:
                await asyncio.to_thread(self._sensors.retry)
            problems = self.problems()
            if problems != before:
                before = problems
                self.hub.publish_system(system_now(self, self._shown))
            await asyncio.sleep(WATCH_SYSTEM_S)

    def _disk_problems(self) -> list[Problem]:
        try:
            free = shutil.disk_usage(self._settings.data_dir).free
        except OSError as error:
            return [Problem("disk_full", f"the data folder cannot be used ({error.strerror})")]
        advice = "delete old clips or move the data folder (ANYAN_DATA_DIR) to a larger disk"
        if self._disk_problem or free < FULL_DISK_BYTES:
            text = self._disk_problem or f"the disk of the data folder is full: {advice}"
            return [Problem("disk_full", text)]
        if free < LOW_DISK_BYTES:
            return [
                Problem("disk_low", f"{free / 2**30:.1f} GB left under the data folder: {advice}")
            ]
        return []


def _last_seen(status: CameraStatus | None) -> tuple[float, str, str, int, int, float]:
    if status is None:
        return (0.0, "", "", 0, 0, 0.0)
    s = status
    return (s.last_picture_at, s.codec, s.mime, s.width, s.height, s.fps)


def _worker_arguments(settings: Settings) -> dict[str, Any]:
    return {
        "model": str(settings.model_path.absolute()),
        "threads": settings.threads,
        "data_dir": str(settings.data_dir.absolute()),
        "time_zone": settings.time_zone,
        "target_fps": settings.target_fps,
        "detection_days": settings.detection_days,
    }
