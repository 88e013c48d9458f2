"""Pascal VOC: an XML file per picture with `object/bndbox` in pixels."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from annotation.formats.labels import SourceLabels, picture_size, read_text
from core.errors import DataSetError

SIDES = ("xmin", "ymin", "xmax", "ymax")


def read_voc(folder: Path, split: str) -> Iterator[SourceLabels]:
    """The pictures that ImageSets/Main/SPLIT.txt lists. Raises DataSetError."""
    listed = read_text(folder / "ImageSets" / "Main" / f"{split}.txt").splitlines()
    for name in filter(None, map(str.strip, listed)):
        label = folder / "Annotations" / f"{name}.xml"
        text = read_text(label)
        # An entity can grow to gigabytes; no label tool writes one.
        if "<!ENTITY" in text or "<!DOCTYPE" in text:
            raise DataSetError(f"{label} declares entities: write it without")
        try:
            root = ElementTree.fromstring(text)  # noqa: S314 - entities are refused above
            objects = [(o.findtext("name", ""), o.find("bndbox")) for o in root.iter("object")]
            boxes = [[_side(box, side) for side in SIDES] for _, box in objects if box is not None]
        except (ElementTree.ParseError, ValueError) as error:
            raise DataSetError(f"{label} is no VOC label: {error}") from error
        if len(boxes) != len(objects):
            raise DataSetError(f"{label}: an object has no bndbox")
        path = folder / "JPEGImages" / (root.findtext("filename") or f"{name}.jpg")
        found = tuple(name for name, _ in objects)
        yield SourceLabels.checked(path, picture_size(path), found, np.array(boxes), str(label))


def _side(box: ElementTree.Element, side: str) -> float:
    text = box.findtext(side, "")
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{side} of a bndbox is '{text}'") from None
