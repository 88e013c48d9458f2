"""One HTML page with a strip of pictures for each mistake."""

import base64
import html
from pathlib import Path

import cv2
import numpy as np

from benchmarks.events.film import Film
from benchmarks.events.score import Mistake
from core.detections import Detections
from core.frame import Frame, Image

PICTURES = 6
WIDTH = 320
COLOURS = ((200, 200, 200), (60, 60, 255), (80, 220, 80))
"""BGR of person, head and helmet."""
STYLE = """
body { font: 14px/1.5 sans-serif; margin: 2em; color: #222 }
pre { background: #f4f4f4; padding: 1em; overflow: auto }
figure { display: inline-block; margin: 2px 4px 2px 0 }
figcaption { color: #666; font-size: 12px }
.key b { display: inline-block; padding: 0 .5em; color: #000 }
"""
KEY = (
    "<p class='key'>Boxes of the network: <b style='background:#c8c8c8'>person</b> "
    "<b style='background:#ff3c3c'>bare head</b> <b style='background:#50dc50'>helmet</b></p>"
)


class Page:
    """Collects the mistakes clip by clip, since nobody can keep all pictures in memory."""

    def __init__(self) -> None:
        self._parts: dict[str, list[str]] = {}

    def add(self, who: str, mistakes: list[Mistake], film: Film) -> None:
        """Of one clip. who: made them."""
        parts = self._parts.setdefault(who, [])
        for mistake in mistakes:
            strip = "".join(_figure(frame, found, film) for frame, found in _strip(film, mistake))
            parts.append(f"<h3>{html.escape(str(mistake))}</h3>{strip}")

    def write(self, path: Path, table: str) -> None:
        """table: as printed."""
        parts = [
            f"<!doctype html><meta charset='utf-8'><title>Events</title><style>{STYLE}</style>",
            f"<h1>Events</h1><pre>{html.escape(table)}</pre>{KEY}",
        ]
        for who, mistakes in self._parts.items():
            parts += [f"<h2>{html.escape(who)}: {len(mistakes)} mistakes</h2>", *mistakes]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(parts), "utf-8")


def _strip(film: Film, mistake: Mistake) -> Film:
    first = film[0][0].timestamp
    moments = np.linspace(mistake.begin - 1.0, max(mistake.end, mistake.begin + 2.0), PICTURES)
    times = np.array([frame.timestamp - first for frame, _ in film])
    rows = [int(np.abs(times - moment).argmin()) for moment in moments]
    return [film[row] for row in dict.fromkeys(rows)]


def _figure(frame: Frame, found: Detections, film: Film) -> str:
    image: Image = frame.image.copy()
    for box, confidence, kind in zip(found.xyxy, found.confidence, found.class_id, strict=True):
        if confidence >= 0.2:
            x1, y1, x2, y2 = np.round(box).astype(int).tolist()
            cv2.rectangle(image, (x1, y1), (x2, y2), COLOURS[int(kind) % 3], 2)
    scale = WIDTH / frame.width
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 75])
    data = base64.b64encode(jpeg.tobytes()).decode()
    second = frame.timestamp - film[0][0].timestamp
    return (
        f"<figure><img src='data:image/jpeg;base64,{data}' width='{WIDTH}' alt=''>"
        f"<figcaption>{second:.1f} s</figcaption></figure>"
    )
