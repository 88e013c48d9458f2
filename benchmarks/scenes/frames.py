"""Frames of the rendered demo site as a YOLO set: `python -m benchmarks.scenes.frames OUT`.

One more source of a data set version (annotation/sources/rendered.yaml), with exact boxes. Each
camera is in one split only: gate and press are learned from, exit is measured on.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

DEMO = Path(__file__).parents[2] / "service" / "demo"
SPLITS = {"gate": "train", "press": "train", "exit": "valid"}
NAMES = ("person", "head", "helmet")
LEAST_VISIBLE = 0.3
"""Share of a person inside the picture; less of one is no example."""


def write_frames(out: Path, seconds: float, at_most: int) -> int:
    """Writes images/SPLIT and labels/SPLIT below `out`; returns the number of pictures.

    seconds: from one picture to the next of a scene. at_most: pictures of each, evenly over it.
    """
    count = 0
    for scene, split in SPLITS.items():
        truth = json.loads((DEMO / f"{scene}.json").read_text("utf-8"))
        for folder in ("images", "labels"):
            (out / folder / split).mkdir(parents=True, exist_ok=True)
        for index, image in _pictures(scene, truth, round(seconds * truth["fps"]), at_most):
            name = f"{scene}_{index:04d}"
            cv2.imwrite(str(out / "images" / split / f"{name}.jpg"), image)
            label = out / "labels" / split / f"{name}.txt"
            label.write_text("".join(_rows(truth["boxes"][index], truth)), "utf-8")
            count += 1
    return count


def _pictures(
    scene: str, truth: dict[str, Any], step: int, at_most: int
) -> Iterator[tuple[int, Any]]:
    shown = [
        index
        for index in range(0, truth["frames"], step)
        if any(person["visible"] >= LEAST_VISIBLE for person in truth["boxes"][index])
    ]
    spread = np.linspace(0, len(shown) - 1, min(at_most, len(shown))).round().astype(int)
    wanted = {shown[place] for place in spread}
    video = cv2.VideoCapture(str(DEMO / f"{scene}.mp4"))
    for index in range(truth["frames"]):
        read, image = video.read()
        if read and index in wanted:
            yield index, image
    video.release()


def _rows(people: list[dict[str, Any]], truth: dict[str, Any]) -> Iterator[str]:
    for person in people:
        if person["visible"] >= LEAST_VISIBLE:
            yield _row("person", person["xyxy"], truth)
        if person["head_xyxy"]:
            yield _row("helmet" if person["helmet"] else "head", person["head_xyxy"], truth)


def _row(name: str, xyxy: list[float], truth: dict[str, Any]) -> str:
    (x1, y1, x2, y2), width, height = xyxy, truth["width"], truth["height"]
    box = ((x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height)
    return f"{NAMES.index(name)} {' '.join(f'{value:.6f}' for value in box)}\n"


if __name__ == "__main__":
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("out", type=Path)
    ask.add_argument("--seconds", type=float, default=0.5)
    ask.add_argument("--at-most", type=int, default=60)
    options = ask.parse_args()
    print(f"{write_frames(options.out, options.seconds, options.at_most)} pictures")
