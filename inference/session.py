"""An ONNX Runtime session on a model file that is what its manifest says."""

import hashlib
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from core.errors import ManifestMismatch, ModelError
from core.manifest import ModelManifest
from inference.letterbox import STRIDE

PREFERRED_PROVIDERS = (
    "TensorrtExecutionProvider",
    "CUDAExecutionProvider",
    "OpenVINOExecutionProvider",
    "CPUExecutionProvider",
)
BOX_VALUES = 4
"""Of each candidate, before its class scores: centre x, centre y, width, height."""


def available_providers() -> list[str]:
    """What ONNX Runtime offers on this machine, best first."""
    offered = onnxruntime.get_available_providers()
    return [name for name in PREFERRED_PROVIDERS if name in offered]


class Session:
    """One per process and device; `run` may be called from several threads.

    manifest: the JSON beside the model file.
    Raises ManifestMismatch that says what differs, ModelError where the file cannot be loaded.
    """

    def __init__(self, manifest_path: Path, *, threads: int) -> None:
        self.manifest = read_manifest(manifest_path)
        path = manifest_path.with_name(self.manifest.file)
        _check_digest(path, self.manifest)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Idle threads that spin would take the time that decoding needs.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                path, options, providers=available_providers()
            )
        except Exception as error:  # ONNX Runtime has no common error class
            raise ModelError(f"{path.name} cannot be loaded: {error}") from error
        self._input = self._session.get_inputs()[0]
        self._check_shapes()

    @property
    def provider(self) -> str:
        """The execution provider in use."""
        return str(self._session.get_providers()[0])

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """(B, 3, H, W) float32 RGB 0..1 -> (B, 4 + classes, candidates) float32."""
        (output,) = self._session.run(None, {self._input.name: batch})
        return np.asarray(output, np.float32)

    def _check_shapes(self) -> None:
        size, classes = self.manifest.input_size, len(self.manifest.classes)
        shape = self._input.shape
        if len(shape) != 4 or any(isinstance(n, int) for n in (shape[0], *shape[2:])):
            raise ManifestMismatch(
                f"{self.manifest.file} takes an input of {shape}, but batch, height and width "
                "must be free: export the model again with `anyan models export`"
            )
        if size <= 0 or size % STRIDE:
            raise ManifestMismatch(
                f"the manifest of {self.manifest.file} says an input of {size} pixels, but its "
                f"sides must be multiples of {STRIDE}: use the manifest that was exported with it"
            )
        output = self.run(np.zeros((1, 3, size, size), np.float32))
        if output.ndim != 3 or output.shape[1] != BOX_VALUES + classes:
            raise ManifestMismatch(
                f"{self.manifest.file} answers {output.shape}, but {classes} classes "
                f"({', '.join(self.manifest.classes)}) need {BOX_VALUES + classes} rows: "
                "use the manifest that was exported with the file"
            )


def read_manifest(path: Path) -> ModelManifest:
    """Raises ManifestMismatch where there is none or it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ManifestMismatch(
            f"no manifest at {path}: every model needs its .json beside the .onnx file"
        ) from error
    return ModelManifest.from_json(text, path.name)


def _check_digest(path: Path, manifest: ModelManifest) -> None:
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ManifestMismatch(f"{manifest.file} is missing beside its manifest") from error
    if digest != manifest.sha256:
        raise ManifestMismatch(
            f"{manifest.file} has SHA-256 {digest[:12]}…, its manifest says "
            f"{manifest.sha256[:12]}…: the file was changed or damaged, copy both again"
        )
