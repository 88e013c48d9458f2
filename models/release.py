"""From an exported network to model files that say honestly what they can do.

    weights/ppe-n.onnx         the network, for every input size
    weights/ppe-n-416.json     manifest: size, thresholds, calibration, figures at 416 pixels
    weights/ppe-n-640.json     the same at 640
    weights/ppe-n-416-int8.*   a variant, where it passes the gate

Thresholds and calibration belong to a size: a larger picture makes the same network surer.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.dataset import CLASSES, HEAD_BOX, DataSet, Split
from core.errors import DiskFull, ModelError
from core.manifest import UNCALIBRATED, ModelManifest
from models.calibration import fit, outcomes
from models.evaluation import Detect, Evaluation, Progress, evaluate
from models.export import Network
from models.parity import Parity, compare
from models.variants import LEAST_AGREEMENT, Variant

OpenDetector = Callable[[Path], Detect]
"""Path of a manifest -> the detector of the service on that model."""
LICENCE = "AGPL-3.0-or-later"


def release(
    network: Network,
    name: str,
    sizes: Sequence[int],
    data_set: DataSet,
    folder: Path,
    threshold: float,
    open_detector: OpenDetector,
    progress: Progress,
) -> list[ModelManifest]:
    """Calibrates and measures the network at each size on the validation split; writes the files.

    threshold: working confidence of every class, 0..1. Writes everything or nothing. Raises
    ModelError where the classes are not ours, DataSetError, DiskFull.
    """
    if network.classes != CLASSES:
        raise ModelError(
            f"the network knows {', '.join(network.classes)}, but the service needs "
            f"{', '.join(CLASSES)} in this order: train it on a data set version of ours"
        )
    with tempfile.TemporaryDirectory() as scratch:
        part = Path(scratch)
        (part / f"{name}.onnx").write_bytes(network.content)
        manifests = []
        for size in sizes:
            raw = _manifest(network, name, size, data_set, threshold)
            evaluation = _measure(raw, part, data_set, open_detector, progress)
            manifests.append(_calibrated(raw, evaluation))
        for manifest in manifests:
            (part / f"{manifest.name}.json").write_text(manifest.to_json(), "utf-8")
        _move(part, folder)
    return manifests


def add_variant(
    manifest: ModelManifest,
    folder: Path,
    variant: Variant,
    content: bytes,
    data_set: DataSet,
    open_detector: OpenDetector,
    progress: Progress,
) -> tuple[ModelManifest, Parity]:
    """Writes NAME-VARIANT.onnx and .json, where the variant passes its gate.

    manifest: of the FP32 model, in `folder`. Raises ModelError where the variant differs too much;
    then nothing is written.
    """
    name = f"{manifest.name}-{variant}"
    digest = hashlib.sha256(content).hexdigest()
    raw = replace(
        manifest, name=name, file=f"{name}.onnx", sha256=digest, version=digest[:12], metrics={}
    )
    with tempfile.TemporaryDirectory() as scratch:
        part = Path(scratch)
        (part / raw.file).write_bytes(content)
        detect = open_detector(folder / f"{manifest.name}.json")
        reference = evaluate(data_set, Split.VALID, detect, manifest, progress)
        evaluation = _measure(raw, part, data_set, open_detector, progress)
        thresholds = np.array([manifest.thresholds[c] for c in manifest.classes], np.float32)
        parity = compare(reference, evaluation, thresholds)
        parity.check(name, LEAST_AGREEMENT[variant])
        measured = _calibrated(raw, evaluation)
        of_parity = {
            "parity_boxes": float(parity.boxes),
            "parity_agreement": round(parity.agreement, 4),
            "parity_recall_loss_head": round(parity.recall_loss, 4),
        }
        finished = replace(measured, metrics={**measured.metrics, **of_parity})
        (part / f"{name}.json").write_text(finished.to_json(), "utf-8")
        _move(part, folder)
    return finished, parity


def _manifest(
    network: Network, name: str, size: int, data_set: DataSet, threshold: float
) -> ModelManifest:
    digest = hashlib.sha256(network.content).hexdigest()
    return ModelManifest(
        name=f"{name}-{size}",
        version=digest[:12],
        file=f"{name}.onnx",
        sha256=digest,
        classes=network.classes,
        input_size=size,
        thresholds=dict.fromkeys(network.classes, threshold),
        calibration=dict.fromkeys(network.classes, UNCALIBRATED),
        box_convention=HEAD_BOX,
        data_set=f"{data_set.name} {data_set.fingerprint[:12]}",
        metrics=network.parity,
        licence=LICENCE,
    )


def _measure(
    manifest: ModelManifest,
    folder: Path,
    data_set: DataSet,
    open_detector: OpenDetector,
    progress: Progress,
) -> Evaluation:
    path = folder / f"{manifest.name}.json"
    path.write_text(manifest.to_json(), "utf-8")
    return evaluate(data_set, Split.VALID, open_detector(path), manifest, progress)


def _calibrated(raw: ModelManifest, evaluation: Evaluation) -> ModelManifest:
    """The manifest with the calibration that the evaluation yields, and with its figures.

    The calibration error is not among them: on the split it was fitted on it would flatter.
    """
    calibration = {}
    for name in raw.classes:
        of_class = [j.matches[name] for j in evaluation.pictures if name in j.matches]
        calibration[name] = fit(*outcomes(of_class), name)
    figures = {
        f"{key}_valid": value
        for key, value in evaluation.metrics().items()
        if not key.startswith("ece_")
    }
    return replace(raw, calibration=calibration, metrics={**raw.metrics, **figures})


def _move(part: Path, folder: Path) -> None:
    """Everything beside its place first, so that a full disk changes nothing; manifests last."""
    paths = sorted(part.iterdir(), key=lambda p: p.suffix == ".json")
    beside = {path: folder / f"{path.name}.part" for path in paths}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in paths:
            shutil.copyfile(path, beside[path])
        for path in paths:
            beside[path].rename(folder / path.name)
    except OSError as error:
        raise DiskFull(f"{folder} cannot be written: {error.strerror}") from error
    finally:
        for left in beside.values():
            if left.is_file():
                left.unlink()
