"""`anyan backtest`: what other rules would have said of what was detected."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import typer

from core.errors import SettingsError
from core.frame import Frame
from core.manifest import ModelManifest
from core.site import CameraConfig
from core.view import CLEAR_VIEW
from core.violation import Violation, ViolationKind
from core.zone import Zone, ZoneKind
from inference.judge import Judge
from inference.observer import Observer
from inference.rules.settings import RuleSettings
from service.history import Seen, read_history
from service.progress import with_time_left
from service.verdicts import Reviewed, against_verdicts, same_time

JUDGED_AGAIN = (ViolationKind.MISSING_HELMET, ViolationKind.RESTRICTED_ZONE)
"""Boxes are enough for these; exits and tampering need the pictures, which are not kept."""

QUIET_S = 60.0
"""Longer than anybody is remembered who has gone: see FOUND_S in inference/roster.py."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Alarms of the rules as they are, of the changed ones, and what differs."""

    before: tuple[Violation, ...]
    after: tuple[Violation, ...]
    gained: tuple[Violation, ...]
    lost: tuple[Violation, ...]


def compare(
    camera: CameraConfig,
    pictures: Sequence[Seen],
    manifest: ModelManifest,
    time_zone: ZoneInfo,
    changes: Iterable[str],
) -> Comparison:
    """Judges the pictures twice, on all processors. changes: such as `missing_helmet.miss=0.02` or
    `zone.pit.dwell_s=5`. Raises SettingsError that says what to do, ZoneError.
    """
    texts = list(changes)
    rules = RuleSettings().changed(text for text in texts if not text.startswith("zone."))
    changed = _with_dwell(camera, [text for text in texts if text.startswith("zone.")])
    both = ((_without_exits(camera), RuleSettings()), (_without_exits(changed), rules))
    parts = list(stretches(pictures))
    before, after = list[Violation](), list[Violation]()
    judge = partial(_alarms, both, manifest, time_zone)
    # A spawned process shares no lock and no connection with this one.
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        judged = pool.map(judge, parts) if len(parts) > 1 else map(judge, parts)
        for one, other in with_time_left(judged, "judging", len(parts)):
            before += one
            after += other
    return Comparison(
        tuple(before),
        tuple(after),
        gained=tuple(v for v in after if not any(same_time(v, other) for other in before)),
        lost=tuple(v for v in before if not any(same_time(v, other) for other in after)),
    )


def backtest(
    camera: CameraConfig,
    data_dir: Path,
    manifest: ModelManifest,
    time_zone: ZoneInfo,
    *,
    begin: datetime,
    end: datetime,
    changes: Sequence[str],
    recorded: Callable[[float, float], Sequence[Reviewed]],
    as_json: bool,
) -> None:
    """Prints what a camera's alarms between two local times would have been.

    recorded: gives the alarms of a time (UTC seconds) with what people said about them.
    Raises SettingsError where nothing is kept of that time or a change is none.
    """
    start, stop = (t.replace(tzinfo=time_zone).timestamp() for t in (begin, end))
    pictures = list(read_history(data_dir, camera.id, start, stop))
    if not pictures:
        raise SettingsError(
            f"no detections of '{camera.id}' are kept between {begin} and {end}: choose another "
            "time, or keep more days (ANYAN_DETECTION_DAYS)"
        )
    found = compare(camera, pictures, manifest, time_zone, changes)
    verdicts = against_verdicts(found.after, recorded(start, stop))
    if as_json:
        lists = {"gained": found.gained, "lost": found.lost}
        rows = {name: [_row(v, time_zone) for v in some] for name, some in lists.items()}
        counts = {"pictures": len(pictures), "before": len(found.before), "after": len(found.after)}
        typer.echo(json.dumps({**counts, **rows, "verdicts": verdicts}))
        return
    for word, alarms in (("lost", found.lost), ("gained", found.gained)):
        for alarm in alarms:
            row = _row(alarm, time_zone)
            typer.echo(
                f"{word:7s} {row['started_at']} to {row['ended_at']}  {row['kind']}  "
                f"zone {row['zone']}  people {row['people']}"
            )
    typer.echo(
        f"{len(pictures)} pictures: {len(found.before)} alarms as it is, {len(found.after)} with "
        f"the change; {len(found.gained)} gained, {len(found.lost)} lost"
    )
    typer.echo("with the change, of what people reviewed:")
    typer.echo(f"{'':16s}{'kept':>6s}{'lost':>6s}")
    for said, word in (
        ("confirmed", "true"),
        ("dismissed", "false"),
        ("not reviewed", "unreviewed"),
    ):
        typer.echo(f"  {said:14s}{verdicts[f'kept_{word}']:6d}{verdicts[f'lost_{word}']:6d}")
    typer.echo(f"  alarms that nobody has seen before: {verdicts['gained_unknown']}")


