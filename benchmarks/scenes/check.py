"""Does the detector see the rendered people? ``python -m benchmarks.scenes.check --model M.onnx``.

Runs the model over the demo videos and compares with their ground truth: recall per class,
bare heads taken for helmets and the other way round, and boxes where nothing is.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

Array = NDArray[np.float64]
CLASSES = ("person", "head", "helmet")
INPUT = 416
VISIBLE = 0.6
"""People of whom less than this share is in the picture are neither asked for nor punished."""


@dataclass
class Tally:
    """Counts of one scene."""

    wanted: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CLASSES, 0))
    found: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CLASSES, 0))
    confidence: dict[str, float] = field(default_factory=lambda: dict.fromkeys(CLASSES, 0.0))
    taken_for: dict[str, int] = field(default_factory=lambda: {"head": 0, "helmet": 0})
    nothing_there: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CLASSES, 0))


def detect(
    session: onnxruntime.InferenceSession, picture: NDArray[np.uint8], threshold: float
) -> list[tuple[str, float, Array]]:
    """(class, confidence, xyxy px) of a BGR picture, letterboxed to INPUT, NMS at IoU 0.6."""
    height, width = picture.shape[:2]
    ratio = INPUT / max(height, width)
    inner = (round(width * ratio), round(height * ratio))
    left, top = (INPUT - inner[0]) // 2, (INPUT - inner[1]) // 2
    canvas = np.full((INPUT, INPUT, 3), 114, dtype=np.uint8)
    canvas[top : top + inner[1], left : left + inner[0]] = cv2.resize(picture, inner)
    tensor = canvas[None, :, :, ::-1].transpose(0, 3, 1, 2).astype(np.float32) / 255
    output = session.run(None, {session.get_inputs()[0].name: tensor})[0][0].T
    found: list[tuple[str, float, Array]] = []
    for k, name in enumerate(CLASSES):
        rows = output[output[:, 4 + k] >= threshold]
        if not len(rows):
            continue
        corner = rows[:, :2] - rows[:, 2:4] / 2
        keep = cv2.dnn.NMSBoxes(
            np.hstack([corner, rows[:, 2:4]]).tolist(), rows[:, 4 + k].tolist(), threshold, 0.6
        )
        for i in np.asarray(keep).ravel():
            box = np.concatenate([corner[i], corner[i] + rows[i, 2:4]]) - [left, top, left, top]
            found.append((name, float(rows[i, 4 + k]), box / ratio))
    return found


def overlap(a: Array, b: Array) -> float:
    """Intersection over union of two boxes."""
    side = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    if side.min() <= 0:
        return 0.0
    both = float(np.prod(side))
    return both / (float(np.prod(a[2:] - a[:2])) + float(np.prod(b[2:] - b[:2])) - both)


def pictures(path: Path) -> Iterator[NDArray[np.uint8]]:
    """Every picture of a video, BGR."""
    with av.open(str(path)) as source:
        for frame in source.decode(video=0):
            yield np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)


def compare(
    video: Path,
    truth: dict[str, Any],
    session: onnxruntime.InferenceSession,
    threshold: float,
    iou: float,
) -> Tally:
    """Run one video; every true box may be claimed by the best detection of its class."""
    tally = Tally()
    for picture, people in zip(pictures(video), truth["boxes"], strict=True):
        detections = detect(session, picture, threshold)
        boxes: list[tuple[str, Array, bool]] = []
        for person in people:
            full = person["visible"] >= VISIBLE
            boxes.append(("person", np.array(person["xyxy"]), full))
            if person["head_xyxy"] is not None:
                name = "helmet" if person["helmet"] else "head"
                boxes.append((name, np.array(person["head_xyxy"]), full))
        for name, box, full in boxes:
            if not full:
                continue
            tally.wanted[name] += 1
            hits = [c for n, c, b in detections if n == name and overlap(b, box) >= iou]
            if hits:
                tally.found[name] += 1
                tally.confidence[name] += max(hits)
            other = {"head": "helmet", "helmet": "head"}.get(name)
            if any(
                n == other and c > max(hits, default=0.0) and overlap(b, box) >= iou
                for n, c, b in detections
            ):
                tally.taken_for[name] += 1
        for name, _, box in detections:
            if not any(overlap(box, b) > 0.1 for _, b, _ in boxes):
                tally.nothing_there[name] += 1
    return tally


def table(name: str, tally: Tally) -> list[str]:
    """Markdown rows of one scene."""
    rows = []
    for kind in CLASSES:
        wanted, found = tally.wanted[kind], tally.found[kind]
        if not wanted and not tally.nothing_there[kind]:
            continue
        recall = f"{found / wanted:.3f}" if wanted else "-"
        mean = f"{tally.confidence[kind] / found:.2f}" if found else "-"
        wrong = str(tally.taken_for[kind]) if kind in tally.taken_for else "-"
        rows.append(
            f"| {name} | {kind} | {wanted} | {recall} | {mean} | {wrong} "
            f"| {tally.nothing_there[kind]} |"
        )
    return rows


def main() -> None:
    """Command line; ends with status 1 when a class is found in less than ``--least`` of them."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--model", type=Path, default=Path("models/weights/ppe-n.onnx"))
    ask.add_argument("--demo", type=Path, default=Path("service/demo"))
    ask.add_argument("--threshold", type=float, default=0.35)
    ask.add_argument("--iou", type=float, default=0.4)
    ask.add_argument("--least", type=float, default=0.0)
    options = ask.parse_args()
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(options.model), settings, providers=["CPUExecutionProvider"]
    )
    print(
        "| scene | class | in the picture | recall | mean confidence | taken for the other "
        "| where nobody is |\n|---|---|---|---|---|---|---|"
    )
    short = False
    for path in sorted(options.demo.glob("*.json")):
        if not path.with_suffix(".mp4").exists():
            continue
        truth = json.loads(path.read_text(encoding="utf-8"))
        tally = compare(path.with_suffix(".mp4"), truth, session, options.threshold, options.iou)
        print("\n".join(table(path.stem, tally)), flush=True)
        short |= any(tally.found[k] < options.least * tally.wanted[k] for k in CLASSES)
    raise SystemExit(1 if short else 0)


if __name__ == "__main__":
    main()
