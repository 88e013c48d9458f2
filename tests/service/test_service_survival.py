"""Nothing recorded is lost, and everything is recorded once, whoever is killed."""

import hashlib
import socket
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import av
import psycopg
import pytest
from fixtures_database import postgresql_address
from running_service import exit_camera, make_exit_video, service_with, wait_for


def _is_playable(data: bytes, path: Path) -> bool:
    path.write_bytes(data)
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0)) > 5


def test_a_blocked_exit_becomes_one_hazard_with_its_clip(tmp_path, short_block_video):
    """From the camera to the evidence: hazard, snapshot, clip with its hash, boxes over it."""
    with service_with(tmp_path, [exit_camera("hall", short_block_video)]) as service:
        service.begin()
        hazard = wait_for(lambda: service.hazards(open="false"))[-1]
        assert hazard["kind"] == "blocked_exit"
        assert hazard["zone_id"] == "hall-exit"
        assert 2.0 < hazard["last_seen_at"] - hazard["started_at"] < 8.0
        clip = wait_for(lambda: service.clip(hazard["id"]))
        answer = service.client.get(clip["url"])
        assert hashlib.sha256(answer.content).hexdigest() == clip["sha256"]
        assert _is_playable(answer.content, tmp_path / "clip.mp4")
        assert clip["started_at"] < hazard["started_at"]
        boxes = service.client.get(clip["boxes_url"]).json()
        assert boxes["camera_id"] == "hall"
        assert len(boxes["frames"]) > 5
        kinds = sorted(e["kind"] for e in service.hazard(hazard["id"])["evidence"])
        assert kinds == ["clip", "snapshot"]


def test_a_killed_worker_loses_nothing_of_an_open_violation(tmp_path, blocked_video):
    """Its hazard ends when it was last seen, its clip is finished, and the camera comes back."""
    with service_with(tmp_path, [exit_camera("hall", blocked_video)]) as service:
        service.begin()
        hazard = wait_for(lambda: service.hazards(open="true"))[0]
        time.sleep(3.0)  # something of the clip after the start
        worker = service.worker()
        worker.kill()
        wait_for(lambda: service.hazard(hazard["id"])["ended"])
        clip = wait_for(lambda: service.clip(hazard["id"]))
        content = service.client.get(clip["url"]).content
        assert hashlib.sha256(content).hexdigest() == clip["sha256"]
        assert _is_playable(content, tmp_path / "clip.mp4")
        assert service.worker().pid != worker.pid
        wait_for(lambda: service.status("hall")["state"] == "live")
        ids = [h["id"] for h in service.hazards()]
        assert len(ids) == len(set(ids))


def test_a_killed_service_loses_nothing_and_records_once(tmp_path, blocked_video):
    """The next start takes up what the worker still wrote while nobody listened any more."""
    with service_with(tmp_path, [exit_camera("hall", blocked_video)]) as service:
        service.begin()
        hazard = wait_for(lambda: service.hazards(open="true"))[0]
        worker = service.worker()
        service.kill()
        wait_for(lambda: not worker.is_running())
        service.begin()
        found = wait_for(lambda: [h for h in service.hazards() if h["id"] == hazard["id"]])
        assert len(found) == 1
        wait_for(lambda: service.hazard(hazard["id"])["ended"])
        clip = wait_for(lambda: service.clip(hazard["id"]))
        assert _is_playable(service.client.get(clip["url"]).content, tmp_path / "clip.mp4")
        assert not list(service.data_dir.glob("evidence/*/*.part"))


def test_a_stopped_service_ends_in_order(tmp_path, blocked_video):
    """SIGTERM: open violations end, clips are finished and recorded, nothing is left behind."""
    with service_with(tmp_path, [exit_camera("hall", blocked_video)]) as service:
        service.begin()
        hazard = wait_for(lambda: service.hazards(open="true"))[0]
        service.stop()
        assert service.process.returncode == 0
        assert not list(service.data_dir.glob("spool/*.json"))
        assert not list(service.data_dir.glob("evidence/*/*.part"))
        service.begin()
        assert service.hazard(hazard["id"])["ended"]
        assert service.clip(hazard["id"])["problem"] == ""


class _Gate:
    """A TCP relay to PostgreSQL's own socket that can be shut: the database is there or away."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.open = True
        self._pairs: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def shut(self) -> None:
        self.open = False
        for end in self._pairs:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.shut()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if not self.open:
                    near.close()
                    continue
                far = socket.socket(socket.AF_UNIX)
                far.connect(str(self._target))
                self._pairs += [near, far]
                for a, b in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=(a, b), daemon=True).start()

    @staticmethod
    def _pump(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def gate():
    """Closed at the end, so that its threads end."""
    folder = parse_qs(urlparse(postgresql_address()).query)["host"][0]
    gate = _Gate(next(Path(folder).glob(".s.PGSQL.*[0-9]")))
    yield gate
    gate.close()


def test_a_database_that_is_away_loses_no_violation(tmp_path, gate):
    """What happens meanwhile waits in the spool, is shown as a problem, and is recorded once."""
    with psycopg.connect(postgresql_address(), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS anyan_away WITH (FORCE)")
        connection.execute("CREATE DATABASE anyan_away")
    url = f"postgresql+psycopg://postgres@127.0.0.1:{gate.port}/anyan_away"
    video = make_exit_video(tmp_path / "late.mp4", seconds=60, box=(12, 60))
    with service_with(tmp_path, [exit_camera("hall", video)], ANYAN_DATABASE_URL=url) as service:
        service.begin()
        wait_for(lambda: service.status("hall")["state"] == "live")
        gate.shut()
        spool = service.data_dir / "spool"
        wait_for(lambda: len(list(spool.glob("*.json"))) >= 2)
        assert service.client.get("/healthz").status_code == 200
        assert service.client.get("/readyz").status_code == 503
        gate.open = True
        hazards = wait_for(service.hazards)
        assert [h["kind"] for h in hazards] == ["blocked_exit"]
        wait_for(lambda: not list(spool.glob("*.json")))
        assert len(service.hazards()) == 1


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 24 MB, where this machine lets us mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip(f"cannot mount a small file system: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def test_a_full_disk_is_shown_and_loses_no_hazard(tmp_path, small_disk):
    """No clip, but the hazard, the reason at it, and a banner; with room again all goes on."""
    video = make_exit_video(tmp_path / "late.mp4", seconds=40, box=(12, 22))
    with service_with(
        small_disk,
        [exit_camera("hall", video)],
        ANYAN_DATABASE_URL=f"sqlite:///{tmp_path / 'anyan.db'}",
    ) as service:
        service.begin()
        wait_for(lambda: service.status("hall")["state"] == "live")
        filler = service.data_dir / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"x" * 4096)

        def problems() -> list[str]:
            return [p["code"] for p in service.client.get("/api/v1/system").json()["problems"]]

        wait_for(lambda: "disk_full" in problems())
        time.sleep(16.0)  # the exit is blocked and freed while nothing can be written
        assert service.status("hall")["state"] == "live"
        filler.unlink()
        hazard = wait_for(service.hazards)[-1]
        wait_for(lambda: service.hazard(hazard["id"])["evidence"])
        found = service.hazard(hazard["id"])["evidence"]
        assert "disk_full" in {e["problem"] for e in found}
