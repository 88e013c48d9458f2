"""What judging costs beside the network: `python -m benchmarks.rules`.

Twenty people walk about a picture of 960x540, five of them without a helmet; a helmet zone, a
restricted zone and an exit are judged. The figure is milliseconds of processor time per picture.
The bound is on rules: everything behind the tracker. Beside them, in the same run, stand one
decoded picture scaled down (what any peer does per picture) and the tracker.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import cv2
import numpy as np

from benchmarks.walkers import walkers
from core.frame import Frame
from core.site import CameraConfig
from core.zone import Zone, ZoneKind
from inference.judge import Judge
from inference.session import read_manifest
from service.settings import SHIPPED_MODEL

PEOPLE, BARE, FPS, SECONDS = 20, 5, 5.0, 120
WIDTH, HEIGHT = 960, 540
BOUND_MS = 0.5
ZONES: dict[ZoneKind, list[tuple[float, float]]] = {
    ZoneKind.HELMET: [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)],
    ZoneKind.RESTRICTED: [(0.5, 0.2), (0.9, 0.2), (0.95, 0.9), (0.5, 0.9)],
    ZoneKind.EXIT: [(0.1, 0.5), (0.3, 0.5), (0.35, 0.95), (0.05, 0.95)],
}


def main() -> None:
    """Prints the table of docs/benchmarks.md."""
    cv2.setNumThreads(1)
    manifest = read_manifest(SHIPPED_MODEL)
    zones = tuple(
        Zone.create(
            id=str(kind), name=str(kind), kind=kind, polygon=corners, dwell_s=1.0, schedule="always"
        )
        for kind, corners in ZONES.items()
    )
    judge = Judge(CameraConfig("c", "c", "c", zones), manifest, ZoneInfo("UTC"))
    spent: dict[str, float] = defaultdict(float)
    _time(judge._observer._tracker, "update", spent, "tracker")
    _time(judge, "update", spent, "all")
    for duty in judge._duties:
        _time(duty.rule, "update", spent, f"rule {duty.rule.kind}")
    random = np.random.default_rng(7)
    floor = random.integers(60, 160, (HEIGHT, WIDTH, 3), np.uint8)
    start = random.uniform((60, 200), (900, 520), (PEOPLE, 2))
    speed = random.normal(0, 15, (PEOPLE, 2))
    pictures = round(FPS * SECONDS)
    for i in range(pictures):
        t = i / FPS
        found = walkers(start + speed * np.sin(t / 4), BARE, 1.0, random)
        if i == 50:  # caches are warm, views and references known
            spent.clear()
        begin = time.process_time()
        cv2.resize(floor, (416, 234), interpolation=cv2.INTER_LINEAR)
        spent["resize one picture"] += time.process_time() - begin
        judge.update(Frame("c", i, 1e9 + t, floor), found)
    rows = {name: 1e3 * seconds / (pictures - 50) for name, seconds in spent.items()}
    rows["rules (all but the tracker)"] = rows["all"] - rows["tracker"]
    for name, ms in rows.items():
        print(f"{name:32s} {ms:7.3f} ms a picture")
    print(f"{'bound on rules':32s} {BOUND_MS:7.3f} ms a picture, {PEOPLE} people")


def _time(thing: Any, name: str, spent: dict[str, float], row: str) -> None:
    """Counts the time of a method from outside."""
    method: Callable[..., Any] = getattr(thing, name)

    def timed(*args: Any, **named: Any) -> Any:
        begin = time.process_time()
        try:
            return partial(method, **named)(*args)
        finally:
            spent[row] += time.process_time() - begin

    setattr(thing, name, timed)


if __name__ == "__main__":
    main()