def _without_exits(camera: CameraConfig) -> CameraConfig:
    return replace(
        camera, zones=tuple(zone for zone in camera.zones if zone.kind is not ZoneKind.EXIT)
    )


def stretches(pictures: Iterable[Seen]) -> Iterator[list[Seen]]:
    """The pictures cut where nothing was seen for so long that no rule remembers anybody."""
    stretch: list[Seen] = []
    seen_at = -np.inf
    for seen in pictures:
        away = seen.timestamp - seen_at
        if len(seen.detections):
            if stretch and away > QUIET_S:
                yield stretch
                stretch = []
            seen_at = seen.timestamp
            stretch.append(seen)
        elif stretch and away <= QUIET_S:
            stretch.append(seen)
    if stretch:
        yield stretch


def _alarms(
    rules: Sequence[tuple[CameraConfig, RuleSettings]],
    manifest: ModelManifest,
    time_zone: ZoneInfo,
    pictures: Sequence[Seen],
) -> list[list[Violation]]:
    """Of each camera with its rules. Who is in the pictures depends on neither."""
    observer = Observer(manifest, lambda *_: CLEAR_VIEW)
    judges = [Judge(camera, manifest, time_zone, settings) for camera, settings in rules]
    said: list[dict[str, Violation]] = [{} for _ in judges]
    blank = np.zeros((1, 1, 3), np.uint8)
    for index, seen in enumerate(pictures):
        if blank.shape[:2] != (seen.height, seen.width):
            blank = np.zeros((seen.height, seen.width, 3), np.uint8)
        frame = Frame("back-test", index, seen.timestamp, blank)
        observed = observer.observe(frame, seen.detections, seen.grey)
        for judge, alarms in zip(judges, said, strict=True):
            alarms |= {v.id: v for v in judge.judge(observed).violations}
    for judge, alarms in zip(judges, said, strict=True):
        alarms |= {v.id: v for v in judge.close()}
    return [
        sorted((v for v in each.values() if v.kind in JUDGED_AGAIN), key=lambda v: v.started_at)
        for each in said
    ]


def _with_dwell(camera: CameraConfig, changes: Iterable[str]) -> CameraConfig:
    zones = {zone.id: zone for zone in camera.zones}
    for change in changes:
        name, _, text = change.partition("=")
        _, zone_id, setting = (*name.strip().split("."), "", "")[:3]
        if zone_id not in zones or setting != "dwell_s":
            known = ", ".join(f"zone.{i}.dwell_s" for i in zones) or "none: it has no zone"
            raise SettingsError(f"'{change}' changes no zone: use {known}")
        try:
            dwell_s = float(text)
        except ValueError as error:
            raise SettingsError(f"{name.strip()} must be a number, not '{text}'") from error
        zone = zones[zone_id]
        zones[zone_id] = Zone.create(
            id=zone.id,
            name=zone.name,
            kind=zone.kind,
            polygon=zone.polygon.tolist(),
            dwell_s=dwell_s,
            schedule=zone.schedule.text,
            entry_line=zone.entry_line.tolist(),
        )
    return replace(camera, zones=tuple(zones.values()))


def _row(alarm: Violation, time_zone: ZoneInfo) -> dict[str, str | int]:
    begin, end = (
        datetime.fromtimestamp(t, time_zone).strftime("%Y-%m-%d %H:%M:%S")
        for t in (alarm.started_at, alarm.last_seen_at)
    )
    who = len(alarm.track_ids)
    return {
        "kind": str(alarm.kind),
        "zone": alarm.zone_id,
        "started_at": begin,
        "ended_at": end,
        "people": who,
    }
