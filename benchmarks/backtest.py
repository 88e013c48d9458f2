"""How long judging a day again takes: `python -m benchmarks.backtest`.

A day of one camera is written as the service keeps it: for some hours together, in visits of some
minutes, five people walk about, five pictures a second; for the rest nobody is there, a picture
every two seconds. Then it is read and judged twice, as `anyan backtest` does it.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.walkers import walkers
from core.detections import Detections
from core.frame import Frame
from core.site import CameraConfig
from core.zone import Zone, ZoneKind
from inference.session import read_manifest
from service.backtest import compare
from service.history import History, folder_of, read_history
from service.settings import SHIPPED_MODEL

PEOPLE, BARE = 5, 1
BUSY_FPS, IDLE_EVERY_S = 5.0, 2.0
DAY_S = 86400.0
WIDTH, HEIGHT = 1920, 1080


def main() -> None:
    """Prints the table of docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--busy-hours", type=float, default=2.0)
    parser.add_argument("--visit-minutes", type=float, default=5.0)
    options = parser.parse_args()
    zone = Zone.create(
        id="pit",
        name="pit",
        kind=ZoneKind.RESTRICTED,
        polygon=[(0.5, 0.2), (0.9, 0.2), (0.95, 0.9), (0.5, 0.9)],
        dwell_s=1.0,
        schedule="always",
    )
    camera = CameraConfig("gate", "gate", "gate", (zone,))
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        history = History(data, camera.id, days=1)
        count = 0
        for frame, found in _day(3600 * options.busy_hours, 60 * options.visit_minutes):
            history.add(frame, found, np.full(len(found), 120.0, np.float32))
            count += 1
        history.flush()
        size = sum(path.stat().st_size for path in folder_of(data, camera.id).glob("*.npz"))
        begin = time.perf_counter()
        pictures = list(read_history(data, camera.id, 0.0, 2 * DAY_S))
        read_s = time.perf_counter() - begin
        manifest = read_manifest(SHIPPED_MODEL)
        found_alarms = compare(
            camera, pictures, manifest, ZoneInfo("UTC"), ["restricted_zone.minimum_hits=5"]
        )
        all_s = time.perf_counter() - begin
    print(f"{'pictures of a day':24s} {count:9d}  ({options.busy_hours:g} h with {PEOPLE} people)")
    print(f"{'kept on disk':24s} {size / 1e6:9.2f} MB")
    print(f"{'read':24s} {read_s:9.2f} s")
    print(f"{'judged twice, all':24s} {all_s:9.2f} s")
    print(f"{'alarms':24s} {len(found_alarms.before):9d}, changed {len(found_alarms.after)}")


def _day(busy_s: float, visit_s: float) -> Iterator[tuple[Frame, Detections]]:
    """Visits at equal distances over the day."""
    random = np.random.default_rng(7)
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    start = random.uniform((120, 400), (1800, 1040), (PEOPLE, 2))
    speed = random.normal(0, 60, (PEOPLE, 2))
    every_s = DAY_S * visit_s / max(busy_s, 1e-9)
    t, index = 0.0, 0
    while t < DAY_S:
        busy = t % every_s < min(visit_s, busy_s)
        found = (
            walkers(start + speed * np.sin(t / 20), BARE, 2.0, random)
            if busy
            else Detections.empty()
        )
        yield Frame("gate", index, t, image), found
        t += 1 / BUSY_FPS if busy else IDLE_EVERY_S
        index += 1


if __name__ == "__main__":
    main()
