"""The JSON that stands beside every model file and says what is in it."""

import json
import re
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core.errors import ManifestMismatch

_KINDS = {
    "name": str,
    "version": str,
    "file": str,
    "sha256": str,
    "classes": list,
    "input_size": int,
    "thresholds": dict,
    "calibration": dict,
    "metrics": dict,
}
"""JSON types of the fields that something is computed from."""
PLAIN_NAME = re.compile(r"\w[\w.-]*", re.ASCII)
"""A file name without a way out of its folder."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """From confidence to the probability of being right, for one class and variant of a model.

    probability = sigmoid(scale * logit(confidence) + offset), fitted on the validation split
    (Platt, Probabilistic Outputs for Support Vector Machines, 1999).
    """

    scale: float
    offset: float

    def probability(self, confidence: NDArray[np.floating]) -> NDArray[np.float64]:
        """(N,) confidences, 0..1, to (N,) probabilities, 0..1."""
        return probability(confidence, self.scale, self.offset)


def probability(
    confidence: NDArray[np.floating],
    scale: float | NDArray[np.float64],
    offset: float | NDArray[np.float64],
) -> NDArray[np.float64]:
    """The same with one calibration, or with a calibration for each of them (N,)."""
    clipped = np.minimum(np.maximum(confidence.astype(np.float64), 1e-6), 1 - 1e-6)
    logit = np.log(clipped / (1 - clipped))
    return np.asarray(1 / (1 + np.exp(-(scale * logit + offset))))


UNCALIBRATED = Calibration(scale=1.0, offset=0.0)
"""Takes the confidence for the probability."""


@dataclass(frozen=True, slots=True)
class ModelManifest:
    """What a model promises.

    file: name of the ONNX file beside the manifest; sha256: hex digest of its bytes.
    classes: names by class id. input_size: pixels of the square input.
    thresholds: working confidence per class name, 0..1. calibration: per class name.
    box_convention: what a head box holds, in one sentence.
    data_set: name and version of the training data. metrics: measured figures, by name.
    """

    name: str
    version: str
    file: str
    sha256: str
    classes: tuple[str, ...]
    input_size: int
    thresholds: dict[str, float]
    calibration: dict[str, Calibration]
    box_convention: str
    data_set: str
    metrics: dict[str, float]
    licence: str

    @classmethod
    def from_json(cls, text: str, place: str) -> Self:
        """Reads a manifest. Raises ManifestMismatch that names the place and the field."""
        try:
            data: Any = json.loads(text)
        except json.JSONDecodeError as error:
            raise ManifestMismatch(f"{place} is not JSON: {error}") from error
        names = {field.name for field in fields(cls)}
        if not isinstance(data, dict) or set(data) != names:
            found = set(data) if isinstance(data, dict) else set()
            wrong = ", ".join(sorted(names ^ found))
            raise ManifestMismatch(
                f"{place} does not have the fields of a manifest ({wrong}): "
                "export the model again with `anyan models export`"
            )
        for name, kind in _KINDS.items():
            if not isinstance(data[name], kind):
                raise ManifestMismatch(
                    f"{place}: {name} is {data[name]!r}: export the model again with "
                    "`anyan models export`"
                )
        for name in ("name", "file"):
            if not PLAIN_NAME.fullmatch(data[name]):
                raise ManifestMismatch(
                    f"{place}: {name} is '{data[name]}', but it names a file in the folder of the "
                    "manifest: use letters, digits, '.', '_' and '-'"
                )
        data["classes"] = tuple(data["classes"])
        try:
            data["calibration"] = {
                name: Calibration(float(entry["scale"]), float(entry["offset"]))
                for name, entry in data["calibration"].items()
            }
        except (TypeError, KeyError, ValueError) as error:
            raise ManifestMismatch(f"{place}: calibration needs scale and offset") from error
        manifest = cls(**data)
        if not set(manifest.thresholds) == set(manifest.calibration) == set(manifest.classes):
            raise ManifestMismatch(
                f"{place}: thresholds and calibration must name every class once"
            )
        if not all(isinstance(value, (int, float)) for value in manifest.thresholds.values()):
            raise ManifestMismatch(f"{place}: thresholds must be numbers from 0 to 1")
        return manifest

    def to_json(self) -> str:
        """Readable JSON with a final line break."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"

    def class_id(self, name: str) -> int:
        """Raises ManifestMismatch where the model does not know the class."""
        if name not in self.classes:
            raise ManifestMismatch(
                f"model {self.name} knows {', '.join(self.classes)} but not '{name}': "
                "choose another model"
            )
        return self.classes.index(name)
