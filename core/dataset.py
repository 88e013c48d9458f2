"""Labelled pictures, and the index of a frozen data set version that lists them.

A version is a folder:

    card.json          name, version, classes, convention, sources with licence, counts, fingerprint
    card.md            the same for people
    index.jsonl        one `LabelledPicture` per line: the truth about every box
    images/SPLIT/…     the pictures
    labels/SPLIT/…     the boxes as YOLO text, derived from the index for the trainer
    data.yaml          what ultralytics wants to be told

Boxes of heads hold the head and its helmet, in every set: `HEAD_BOX`.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core.errors import DataSetError

CLASSES = ("person", "head", "helmet")
"""Class ids 0, 1, 2. A `head` is bare: no hard hat on it. Caps, straw hats and hoods are heads."""
HEAD_BOX = "a head box (head, helmet) holds the head with chin and hair, and the helmet if worn"


class Split(StrEnum):
    """train is learned from, valid is tuned on, test is measured on."""

    TRAIN = "train"
    VALID = "valid"
    TEST = "test"


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPicture:
    """One picture of a data set and what is known to be in it.

    file: relative to images/SPLIT. source: name of the set that it came from.
    group: pictures of one original, or of one camera, share it; a group is in one split only.
    width, height: pixels.
    labelled: classes for which people drew boxes in this source; others are not measured on it.
    xyxy: (N, 4) float32 pixels, inside the picture. class_id: (N,) int32, see CLASSES.
    filled: (N,) bool, boxes made by a detector and seen by nobody.
    ignored: (M, 4) float32 pixels: places where nobody knows whether there is an object of class
    ignored_class_id, (M,) int32; neither learned nor measured.
    """

    file: str
    split: Split
    source: str
    group: str
    width: int
    height: int
    labelled: tuple[str, ...]
    xyxy: NDArray[np.float32]
    class_id: NDArray[np.int32]
    filled: NDArray[np.bool_]
    ignored: NDArray[np.float32]
    ignored_class_id: NDArray[np.int32]

    @property
    def image_path(self) -> str:
        """Below the folder of the version."""
        return f"images/{self.split}/{self.file}"

    def to_json(self) -> str:
        """One line of the index."""
        line: dict[str, Any] = {
            "file": self.file,
            "split": self.split.value,
            "source": self.source,
            "group": self.group,
            "width": self.width,
            "height": self.height,
            "labelled": list(self.labelled),
            "xyxy": _rounded(self.xyxy),
            "class_id": self.class_id.tolist(),
            "filled": self.filled.astype(int).tolist(),
            "ignored": _rounded(self.ignored),
            "ignored_class_id": self.ignored_class_id.tolist(),
        }
        return json.dumps(line, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str) -> Self:
        """Raises ValueError or KeyError for what to_json did not write."""
        data = json.loads(line)
        picture = cls(
            file=data["file"],
            split=Split(data["split"]),
            source=data["source"],
            group=data["group"],
            width=int(data["width"]),
            height=int(data["height"]),
            labelled=tuple(data["labelled"]),
            xyxy=np.array(data["xyxy"], np.float32).reshape(-1, 4),
            class_id=np.array(data["class_id"], np.int32),
            filled=np.array(data["filled"], np.bool_),
            ignored=np.array(data["ignored"], np.float32).reshape(-1, 4),
            ignored_class_id=np.array(data["ignored_class_id"], np.int32),
        )
        boxes = {len(picture.xyxy), len(picture.class_id), len(picture.filled)}
        if len(boxes) > 1 or len(picture.ignored) != len(picture.ignored_class_id):
            raise ValueError("every box needs one class")
        ids = np.concatenate([picture.class_id, picture.ignored_class_id])
        if not np.isin(ids, range(len(CLASSES))).all():
            raise ValueError(f"there are only {len(CLASSES)} classes")
        return picture


@dataclass(frozen=True, slots=True, eq=False)
class DataSet:
    """A data set version on disk."""

    folder: Path
    name: str
    fingerprint: str
    pictures: tuple[LabelledPicture, ...]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Raises DataSetError where the folder is no version, or a group is in two splits."""
        try:
            card = json.loads((folder / "card.json").read_text("utf-8"))
            name, fingerprint = str(card["name"]), str(card["fingerprint"])
            lines = (folder / "index.jsonl").read_text("utf-8").removesuffix("\n").split("\n")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataSetError(
                f"{folder} is no data set version ({error!r}): make one with `anyan dataset build`"
            ) from error
        pictures = []
        for number, line in enumerate(lines, start=1):
            try:
                pictures.append(LabelledPicture.from_json(line))
            except (ValueError, KeyError, TypeError) as error:
                raise DataSetError(
                    f"{folder}/index.jsonl, line {number}: {error!r}: build the version again"
                ) from error
        data_set = cls(folder, name, fingerprint, tuple(pictures))
        data_set.check_splits()
        return data_set

    def check_splits(self) -> None:
        """Raises DataSetError where one original is learned from and measured on."""
        home: dict[str, LabelledPicture] = {}
        for picture in self.pictures:
            other = home.setdefault(picture.group, picture)
            if other.split != picture.split:
                raise DataSetError(
                    f"{other.image_path} and {picture.image_path} are of one original, so a figure "
                    "measured here would be too good: put both into one split"
                )

    def of_split(self, split: Split) -> list[LabelledPicture]:
        """The pictures of one split, in the order of the index."""
        return [picture for picture in self.pictures if picture.split == split]


def _rounded(xyxy: NDArray[np.float32]) -> list[list[float]]:
    return [[round(float(value), 2) for value in box] for box in xyxy]
