"""`anyan doctor`: what works on this machine, what one camera costs and how many fit."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import typer

from core.errors import AnyanError
from hazards.database import Database
from inference.closer_look import CloserLook
from inference.judge import DETECTION_FLOOR
from inference.session import Session, available_providers
from service.settings import Settings
from streams.decode import DecodePolicy
from streams.demux import Demuxer
from streams.replay import read_frames
from streams.source import Source

SAMPLE = Path(__file__).parent / "demo" / "gate.mp4"
DECODERS = {"h264": "H.264", "hevc": "H.265", "mjpeg": "MJPEG"}
SPARE = 0.7
"""Share of the processors that cameras may use; the rest is for pages, clips and bursts."""


def examine(settings: Settings) -> None:
    """Prints one line per finding; everything is measured now, on this machine."""
    cores = len(os.sched_getaffinity(0))
    typer.echo(f"processors          {cores}")
    typer.echo(f"inference           {', '.join(available_providers())}")
    typer.echo(f"decoders            {', '.join(_decoders())}")
    _say("database            ", lambda: _check_database(settings))
    _say("data folder         ", lambda: _check_folder(settings))
    cv2.setNumThreads(1)
    try:
        detector = CloserLook(Session(settings.model_path, threads=1), floor=DETECTION_FLOOR)
    except AnyanError as error:
        typer.echo(f"model               {error.message}")
        return
    typer.echo(f"model               {detector.manifest.name} {detector.manifest.version}")
    idle_ms, busy_ms = _cost(detector, settings.target_fps)
    typer.echo(f"one idle camera     {idle_ms:.0f} ms of processor time per second (keyframes)")
    typer.echo(f"one busy camera     {busy_ms:.0f} ms of processor time per second (sample video)")
    budget_ms = 1000.0 * cores * SPARE
    typer.echo(
        f"cameras that fit    {int(budget_ms / busy_ms)} with people all the time, "
        f"{int(budget_ms / idle_ms)} that are mostly empty (like the sample video)"
    )


def _cost(detector: CloserLook, target_fps: float) -> tuple[float, float]:
    """Milliseconds of processor time per second of the sample video: idle, busy."""
    source = Source.parse(str(SAMPLE))
    with Demuxer(source, start_time=0.0) as demuxer:
        stamps = [packet.timestamp for packet in demuxer]
    seconds = stamps[-1] - stamps[0]
    detector.warm_up(960, 540)

    policy = DecodePolicy(target_fps)
    policy.keep_awake(float("inf"))
    begin = time.process_time()
    pictures = [frame.image for frame in read_frames(source, "doctor", policy)]
    for picture in pictures:
        detector.detect([picture])
    busy = time.process_time() - begin

    begin = time.process_time()
    for _ in range(10):
        detector.detect(pictures[:1])
    one_look = (time.process_time() - begin) / 10
    begin = time.process_time()
    with Demuxer(source, start_time=0.0) as demuxer:
        for _ in demuxer:
            pass
    idle = (time.process_time() - begin) / seconds + one_look / 2.0
    return 1000.0 * idle, 1000.0 * busy / seconds


def _decoders() -> list[str]:
    from streams.codecs import available_decoders

    return [name for codec, name in DECODERS.items() if codec in available_decoders()]


def _check_database(settings: Settings) -> str:
    settings.make_data_dir()
    database = Database(settings.database)
    database.check()
    database.close()
    return f"{database.place} works"


def _check_folder(settings: Settings) -> str:
    settings.make_data_dir()
    free = shutil.disk_usage(settings.data_dir).free
    return f"{settings.data_dir.absolute()}, {free / 2**30:.0f} GB free"


def _say(label: str, check: Callable[[], str]) -> None:
    try:
        typer.echo(label + check())
    except (AnyanError, OSError) as error:
        typer.echo(f"{label}does not work: {error}")
