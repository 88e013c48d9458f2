"""What one camera costs: `python -m benchmarks.density` (`make bench`).

One 1080p25 H.264 camera goes through the code of the service (demux, adaptive decode, closer look,
tracker, rules), once with an empty scene and once with people all the time. Beside it, in the same
run and on the same file: demux alone, keyframes alone, every frame decoded, and the bare model on
as many pictures as were judged. The bounds of docs/benchmarks.md are ratios to these.

The video is made from the rendered demo site, enlarged to 1920x1080: its content is what a camera
shows, its size is what a camera sends.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import av
import cv2
import numpy as np

from core.site import CameraConfig
from inference.closer_look import CloserLook
from inference.detector import Detector
from inference.judge import DETECTION_FLOOR, Judge
from inference.session import Session
from service.cli import DEMO_SITE
from service.line import AWAKE_S
from service.settings import SHIPPED_MODEL
from service.site_file import read_site
from streams.decode import DecodePolicy
from streams.demux import Demuxer
from streams.replay import read_frames
from streams.source import Source

WIDTH, HEIGHT, FPS, GOP_S = 1920, 1080, 25, 2
BIT_RATE = 4_000_000
SECONDS, SETTLED_S = 40, 10
"""A new stream is looked at closely for some seconds; what is measured is what comes after."""
IDLE_BOUND_MS, BUSY_BOUND_MS, OVERHEAD_BOUND = 30.0, 250.0, 1.25


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of processor time per second of video, and pictures judged in all."""

    ms: float
    pictures: int = 0


def main() -> None:
    """Prints the table of docs/benchmarks.md."""
    cv2.setNumThreads(1)
    session = Session(SHIPPED_MODEL, threads=1)
    camera = read_site(DEMO_SITE).cameras[0]
    with tempfile.TemporaryDirectory() as folder:
        print("making two 1080p25 videos …", flush=True)
        busy = make_video(Path(folder) / "busy.mp4", Path(camera.source), begin=14.0, end=22.0)
        idle = make_video(Path(folder) / "idle.mp4", Path(camera.source), begin=0.0, end=0.1)
        rows = measure(session, camera, idle, busy)
    for name, cost in rows.items():
        print(f"{name:44s} {cost.ms:8.1f} ms/s   {cost.pictures or '':>5}")
    decode, model = rows["busy: decode every frame"], rows["busy: bare model, same pictures"]
    ratio = rows["busy: the service"].ms / (decode.ms + model.ms)
    print(f"{'busy: service / (decode + model)':44s} {ratio:8.2f}        bound {OVERHEAD_BOUND}")
    print(f"{'idle bound':44s} {IDLE_BOUND_MS:8.1f} ms/s")
    print(f"{'busy bound':44s} {BUSY_BOUND_MS:8.1f} ms/s")


def measure(session: Session, camera: CameraConfig, idle: Path, busy: Path) -> dict[str, Cost]:
    """Every row of the table, by name."""
    rows = {}
    for name, path in (("idle", idle), ("busy", busy)):
        rows[f"{name}: demux alone"] = _timed(lambda p=path: _demux(p))
        rows[f"{name}: keyframes alone"] = _timed(lambda p=path: _decode(p, keyframes=True))
        rows[f"{name}: decode every frame"] = _timed(lambda p=path: _decode(p, keyframes=False))
        service = _service(session, camera, path)
        rows[f"{name}: bare model, same pictures"] = _bare_model(session, path, service.pictures)
        rows[f"{name}: the service"] = service
    return rows


def make_video(path: Path, source: Path, *, begin: float, end: float) -> Path:
    """A piece of a rendered video, to and fro, as a 1080p25 camera with a little noise."""
    with av.open(str(source)) as container:
        pictures = [
            frame.to_ndarray(format="bgr24")
            for frame in container.decode(video=0)
            if begin <= frame.time <= end
        ]
    pictures = [cv2.resize(picture, (WIDTH, HEIGHT)) for picture in pictures]
    there_and_back = pictures + pictures[-2:0:-1]
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 2.0, (8, HEIGHT, WIDTH, 1)).astype(np.int8)
    with av.open(str(path), "w") as out:
        rate = f"{BIT_RATE}"
        options = {"g": str(FPS * GOP_S), "bf": "0", "preset": "veryfast", "maxrate": rate}
        stream = out.add_stream("libx264", rate=FPS, options={**options, "bufsize": rate})
        stream.bit_rate = BIT_RATE
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for i in range(SECONDS * FPS):
            picture = there_and_back[int(i / FPS * 10) % len(there_and_back)]
            noisy = cv2.add(picture, noise[i % 8].repeat(3, axis=2), dtype=cv2.CV_8U)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(noisy, format="bgr24")))
        out.mux(stream.encode(None))
    return path


def _timed(work: Callable[[], None]) -> Cost:
    begin = time.process_time()
    work()
    return Cost(1000.0 * (time.process_time() - begin) / SECONDS)


def _demux(path: Path) -> None:
    with Demuxer(Source.parse(str(path)), start_time=0.0) as demuxer:
        for _ in demuxer:
            pass


def _decode(path: Path, *, keyframes: bool) -> None:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        if keyframes:
            stream.codec_context.skip_frame = "NONKEY"
        for _ in container.decode(stream):
            pass


def _service(session: Session, camera: CameraConfig, path: Path) -> Cost:
    """The loop of the worker, without threads, once the stream has settled."""
    detector = CloserLook(session, floor=DETECTION_FLOOR)
    judge = Judge(camera, session.manifest, ZoneInfo("Asia/Shanghai"))
    policy = DecodePolicy()
    settled: list[float] = []
    for frame in read_frames(Source.parse(str(path)), camera.id, policy):
        if frame.timestamp >= SETTLED_S:
            settled.append(time.process_time())
        (found,) = detector.detect([frame.image])
        if len(judge.update(frame, found).observation.people):
            policy.keep_awake(frame.timestamp + AWAKE_S)
    spent = time.process_time() - settled[0]
    return Cost(1000.0 * spent / (SECONDS - SETTLED_S), len(settled))


def _bare_model(session: Session, path: Path, pictures: int) -> Cost:
    detector = Detector(session)
    frame = next(read_frames(Source.parse(str(path)), "bare", DecodePolicy()))
    detector.detect([frame.image])

    begin = time.process_time()
    for _ in range(pictures):
        detector.detect([frame.image])
    spent = time.process_time() - begin
    return Cost(1000.0 * spent / (SECONDS - SETTLED_S), pictures)


if __name__ == "__main__":
    main()
