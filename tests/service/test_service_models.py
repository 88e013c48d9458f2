import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from fixtures_rtsp import RtspServer, rtsp_available  # noqa: F401
from running_service import exit_camera, service_with, wait_for

from service.settings import SHIPPED_MODEL

STRAIGHT = {"scale": 1.0, "offset": 0.0}

# Models that cannot be used.


def _model(folder: Path, **changes: object) -> tuple[Path, Path]:
    """A copy of the shipped model, its manifest changed."""
    manifest = json.loads(SHIPPED_MODEL.read_text())
    weights = folder / manifest["file"]
    shutil.copy(SHIPPED_MODEL.with_name(manifest["file"]), weights)
    path = folder / SHIPPED_MODEL.name
    path.write_text(json.dumps({**manifest, **changes}))
    return path, weights


def _flip(weights: Path) -> None:
    data = bytearray(weights.read_bytes())
    data[len(data) // 2] ^= 0xFF
    weights.write_bytes(data)


def _rubbish_with_right_digest(weights: Path) -> None:
    weights.write_bytes(os.urandom(1000))
    path = weights.with_name(SHIPPED_MODEL.name)
    manifest = json.loads(path.read_text())
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    path.write_text(json.dumps({**manifest, "sha256": digest}))


@pytest.mark.parametrize(
    ("changes", "spoil", "said"),
    [
        ({}, _flip, "SHA-256"),
        ({}, Path.unlink, "missing"),
        ({}, _rubbish_with_right_digest, "cannot be loaded"),
        (
            {
                "classes": ["person", "head"],
                "thresholds": dict.fromkeys(("person", "head"), 0.3),
                "calibration": dict.fromkeys(("person", "head"), STRAIGHT),
            },
            None,
            "classes",
        ),
        (
            {
                "classes": ["person", "bare", "hat"],
                "thresholds": dict.fromkeys(("person", "bare", "hat"), 0.3),
                "calibration": dict.fromkeys(("person", "bare", "hat"), STRAIGHT),
            },
            None,
            "head",
        ),
    ],
    ids=["a changed byte", "no weights", "no network", "fewer classes", "other classes"],
)
def test_a_model_that_is_not_what_its_manifest_says_is_told_on_every_page(
    tmp_path: Path, blocked_video: Path, changes: dict, spoil: Callable | None, said: str
):
    """Not ready with the reason; pages work and show it; the log has no traceback."""
    manifest, weights = _model(tmp_path, **changes)
    if spoil:
        spoil(weights)
    with service_with(
        tmp_path / "s", [exit_camera("hall", blocked_video)], ANYAN_MODEL=str(manifest)
    ) as service:
        service.start()

        def answers() -> bool:
            assert service.process
            assert service.process.poll() is None, service.log.read_text()
            with suppress(OSError, Exception):
                return service.client.get("/healthz").status_code == 200
            return False

        wait_for(answers)
        service.sign_in()

        def problems() -> list[dict[str, str]]:
            return service.client.get("/api/v1/system").json()["problems"]

        told = wait_for(problems)
        assert {p["code"] for p in told} <= {"worker_down", "model_error", "manifest_mismatch"}
        assert said in told[0]["detail"]
        ready = service.client.get("/readyz")
        assert ready.status_code == 503
        assert said in " ".join(ready.json()["reasons"])
        assert service.client.get("/api/v1/cameras").status_code == 200
        time.sleep(5.0)  # it is tried again, and stays said
        assert said in problems()[0]["detail"]
        log = service.log.read_text()
        assert "Traceback" not in log
        assert len(log.splitlines()) < 40
        service.stop()
        assert service.process
        assert service.process.returncode == 0


def test_a_manifest_with_other_fields_ends_the_start_with_a_sentence(tmp_path: Path):
    """Nothing to show on a page: the service does not start without a model to name."""
    manifest, _ = _model(tmp_path)
    for text in ("{}", "no json", '{"name": 1}'):
        manifest.write_text(text)
        with service_with(tmp_path / "s", [], ANYAN_MODEL=str(manifest)) as service:
            service.start()
            assert service.process
            assert service.process.wait(60) == 2
            log = service.log.read_text()
            assert "Traceback" not in log
            assert "anyan: " in log
            assert manifest.name in log
            service.log.unlink()
