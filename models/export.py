"""Export a trained checkpoint to ONNX with its manifest, after a parity check against torch.

The command line is `anyan models export`, which passes in the letterbox of the running service, so
that there is one way to prepare a picture. The parity check runs real pictures through torch and
through the exported file and compares what both find: an export that silently differs from the
trained model is the oldest complaint about such pipelines.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from core.errors import ModelError
from core.manifest import ModelManifest

WEIGHTS = Path(__file__).parent / "weights"
HEAD_BOX = "a head box (head, helmet) holds the head with chin and hair, and the helmet if worn"
VISIBLE = 0.05
"""Only candidates that torch gives at least this score are compared: others are never used."""
LARGEST_SCORE_DIFFERENCE = 0.01
LARGEST_BOX_DIFFERENCE = 1.0
"""Pixels of the network's input."""
SMALLEST_HALVED = 1024
"""Numbers in a tensor; smaller tensors stay in float32, they weigh nothing."""


def export(
    checkpoint: Path,
    *,
    name: str,
    size: int,
    pictures: Path,
    prepare: Callable[[NDArray[np.uint8], int], NDArray[np.float32]],
    threshold: float,
    data_set: str,
    folder: Path = WEIGHTS,
) -> ModelManifest:
    """Writes NAME.onnx (dynamic batch) and NAME.json, and nothing where the parity check fails.

    size: pixels of the square input.
    pictures: folder of JPEG or PNG files for the parity check; at least eight.
    threshold: working confidence of every class, 0..1.
    prepare: makes (1, 3, H, W) float32 RGB 0..1 of a (H, W, 3) uint8 BGR picture, as the
        service does.
    Raises ModelError where the checkpoint cannot be read or the export differs from torch.
    """
    from ultralytics import YOLO

    paths = sorted(p for p in pictures.iterdir() if p.suffix.lower() in {".jpg", ".png"})[:32]
    if len(paths) < 8:
        raise ModelError(
            f"{pictures} holds {len(paths)} pictures: the parity check wants 8 or more"
        )
    if not checkpoint.is_file():
        raise ModelError(f"{checkpoint} is not there: give the path of a trained checkpoint (.pt)")

    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(shutil.copy(checkpoint, scratch))
        yolo = YOLO(copy)
        batches = [prepare(_read_picture(path), size) for path in paths]
        expected = _run_torch(yolo, batches)
        onnx_file = Path(yolo.export(format="onnx", imgsz=size, dynamic=True, simplify=True))
        content = _store_weights_as_float16(onnx_file)

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    name_of_input = session.get_inputs()[0].name
    found = [np.asarray(session.run(None, {name_of_input: batch})[0]) for batch in batches]
    parity = _compare(_candidates(expected), _candidates(found))

    classes = tuple(yolo.names[i] for i in range(len(yolo.names)))
    manifest = ModelManifest(
        name=name,
        version=hashlib.sha256(content).hexdigest()[:12],
        file=f"{name}.onnx",
        sha256=hashlib.sha256(content).hexdigest(),
        classes=classes,
        input_size=size,
        thresholds=dict.fromkeys(classes, threshold),
        box_convention=HEAD_BOX,
        data_set=data_set,
        metrics=parity,
        licence="AGPL-3.0-or-later",
    )
    (folder / manifest.file).write_bytes(content)
    (folder / f"{name}.json").write_text(manifest.to_json(), encoding="utf-8")
    return manifest


def _read_picture(path: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path))
    if picture is None:
        raise ModelError(f"{path} cannot be read as a picture: take it out of the folder")
    return np.asarray(picture, np.uint8)


def _store_weights_as_float16(path: Path) -> bytes:
    """Halves the file: ONNX Runtime casts the weights back once, while it loads them."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    network = onnx.load(path)
    casts = []
    for tensor in list(network.graph.initializer):
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < SMALLEST_HALVED:
            continue
        name = tensor.name
        half = numpy_helper.to_array(tensor).astype(np.float16)
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *network.graph.node]
    del network.graph.node[:]
    network.graph.node.extend(nodes)
    onnx.checker.check_model(network)
    return bytes(network.SerializeToString())


def _candidates(outputs: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """(1, 4 + classes, candidates) of every picture as one (candidates, 4 + classes)."""
    return np.concatenate([output[0].T for output in outputs])


def _compare(expected: NDArray[np.float32], found: NDArray[np.float32]) -> dict[str, float]:
    """The largest differences over (N, 4 + classes). Raises ModelError beyond the bounds."""
    visible = expected[:, 4:].max(axis=1) >= VISIBLE
    if not visible.any():
        raise ModelError("torch finds nothing in these pictures: give pictures with people")
    difference = np.abs(found - expected)[visible]
    parity = {
        "parity_candidates": float(visible.sum()),
        "parity_score_difference": round(float(difference[:, 4:].max()), 6),
        "parity_box_difference_px": round(float(difference[:, :4].max()), 4),
    }
    # Written so that a difference that is no number fails too.
    if not (
        parity["parity_score_difference"] <= LARGEST_SCORE_DIFFERENCE
        and parity["parity_box_difference_px"] <= LARGEST_BOX_DIFFERENCE
    ):
        raise ModelError(f"the export differs from torch, nothing was written: {parity}")
    return parity


def _run_torch(yolo: Any, batches: list[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
    import torch

    network = yolo.model.float().eval()
    with torch.inference_mode():
        outputs = [network(torch.from_numpy(batch)) for batch in batches]
    return [o[0].numpy() if isinstance(o, (tuple, list)) else o.numpy() for o in outputs]
