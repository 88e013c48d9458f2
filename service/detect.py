"""`anyan detect`: the model on pictures."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import typer

from core.detections import Detections
from core.errors import SourceUnavailable
from core.frame import Image
from core.manifest import ModelManifest
from inference.detector import Detector
from inference.session import Session
from service.settings import Settings

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp"}


def detect(
    paths: Sequence[Path], settings: Settings, *, threshold: float | None, as_json: bool
) -> int:
    """Prints what is found in each picture; returns how many pictures could not be read.

    threshold: least confidence; without one, the working thresholds of the model's manifest.
    Raises SourceUnavailable where a path is not there or a folder holds no pictures, ModelError.
    """
    session = Session(settings.model_path, threads=settings.threads)
    detector = Detector(session, threshold)
    unreadable = 0
    for path in _pictures(paths):
        image = cv2.imread(str(path))
        if image is None:
            unreadable += 1
            typer.echo(f"{path}: not a picture that can be read", err=True)
            continue
        (found,) = detector.detect([image])
        line = _line(path, image, found, session.manifest.classes)
        typer.echo(json.dumps(line) if as_json else _sentence(path, found, session.manifest))
    return unreadable


def _pictures(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES)
            if not found:
                kinds = ", ".join(sorted(SUFFIXES))
                raise SourceUnavailable(f"{path} holds no pictures: they end in {kinds}")
            yield from found
        elif path.is_file():
            yield path
        else:
            raise SourceUnavailable(f"{path} is not there: give pictures or folders of pictures")


def _sentence(path: Path, found: Detections, manifest: ModelManifest) -> str:
    counts = np.bincount(found.class_id, minlength=len(manifest.classes))
    named = [f"{n} {name}" for name, n in zip(manifest.classes, counts, strict=True) if n]
    return f"{path}: {', '.join(named) or 'nothing'}"


def _line(path: Path, image: Image, found: Detections, classes: Sequence[str]) -> dict[str, object]:
    height, width = image.shape[:2]
    order = (-found.confidence).argsort(kind="stable")
    return {
        "image": str(path),
        "width": width,
        "height": height,
        "detections": [
            {
                "class": classes[found.class_id[i]],
                "confidence": round(float(found.confidence[i]), 5),
                "xyxy": [round(float(v), 2) for v in found.xyxy[i]],
            }
            for i in order
        ],
    }
