"""What a data set version is made of: one YAML file, such as annotation/recipes/ppe.yaml.

name: ppe
sources: [ppe_a, ppe_b]          # files of annotation/sources, or beside the recipe
teachers:                        # models that fill in what people left out
  - {model: coco-s, size: 640, classes: [person], sure: 0.4, unsure: 0.2}
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml

from annotation.fill import Teacher
from annotation.formats.labels import read_text
from annotation.source import Source
from core.dataset import CLASSES
from core.errors import DataSetError
from inference.detector import Detector
from inference.session import Session

SOURCES = Path(__file__).parent / "sources"


@dataclass(frozen=True, slots=True)
class TeacherChoice:
    """model: name of the manifest without .json. size: pixels of the input's longer side."""

    model: str
    size: int
    classes: tuple[str, ...]
    sure: float
    unsure: float

    def load(self, folder: Path, threads: int) -> Teacher:
        """Raises ModelError where the folder does not hold the model."""
        session = Session(folder / f"{self.model}.json", threads=threads)
        detector = Detector(session, self.unsure, input_size=self.size)
        return Teacher(detector, self.classes, self.sure)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the YAML file says, checked."""

    name: str
    sources: tuple[Source, ...]
    teachers: tuple[TeacherChoice, ...]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises DataSetError that names the file and the field."""
        try:
            data: Any = yaml.safe_load(read_text(path))
            if unknown := sorted(set(data) - {"name", "sources", "teachers"}):
                raise DataSetError(f"{path}: unknown fields: {', '.join(unknown)}")
            names = [str(name) for name in data["sources"]]
            teachers = tuple(
                TeacherChoice(**{**choice, "classes": tuple(choice["classes"])})
                for choice in data["teachers"]
            )
            recipe = cls(str(data["name"]), _sources(path, names), teachers)
        except (yaml.YAMLError, KeyError, TypeError) as error:
            raise DataSetError(f"{path} is no recipe: {error!r}") from error
        if len(set(names)) < len(names):
            raise DataSetError(f"{path} names a source twice: {', '.join(names)}")
        taught = {name for teacher in teachers for name in teacher.classes}
        if unknown := sorted(taught - set(CLASSES)):
            raise DataSetError(
                f"{path}: a teacher of {', '.join(unknown)}: use {', '.join(CLASSES)}"
            )
        return recipe


def _sources(recipe: Path, names: list[str]) -> tuple[Source, ...]:
    found = []
    for name in names:
        beside = recipe.with_name(f"{name}.yaml")
        found.append(Source.read(beside if beside.is_file() else SOURCES / f"{name}.yaml"))
    return tuple(found)
