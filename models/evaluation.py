"""Everything that an evaluation finds out about a detector on one split of a data set version.

Needs no torch: it works on what a detector found, however it was run.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.dataset import CLASSES, DataSet, LabelledPicture, Split
from core.detections import Detections
from core.errors import DataSetError, ModelError
from core.geometry import centred_in
from core.manifest import ModelManifest
from models.calibration import Reliability, outcomes, reliability
from models.matching import Matches, match
from models.metrics import HEAD_HEIGHTS, ClassFigures, average_precision, figures, of_height

IOUS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
"""mAP50-95 is the mean over these."""
HEADS = ("head", "helmet")
Image = NDArray[np.uint8]
Detect = Callable[[Image], Detections]
"""(H, W, 3) uint8 BGR -> boxes in the class ids of CLASSES, from a low floor up."""
Progress = Callable[[Iterable[LabelledPicture]], Iterable[LabelledPicture]]
"""Hands the pictures on and shows how far it is."""


@dataclass(frozen=True, slots=True, eq=False)
class JudgedPicture:
    """A picture with what was found in it, and how that agrees with its labels at IoU 0.5."""

    picture: LabelledPicture
    found: Detections
    matches: dict[str, Matches]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """data_set: name and version. fingerprint: of the pictures and labels.

    classes: figures at IoU 0.5. map50_95: by class. by_height: class -> "low-high" -> figures.
    by_source: source -> class -> figures. confusion: share of heads that were read as the other
    class, by class. reliability: by class, of calibrated probabilities.
    """

    model: str
    data_set: str
    split: Split
    fingerprint: str
    classes: dict[str, ClassFigures]
    map50_95: dict[str, float]
    by_height: dict[str, dict[str, ClassFigures]]
    by_source: dict[str, dict[str, ClassFigures]]
    confusion: dict[str, float]
    reliability: dict[str, Reliability]
    pictures: tuple[JudgedPicture, ...]

    def metrics(self) -> dict[str, float]:
        """The figures that a manifest and a comparison carry."""
        named: dict[str, float] = {}
        for name, f in self.classes.items():
            named[f"mAP50_{name}"] = f.ap
            named[f"mAP50_95_{name}"] = self.map50_95[name]
            named[f"precision_{name}"] = f.precision
            named[f"recall_{name}"] = f.recall
            named[f"ece_{name}"] = self.reliability[name].ece
        named |= {f"read_as_the_other_{name}": share for name, share in self.confusion.items()}
        return {name: round(value, 4) for name, value in named.items() if np.isfinite(value)}


def evaluate(
    data_set: DataSet,
    split: Split,
    detect: Detect,
    manifest: ModelManifest,
    progress: Progress,
) -> Evaluation:
    """Runs the detector over a split.

    Raises DataSetError where the split is empty or damaged, ModelError for a model of other
    classes.
    """
    if manifest.classes != CLASSES:
        raise ModelError(
            f"model {manifest.name} knows {', '.join(manifest.classes)}, but the data set is "
            f"labelled with {', '.join(CLASSES)} in this order: choose another model"
        )
    pictures = data_set.of_split(split)
    if not pictures:
        raise DataSetError(f"{data_set.folder} has no pictures in its split '{split}'")
    judged, strict = [], []
    for picture in progress(pictures):
        found = detect(_read(data_set, picture))
        at = {name: [match(picture, found, name, iou) for iou in IOUS] for name in picture.labelled}
        judged.append(JudgedPicture(picture, found, {name: m[0] for name, m in at.items()}))
        strict.append(at)
    of_class = {name: [j.matches[name] for j in judged if name in j.matches] for name in CLASSES}
    thresholds = manifest.thresholds
    return Evaluation(
        model=manifest.name,
        data_set=data_set.name,
        split=split,
        fingerprint=data_set.fingerprint,
        classes={name: figures(m, thresholds[name]) for name, m in of_class.items()},
        map50_95={
            name: float(
                np.mean(
                    [
                        average_precision([at[name][i] for at in strict if name in at])
                        for i in range(len(IOUS))
                    ]
                )
            )
            for name in CLASSES
        },
        by_height={
            name: {
                f"{low}-{high}": figures(
                    [of_height(m, low, high) for m in of_class[name]], thresholds[name]
                )
                for low, high in HEAD_HEIGHTS
            }
            for name in HEADS
        },
        by_source={
            source: {
                name: figures(
                    [j.matches[name] for j in judged if j.picture.source == source],
                    thresholds[name],
                )
                for name in next(j.matches for j in judged if j.picture.source == source)
            }
            for source in sorted({j.picture.source for j in judged})
        },
        confusion={name: _confusion(judged, name, thresholds) for name in HEADS},
        reliability={name: _reliability(of_class[name], manifest, name) for name in CLASSES},
        pictures=tuple(judged),
    )


def _read(data_set: DataSet, picture: LabelledPicture) -> Image:
    path = data_set.folder / picture.image_path
    image = cv2.imread(str(path))
    if image is None:
        raise DataSetError(f"{path} cannot be read as a picture: build the version again")
    return np.asarray(image, np.uint8)


def _confusion(judged: list[JudgedPicture], name: str, thresholds: dict[str, float]) -> float:
    """Of the labelled objects of a head class, the share whose surest box is of the other class."""
    other = next(head for head in HEADS if head != name)
    wrong = objects = 0
    for j in judged:
        if name not in j.matches:
            continue
        own, rival = (j.found.of_class(CLASSES.index(head)) for head in (name, other))
        for box in j.matches[name].truth_xyxy:
            mine, theirs = (
                float(found.confidence[centred_in(found.xyxy, box)].max(initial=0.0))
                for found in (own, rival)
            )
            objects += 1
            wrong += theirs >= thresholds[other] and theirs > mine
    return wrong / objects if objects else float("nan")


def _reliability(matches: list[Matches], manifest: ModelManifest, name: str) -> Reliability:
    confidence, right = outcomes(matches)
    return reliability(manifest.calibration[name].probability(confidence), right)


def summary(evaluation: Evaluation) -> dict[str, Any]:
    """JSON of everything but the pictures."""
    return {
        "model": evaluation.model,
        "data_set": evaluation.data_set,
        "split": evaluation.split.value,
        "fingerprint": evaluation.fingerprint,
        "metrics": evaluation.metrics(),
        "by_height": _plain(evaluation.by_height),
        "by_source": _plain(evaluation.by_source),
    }


def _plain(table: dict[str, dict[str, ClassFigures]]) -> dict[str, dict[str, dict[str, float]]]:
    return {
        row: {
            column: {"objects": f.objects}
            | {
                figure: round(value, 4)
                for figure, value in (
                    ("mAP50", f.ap),
                    ("precision", f.precision),
                    ("recall", f.recall),
                )
                if np.isfinite(value)
            }
            for column, f in cells.items()
            if f.objects
        }
        for row, cells in table.items()
    }
