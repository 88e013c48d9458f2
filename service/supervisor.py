"""Starts workers as child processes, gives them their cameras, and starts them again when they die.

A native decoder can crash; the API and the other workers go on.
"""

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import structlog

from core.site import CameraConfig
from service.messages import Message, assignment, encode, receive_message
from streams.backoff import Backoff

log = structlog.get_logger(__name__)

WORKER_DOWN, MODEL_ERROR = "worker_down", "model_error"
STOP_S = 12.0
"""A worker that has not ended by itself after this time is killed."""


class WorkerHandle:
    """One worker process after another, with the same cameras.

    on_message: called with every message. on_death: called with the cameras when it died.
    watched: ids of cameras that somebody looks at; changes as they come and go.
    """

    def __init__(
        self,
        index: int,
        arguments: dict[str, Any],
        on_message: Callable[[Message, bytes], None],
        on_death: Callable[[Sequence[CameraConfig]], None],
        watched: AbstractSet[str],
    ) -> None:
        self.index = index
        self.cameras: dict[str, CameraConfig] = {}
        self.ready = False
        self.trouble = "starting"
        self.trouble_code = WORKER_DOWN
        self._arguments = json.dumps({**arguments, "index": index})
        self._on_message = on_message
        self._on_death = on_death
        self._watched = watched
        self._process: Process | None = None
        self._backoff = Backoff()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def pid(self) -> int:
        """Of the running process, 0 where there is none."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Begins; needs a running event loop."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Lets the worker finish its violations and clips."""
        self._stopping = True
        process = self._process
        if process and process.returncode is None:
            assert process.stdin
            process.stdin.close()
            try:
                await asyncio.wait_for(process.wait(), STOP_S)
            except TimeoutError:
                log.warning("worker_killed", worker=self.index, after_s=STOP_S)
                process.kill()
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def assign(self, cameras: Sequence[CameraConfig]) -> None:
        """These cameras and no others; a camera that begins anew is watched as before."""
        self.cameras = {camera.id: camera for camera in cameras}
        self._send(assignment(cameras))
        for camera_id in self._watched & self.cameras.keys():
            self.watch(camera_id, True)

    def watch(self, camera_id: str, watched: bool) -> None:
        """Somebody looks at one of the cameras, or nobody any more."""
        self._send({"type": "watch", "camera_id": camera_id, "watched": watched})

    def capture(self, camera_id: str, zone_id: str) -> None:
        """Somebody wants the next picture as one of the free exit."""
        self._send({"type": "capture", "camera_id": camera_id, "zone_id": zone_id})

    def relearn(self, camera_id: str) -> None:
        """Somebody says that one of the cameras was moved for good."""
        self._send({"type": "relearn", "camera_id": camera_id})

    async def _run(self) -> None:
        while not self._stopping:
            started = time.monotonic()
            try:
                ended = f"ended with code {await self._run_once()}"
            except OSError as error:  # no memory or no file handle for another process
                ended = f"could not be started ({error.strerror})"
            self.ready = False
            if self._stopping:
                return
            if self.trouble in {"", "starting"}:
                self.trouble = f"worker {self.index} {ended} and is started again"
            log.error("worker_died", worker=self.index, reason=ended)
            self._on_death(tuple(self.cameras.values()))
            connected_s = time.monotonic() - started
            await asyncio.sleep(self._backoff.wait_s(connected_s=connected_s, refused=False))

    async def _run_once(self) -> int:
        """From the start of a process to its exit code."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "service.worker_process",
            self._arguments,
            stdin=PIPE,
            stdout=PIPE,
            start_new_session=True,
        )
        log.info("worker_started", worker=self.index, pid=self._process.pid)
        self.assign(tuple(self.cameras.values()))
        await self._listen(self._process)
        return await self._process.wait()

    async def _listen(self, process: Process) -> None:
        assert process.stdout
        while (received := await receive_message(process.stdout)) is not None:
            message, payload = received
            match message["type"]:
                case "ready":
                    self.ready, self.trouble, self.trouble_code = True, "", WORKER_DOWN
                case "failed":
                    self.trouble = message["detail"]
                    self.trouble_code = MODEL_ERROR if message["model"] else WORKER_DOWN
                case "metrics":
                    message["worker"] = self.index
            self._on_message(message, payload)

    def _send(self, message: Message) -> None:
        process = self._process
        if process and process.stdin and not process.stdin.is_closing():
            process.stdin.write(encode(message))


class Supervisor:
    """All workers; every camera stays with the worker that it was given to."""

    def __init__(
        self,
        count: int,
        arguments: dict[str, Any],
        on_message: Callable[[Message, bytes], None],
        on_death: Callable[[Sequence[CameraConfig]], None],
    ) -> None:
        self._watched: set[str] = set()
        self.workers = [
            WorkerHandle(i, arguments, on_message, on_death, self._watched) for i in range(count)
        ]

    def start(self) -> None:
        """Begins; needs a running event loop."""
        for worker in self.workers:
            worker.start()

    async def stop(self) -> None:
        """Lets all workers finish."""
        await asyncio.gather(*(worker.stop() for worker in self.workers))

    def assign(self, cameras: Sequence[CameraConfig]) -> None:
        """Distributes the site's cameras; new ones go to the worker with the fewest."""
        shares: dict[int, list[CameraConfig]] = {worker.index: [] for worker in self.workers}
        homeless = []
        for camera in cameras:
            home = self._home(camera.id)
            if home is None:
                homeless.append(camera)
            else:
                shares[home.index].append(camera)
        for camera in homeless:
            min(shares.values(), key=len).append(camera)
        for worker in self.workers:
            worker.assign(shares[worker.index])

    def capture(self, camera_id: str, zone_id: str) -> None:
        """Somebody wants the next picture of a camera as one of the free exit."""
        if (home := self._home(camera_id)) is not None:
            home.capture(camera_id, zone_id)

    def relearn(self, camera_id: str) -> None:
        """Somebody says that a camera was moved for good."""
        if (home := self._home(camera_id)) is not None:
            home.relearn(camera_id)

    def watch(self, camera_id: str, watched: bool) -> None:
        """Somebody looks at a camera, or nobody any more; kept for when it begins anew."""
        (self._watched.add if watched else self._watched.discard)(camera_id)
        if (home := self._home(camera_id)) is not None:
            home.watch(camera_id, watched)

    def _home(self, camera_id: str) -> WorkerHandle | None:
        """The worker that a camera was given to."""
        return next((w for w in self.workers if camera_id in w.cameras), None)
