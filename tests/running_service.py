import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import cv2
import httpx
import numpy as np
import psutil
import pytest
import yaml

from core.frame import Image

PASSWORD = "a-test-password-9"
WIDTH, HEIGHT, FPS = 480, 270, 5
PASSAGE = [[0.3, 0.4], [0.7, 0.4], [0.7, 0.95], [0.3, 0.95]]


def write_video(path: Path, pictures: Iterable[Image]) -> Path:
    """H.264 with a keyframe each second; pictures of WIDTH x HEIGHT, FPS a second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"g": str(FPS), "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for picture in pictures:
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return path


def make_exit_video(path: Path, *, seconds: float, box: tuple[float, float]) -> Path:
    """A passage with a textured floor; a carton stands in it from box[0] to box[1] seconds."""
    rng = np.random.default_rng(1)
    floor = cv2.GaussianBlur(rng.integers(90, 170, (HEIGHT, WIDTH, 3), np.uint8), (5, 5), 0)

    def pictures() -> Iterator[Image]:
        for i in range(int(seconds * FPS)):
            picture = np.clip(floor + rng.normal(0, 2, floor.shape), 0, 255).astype(np.uint8)
            if box[0] <= i / FPS < box[1]:
                cv2.rectangle(picture, (200, 150), (280, 230), (40, 90, 150), -1)
                cv2.rectangle(picture, (210, 160), (270, 175), (200, 220, 230), -1)
            yield picture

    return write_video(path, pictures())


def exit_camera(id: str, source: Path | str, dwell_s: float = 1.0) -> dict[str, Any]:
    """A camera of a site file whose passage is watched."""
    zone = {"id": f"{id}-exit", "name": "出口", "kind": "exit", "polygon": PASSAGE}
    return {"id": id, "name": id, "source": str(source), "zones": [{**zone, "dwell_s": dwell_s}]}


def wait_for(what: Callable[[], Any], timeout_s: float = 60.0) -> Any:
    """The first true answer. Fails after a time far beyond what any machine needs."""
    deadline = time.monotonic() + timeout_s
    while not (answer := what()):
        assert time.monotonic() < deadline, f"still {answer!r} after {timeout_s:g} s"
        time.sleep(0.2)
    return answer


@dataclass
class Service:
    """A running `anyan serve` on a data folder; may be killed and started again."""

    data_dir: Path
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    client: httpx.Client = field(default_factory=httpx.Client)

    def start(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environment = {
            **os.environ,
            "ANYAN_DATA_DIR": str(self.data_dir),
            "ANYAN_ADMIN_PASSWORD": PASSWORD,
            "ANYAN_PORT": str(self.port),
            **self.environment,
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "service", "serve"],
                env=environment,
                stdout=log,
                stderr=log,
                cwd=self.data_dir.parent,
            )
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30.0)

    def wait_until_ready(self) -> None:
        def ready() -> bool:
            assert self.process
            assert self.process.poll() is None, self.log.read_text()
            try:
                return self.client.get("/readyz").status_code == 200
            except httpx.TransportError:
                return False

        wait_for(ready)

    def sign_in(self) -> None:
        login = {"username": "admin", "password": PASSWORD}
        answer = self.client.post("/api/v1/session", json=login)
        assert answer.status_code == 200, answer.text
        self.client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]

    def begin(self) -> None:
        """Started, ready, signed in."""
        self.start()
        self.wait_until_ready()
        self.sign_in()

    def hazards(self, **query: Any) -> list[dict[str, Any]]:
        answer = self.client.get("/api/v1/hazards", params=query)
        return answer.json()["items"] if answer.status_code == 200 else []

    def hazard(self, id: str) -> dict[str, Any]:
        return self.client.get(f"/api/v1/hazards/{id}").json()

    def clip(self, id: str) -> dict[str, Any] | None:
        """The clip of a hazard, None while it is being written."""
        return next((e for e in self.hazard(id)["evidence"] if e["kind"] == "clip"), None)

    def status(self, camera_id: str) -> dict[str, Any]:
        return self.client.get(f"/api/v1/cameras/{camera_id}").json()["status"]

    def worker(self) -> psutil.Process:
        """The worker process, which may have been started a moment ago."""
        assert self.process
        parent = psutil.Process(self.process.pid)

        def find() -> psutil.Process | None:
            return next(
                (c for c in parent.children() if "service.worker_process" in c.cmdline()), None
            )

        return wait_for(find)

    def kill(self) -> None:
        """Kill -9, as a crash or the kernel would."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.client.close()
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=40)


@contextmanager
def service_with(
    folder: Path, cameras: list[dict[str, Any]], **environment: str
) -> Iterator[Service]:
    """A service whose site was imported before; not started yet."""
    folder.mkdir(parents=True, exist_ok=True)
    site = folder / "site.yaml"
    site.write_text(yaml.safe_dump({"cameras": cameras}, allow_unicode=True))
    service = Service(folder / "data", folder / "log.txt", environment)
    subprocess.run(
        [sys.executable, "-m", "service", "site", "import", str(site)],
        env={**os.environ, "ANYAN_DATA_DIR": str(service.data_dir), **environment},
        cwd=folder,
        check=True,
        capture_output=True,
    )
    try:
        yield service
    finally:
        service.stop()


@pytest.fixture(scope="session")
def blocked_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Blocked from 4 s until the end."""
    path = tmp_path_factory.mktemp("videos") / "blocked.mp4"
    return make_exit_video(path, seconds=90, box=(4, 90))


@pytest.fixture(scope="session")
def short_block_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Blocked from 4 to 9 s, then free."""
    path = tmp_path_factory.mktemp("videos") / "short.mp4"
    return make_exit_video(path, seconds=30, box=(4, 9))
