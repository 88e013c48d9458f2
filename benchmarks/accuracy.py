"""What the shipped models find, and how long they take: `make bench-accuracy DATA=FOLDER`.

Every shipped model is measured on one split of a data set version, and its network is timed. The
networks take turns on the same picture of a 16:9 camera, so that a ratio to FP32 means the same on
any machine, whatever else it does.
"""

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.dataset import DataSet, LabelledPicture, Split
from core.errors import AnyanError
from inference.detector import Detector
from inference.letterbox import letterbox_batch
from inference.session import Session
from models.evaluation import Evaluation, evaluate
from models.report import table
from models.variants import Variant
from service.models_cli import EVALUATION_FLOOR
from service.progress import with_time_left
from service.settings import SHIPPED_MODEL

THREADS = 2
ROUNDS = 60
"""Runs of each network; the median counts."""
BUILD = "anyan dataset build annotation/recipes/ppe.yaml --root PICTURES --folder sets/ppe-1"


def main() -> int:
    """Prints the tables of docs/models.md."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--data", type=Path, required=True, help="folder of a data set version")
    ask.add_argument("--split", type=Split, default=Split.TEST, choices=list(Split))
    ask.add_argument("--rounds", type=int, default=ROUNDS, help="runs of each network")
    options = ask.parse_args()
    if not options.data.is_dir():
        print(f"{options.data} is not there: make a version with `{BUILD}`", file=sys.stderr)
        return 2
    try:
        data_set = DataSet.read(options.data)
        sessions = [Session(path, threads=THREADS) for path in shipped()]
        evaluations = [measure(session, data_set, options.split) for session in sessions]
    except AnyanError as error:
        print(error.message, file=sys.stderr)
        return 2
    print(table(evaluations))
    print(f"\nfingerprint of the data: {data_set.fingerprint}\n")
    for row in latencies(sessions, options.rounds):
        print(row)
    return 0


def shipped() -> list[Path]:
    """Manifests of all models beside the shipped one."""
    return sorted(SHIPPED_MODEL.parent.glob("*.json"))


def measure(session: Session, data_set: DataSet, split: Split) -> Evaluation:
    """By the detector of the service, without its second look at small heads."""
    detector = Detector(session, EVALUATION_FLOOR)
    return evaluate(
        data_set, split, lambda image: detector.detect([image])[0], session.manifest, _progress
    )


def latencies(sessions: Sequence[Session], rounds: int) -> list[str]:
    """A line for each network: fingerprint, input, milliseconds a picture, ratio to FP32."""
    picture = np.random.default_rng(0).integers(0, 256, (1080, 1920, 3), np.uint8)
    inputs = [letterbox_batch(picture, session.manifest.input_size) for session in sessions]
    spent = np.empty((len(sessions), rounds))
    for turn in range(-3, rounds):  # the first turns warm up
        for row, (session, batch) in enumerate(zip(sessions, inputs, strict=True)):
            begin = time.perf_counter()
            session.run(batch)
            spent[row, max(turn, 0)] = 1000 * (time.perf_counter() - begin)
    median = {
        s.manifest.name: float(ms) for s, ms in zip(sessions, np.median(spent, 1), strict=True)
    }
    return [
        f"{'network':20} {'SHA-256':12} {'input':>9} {'ms':>8} {'times FP32':>11}"
        f"   ({THREADS} threads, {sessions[0].provider})",
        *(_line(session, batch, median) for session, batch in zip(sessions, inputs, strict=True)),
    ]


def _line(session: Session, batch: NDArray[np.float32], median: dict[str, float]) -> str:
    manifest = session.manifest
    height, width = batch.shape[2:]
    of_fp32 = median.get(_reference(manifest.name), float("nan"))
    took = median[manifest.name]
    return (
        f"{manifest.name:20} {manifest.sha256[:12]} {f'{width}x{height}':>9} {took:8.1f} "
        f"{took / of_fp32:11.2f}"
    )


def _reference(name: str) -> str:
    """Name of the FP32 model that a variant was made from."""
    for variant in Variant:
        name = name.removesuffix(f"-{variant}")
    return name


def _progress(pictures: Iterable[LabelledPicture]) -> Iterable[LabelledPicture]:
    return with_time_left(list(pictures), "measuring")


if __name__ == "__main__":
    sys.exit(main())
