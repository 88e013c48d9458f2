"""Other forms of one exported network: half precision for GPUs, 8-bit integers for CPUs.

Both keep the tail of the detector in float: quantised, its boxes and scores share one scale and
the scores drown (zero detections).
"""

import tempfile
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelError

Batch = NDArray[np.float32]


class Variant(StrEnum):
    """The forms that a model is shipped in."""

    FP32 = "fp32"
    FP16 = "fp16"
    INT8 = "int8"


LEAST_AGREEMENT = {Variant.FP16: 0.99, Variant.INT8: 0.97}
"""Share of boxes that must be those of FP32, see models/parity.py."""
LEAST_CALIBRATION_PICTURES = 32


def half_precision(content: bytes) -> bytes:
    """The network computed in float16, with inputs and outputs in float32."""
    import onnx
    from onnxruntime.transformers.float16 import convert_float_to_float16

    network = onnx.load_from_string(content)
    halved = convert_float_to_float16(
        network, keep_io_types=True, op_block_list=["Resize", "Range"]
    )
    return bytes(halved.SerializeToString())


def eight_bits(content: bytes, batches: Sequence[Batch]) -> bytes:
    """The network with 8-bit weights and activations (static, per channel), its tail in float.

    batches: (1, 3, H, W) float32 RGB 0..1, camera-like pictures as the service prepares them;
    they set the scales of the activations. Raises ModelError for too few of them.
    """
    import onnx
    from onnxruntime.quantization import (
        CalibrationDataReader,
        QuantFormat,
        QuantType,
        quantize_static,
    )
    from onnxruntime.quantization.shape_inference import quant_pre_process

    if len(batches) < LEAST_CALIBRATION_PICTURES:
        raise ModelError(
            f"{len(batches)} pictures are too few to quantise with: "
            f"give {LEAST_CALIBRATION_PICTURES} or more"
        )

    class Batches(CalibrationDataReader):  # type: ignore[misc]
        """Hands out the batches one by one."""

        def __init__(self) -> None:
            self._rest: Iterator[Batch] = iter(batches)

        def get_next(self) -> dict[str, Batch] | None:
            """The next one under the input's name, None at the end."""
            batch = next(self._rest, None)
            return None if batch is None else {name: batch}

    network = onnx.load_from_string(content)
    name = network.graph.input[0].name
    with tempfile.TemporaryDirectory() as folder:
        plain, ready, small = (Path(folder) / f for f in ("plain.onnx", "ready.onnx", "small.onnx"))
        onnx.save(network, plain)
        quant_pre_process(plain, ready, skip_symbolic_shape=True)
        prepared = onnx.load(ready)
        quantize_static(
            ready,
            small,
            Batches(),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            # 7-bit weights: without VNNI two products of 8 bits overflow their 16-bit sum.
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["Conv", "Concat", "MaxPool", "Add", "Resize", "Mul"],
            nodes_to_exclude=tail_nodes(prepared),
        )
        return small.read_bytes()


def tail_nodes(network: "object") -> list[str]:
    """Names of the nodes of the last module: boxes and scores are made there."""
    names = [node.name for node in network.graph.node]  # type: ignore[attr-defined]
    modules = [int(name.split("/model.")[1].split("/")[0]) for name in names if "/model." in name]
    if not modules:
        raise ModelError("the network's nodes have no module names: export it with Ultralytics")
    return [name for name in names if f"/model.{max(modules)}/" in name]
