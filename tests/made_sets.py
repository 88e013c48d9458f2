"""Small pictures and label files, in the formats that data sets are published in."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml

from core.dataset import LabelledPicture, Split
from core.detections import Detections
from core.frame import Image

Box = tuple[float, float, float, float]
Named = tuple[str, Box]
"""Name of the class; x1 y1 x2 y2 in pixels."""


def scene(seed: int, width: int = 160, height: int = 120) -> Image:
    """A picture that no other seed resembles: large soft patches under fine grain."""
    random = np.random.default_rng(seed)
    patches = random.uniform(0, 255, (6, 8, 3)).astype(np.float32)
    grain = random.normal(0, 10, (height, width, 3)).astype(np.float32)
    soft = cv2.resize(patches, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.clip(soft + grain, 0, 255).astype(np.uint8)


def textured(seed: int, width: int, height: int) -> Image:
    """Strong edges everywhere."""
    blocks = np.random.default_rng(seed).integers(0, 256, (height // 8, width // 8, 3), np.uint8)
    return cv2.resize(blocks, (width, height), interpolation=cv2.INTER_CUBIC)


def write_picture(path: Path, image: Image) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image)
    return path


def write_yolo(
    folder: Path, split: str, name: str, image: Image, rows: Sequence[tuple[int, Box]]
) -> Path:
    """One picture of a YOLO set; the rows are class id and x1 y1 x2 y2 in pixels."""
    height, width = image.shape[:2]
    lines = [
        f"{class_id} {(x1 + x2) / 2 / width} {(y1 + y2) / 2 / height} "
        f"{(x2 - x1) / width} {(y2 - y1) / height}\n"
        for class_id, (x1, y1, x2, y2) in rows
    ]
    label = folder / "labels" / split / f"{Path(name).stem}.txt"
    label.parent.mkdir(parents=True, exist_ok=True)
    label.write_text("".join(lines), "utf-8")
    return write_picture(folder / "images" / split / name, image)


def write_coco(
    folder: Path, split: str, pictures: dict[str, tuple[Image, Sequence[dict[str, Any]]]]
) -> Path:
    """SPLIT/_annotations.coco.json with the categories 1 person, 2 bare, 3 hat."""
    data: dict[str, Any] = {
        "images": [],
        "annotations": [],
        "categories": [
            {"id": number, "name": name}
            for number, name in enumerate(("person", "bare", "hat"), start=1)
        ],
    }
    for image_id, (name, (image, annotations)) in enumerate(pictures.items(), start=7):
        write_picture(folder / split / name, image)
        data["images"].append({"id": image_id, "file_name": name})
        data["annotations"] += [{**a, "image_id": image_id} for a in annotations]
    index = folder / split / "_annotations.coco.json"
    index.parent.mkdir(parents=True, exist_ok=True)
    index.write_text(json.dumps(data), "utf-8")
    return index


def write_voc(folder: Path, split: str, name: str, image: Image, boxes: Sequence[Named]) -> Path:
    """One picture of a VOC set, added to the list of its split."""
    objects = "".join(
        f"<object><name>{label}</name><bndbox>"
        f"<xmin>{x1}</xmin><ymin>{y1}</ymin><xmax>{x2}</xmax><ymax>{y2}</ymax>"
        "</bndbox></object>"
        for label, (x1, y1, x2, y2) in boxes
    )
    path = folder / "Annotations" / f"{name}.xml"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = f"<annotation><filename>{name}.jpg</filename>{objects}</annotation>"
    path.write_text(text, "utf-8")
    listed = folder / "ImageSets" / "Main" / f"{split}.txt"
    listed.parent.mkdir(parents=True, exist_ok=True)
    with listed.open("a", encoding="utf-8") as file:
        file.write(f"{name}\n")
    write_picture(folder / "JPEGImages" / f"{name}.jpg", image)
    return path


SOURCE: dict[str, Any] = {
    "name": "site",
    "format": "yolo",
    "path": "site",
    "splits": {"train": "train", "valid": "valid"},
    "names": ["person", "bare", "hat", "vest"],
    "classes": {"person": "person", "bare": "head", "hat": "helmet", "vest": None},
    "extend_down": {},
    "incomplete": [],
    "licence": "CC0",
}


def write_source(folder: Path, **changes: Any) -> Path:
    """A source file; a change to ... leaves the field out."""
    data = {key: value for key, value in {**SOURCE, **changes}.items() if value is not ...}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{data.get('name', 'site')}.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False), "utf-8")
    return path


def labelled(
    boxes: Sequence[tuple[int, Box]] = (),
    *,
    filled: Sequence[tuple[int, Box]] = (),
    ignored: Sequence[tuple[int, Box]] = (),
    **changes: Any,
) -> LabelledPicture:
    """A picture of a version: boxes that people drew, boxes of a detector, doubtful places."""
    known = [*boxes, *filled]
    given: dict[str, Any] = {
        "file": "site_1.png",
        "split": Split.VALID,
        "source": "site",
        "group": "site-000001",
        "width": 160,
        "height": 120,
        "labelled": ("person", "head", "helmet"),
        "xyxy": np.array([box for _, box in known], np.float32).reshape(-1, 4),
        "class_id": np.array([class_id for class_id, _ in known], np.int32),
        "filled": np.array([False] * len(boxes) + [True] * len(filled), np.bool_),
        "ignored": np.array([box for _, box in ignored], np.float32).reshape(-1, 4),
        "ignored_class_id": np.array([class_id for class_id, _ in ignored], np.int32),
    }
    return LabelledPicture(**{**given, **changes})


def found(*boxes: tuple[int, Box, float]) -> Detections:
    """What a detector found: class id, x1 y1 x2 y2 in pixels, confidence."""
    return Detections(
        np.array([box for _, box, _ in boxes], np.float32).reshape(-1, 4),
        np.array([confidence for _, _, confidence in boxes], np.float32),
        np.array([class_id for class_id, _, _ in boxes], np.int32),
    )
