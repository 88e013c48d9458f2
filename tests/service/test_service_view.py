"""A camera that looks elsewhere says so, until somebody accepts what it shows."""

import io
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest

from core.detections import Detections
from core.frame import Frame, Image
from core.site import CameraConfig
from core.view import ViewState
from core.violation import Violation
from core.zone import Zone, ZoneKind
from inference.session import read_manifest
from service.line import Line
from service.messages import read_message
from service.outbox import Outbox
from service.records import Record
from service.settings import SHIPPED_MODEL

START = 1_780_272_000.0
PIT = Zone.create(
    id="pit",
    name="Pit",
    kind=ZoneKind.RESTRICTED,
    polygon=[(0.3, 0.1), (0.7, 0.1), (0.7, 0.9), (0.3, 0.9)],
    dwell_s=1.0,
    schedule="always",
)
SOMEBODY = Detections(
    np.array([[300, 100, 340, 250]], np.float32),
    np.array([0.9], np.float32),
    np.array([0], np.int32),
)


def view(seed: int) -> Image:
    """A place with much to see, and another one for each seed."""
    coarse = np.random.default_rng(seed).integers(0, 255, (18, 32, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, (640, 360), interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.fixture
def sent() -> io.BytesIO:
    return io.BytesIO()


def statuses(sent: io.BytesIO) -> list[str]:
    """The views that the service was told of, in order."""
    sent.seek(0)
    found = []
    while (received := read_message(sent)) is not None:
        if received[0]["type"] == "status":
            found.append(received[0]["status"]["view"])
    return found


def test_a_camera_that_was_turned_says_so_and_is_accepted(tmp_path: Path, sent: io.BytesIO):
    """Once each time that it changes; whoever stands in a zone then is a new alarm."""
    records: list[Record] = []
    outbox = Outbox(sent)
    line = Line(
        CameraConfig("gate", "Gate", "rtsp://camera.invalid/1", (PIT,)),
        manifest=read_manifest(SHIPPED_MODEL),
        time_zone=ZoneInfo("UTC"),
        data_dir=tmp_path,
        target_fps=5.0,
        detection_days=0.0,
        wake=Event(),
        put=records.append,
        outbox=outbox,
    )

    def watch(seed: int, begin: float, seconds: float) -> None:
        for i in range(round(2 * seconds)):
            frame = Frame("gate", i, START + begin + i / 2, view(seed))
            line.judge(frame, SOMEBODY, latency_s=0.0)

    watch(1, 0, 20)
    watch(2, 20, 20)
    (before,) = alarms(records)
    line.relearn()
    assert alarms(records)[before].ended
    watch(2, 40, 20)
    assert len(alarms(records)) == 2
    line.request_stop()
    outbox.close(5.0)
    assert statuses(sent) == [ViewState.MOVED, ViewState.CLEAR]


def alarms(records: list[Record]) -> dict[str, Violation]:
    """The newest of each."""
    return {record.id: record for record in records if isinstance(record, Violation)}
