"""The errors of a detector as one HTML page: figures say how many, eyes say why."""

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core.dataset import CLASSES
from core.detections import Detections
from core.geometry import centred_in
from core.manifest import ModelManifest
from models.calibration import Reliability
from models.evaluation import HEADS, Evaluation, Image, JudgedPicture

SHOWN = 48
"""Of each kind of error."""
CROP = 160
"""Pixels of a picture on the page."""
REACH = 4.0
"""Sides of the box that a tile shows, where the picture is that large."""
LEAST_REACH = 1.3

_STYLE = """
body{font:14px system-ui,sans-serif;margin:24px;background:#fff;color:#1c2430}
table{border-collapse:collapse;margin:8px 0 24px}td,th{padding:4px 12px;text-align:right}
th{border-bottom:1px solid #9aa4b2}td:first-child,th:first-child{text-align:left}
.tiles{display:flex;flex-wrap:wrap;gap:8px}figure{margin:0;width:160px;font-size:12px}
figcaption{overflow-wrap:anywhere;color:#4a5565}svg{margin-right:24px}
"""


@dataclass(frozen=True, slots=True, eq=False)
class _Error:
    """One box that is wrong. weight: the larger the worse."""

    picture: JudgedPicture
    box: NDArray[np.float32]
    weight: float
    caption: str


def write_gallery(
    evaluation: Evaluation, manifest: ModelManifest, folder: Path, path: Path
) -> None:
    """Writes the page.

    folder: of the data set version, where the pictures lie. path: of the HTML file.
    """
    sections = [_figures(evaluation), _curves(evaluation)]
    for name in CLASSES:
        judged = [j for j in evaluation.pictures if name in j.matches]
        threshold = manifest.thresholds[name]
        missed = [e for j in judged for e in _missed(j, name, threshold)]
        false = [e for j in judged for e in _false(j, name, threshold)]
        sections.append(_tiles(f"{name}: not found, the largest first", missed, folder))
        sections.append(_tiles(f"{name}: found where none is, the surest first", false, folder))
    title = f"{evaluation.model} on {evaluation.data_set}, {evaluation.split}"
    page = (
        f'<!doctype html><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{html.escape(title)}</h1>"
        "<p>Green: labelled. Red: found. Orange: ignored, nobody knows.</p>" + "".join(sections)
    )
    path.write_text(page, "utf-8")


def _missed(judged: JudgedPicture, name: str, threshold: float) -> list[_Error]:
    matches = judged.matches[name]
    found = set(matches.truth[matches.confidence >= threshold].tolist())
    other = _other(judged, name)
    errors = []
    for row, box in enumerate(matches.truth_xyxy):
        if row not in found:
            height = float(box[3] - box[1])
            best = matches.confidence[matches.truth == row].max(initial=0.0)
            rival = other.confidence[centred_in(other.xyxy, box)].max(initial=0.0)
            says = f", other class {rival:.2f}" if rival >= 0.05 else ""
            errors.append(_Error(judged, box, height, f"{height:.0f} px, best {best:.2f}{says}"))
    return errors


def _false(judged: JudgedPicture, name: str, threshold: float) -> list[_Error]:
    matches = judged.matches[name]
    wrong = (matches.truth < 0) & (matches.confidence >= threshold)
    return [
        _Error(judged, box, float(sure), f"{sure:.2f}, {box[3] - box[1]:.0f} px")
        for box, sure in zip(matches.xyxy[wrong], matches.confidence[wrong], strict=True)
    ]


def _other(judged: JudgedPicture, name: str) -> Detections:
    """What was found of the other head class; nothing for people."""
    others = [CLASSES.index(head) for head in HEADS if head != name and name in HEADS]
    return judged.found[np.isin(judged.found.class_id, others)]


def _tiles(title: str, errors: Sequence[_Error], folder: Path) -> str:
    worst = sorted(errors, key=lambda error: -error.weight)[:SHOWN]
    tiles = "".join(
        f'<figure><img src="{_crop(error, folder)}" width="{CROP}" height="{CROP}" alt="">'
        f"<figcaption>{error.caption}<br>{html.escape(error.picture.picture.file)}</figcaption>"
        "</figure>"
        for error in worst
    )
    return f'<h2>{title} ({len(errors)})</h2><div class="tiles">{tiles}</div>'


def _crop(error: _Error, folder: Path) -> str:
    """The box with what is around it, as a data URL."""
    picture = error.picture.picture
    image: Image = np.asarray(cv2.imread(str(folder / picture.image_path)), np.uint8)
    x, y = (error.box[:2] + error.box[2:]) / 2
    side = float(max(error.box[2:] - error.box[:2]))
    scale = CROP / max(LEAST_REACH * side, min(REACH * side, picture.width, picture.height))
    shift = np.array([[scale, 0, CROP / 2 - scale * x], [0, scale, CROP / 2 - scale * y]])
    tile = cv2.warpAffine(image, shift, (CROP, CROP), flags=cv2.INTER_LINEAR)
    for boxes, colour in (
        (picture.ignored, (0, 140, 255)),
        (picture.xyxy[~picture.filled & (picture.class_id > 0)], (60, 170, 0)),
        (error.box[None], (0, 0, 230)),
    ):
        for box in boxes:
            corners = (box.reshape(2, 2) * scale + shift[:, 2]).round().astype(int)
            cv2.rectangle(tile, corners[0].tolist(), corners[1].tolist(), colour, 1)
    _, content = cv2.imencode(".jpg", tile, [cv2.IMWRITE_JPEG_QUALITY, 85])
    return f"data:image/jpeg;base64,{base64.b64encode(content.tobytes()).decode()}"


def _figures(evaluation: Evaluation) -> str:
    head = "<tr><th>class<th>objects<th>mAP50<th>mAP50-95<th>precision<th>recall<th>ECE</tr>"
    rows = [
        f"<tr><td>{name}<td>{f.objects}<td>{f.ap:.3f}<td>{evaluation.map50_95[name]:.3f}"
        f"<td>{f.precision:.3f}<td>{f.recall:.3f}<td>{evaluation.reliability[name].ece:.3f}</tr>"
        for name, f in evaluation.classes.items()
    ]
    return f"<table>{head}{''.join(rows)}</table>"


def _curves(evaluation: Evaluation) -> str:
    curves = "".join(_curve(name, r) for name, r in evaluation.reliability.items())
    return f"<h2>How often a probability is right</h2>{curves}"


def _curve(name: str, curve: Reliability) -> str:
    """The reliability curve as a picture of 180 pixels; the diagonal is honesty."""
    known = np.isfinite(curve.right)
    points = " ".join(
        f"{10 + 160 * x:.1f},{170 - 160 * y:.1f}"
        for x, y in zip(curve.stated[known], curve.right[known], strict=True)
    )
    return (
        '<svg width="180" height="200" viewBox="0 0 180 200">'
        '<path d="M10 10V170H170" fill="none" stroke="#9aa4b2"/>'
        '<path d="M10 170L170 10" stroke="#9aa4b2" stroke-dasharray="4"/>'
        f'<polyline points="{points}" fill="none" stroke="#1c6fd0" stroke-width="2"/>'
        f'<text x="10" y="192" font-size="13">{name}, ECE {curve.ece:.3f}</text></svg>'
    )
