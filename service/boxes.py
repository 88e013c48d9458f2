"""The judged boxes of a picture, as pages draw them, and the log of them beside a clip."""

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from core.manifest import ModelManifest
from core.observation import Observation
from service.durable import write_durably

Picture = dict[str, Any]
"""{timestamp, boxes: [{label, track_id, xyxy in 0..1, confidence, alarm}]}"""


def describe(seen: Observation, manifest: ModelManifest, alarmed: Iterable[int]) -> Picture:
    """Tracked people, and head boxes above the working threshold.

    alarmed: track ids with an open violation.
    """
    frame, people, found = seen.frame, seen.people, seen.detections
    alarms = set(alarmed)
    size = np.array([frame.width, frame.height] * 2)
    boxes = [
        {
            "label": "person",
            "track_id": int(people.track_id[i]),
            "xyxy": _shares(people.xyxy[i], size),
            "confidence": round(float(people.confidence[i]), 3),
            "alarm": int(people.track_id[i]) in alarms,
        }
        for i in range(len(people))
    ]
    for i in range(len(found)):
        label = manifest.classes[found.class_id[i]]
        if label != "person" and found.confidence[i] >= manifest.thresholds[label]:
            boxes.append(
                {
                    "label": label,
                    "track_id": 0,
                    "xyxy": _shares(found.xyxy[i], size),
                    "confidence": round(float(found.confidence[i]), 3),
                    "alarm": False,
                }
            )
    return {"timestamp": round(frame.timestamp, 3), "boxes": boxes}


def _shares(box: np.ndarray, size: np.ndarray) -> list[float]:
    return [round(float(v), 4) for v in np.clip(box / size, 0, 1)]


class BoxLog:
    """Grows beside a clip while it is written, so that a killed process loses nothing of it."""

    def __init__(self, path: Path) -> None:
        """path: of the finished file, `<violation id>.boxes.json`."""
        self._part = _part_of(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._part.open("a", encoding="utf-8")

    def add(self, picture: Picture) -> None:
        """Appends one judged picture. Raises OSError."""
        self._file.write(json.dumps(picture, separators=(",", ":")) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Nothing follows; see finish_boxes."""
        with suppress(OSError):  # `add` has told already what could not be written
            self._file.close()

    def discard(self) -> None:
        """There is no clip to go with, or no room for more."""
        self.close()
        with suppress(OSError):
            self._part.unlink()


def finish_boxes(path: Path, camera_id: str) -> Path | None:
    """Makes the JSON file of the pages from what was logged; None where nothing was.

    Raises OSError where it cannot be written.
    """
    part = _part_of(path)
    if not part.exists():
        return None
    pictures = []
    for line in part.read_bytes().splitlines():
        try:
            pictures.append(json.loads(line))
        except ValueError:
            break  # the process was killed, or the power cut, in the middle of this line
    text = json.dumps({"camera_id": camera_id, "frames": pictures}, separators=(",", ":"))
    try:
        write_durably(path, text.encode())
    finally:
        part.unlink()
    return path


def _part_of(path: Path) -> Path:
    return path.with_suffix(".lines")
