"""What was detected in every judged picture, kept compactly for some days, to judge it again.

One compressed file for a quarter of an hour of a camera, a struct of arrays. Boxes are kept to an
eighth of a pixel, confidence and grey level to a 255th: a replay of the files gives the same answer
each time, which may differ from the live one by as little.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from core.detections import Detections
from core.frame import Frame
from service.durable import write_durably

log = structlog.get_logger(__name__)

CHUNK_S = 900.0
"""Of one file; what a killed worker has not written yet is lost."""
PIXEL = 8
"""Steps of a stored coordinate in one pixel."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One judged picture without its pixels. timestamp: UTC seconds. width, height: pixels.

    grey: (N,) mean grey level of each box, 0..255.
    """

    timestamp: float
    width: int
    height: int
    detections: Detections
    grey: NDArray[np.float32]


class History:
    """Writes what one camera saw. days: how long it is kept; 0 keeps nothing."""

    def __init__(self, data_dir: Path, camera_id: str, days: float) -> None:
        self._folder = folder_of(data_dir, camera_id)
        self._days = days
        self._waiting: list[Seen] = []

    def add(self, frame: Frame, found: Detections, grey: NDArray[np.float32]) -> None:
        """Keeps a picture's boxes; a disk that takes none is said in the log, and goes on."""
        if self._days <= 0:
            return
        first = self._waiting[0] if self._waiting else None
        full = first is not None and not 0 <= frame.timestamp - first.timestamp < CHUNK_S
        if full or (
            first is not None and (first.width, first.height) != (frame.width, frame.height)
        ):
            self.flush()
        self._waiting.append(Seen(frame.timestamp, frame.width, frame.height, found, grey))

    def flush(self) -> None:
        """Writes what waits, and deletes what is too old."""
        if not self._waiting:
            return
        pictures, self._waiting = self._waiting, []
        start = datetime.fromtimestamp(pictures[0].timestamp, UTC)
        try:
            write_durably(self._folder / f"{start:%Y%m%dT%H%M%S.%f}Z.npz", _packed(pictures))
            oldest = pictures[-1].timestamp - self._days * 86400 - CHUNK_S
            for path in self._folder.glob("*.npz"):
                if _start_of(path) < oldest:
                    path.unlink()
        except OSError as error:
            log.error("detections_not_kept", folder=str(self._folder), reason=error.strerror)


def folder_of(data_dir: Path, camera_id: str) -> Path:
    """Where the detections of a camera lie."""
    return data_dir / "detections" / camera_id


def read_history(data_dir: Path, camera_id: str, begin: float, end: float) -> Iterator[Seen]:
    """What a camera saw from begin up to, not including, end (UTC seconds), in order.

    A damaged file is left out, and the log says so.
    """
    for path in sorted(folder_of(data_dir, camera_id).glob("*.npz")):
        if begin - CHUNK_S <= _start_of(path) < end:
            try:
                pictures = _unpacked(path)
            except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
                log.error("detections_unreadable", path=str(path), reason=str(error))
                continue
            yield from (seen for seen in pictures if begin <= seen.timestamp < end)


def _packed(pictures: list[Seen]) -> bytes:
    found = [seen.detections for seen in pictures]
    boxes = np.concatenate([d.xyxy for d in found])
    file = io.BytesIO()
    np.savez_compressed(
        file,
        timestamp=np.array([seen.timestamp for seen in pictures]),
        count=np.array([len(d) for d in found], np.uint16),
        size=np.array([pictures[0].width, pictures[0].height], np.uint16),
        xyxy=np.clip(np.round(boxes * PIXEL), -32768, 32767).astype(np.int16),
        confidence=np.round(np.concatenate([d.confidence for d in found]) * 255).astype(np.uint8),
        class_id=np.concatenate([d.class_id for d in found]).astype(np.uint8),
        grey=np.concatenate([seen.grey for seen in pictures]).astype(np.uint8),
    )
    return file.getvalue()


def _unpacked(path: Path) -> list[Seen]:
    with np.load(path) as file:
        columns = {name: file[name] for name in file.files}
    bounds = np.cumsum(columns["count"], dtype=np.int64)[:-1]
    width, height = columns["size"].tolist()
    boxes = np.split((columns["xyxy"] / np.float32(PIXEL)).astype(np.float32), bounds)
    confidence = np.split(columns["confidence"] / np.float32(255), bounds)
    class_id = np.split(columns["class_id"].astype(np.int32), bounds)
    grey = np.split(columns["grey"].astype(np.float32), bounds)
    return [
        Seen(t, width, height, Detections(boxes[i], confidence[i], class_id[i]), grey[i])
        for i, t in enumerate(columns["timestamp"].tolist())
    ]


def _start_of(path: Path) -> float:
    """UTC seconds; far away for a file that is none of ours."""
    try:
        start = datetime.strptime(path.stem, "%Y%m%dT%H%M%S.%fZ")
    except ValueError:
        return float("inf")
    return start.replace(tzinfo=UTC).timestamp()
