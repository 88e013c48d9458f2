"""Render the demo site: ``python -m benchmarks.scenes.render [--scene gate] [--cache DIR]``.

The camera stands still, so the empty set is rendered once and well; of every frame only the
rectangles round what moves (people, trolley, their shadows) are rendered and laid over it.
Rendered rectangles stay in the cache: run it again and it goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

from benchmarks.scenes import video
from benchmarks.scenes.scenes import FPS, SCENES, Scene
from benchmarks.scenes.truth import truth

Array = NDArray[np.float64]
Rect = tuple[int, int, int, int]
MARGIN = 16
SUN_REACH, LAMP_REACH = 2.2, 1.3
"""Metres from the foot after which a shadow is too faint to matter; lamps throw soft ones."""


@contextmanager
def quiet() -> Iterator[None]:
    """Blender's C code prints a line per sample; send its standard output away."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def shadows(points: Array, scene: Scene) -> list[Array]:
    """Where the world points (N, 3) throw their shadows on the floor, one set per light."""
    cast: list[Array] = []
    foot = points[:, :2].mean(axis=0)
    rays = [(points - np.array(lamp), LAMP_REACH) for lamp in scene.lamps]
    if scene.sun is not None:
        rays.append((np.tile(np.array(scene.sun), (len(points), 1)), SUN_REACH))
    for ray, reach in rays:
        down = np.minimum(ray[:, 2], -0.2)
        fall = points - ray * (points[:, 2] / down)[:, None]
        away = fall[:, :2] - foot
        far = np.linalg.norm(away, axis=1, keepdims=True)
        fall[:, :2] = foot + away * np.minimum(1.0, reach / np.maximum(far, 1e-6))
        fall[:, 2] = 0.0
        cast.append(fall)
    return cast


def rectangle(points: Array, scene: Scene) -> Rect | None:
    """The part of the picture that a thing and its shadows touch, with a margin."""
    spread = [points, *shadows(points, scene)]
    pixels = scene.view.project(np.concatenate(spread))
    pixels = pixels[~np.isnan(pixels).any(axis=1)]
    body = scene.view.project(points)
    width, height = scene.view.width, scene.view.height
    if len(pixels) == 0 or np.isnan(body).all():
        return None
    (x0, y0), (x1, y1) = pixels.min(axis=0) - MARGIN, pixels.max(axis=0) + MARGIN
    rect = (max(int(x0), 0), max(int(y0), 0), min(int(x1) + 1, width), min(int(y1) + 1, height))
    return rect if rect[2] - rect[0] >= 8 and rect[3] - rect[1] >= 8 else None


def merged(rects: list[Rect]) -> list[Rect]:
    """Rectangles that touch become one."""
    todo, done = list(rects), []
    while todo:
        a = todo.pop()
        for b in todo:
            if a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]:
                todo.remove(b)
                todo.append((min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])))
                break
        else:
            done.append(a)
    return sorted(done)


def shoot(path: Path, rect: Rect | None, scene: Scene, samples: int) -> None:
    """Render one rectangle, or everything, to a PNG that appears only when it is complete."""
    render = bpy.context.scene.render
    bpy.context.scene.cycles.samples = samples
    render.use_border = render.use_crop_to_border = rect is not None
    if rect is not None:
        width, height = scene.view.width, scene.view.height
        render.border_min_x, render.border_max_x = rect[0] / width, rect[2] / width
        render.border_min_y, render.border_max_y = 1 - rect[3] / height, 1 - rect[1] / height
    part = path.with_suffix(".part.png")
    render.filepath = str(part)
    with quiet():
        bpy.ops.render.render(write_still=True)
    if rect is not None:
        got = video.picture_file(part).shape
        if abs(got[1] - (rect[2] - rect[0])) > 1 or abs(got[0] - (rect[3] - rect[1])) > 1:
            raise RuntimeError(f"{path.name}: rendered {got}, asked for {rect}")
    part.rename(path)


def render_scene(scene: Scene, cache: Path, samples: int, every: int) -> None:
    """All missing pictures of a scene; ``every`` 2 renders each second frame first."""
    cache.mkdir(parents=True, exist_ok=True)
    scene.build()
    with quiet():
        ground_truth = truth(scene)
    (cache / "truth.json").write_text(json.dumps(ground_truth), encoding="utf-8")
    empty = cache / "empty.png"
    if not empty.exists():
        for worker in scene.workers:
            worker.pose(-1.0)
        for thing in scene.things:
            thing.pose(-1.0)
        shoot(empty, None, scene, max(64, samples * 4))
    plan = [k for k in range(0, scene.frames, every) if not (cache / f"{k:04d}.json").exists()]
    began = time.monotonic()
    for done, k in enumerate(plan):
        t = k / FPS
        shapes = [
            np.concatenate(list(placed.values()))
            for worker in scene.workers
            if (placed := worker.pose(t))
        ]
        shapes += [points for thing in scene.things if len(points := thing.pose(t))]
        rects = merged([r for p in shapes if (r := rectangle(p, scene)) is not None])
        for i, rect in enumerate(rects):
            shoot(cache / f"{k:04d}_{i}.png", rect, scene, samples)
        (cache / f"{k:04d}.json").write_text(json.dumps(rects), encoding="utf-8")
        spent = time.monotonic() - began
        left = spent / (done + 1) * (len(plan) - done - 1)
        print(
            f"{scene.id} {done + 1}/{len(plan)} frames, {spent:.0f} s, about {left:.0f} s left",
            flush=True,
        )


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--scene", choices=sorted(SCENES), action="append")
    ask.add_argument("--cache", type=Path, default=Path("build/scenes"))
    ask.add_argument("--out", type=Path, default=Path("service/demo"))
    ask.add_argument("--samples", type=int, default=16)
    ask.add_argument("--every", type=int, default=1, help="render each n-th frame only (a draft)")
    ask.add_argument("--encode-only", action="store_true", help="use what the cache holds")
    options = ask.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.scene or SCENES:
        scene, cache = SCENES[name](), options.cache / name
        if not options.encode_only:
            render_scene(scene, cache, options.samples, options.every)
        video.encode(cache, options.out / f"{name}.mp4", FPS)
        (options.out / f"{name}.json").write_text(
            (cache / "truth.json").read_text(encoding="utf-8") + "\n", encoding="utf-8"
        )
    video.write_site(options.out, [SCENES[n]() for n in SCENES])


if __name__ == "__main__":
    main()
