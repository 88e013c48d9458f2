"""From a trained checkpoint to ONNX, compared with torch candidate by candidate.

An export that silently differs from the trained model is the oldest complaint about such
pipelines, so nothing leaves this module that torch does not confirm.
"""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from core.errors import ModelError
from models.train import read_checkpoint

Batch = NDArray[np.float32]
Prepare = Callable[[NDArray[np.uint8], int], Batch]
"""Picture (H, W, 3) uint8 BGR and input size -> (1, 3, h, w) float32 RGB 0..1, as the service."""
VISIBLE = 0.05
"""Only candidates that torch gives at least this score are compared: others are never used."""
LARGEST_SCORE_DIFFERENCE = 0.02
LARGEST_BOX_DIFFERENCE = 1.0
"""Pixels of the network's input."""
LEAST_PICTURES = 8
SMALLEST_HALVED = 1024
"""Numbers in a tensor; smaller tensors stay in float32, they weigh nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """content: the ONNX file, batch and picture size free. classes: names by class id.

    parity: largest differences from torch, by name.
    """

    content: bytes
    classes: tuple[str, ...]
    parity: dict[str, float]


def to_onnx(checkpoint: Path, batches: Sequence[Batch]) -> Network:
    """Exports a checkpoint, weights stored as float16 and computed in float32.

    batches: pictures with people, as the service prepares them; at least eight.
    Raises ModelError where the checkpoint cannot be read or the export differs from torch.
    """
    if len(batches) < LEAST_PICTURES:
        raise ModelError(f"{len(batches)} pictures are too few: the comparison with torch needs 8")
    if not checkpoint.is_file():
        raise ModelError(f"{checkpoint} is not there: give the path of a trained checkpoint (.pt)")
    read_checkpoint(checkpoint)

    from ultralytics import YOLO

    with tempfile.TemporaryDirectory() as scratch:
        yolo = YOLO(Path(shutil.copy(checkpoint, scratch)))
        if yolo.task != "detect":
            raise ModelError(f"{checkpoint} is a model for '{yolo.task}': train one that detects")
        expected = _run_torch(yolo, batches)
        exported = Path(yolo.export(format="onnx", imgsz=640, dynamic=True, simplify=False))
        content = _store_weights_as_float16(exported)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    found = [np.asarray(session.run(None, {name: batch})[0]) for batch in batches]
    parity = _compare(_candidates(expected), _candidates(found))
    return Network(content, tuple(yolo.names[i] for i in range(len(yolo.names))), parity)


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


def _candidates(outputs: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
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


def _run_torch(yolo: Any, batches: Sequence[Batch]) -> list[NDArray[np.float32]]:
    import torch

    network = yolo.model.float().eval()
    with torch.inference_mode():
        outputs = [network(torch.from_numpy(batch)) for batch in batches]
    return [o[0].numpy() if isinstance(o, (tuple, list)) else o.numpy() for o in outputs]
