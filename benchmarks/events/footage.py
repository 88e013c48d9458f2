"""Footage with ground truth: rendered scenes, and what stands beside the project on some machines.

A folder of scenes holds a `site.yaml`, and for each camera a video with a JSON of the same name, as
benchmarks/scenes writes them.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.site import CameraConfig
from core.violation import ViolationKind
from core.zone import DEFAULT_DWELL_S, Zone, ZoneKind
from service.cli import DEMO_SITE
from service.site_file import read_site

SHARED = Path(__file__).parents[3] / "shared" / "videos"
SCENES = Path(__file__).parents[1] / "footage"
EXIT_DWELL_S = 10.0
"""For the shared films, which last 39 seconds."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. begin, end: seconds from the first picture. decidable: from when an
    alarm could be raised at the earliest; the delay is counted from it.
    """

    kind: ViolationKind
    begin: float
    end: float
    decidable: float


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """One video with what happened in it. kinds: of events that the truth speaks about. quiet:
    nothing happens, also when it runs backwards."""

    name: str
    camera: CameraConfig
    events: tuple[Event, ...]
    kinds: frozenset[ViolationKind]
    quiet: bool


def clips(folders: list[Path]) -> Iterator[Clip]:
    """The shared films where they are, the demo site, the rendered scenes, further folders."""
    if SHARED.exists():
        yield from _shared()
    for folder in (DEMO_SITE.parent, SCENES, *folders):
        yield from _scenes(folder)


def _scenes(folder: Path) -> Iterator[Clip]:
    for camera in read_site(folder / "site.yaml").cameras:
        video = Path(camera.source)
        truth = json.loads(video.with_suffix(".json").read_text("utf-8"))
        dwell = {zone.id: zone.dwell_s for zone in camera.zones}
        events = tuple(
            Event(
                ViolationKind(event["kind"]),
                event["from"],
                event["to"],
                event["from"] + dwell.get(event.get("zone", ""), 0.0),
            )
            for event in truth["events"]
        )
        kinds = {ViolationKind.MISSING_HELMET, ViolationKind.CAMERA_TAMPER}
        kinds |= {_KIND[zone.kind] for zone in camera.zones}
        quiet = not events and truth.get("loops", True)
        yield Clip(f"{folder.name}/{camera.id}", camera, events, frozenset(kinds), quiet)


_KIND = {
    ZoneKind.HELMET: ViolationKind.MISSING_HELMET,
    ZoneKind.RESTRICTED: ViolationKind.RESTRICTED_ZONE,
    ZoneKind.EXIT: ViolationKind.BLOCKED_EXIT,
}


def _shared() -> Iterator[Clip]:
    truths = json.loads((SHARED / "ground_truth.json").read_text("utf-8"))["clips"]
    for name, truth in truths.items():
        zones = tuple(_shared_zone(i, zone, truth) for i, zone in enumerate(truth.get("zones", ())))
        dwell = {_KIND[zone.kind]: zone.dwell_s for zone in zones}
        events = [event for found in truth["events"] for event in _shared_events(found, dwell)]
        kinds = {event.kind for event in events} | {ViolationKind.CAMERA_TAMPER}
        if not events:
            kinds.add(ViolationKind.MISSING_HELMET)
        camera = CameraConfig("camera", name, str(SHARED / name), zones)
        yield Clip(f"shared/{name}", camera, tuple(events), frozenset(kinds), not events)


def _shared_zone(index: int, zone: dict[str, Any], truth: dict[str, Any]) -> Zone:
    kind = ZoneKind(zone["kind"])
    return Zone.create(
        id=f"zone-{index}",
        name=zone["kind"],
        kind=kind,
        polygon=[[x / truth["width"], y / truth["height"]] for x, y in zone["polygon_px"]],
        dwell_s=EXIT_DWELL_S if kind is ZoneKind.EXIT else DEFAULT_DWELL_S[kind],
        schedule="always",
    )


def _shared_events(found: dict[str, Any], dwell: dict[ViolationKind, float]) -> Iterator[Event]:
    if found["kind"] == "person_present":  # six visitors without helmets in a restricted room
        kinds = [ViolationKind.RESTRICTED_ZONE, ViolationKind.MISSING_HELMET]
    else:
        kinds = [ViolationKind(found["kind"])]
    begin = found.get("from", found.get("placed"))
    for kind in kinds:
        decidable = found.get("owner_leaves", begin) + dwell.get(kind, 0.0)
        yield Event(kind, begin, found["to"], decidable)
