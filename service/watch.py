"""`anyan watch`: one camera through the judgement of the service, without the service."""

import json
import math
import time
from collections.abc import Iterator
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

import typer

from core.frame import Frame
from core.health import CameraState, CameraStatus
from core.site import CameraConfig
from core.violation import Violation
from inference.closer_look import CloserLook
from inference.judge import DETECTION_FLOOR, Judge
from inference.session import Session
from service.line import AWAKE_S
from service.settings import Settings
from streams.camera import Camera
from streams.decode import DecodePolicy
from streams.replay import read_frames
from streams.source import Source, SourceKind


def watch(camera: CameraConfig, settings: Settings, *, as_json: bool, fast: bool) -> None:
    """Prints every violation when it has ended; a file is read once, a live source for ever.

    Schedules are not applied: what is in front of the camera now is what somebody wants to see.
    fast: a file is read as fast as it can be, with the same result each time.
    Raises SourceError, ModelError.
    """
    source = Source.parse(camera.source)
    session = Session(settings.model_path, threads=settings.threads)
    detector = CloserLook(session, floor=DETECTION_FLOOR)
    judge = Judge(camera, session.manifest, ZoneInfo(settings.time_zone))
    open_ids: set[str] = set()
    first = float("nan")
    if source.kind is SourceKind.FILE:
        policy = DecodePolicy(settings.target_fps)
        keep_awake = policy.keep_awake
        frames = read_frames(source, camera.id, policy)
        frames = frames if fast else _paced(frames)
    else:
        wake = Event()
        thread = _camera_thread(camera, wake, settings)
        keep_awake = thread.keep_awake
        frames = _live(thread, wake)
    try:
        for frame in frames:
            first = frame.timestamp if math.isnan(first) else first
            (found,) = detector.detect([frame.image])
            judgement = judge.update(frame, found)
            for violation in judgement.violations:
                (open_ids.discard if violation.ended else open_ids.add)(violation.id)
                if violation.ended:
                    _print(violation, first, as_json=as_json)
            if len(judgement.observation.people) or open_ids:
                keep_awake(frame.timestamp + AWAKE_S)
    finally:  # also when somebody stops watching a live source
        for violation in judge.close():
            _print(violation, first, as_json=as_json)


def _print(violation: Violation, first: float, *, as_json: bool) -> None:
    """first: UTC seconds of the first picture."""
    started, ended = violation.started_at - first, violation.last_seen_at - first
    if not as_json:
        who = f" people {', '.join(map(str, violation.track_ids))}" if violation.track_ids else ""
        typer.echo(
            f"{started:8.1f} s to {ended:8.1f} s  {violation.kind}  zone {violation.zone_id}"
            f"{who}  confidence {violation.confidence:.2f}"
        )
        return
    line: dict[str, Any] = {
        "kind": str(violation.kind),
        "camera": violation.camera_id,
        "zone": violation.zone_id,
        "track_ids": list(violation.track_ids),
        "started_at": round(started, 3),
        "ended_at": round(ended, 3),
        "confidence": round(violation.confidence, 4),
    }
    typer.echo(json.dumps(line, ensure_ascii=False))


def _paced(frames: Iterator[Frame]) -> Iterator[Frame]:
    """At the pace of the file."""
    begin: float | None = None
    for frame in frames:
        begin = time.monotonic() - frame.timestamp if begin is None else begin
        time.sleep(max(0.0, begin + frame.timestamp - time.monotonic()))
        yield frame


def _camera_thread(camera: CameraConfig, wake: Event, settings: Settings) -> Camera:
    """As in the service; how it is doing goes to standard error."""
    return Camera(
        camera,
        settings.evidence_dir,
        wake,
        target_fps=settings.target_fps,
        on_status=_show_status,
        on_clip=lambda *_: None,
        on_live=lambda _: None,
    )


def _live(thread: Camera, wake: Event) -> Iterator[Frame]:
    """Whatever the camera gives, until somebody stops it."""
    thread.start()
    try:
        while True:
            wake.wait(timeout=1.0)
            wake.clear()
            frame = thread.slot.take()
            if frame is not None:
                yield frame
    finally:
        thread.stop(2.0)


def _show_status(status: CameraStatus) -> None:
    if status.state is not CameraState.LIVE:
        typer.echo(f"{status.state}: {status.reason}", err=True)
