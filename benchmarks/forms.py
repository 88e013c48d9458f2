"""Which form of a network is fastest on this machine, and whether it finds the same.

    .venv/bin/python -m benchmarks.forms --data sets/ppe-1

The shipped network is made into half precision and 8-bit integers as `anyan models variant` does,
and runs in ONNX Runtime and, where it is installed, in OpenVINO. The forms take turns on the same
picture of a 16:9 camera. Each goes through the gate of models/parity.py against FP32 in ONNX
Runtime, on pictures of the validation split. Needs the extra `train`, for onnx.
"""

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.dataset import DataSet, Split
from core.errors import AnyanError, ModelError
from core.manifest import ModelManifest
from inference.detector import Detector, Network
from inference.letterbox import letterbox_batch
from inference.session import Session, read_manifest
from models.evaluation import Evaluation, evaluate
from models.parity import LARGEST_RECALL_LOSS, compare
from models.variants import LEAST_AGREEMENT, Variant, eight_bits, half_precision
from service.models_cli import EVALUATION_FLOOR, calibration_batches
from service.settings import SHIPPED_MODEL

THREADS = 2
ROUNDS = 60
"""Runs of each form; the median counts."""
PICTURES = 150
"""Of the validation split, evenly: the gate of `anyan models variant` takes all."""


class OpenVino:
    """A network in OpenVINO, on the processor."""

    def __init__(self, path: Path, manifest: ModelManifest) -> None:
        """Raises ImportError where OpenVINO is not installed."""
        import openvino

        self.manifest = manifest
        wanted = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": THREADS}
        self._compiled: Any = openvino.Core().compile_model(path, "CPU", wanted)

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """See Session.run."""
        return np.asarray(self._compiled(batch)[0], np.float32)


@dataclass(frozen=True, slots=True)
class Form:
    """variant: of the file. runtime: what runs it."""

    variant: Variant
    runtime: str
    network: Network


def forms(manifest_path: Path, data_set: DataSet, folder: Path) -> list[Form]:
    """Every form that can be made and run here, FP32 in ONNX Runtime first.

    folder: where the files are written.
    """
    manifest = read_manifest(manifest_path)
    content = manifest_path.with_name(manifest.file).read_bytes()
    batches = calibration_batches(data_set, Split.TRAIN, manifest.input_size)
    made = {
        Variant.FP32: content,
        Variant.FP16: half_precision(content),
        Variant.INT8: eight_bits(content, batches),
    }
    found = []
    for variant, written in made.items():
        own = replace(
            manifest,
            name=f"{manifest.name}-{variant}",
            file=f"{variant}.onnx",
            sha256=hashlib.sha256(written).hexdigest(),
        )
        (folder / own.file).write_bytes(written)
        path = folder / f"{variant}.json"
        path.write_text(own.to_json(), "utf-8")
        found.append(Form(variant, "ONNX Runtime", Session(path, threads=THREADS)))
        try:
            found.append(Form(variant, "OpenVINO", OpenVino(folder / own.file, own)))
        except ImportError:
            continue
    return found


def milliseconds(networks: Sequence[Network], rounds: int) -> NDArray[np.float64]:
    """(N, 2) medians for a picture of 1920x1080 pixels, of each network in turn: how long it takes,
    and processor time of all threads, which other work on the machine changes little."""
    picture = np.random.default_rng(0).integers(0, 256, (1080, 1920, 3), np.uint8)
    batch = letterbox_batch(picture, networks[0].manifest.input_size)
    spent = np.empty((rounds, len(networks), 2))
    for turn in range(-3, rounds):  # the first turns warm up
        for column, network in enumerate(networks):
            begin = time.perf_counter(), time.process_time()
            network.run(batch)
            end = time.perf_counter(), time.process_time()
            spent[max(turn, 0), column] = 1000 * np.subtract(end, begin)
    return np.asarray(np.median(spent, axis=0))


def measure(network: Network, data_set: DataSet) -> Evaluation:
    """By the detector of the service, without its second look at small heads."""
    detector = Detector(network, EVALUATION_FLOOR)
    return evaluate(
        data_set, Split.VALID, lambda image: detector.detect([image])[0], network.manifest, iter
    )


def verdict(form: Form, reference: Evaluation, found: Evaluation) -> str:
    """Share of boxes that agree, recall of bare heads that is lost, and what the gate says."""
    manifest = form.network.manifest
    thresholds = np.array([manifest.thresholds[c] for c in manifest.classes], np.float32)
    parity = compare(reference, found, thresholds)
    try:
        parity.check(
            manifest.name, LEAST_AGREEMENT.get(form.variant, LEAST_AGREEMENT[Variant.FP16])
        )
        said = "passes"
    except ModelError:
        said = "refused"
    return f"{parity.agreement:8.4f} {parity.recall_loss:8.4f}  {said}"


def main() -> int:
    """Prints a table of docs/models.md."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("model", type=Path, nargs="?", default=SHIPPED_MODEL, help="manifest")
    ask.add_argument("--data", type=Path, required=True, help="folder of a data set version")
    ask.add_argument("--rounds", type=int, default=ROUNDS)
    ask.add_argument("--pictures", type=int, default=PICTURES)
    options = ask.parse_args()
    try:
        data_set = DataSet.read(options.data)
        valid = data_set.of_split(Split.VALID)
        some = tuple(valid[:: max(1, len(valid) // options.pictures)])
        with tempfile.TemporaryDirectory() as folder:
            found = forms(options.model, data_set, Path(folder))
            took = milliseconds([form.network for form in found], options.rounds)
            part = replace(data_set, pictures=some)
            seen = [measure(form.network, part) for form in found]
    except AnyanError as error:
        print(error.message, file=sys.stderr)
        return 2
    name = read_manifest(options.model).name
    print(f"{name}, {THREADS} threads, {len(some)} pictures, recall may fall {LARGEST_RECALL_LOSS}")
    print(f"{'form':6} {'runtime':13} {'ms':>7} {'cpu ms':>7} {'faster':>7}   agree  recall-  gate")
    for form, (ms, cpu), evaluation in zip(found, took, seen, strict=True):
        judged = verdict(form, seen[0], evaluation)
        faster = took[0, 1] / cpu
        print(f"{form.variant:6} {form.runtime:13} {ms:7.1f} {cpu:7.1f} {faster:7.2f} {judged}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
