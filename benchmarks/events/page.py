"""One HTML page with a strip of pictures for each mistake."""

import base64
import html
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from benchmarks.events.score import Mistake
from core.detections import Detections
from core.frame import Frame, Image

PICTURES = 6
WIDTH = 320
COLOURS = ((200, 200, 200), (60, 60, 255), (80, 220, 80))
"""BGR of person, head and helmet."""

Film = Sequence[tuple[Frame, Detections]]


def write_page(
    path: Path, table: str, mistakes: Mapping[str, Sequence[Mistake]], films: Mapping[str, Film]
) -> None:
    """table: as printed. mistakes: by who made them. films: what was seen, by name of the clip."""
    parts = [
        "<!doctype html><meta charset='utf-8'><title>Events</title>",
        "<style>body{font:14px sans-serif;margin:2em}img{margin:2px}</style>",
        f"<pre>{html.escape(table)}</pre>",
    ]
    for who, some in mistakes.items():
        parts.append(f"<h2>{html.escape(who)}: {len(some)} mistakes</h2>")
        for mistake in some:
            title = (
                f"{mistake.clip.name}: {mistake.word} {mistake.kind}, "
                f"{mistake.begin:.1f} s to {mistake.end:.1f} s"
            )
            parts.append(f"<h3>{html.escape(title)}</h3>")
            parts += [
                _img(frame, found) for frame, found in _strip(films[mistake.clip.name], mistake)
            ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(parts), "utf-8")


def _strip(film: Film, mistake: Mistake) -> Film:
    first = film[0][0].timestamp
    moments = np.linspace(mistake.begin - 1.0, max(mistake.end, mistake.begin + 2.0), PICTURES)
    times = np.array([frame.timestamp - first for frame, _ in film])
    rows = [int(np.abs(times - moment).argmin()) for moment in moments]
    return [film[row] for row in dict.fromkeys(rows)]


def _img(frame: Frame, found: Detections) -> str:
    image: Image = frame.image.copy()
    for box, confidence, kind in zip(found.xyxy, found.confidence, found.class_id, strict=True):
        if confidence >= 0.2:
            x1, y1, x2, y2 = np.round(box).astype(int).tolist()
            cv2.rectangle(image, (x1, y1), (x2, y2), COLOURS[int(kind) % 3], 2)
    scale = WIDTH / frame.width
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 75])
    data = base64.b64encode(jpeg.tobytes()).decode()
    return f"<img src='data:image/jpeg;base64,{data}' width='{WIDTH}'>"
