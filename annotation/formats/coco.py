"""COCO instances: one JSON with `images`, `annotations` (bbox x y w h in pixels), `categories`."""

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from annotation.formats.labels import SourceLabels, picture_size, read_text
from core.errors import DataSetError


def read_coco(folder: Path, split: str) -> Iterator[SourceLabels]:
    """The pictures that SPLIT/_annotations.coco.json or annotations/SPLIT.json lists.

    Annotations with a segmentation but no bbox become the box around it. Raises DataSetError.
    """
    index, images = _places(folder, split)
    try:
        data = json.loads(read_text(index))
        categories = {int(c["id"]): str(c["name"]) for c in data["categories"]}
        of_image: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for annotation in data["annotations"]:
            of_image[int(annotation["image_id"])].append(annotation)
        listed = [(int(image["id"]), images / image["file_name"]) for image in data["images"]]
    except (ValueError, KeyError, TypeError) as error:
        raise DataSetError(f"{index} is no COCO file: {error!r}") from error
    if stray := sorted(set(of_image) - {image_id for image_id, _ in listed}):
        raise DataSetError(
            f"{index} annotates picture {stray[0]}, which it does not list: complete `images`"
        )
    for image_id, path in listed:
        size = picture_size(path)
        found = of_image[image_id]
        try:
            names = tuple(categories[int(a["category_id"])] for a in found)
            boxes = [_box(a) for a in found]
        except (KeyError, ValueError, TypeError) as error:
            raise DataSetError(f"{index}: an annotation of {path.name}: {error!r}") from error
        yield SourceLabels.checked(path, size, names, np.array(boxes), f"{index}, {path.name}")


def _places(folder: Path, split: str) -> tuple[Path, Path]:
    """The index and the folder of its pictures, in the two layouts that are usual."""
    for index, images in (
        (folder / split / "_annotations.coco.json", folder / split),
        (folder / "annotations" / f"{split}.json", folder / "images" / split),
    ):
        if index.is_file():
            return index, images
    raise DataSetError(
        f"{folder} has neither {split}/_annotations.coco.json nor annotations/{split}.json"
    )


def _box(annotation: dict[str, Any]) -> list[float]:
    if annotation.get("bbox"):
        x, y, width, height = (float(v) for v in annotation["bbox"])
        return [x, y, x + width, y + height]
    outline = annotation["segmentation"]
    if not outline or not isinstance(outline, list):
        raise ValueError("without a bbox, segmentation must be a list of polygons")
    points = np.concatenate([np.asarray(part, np.float64).reshape(-1, 2) for part in outline])
    return [*points.min(axis=0), *points.max(axis=0)]
