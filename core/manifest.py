"""The JSON that stands beside every model file and says what is in it."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from core.errors import ManifestMismatch

_KINDS = {
    "file": str,
    "sha256": str,
    "classes": list,
    "input_size": int,
    "thresholds": dict,
    "metrics": dict,
}
"""JSON types of the fields that something is computed from."""


@dataclass(frozen=True, slots=True)
class ModelManifest:
    """What a model promises.

    file: name of the ONNX file beside the manifest; sha256: hex digest of its bytes.
    classes: names by class id. input_size: pixels of the square input.
    thresholds: working confidence per class name, 0..1.
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
        data["classes"] = tuple(data["classes"])
        manifest = cls(**data)
        if set(manifest.thresholds) != set(manifest.classes):
            raise ManifestMismatch(f"{place}: thresholds must name every class once")
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
