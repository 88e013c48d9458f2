"""A tiny data set version on disk, and a detector that finds what it is told to."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from made_sets import scene, write_picture

import models
from annotation.formats.yolo import to_yolo
from core.dataset import CLASSES, DataSet, LabelledPicture
from core.detections import Detections
from core.frame import Image
from core.manifest import UNCALIBRATED, ModelManifest

SHIPPED = Path(models.__file__).parent / "weights" / "ppe-n-416.json"
MANIFEST = replace(
    ModelManifest.from_json(SHIPPED.read_text("utf-8"), SHIPPED.name),
    thresholds=dict.fromkeys(CLASSES, 0.35),
    calibration=dict.fromkeys(CLASSES, UNCALIBRATED),
)
"""Of the shipped model, with round numbers."""


def write_version(folder: Path, pictures: Sequence[LabelledPicture], name: str = "tiny") -> DataSet:
    """Every picture of a version is another scene."""
    folder.mkdir(parents=True)
    lines = "".join(f"{picture.to_json()}\n" for picture in pictures)
    for seed, picture in enumerate(pictures):
        path = folder / picture.image_path
        write_picture(path, scene(seed, picture.width, picture.height))
        label = folder / "labels" / picture.split / f"{path.stem}.txt"
        label.parent.mkdir(parents=True, exist_ok=True)
        label.write_text(to_yolo(picture), "utf-8")
    (folder / "index.jsonl").write_text(lines, "utf-8")
    card = {"name": name, "fingerprint": hashlib.sha256(lines.encode()).hexdigest()}
    (folder / "card.json").write_text(json.dumps(card), "utf-8")
    return DataSet.read(folder)


def telling(answers: Sequence[Detections]) -> Callable[[Image], Detections]:
    """A detector for write_version: finds the answer of the picture that it is shown."""
    scenes = {scene(seed).tobytes(): answer for seed, answer in enumerate(answers)}
    return lambda image: scenes[image.tobytes()]


def quiet(pictures: Iterable[LabelledPicture]) -> Iterable[LabelledPicture]:
    """Shows no progress."""
    return pictures
