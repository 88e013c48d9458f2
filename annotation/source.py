"""A set of pictures as somebody published it, and how its labels become ours.

One YAML file per source, such as annotation/sources/ppe_a.yaml:

    name: ppe_a
    format: yolo                    # yolo | coco | voc
    path: ppe_a                     # below the folder of pictures that the build is given
    splits: {train: train, valid: valid, test: test}
    names: [helmet, no-helmet]      # by class id; YOLO only
    classes: {helmet: helmet, no-helmet: head}   # theirs: ours, or null for boxes of no interest
    extend_down:                    # helmet-only boxes become head boxes
      helmet: {share: 0.6, wider_than: 0.0}
    incomplete: [head, helmet]      # classes of ours that people labelled, but not everywhere
    camera: ^(gate|press)_          # footage only: part of the file name that names the camera
    licence: CC BY 4.0
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
import yaml
from numpy.typing import NDArray

from annotation.formats.coco import read_coco
from annotation.formats.labels import SourceLabels, read_text
from annotation.formats.voc import read_voc
from annotation.formats.yolo import read_yolo
from core.dataset import CLASSES, LabelledPicture, Split
from core.errors import DataSetError

FORMATS = ("yolo", "coco", "voc")
OPTIONAL = {"names", "camera"}


@dataclass(frozen=True, slots=True)
class Extension:
    """Boxes of helmets alone are extended downwards to hold the head.

    share: of the box's height. wider_than: width / height above which a box holds a helmet alone;
    0 for every box, where the whole set labels helmets alone.
    """

    share: float
    wider_than: float


@dataclass(frozen=True, slots=True)
class Source:
    """What the YAML file says, checked."""

    name: str
    format: str
    path: str
    splits: dict[Split, str]
    names: tuple[str, ...]
    classes: dict[str, str | None]
    extend_down: dict[str, Extension]
    incomplete: frozenset[str]
    camera: re.Pattern[str] | None
    licence: str

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises DataSetError that names the file and the field."""
        try:
            data: Any = yaml.safe_load(read_text(path))
        except yaml.YAMLError as error:
            raise DataSetError(f"{path} is no YAML: {error}") from error
        known = {field.name for field in fields(cls)}
        if not isinstance(data, dict) or set(data) - known or known - set(data) - OPTIONAL:
            wrong = (known ^ set(data)) - OPTIONAL if isinstance(data, dict) else known
            raise DataSetError(f"{path}: missing or unknown fields: {', '.join(sorted(wrong))}")
        checked: dict[str, Any] = {"names": (), "camera": None}
        for name, value in data.items():
            try:
                checked[name] = _CHECKED.get(name, str)(value)
            except (TypeError, ValueError, AttributeError, re.error) as error:
                raise DataSetError(f"{path}: {name}: {error}") from error
        source = cls(**checked)
        source._check(path)
        return source

    @property
    def labelled(self) -> tuple[str, ...]:
        """Our classes for which people drew boxes in this set."""
        return tuple(name for name in CLASSES if name in self.classes.values())

    def camera_of(self, path: Path) -> str | None:
        """The camera of a picture of footage, None for photographs. Raises DataSetError.

        Pictures of one fixed camera look alike without being copies, and none of them may be
        measured on when others are learned from.
        """
        if self.camera is None:
            return None
        found = self.camera.search(path.name)
        if found is None:
            raise DataSetError(f"{path}: `camera` of the source {self.name} does not match")
        return f"{self.name}-{found.group()}"

    def labels(self, root: Path) -> Iterator[tuple[Split, SourceLabels]]:
        """Every picture with the labels as they are. Raises DataSetError."""
        folder = root / self.path
        for split, theirs in self.splits.items():
            match self.format:
                case "yolo":
                    found = read_yolo(folder, theirs, self.names)
                case "coco":
                    found = read_coco(folder, theirs)
                case _:
                    found = read_voc(folder, theirs)
            for labels in found:
                yield split, labels

    def harmonise(self, labels: SourceLabels, split: Split, group: str) -> LabelledPicture:
        """The labels in our classes and our box convention. Raises DataSetError."""
        ours = [self._ours(name, labels.path) for name in labels.names]
        kept = np.array([name is not None for name in ours], np.bool_)
        xyxy = np.array(
            [
                self._extended(box, ours_name)
                for box, ours_name in zip(labels.xyxy, ours, strict=True)
                if ours_name is not None
            ],
            np.float32,
        ).reshape(-1, 4)
        limit = np.array([labels.width, labels.height] * 2, np.float32)
        return LabelledPicture(
            file=f"{self.name}_{labels.path.name}",
            split=split,
            source=self.name,
            group=group,
            width=labels.width,
            height=labels.height,
            labelled=self.labelled,
            xyxy=np.minimum(xyxy, limit),
            class_id=np.array([CLASSES.index(name) for name in ours if name], np.int32),
            filled=np.zeros(int(kept.sum()), np.bool_),
            ignored=np.zeros((0, 4), np.float32),
            ignored_class_id=np.zeros(0, np.int32),
        )

    def _ours(self, name: str, path: Path) -> str | None:
        if name not in self.classes:
            raise DataSetError(
                f"{path}: class '{name}' is not mapped: add it to `classes` of the source "
                f"{self.name}, with null where it is of no interest"
            )
        return self.classes[name]

    def _extended(self, box: NDArray[np.float32], ours: str) -> NDArray[np.float32]:
        rule = self.extend_down.get(ours)
        width, height = box[2] - box[0], box[3] - box[1]
        if rule is None or width <= rule.wider_than * height:
            return box
        return box + np.array([0, 0, 0, rule.share * height], np.float32)

    def _check(self, path: Path) -> None:
        if self.format not in FORMATS:
            raise DataSetError(f"{path}: format is '{self.format}': use {', '.join(FORMATS)}")
        used = {ours for ours in self.classes.values() if ours is not None}
        named = used | set(self.extend_down) | set(self.incomplete)
        if unknown := sorted(named - set(CLASSES)):
            raise DataSetError(
                f"{path}: {', '.join(unknown)} is no class of ours: use {', '.join(CLASSES)}"
            )
        if not used:
            raise DataSetError(f"{path}: `classes` maps nothing to {', '.join(CLASSES)}")


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list")
    return tuple(str(name) for name in value)


_CHECKED: dict[str, Callable[[Any], Any]] = {
    "splits": lambda value: {Split(ours): str(theirs) for ours, theirs in value.items()},
    "names": _names,
    "classes": lambda value: {
        str(theirs): None if ours is None else str(ours) for theirs, ours in value.items()
    },
    "extend_down": lambda value: {
        str(name): Extension(**{key: float(number) for key, number in rule.items()})
        for name, rule in value.items()
    },
    "incomplete": lambda value: frozenset(_names(value)),
    "camera": re.compile,
}
"""From the YAML value of a field to ours; the others are text."""
