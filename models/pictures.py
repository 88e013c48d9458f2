"""The trainer's pictures: those of a data set version, with the look of site cameras."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import getrandbits
from typing import Any
from zlib import crc32

import numpy as np
from ultralytics.data.dataset import YOLODataset

from core.dataset import CLASSES, DataSet, LabelledPicture, Split
from core.errors import TrainingFailed
from models.camera_look import camera_look
from models.held_helmets import paste_held_helmets
from models.lens import bend

BENT_SHARE = 0.15
HELD_SHARE = 0.2


class PlainPictures(YOLODataset):  # type: ignore[misc]
    """Pictures of ultralytics; what it remembers of their labels stays out of the data set."""

    def cache_labels(self, path: Path = Path()) -> dict[str, Any]:
        """As the parent does, but beside the list of pictures: a version never changes."""
        return dict(super().cache_labels(Path(self.img_path).with_name(path.name)))


class CameraPictures(PlainPictures):
    """Training pictures, changed last by what cameras do to a scene."""

    def build_transforms(self, hyp: Any = None) -> Any:
        """Mosaic, scale, flip and colour of ultralytics, then ours, then the tensor."""
        transforms = super().build_transforms(hyp)
        if self.augment:
            transforms.insert(len(transforms.transforms) - 1, CameraTransform())
        return transforms


class CameraTransform:
    """Held helmets, a wide-angle lens and the look of a camera, on one labelled picture."""

    def __call__(self, labels: dict[str, Any]) -> dict[str, Any]:
        """Changes `img` (H, W, 3) uint8 and `instances` in place, as transforms here do."""
        # Ultralytics seeds the global generator of every worker.
        random = np.random.default_rng(getrandbits(32))
        image, instances, class_id = labels["img"], labels["instances"], labels["cls"].reshape(-1)
        instances.convert_bbox("xyxy")
        instances.denormalize(*image.shape[1::-1])
        boxes = instances.bboxes
        if random.random() < HELD_SHARE:
            person, helmet = (class_id == CLASSES.index(name) for name in ("person", "helmet"))
            image = paste_held_helmets(image, boxes[person], boxes[~person], boxes[helmet], random)
        if random.random() < BENT_SHARE:
            image, bent, kept = bend(image, boxes, float(random.uniform(-0.35, -0.1)))
            instances.update(bent)
            labels["instances"], labels["cls"] = instances[kept], labels["cls"][kept]
        labels["img"] = camera_look(np.ascontiguousarray(image), random)
        return labels


class Turns:
    """Which pictures an epoch takes: every picture once before any comes again.

    An epoch may be shorter than all pictures, so that a slow machine saves its work often. What an
    epoch takes depends on the seed and its number alone: a run that goes on takes what it would
    have taken.
    """

    def __init__(self, pictures: int, of_epoch: int, seed: int) -> None:
        """pictures: that there are. of_epoch: that an epoch takes."""
        self.next_epoch = 0
        self._pictures, self._of_epoch, self._seed = pictures, of_epoch, seed

    def __len__(self) -> int:
        """Pictures of an epoch."""
        return self._of_epoch

    def __iter__(self) -> Iterator[int]:
        """Indices of the next epoch's pictures."""
        first = self.next_epoch * self._of_epoch
        self.next_epoch += 1
        for turn in range(first, first + self._of_epoch):
            round_, place = divmod(turn, self._pictures)
            if turn == first or not place:
                order = np.random.default_rng([self._seed, round_]).permutation(self._pictures)
            yield int(order[place])


def choose(data_set: DataSet, shares: dict[str, float]) -> list[LabelledPicture]:
    """The training pictures, some sources less or more than once.

    shares: by source; 1 where a source is not named, 0 leaves it out, 1.5 takes each picture once
    and half of them twice, always the same half. Raises TrainingFailed for an unknown source or
    a class that no chosen picture holds.
    """
    pictures = data_set.of_split(Split.TRAIN)
    known = {picture.source for picture in pictures}
    if unknown := sorted(set(shares) - known):
        raise TrainingFailed(
            f"the configuration names sources that {data_set.name} does not hold: "
            f"{', '.join(unknown)}; it holds {', '.join(sorted(known))}"
        )
    chosen = [
        picture
        for picture in pictures
        for _ in range(_times(picture.file, shares.get(picture.source, 1.0)))
    ]
    present = {int(c) for picture in chosen for c in picture.class_id}
    if missing := [name for i, name in enumerate(CLASSES) if i not in present]:
        raise TrainingFailed(
            f"no training picture of {data_set.name} shows {', '.join(missing)}: "
            "add a source that does"
        )
    return chosen


def write_list(pictures: Sequence[LabelledPicture], folder: Path, path: Path) -> None:
    """One path a line, as ultralytics reads it."""
    lines = "".join(f"{(folder / picture.image_path).resolve()}\n" for picture in pictures)
    path.write_text(lines, "utf-8")


def _times(file: str, share: float) -> int:
    whole = int(share)
    return whole + (crc32(file.encode()) / 2**32 < share - whole)
