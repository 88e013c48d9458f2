"""Exact ground truth, computed from the scene: boxes from mesh vertices, times from the walks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.scenes.people import Worker
from benchmarks.scenes.scenes import FPS, Scene

Array = NDArray[np.float64]
STEP = 0.01
BLOCKED_SHARE = 0.3
"""The exit counts as blocked from this share of the passage's width."""
HEAD_SHARE = 0.6
"""A bare head counts as in the picture from this share of its box."""


def inside(point: Array, corners: Array) -> bool:
    """Even-odd test of a floor point against a polygon (K, 2)."""
    x, y = float(point[0]), float(point[1])
    within = False
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, 1, axis=0), strict=True):
        if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
            within = not within
    return within


def spans(test: Callable[[float], bool], seconds: float) -> list[tuple[float, float]]:
    """The times at which ``test`` holds, sampled every STEP seconds."""
    found: list[tuple[float, float]] = []
    since: float | None = None
    for k in range(round(seconds / STEP) + 1):
        t = k * STEP
        holds = test(t) and t < seconds
        if holds and since is None:
            since = t
        elif not holds and since is not None:
            found.append((round(since, 2), round(t, 2)))
            since = None
    return found


def box_of(points: Array, scene: Scene) -> tuple[Array, float] | None:
    """The box (x0, y0, x1, y1) px of world points clipped to the picture, and the share of it
    that is inside; None when it is outside."""
    pixels = scene.view.project(points)
    if np.isnan(pixels).any():
        return None
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    limit = np.array([scene.view.width, scene.view.height], dtype=np.float64)
    cut_low, cut_high = np.clip(low, 0, limit), np.clip(high, 0, limit)
    share = float(np.prod(np.maximum(cut_high - cut_low, 0)) / max(np.prod(high - low), 1e-9))
    if (cut_high - cut_low).min() < 2:
        return None
    return np.concatenate([cut_low, cut_high]), share


def head_in_picture(scene: Scene, index: int, t: float) -> bool:
    """Whether the head of a worker is in the picture for HEAD_SHARE of its box or more."""
    worker = scene.workers[index]
    placed = worker.pose(t)
    if not placed:
        return False
    found = box_of(worker.face(placed["head"]), scene)
    return found is not None and found[1] >= HEAD_SHARE


def stands_in(worker: Worker, corners: Array, t: float) -> bool:
    """Whether the floor point under the body is in the polygon at second ``t``."""
    return worker.present(t) and inside(worker.foot(t), corners)


def passage_share(scene: Scene, t: float) -> float:
    """Share of the exit passage's width that the footprints of things cover at second ``t``."""
    if not scene.zones:
        return 0.0
    corners = np.array(scene.zones[0].corners)
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    total, end = 0.0, float(x0)
    for left, right in sorted(_widths(scene, t, y0, y1)):
        total += max(0.0, min(right, x1) - max(left, end))
        end = max(end, right)
    return total / float(x1 - x0)


def _widths(scene: Scene, t: float, near: float, far: float) -> Iterator[tuple[float, float]]:
    """From left to right edge of each thing that stands between two distances."""
    for thing in scene.things:
        where = thing.place(t)
        if where is None:
            continue
        reach = thing.points[:, :2]
        low, high = where + reach.min(axis=0), where + reach.max(axis=0)
        if high[1] > near and low[1] < far:
            yield float(low[0]), float(high[0])


def events(scene: Scene) -> list[dict[str, Any]]:
    """What the service should report, with seconds from the first picture."""
    found: list[dict[str, Any]] = []
    for i, worker in enumerate(scene.workers):
        if not worker.has_helmet:
            found += [
                {"kind": "missing_helmet", "from": a, "to": b, "person": worker.id}
                for a, b in spans(partial(head_in_picture, scene, i), scene.seconds)
            ]
    for zone in scene.zones:
        tests: list[tuple[str | None, Callable[[float], bool]]] = []
        if zone.kind == "restricted":
            tests = [(w.id, partial(stands_in, w, np.array(zone.corners))) for w in scene.workers]
        if zone.kind == "exit":
            tests = [(None, lambda t: passage_share(scene, t) >= BLOCKED_SHARE)]
        kind = {"restricted": "restricted_zone", "exit": "blocked_exit"}[zone.kind]
        for person, test in tests:
            found += [
                {"kind": kind, "from": a, "to": b, "person": person, "zone": zone.id}
                for a, b in spans(test, scene.seconds)
            ]
    return sorted(found, key=lambda e: e["from"])


def polygon(scene: Scene, index: int) -> list[list[float]]:
    """A zone's corners in the picture, 0..1."""
    corners = np.array([(x, y, 0.0) for x, y in scene.zones[index].corners])
    pixels = scene.view.project(corners) / np.array([scene.view.width, scene.view.height])
    if pixels.min() < 0 or pixels.max() > 1 or np.isnan(pixels).any():
        raise ValueError(f"zone {scene.zones[index].id} leaves the picture: {pixels.tolist()}")
    return [[round(float(x), 4), round(float(y), 4)] for x, y in pixels]


def boxes(scene: Scene, t: float) -> list[dict[str, Any]]:
    """Everybody in the picture at second ``t``."""
    rows: list[dict[str, Any]] = []
    for worker in scene.workers:
        placed = worker.pose(t)
        if not placed:
            continue
        body = box_of(np.concatenate(list(placed.values())), scene)
        if body is None:
            continue
        x, y = worker.foot(t)
        foot = scene.view.project(np.array([[x, y, 0.0]]))[0]
        head = box_of(worker.face(placed["head"]), scene)
        rows.append(
            {
                "person": worker.id,
                "xyxy": _round(body[0]),
                "visible": round(body[1], 3),
                "head_xyxy": None if head is None else _round(head[0]),
                "helmet": worker.has_helmet,
                "foot": _round(foot),
            }
        )
    return rows


def truth(scene: Scene) -> dict[str, Any]:
    """The whole JSON of one video; ``scene`` must be built."""
    return {
        "width": scene.view.width,
        "height": scene.view.height,
        "fps": FPS,
        "frames": scene.frames,
        "note": "missing_helmet: 60 % of the bare head's box in the picture; restricted_zone: "
        "the floor point under the body in the zone; blocked_exit: 30 % of the passage's "
        "width covered; boxes are clipped to the picture, foot is not",
        "events": events(scene),
        "people": [{"id": w.id, "helmet": w.has_helmet} for w in scene.workers],
        "zones": {zone.id: polygon(scene, i) for i, zone in enumerate(scene.zones)},
        "boxes": [boxes(scene, k / FPS) for k in range(scene.frames)],
    }


def _round(values: Array) -> list[float]:
    return [round(float(v), 1) for v in values]
