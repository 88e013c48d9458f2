"""Render the plots of the catalogue: ``python -m benchmarks.scenes.film [PLOT ...]``.

Of each light and direction of the camera the set is rendered once; of each frame only the
rectangles round what moves, and what looks the same in many frames is rendered once. Sensor noise,
infrared and wandering shadows come after (`exposure.py`). Rendered pictures stay in the cache: run
it again and it goes on where it stopped.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.scenes import video
from benchmarks.scenes.casting import Goods, scene_of, truth
from benchmarks.scenes.catalogue import PLOTS
from benchmarks.scenes.exposure import SUN, WindowLight, infrared, noisy
from benchmarks.scenes.people import Worker
from benchmarks.scenes.plot import Plot
from benchmarks.scenes.render import Rect, merged, quiet, rectangle, shoot
from benchmarks.scenes.stage import Lights, sun

Array = NDArray[np.float64]
SET_SAMPLES = 4
CRF = 28
HELD_S = 3.0
"""How long somebody who stands keeps a pose."""
SETTLED_S = 0.2
"""From the last step, and before the next one."""


@dataclass(frozen=True)
class State:
    """What changes a whole picture. light: share of the full one. degrees: of the camera, to the
    right. window: whether the sun shines in."""

    light: float
    infrared: bool
    degrees: float
    window: bool = False


def state(plot: Plot, t: float) -> State:
    """Of second ``t``."""
    light = [share for since, share in plot.lights if since <= t]
    turned = [degrees for since, degrees in plot.shifts if since <= t]
    return State(
        light[-1] if light else 1.0,
        any(a <= t < b for a, b in plot.infrared),
        turned[-1] if turned else 0.0,
    )


@dataclass(frozen=True)
class Layer:
    """A rendered part of a frame. shows: whatever can be seen in it, at which moment."""

    rect: Rect
    shows: tuple[str, ...]


class Filming:
    """One plot between Blender and its video. samples: of a ray for what moves."""

    def __init__(self, plot: Plot, cache: Path, samples: int) -> None:
        self.plot, self.scene = plot, scene_of(plot)
        self.scene.build()
        self._lights = Lights(self.scene.view)
        self._sun = sun(SUN, 0.0)
        self._view = self.scene.view
        self._samples = samples
        self._sets, self._cache = cache / "sets", cache / plot.id
        for folder in (self._sets, self._cache):
            folder.mkdir(parents=True, exist_ok=True)

    def truth(self) -> str:
        """As JSON."""
        with quiet():
            return json.dumps(truth(self.plot, self.scene), ensure_ascii=False, indent=1) + "\n"

    def pictures(self) -> Iterator[video.Image]:
        """Every frame (H, W, 3) BGR, rendered where the cache has it not."""
        rng = np.random.default_rng(3)
        window = WindowLight(self._view) if self.plot.shadow else None
        for k in range(round(self.plot.seconds * self.plot.fps)):
            t = k / self.plot.fps
            now = state(self.plot, t)
            picture = video.picture_file(self._backdrop(now)).astype(np.float32)
            if window is not None:
                lit = video.picture_file(self._backdrop(replace(now, window=True)))
                picture = window.shine(picture, lit.astype(np.float32), t)
            for layer in self._layers(now, t):
                video.lay(picture, video.picture_file(self._part(now, layer, t)), layer.rect)
            if now.infrared:
                picture = infrared(picture)
            yield noisy(picture, self.plot.noise, rng)

    def _backdrop(self, now: State) -> Path:
        """The set without anything that moves."""
        fixed = [thing.plan for thing in self.scene.things if self._is_fixed(thing)]
        path = self._sets / f"{_digest(self.plot.stage, self._view, now, fixed)}.png"
        if not path.exists():
            self._set(now)
            for worker in self.scene.workers:
                worker.pose(-1.0)
            for thing in self.scene.things:
                thing.pose(0.0 if self._is_fixed(thing) else -1.0)
            shoot(path, None, self.scene, SET_SAMPLES)
        return path

    def _layers(self, now: State, t: float) -> list[Layer]:
        self._look(now)
        shapes: list[tuple[Rect, str]] = []
        for worker in self.scene.workers:
            moment = _moment(worker, t)
            if placed := worker.pose(moment):
                rect = rectangle(np.concatenate(list(placed.values())), self.scene)
                if rect is not None:
                    worn = worker.look.helmet + worker.look.cap + worker.look.hood + worker.holds
                    shapes.append((rect, f"{worker.id} {worn} {moment:.3f}"))
        for thing in self.scene.things:
            points = thing.pose(t)
            if not self._is_fixed(thing) and len(points):
                rect = rectangle(points, self.scene)
                if rect is not None:
                    shapes.append((rect, f"{thing.plan} {points.sum():.4f}"))
        return [
            Layer(rect, tuple(sorted(shown for inner, shown in shapes if _lies_in(inner, rect))))
            for rect in merged([rect for rect, _ in shapes])
        ]

    def _part(self, now: State, layer: Layer, t: float) -> Path:
        path = self._cache / f"{_digest(now, layer)}.png"
        if not path.exists():
            self._set(now)
            for worker in self.scene.workers:
                worker.pose(_moment(worker, t))
            for thing in self.scene.things:
                thing.pose(t)
            shoot(path, layer.rect, self.scene, self._samples)
        return path

    def _set(self, now: State) -> None:
        self._look(now)
        self._lights.set(now.light, infrared=now.infrared)
        self._sun.energy = 3.0 if now.window else 0.0

    def _look(self, now: State) -> None:
        view = self._view.turned(now.degrees)
        if view != self.scene.view:
            self.scene.view = view
            view.hang()

    def _is_fixed(self, thing: Goods) -> bool:
        (since, *there), (until, *then) = thing.plan.moves[0], thing.plan.moves[-1]
        return since <= 0 and until >= self.plot.seconds and there == then


def _moment(worker: Worker, t: float) -> float:
    """Who stands moves every HELD_S only: pictures less to render."""
    for (since, *there), (until, *then) in pairwise(worker.walk.points):
        if there == then and since + SETTLED_S <= t < until - SETTLED_S:
            begin = max(since + SETTLED_S, worker.shown[0])
            return begin + (t - begin) // HELD_S * HELD_S
    return t


def _lies_in(inner: Rect, outer: Rect) -> bool:
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and inner[2] <= outer[2]
        and inner[3] <= outer[3]
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("plots", nargs="*", metavar="PLOT", help="all of the catalogue by default")
    ask.add_argument("--cache", type=Path, default=Path("build/scenes"))
    ask.add_argument("--out", type=Path, default=Path("benchmarks/footage"))
    ask.add_argument("--samples", type=int, default=1)
    ask.add_argument("--again", action="store_true", help="also those that have a video")
    options = ask.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.plots or PLOTS:
        path = options.out / f"{name}.mp4"
        if path.exists() and not options.again:
            continue
        began = time.monotonic()
        filming = Filming(PLOTS[name], options.cache, options.samples)
        path.with_suffix(".json").write_text(filming.truth(), encoding="utf-8")
        part = path.with_suffix(".part.mp4")
        video.write(filming.pictures(), part, PLOTS[name].fps, CRF)
        part.rename(path)
        spent, size = time.monotonic() - began, path.stat().st_size / 1e6
        print(f"{name}: {spent:.0f} s, {size:.2f} MB", flush=True)
        _write_site(options.out)
    _write_site(options.out)


def _write_site(folder: Path) -> None:
    """Of the plots that have a video."""
    done = [plot for name, plot in PLOTS.items() if (folder / f"{name}.mp4").exists()]
    video.write_site(folder, [scene_of(plot) for plot in done])


if __name__ == "__main__":
    main()
