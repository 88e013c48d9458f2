"""From rendered rectangles to an H.264 file, and the site file that names the three videos."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.scenes.exposure import noisy
from benchmarks.scenes.scenes import Scene

Image = NDArray[np.uint8]
FEATHER = 12
NOISE = 1.6
"""Standard deviation of the sensor noise, in grey levels."""


def picture_file(path: Path) -> Image:
    """The (H, W, 3) BGR picture of a file; FileNotFoundError says which one is missing."""
    picture = cv2.imread(str(path))
    if picture is None:
        raise FileNotFoundError(f"{path}: missing or not a picture; delete its frame and render")
    return np.asarray(picture, dtype=np.uint8)


def frames(cache: Path) -> Iterator[Image]:
    """Every picture (H, W, 3) BGR of a cached scene; a frame not rendered repeats the last."""
    empty = picture_file(cache / "empty.png").astype(np.float32)
    count = json.loads((cache / "truth.json").read_text(encoding="utf-8"))["frames"]
    rng = np.random.default_rng(3)
    picture = empty.copy()
    for k in range(count):
        plan = cache / f"{k:04d}.json"
        if plan.exists():
            picture = empty.copy()
            for i, rect in enumerate(json.loads(plan.read_text(encoding="utf-8"))):
                lay(picture, picture_file(cache / f"{k:04d}_{i}.png"), rect)
        yield noisy(picture, NOISE, rng)


def lay(picture: NDArray[np.float32], patch: Image, rect: tuple[int, int, int, int]) -> None:
    """Blend a rendered rectangle into the picture; its inner edges fade so no seam shows."""
    x0, y0, x1, y1 = rect
    if patch.shape[:2] != (y1 - y0, x1 - x0):
        patch = cv2.resize(patch, (x1 - x0, y1 - y0))
    height, width = picture.shape[:2]
    ramps = []
    for low, high, limit in ((x0, x1, width), (y0, y1, height)):
        line = np.ones(high - low, dtype=np.float32)
        fade = np.linspace(0.0, 1.0, min(FEATHER, high - low), dtype=np.float32)
        if low > 0:
            line[: len(fade)] = fade
        if high < limit:
            line[-len(fade) :] = np.minimum(line[-len(fade) :], fade[::-1])
        ramps.append(line)
    weight = (ramps[1][:, None] * ramps[0][None, :])[:, :, None]
    part = picture[y0:y1, x0:x1]
    part += (patch.astype(np.float32) - part) * weight


def encode(cache: Path, path: Path, fps: int, limit: int = 3_000_000) -> None:
    """Write the video of a cached scene; coarser until the file is under ``limit`` bytes."""
    for crf in (23, 25, 27, 29, 31):
        write(frames(cache), path, fps, crf)
        size = path.stat().st_size
        print(f"{path.name}: crf {crf}, {size / 1e6:.2f} MB", flush=True)
        if size < limit:
            return
    raise RuntimeError(f"{path} stays over {limit} bytes")


def write(pictures: Iterable[Image], path: Path, fps: int, crf: int) -> None:
    """Write H.264 (yuv420p) of pictures (H, W, 3) BGR; a keyframe every 2 s, or 20 pictures."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as out:
        stream = out.add_stream("libx264", rate=fps)
        stream.pix_fmt = "yuv420p"
        stream.gop_size = max(fps * 2, 20)
        # no B-frames and fixed keyframes: what a camera sends
        stream.options = {
            "crf": str(crf),
            "preset": "slow",
            "bf": "0",
            "sc_threshold": "0",
            "keyint_min": str(stream.gop_size),
        }
        for picture in pictures:
            if not stream.codec_context.is_open:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "bgr24")
            for packet in stream.encode(frame):
                out.mux(packet)
        for packet in stream.encode(None):
            out.mux(packet)


def write_site(folder: Path, scenes: list[Scene]) -> None:
    """``site.yaml`` with the zones as they lie in the rendered pictures."""
    lines = [
        "# Rendered by benchmarks/scenes, sources relative to this file.",
        "cameras:",
    ]
    for scene in scenes:
        known = (
            json.loads((folder / f"{scene.id}.json").read_text(encoding="utf-8"))["zones"]
            if (folder / f"{scene.id}.json").exists()
            else {}
        )
        lines += [f"  - id: {scene.id}", f"    name: {scene.name}", f"    source: {scene.id}.mp4"]
        if not scene.zones:
            lines += ["    zones: []  # no helmet zone: helmets are judged in the whole picture"]
            continue
        lines += ["    zones:"]
        for zone in scene.zones:
            corners = ", ".join(f"[{x}, {y}]" for x, y in known.get(zone.id, []))
            lines += [
                f"      - id: {zone.id}",
                f"        name: {zone.name}",
                f"        kind: {zone.kind}",
                f"        polygon: [{corners}]",
                f"        dwell_s: {zone.dwell_s}",
                "        schedule: always",
            ]
    (folder / "site.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
