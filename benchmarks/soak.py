"""Does it grow? `python -m benchmarks.soak --minutes 30`

Starts the service on eight cameras (the rendered demo site, looped) in a folder of its own and
writes down every half minute how much memory the worker and the service hold. Prints the time from
start to ready, the largest worker, and the growth over the second half of the run.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil

from core.site import CameraConfig, Site
from service.cli import DEMO_SITE
from service.site_file import read_site, write_site

CAMERAS = 8
EVERY_S = 30.0
PORT = 8919
MB = 2**20


def main() -> None:
    """Runs for the given time and prints one line per sample."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory(prefix="anyan-soak-") as folder:
        environment = {**os.environ, "ANYAN_DATA_DIR": folder, "ANYAN_PORT": str(PORT)}
        anyan = [sys.executable, "-m", "service"]
        site = Path(folder) / "site.yaml"
        write_site(eight_cameras(), site)
        subprocess.run([*anyan, "site", "import", str(site)], env=environment, check=True)
        begin = time.monotonic()
        service = subprocess.Popen([*anyan, "serve"], env=environment)
        try:
            wait_until_ready()
            print(f"start to ready {time.monotonic() - begin:.1f} s", flush=True)
            report(sample(service.pid, minutes))
        finally:
            service.terminate()
            service.wait(timeout=60)


def eight_cameras() -> Site:
    """The demo site's cameras, over and over, under ids of their own."""
    cameras = read_site(DEMO_SITE).cameras
    chosen: list[CameraConfig] = [
        replace(cameras[i % len(cameras)], id=f"camera-{i + 1}", name=f"camera {i + 1}")
        for i in range(CAMERAS)
    ]
    return Site(tuple(chosen))


def wait_until_ready() -> None:
    """Raises TimeoutError after a minute."""
    deadline = time.monotonic() + 60.0
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise TimeoutError("the service is not ready after a minute")


def sample(pid: int, minutes: float) -> np.ndarray:
    """(N, 3): seconds, MB of the worker, MB of the service."""
    service = psutil.Process(pid)
    begin, rows, spent = time.monotonic(), [], 0.0
    while (passed := time.monotonic() - begin) < 60.0 * minutes:
        worker = next(c for c in service.children() if "service.worker_process" in c.cmdline())
        rows.append((passed, worker.memory_info().rss / MB, service.memory_info().rss / MB))
        before, spent = spent, sum(worker.cpu_times()[:2])
        left = minutes - passed / 60.0
        print(
            f"{passed:6.0f} s  worker {rows[-1][1]:6.0f} MB  service {rows[-1][2]:5.0f} MB  "
            f"processor {100.0 * (spent - before) / EVERY_S:4.0f} %  {left:4.1f} min left",
            flush=True,
        )
        time.sleep(EVERY_S)
    return np.array(rows)


def report(rows: np.ndarray) -> None:
    """The largest size, and the slope of the second half."""
    second = rows[len(rows) // 2 :]
    slope = np.polyfit(second[:, 0], second[:, 1], 1)[0] * 3600.0 if len(second) > 1 else 0.0
    print(f"worker with {CAMERAS} cameras: largest {rows[:, 1].max():.0f} MB")
    print(f"growth over the second half: {slope:+.0f} MB an hour")


if __name__ == "__main__":
    main()
