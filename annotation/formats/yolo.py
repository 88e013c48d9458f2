"""YOLO text labels: `class cx cy w h` or `class x1 y1 x2 y2 …` (a polygon), in 0..1."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotation.formats.labels import SUFFIXES, SourceLabels, picture_size, read_text
from core.dataset import LabelledPicture
from core.errors import DataSetError


def read_yolo(folder: Path, split: str, names: Sequence[str]) -> Iterator[SourceLabels]:
    """The pictures of images/SPLIT with labels/SPLIT/NAME.txt; no file means nothing is there.

    names: by class id. Raises DataSetError with file and line.
    """
    images = folder / "images" / split
    if not images.is_dir():
        raise DataSetError(f"{images} is not there: correct the path or the splits of the source")
    for path in sorted(p for p in images.iterdir() if p.suffix.lower() in SUFFIXES):
        size = picture_size(path)
        label = folder / "labels" / split / f"{path.stem}.txt"
        rows = _rows(label, len(names)) if label.is_file() else []
        boxes = np.array([box for _, box in rows], np.float64).reshape(-1, 4)
        pixels = boxes * np.array([*size, *size])
        found = tuple(names[class_id] for class_id, _ in rows)
        yield SourceLabels.checked(path, size, found, pixels, str(label))


def to_yolo(picture: LabelledPicture) -> str:
    """The boxes of a picture as YOLO text, a line each."""
    size = np.array([picture.width, picture.height], np.float64)
    centre = (picture.xyxy[:, :2] + picture.xyxy[:, 2:]) / 2 / size
    extent = (picture.xyxy[:, 2:] - picture.xyxy[:, :2]) / size
    rows = zip(picture.class_id, centre, extent, strict=True)
    return "".join(f"{c} {x:.6f} {y:.6f} {w:.6f} {h:.6f}\n" for c, (x, y), (w, h) in rows)


def _rows(path: Path, classes: int) -> list[tuple[int, NDArray[np.float64]]]:
    """Class id and x1 y1 x2 y2 (0..1) of each line."""
    rows = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        words = line.split()
        try:
            number_of_class, values = float(words[0]), np.array(words[1:], np.float64)
        except ValueError:
            raise DataSetError(
                f"{path}, line {number}: '{line.strip()}' holds no numbers"
            ) from None
        if number_of_class not in range(classes):
            raise DataSetError(
                f"{path}, line {number}: class {words[0]}, but the source names {classes} classes: "
                "complete `names` of the source"
            )
        rows.append((int(number_of_class), _box(values, f"{path}, line {number}")))
    return rows


def _box(values: NDArray[np.float64], place: str) -> NDArray[np.float64]:
    if len(values) == 4:
        centre, half = values[:2], values[2:] / 2
        return np.concatenate([centre - half, centre + half])
    if len(values) >= 6 and len(values) % 2 == 0:
        points = values.reshape(-1, 2)
        return np.concatenate([points.min(axis=0), points.max(axis=0)])
    raise DataSetError(f"{place}: {len(values)} numbers are neither a box nor a polygon")
