"""Train a detector on a data set version. One file: what happens is what you read.

    anyan models train models/configs/ppe-n.yaml --data sets/ppe-1 --start weights/ --run runs/ppe-n

The same command goes on where a killed run stopped. A run folder holds

    run.json           configuration, data set and its fingerprint, versions: all to repeat it
    train.txt          the pictures that are learned from
    data.yaml          what ultralytics is told
    results.csv        losses and figures of each epoch
    weights/last.pt    after the last epoch; best.pt: after the best; both with optimiser
"""

import json
import os
import platform
from dataclasses import asdict, dataclass, field, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

import yaml

from core.dataset import CLASSES, DataSet, Split
from core.errors import TrainingFailed

HYPERPARAMETERS: dict[str, Any] = {
    "optimizer": "SGD",
    "lr0": 0.01,
    "lrf": 0.01,
    "cos_lr": True,
    "close_mosaic": 10,
    "scale": 0.7,  # heads of site cameras are small: down to a third of the picture's own size
    "degrees": 4.0,
    "fliplr": 0.5,
    "hsv_h": 0.02,
    "hsv_s": 0.6,
    "hsv_v": 0.4,
    "patience": 0,
}
"""Where they differ from ultralytics' own; a configuration may name any of its settings."""


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """A small YAML file.

    start: file name of the checkpoint to begin with. size: pixels of the square input.
    sources: share of the pictures of each source, see models/pictures.py.
    hyperparameters: settings of ultralytics that differ from HYPERPARAMETERS.
    """

    start: str
    size: int
    epochs: int
    batch: int
    seed: int = 0
    sources: dict[str, float] = field(default_factory=dict)
    hyperparameters: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises TrainingFailed that names the file and the field."""
        try:
            data = yaml.safe_load(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise TrainingFailed(f"{path} is no training configuration: {error}") from error
        known = {f.name for f in fields(cls)}
        if not isinstance(data, dict) or set(data) - known:
            raise TrainingFailed(f"{path}: use only the fields {', '.join(sorted(known))}")
        try:
            return cls(**data)
        except TypeError as error:
            raise TrainingFailed(f"{path}: {error}") from error


def train(config: TrainingConfig, data_set: DataSet, start: Path, run: Path, threads: int) -> Path:
    """Trains, or goes on with a run that was interrupted; returns the best checkpoint.

    start: folder of the checkpoint to begin with. run: folder of this run.
    threads: of the processor; a GPU is used where there is one.
    Raises TrainingFailed with what to do.
    """
    import torch
    from ultralytics.utils import SETTINGS, torch_utils

    from models.pictures import choose, write_list
    from models.trainer import PpeTrainer

    SETTINGS["sync"] = False  # nothing leaves the machine
    torch_utils.NUM_THREADS = threads
    torch.set_num_threads(threads)
    pictures = choose(data_set, config.sources)
    last = run / "weights" / "last.pt"
    begin = _starting_point(config, start, last)
    try:
        run.mkdir(parents=True, exist_ok=True)
        _keep_or_compare(run, config, data_set)
        write_list(pictures, data_set.folder, run / "train.txt")
        write_list(data_set.of_split(Split.VALID), data_set.folder, run / "valid.txt")
        (run / "data.yaml").write_text(
            yaml.safe_dump(
                {
                    "train": str((run / "train.txt").resolve()),
                    "val": str((run / "valid.txt").resolve()),
                    "names": dict(enumerate(CLASSES)),
                },
                sort_keys=False,
            )
        )
        trainer = PpeTrainer(
            overrides={
                **HYPERPARAMETERS,
                **config.hyperparameters,
                "model": str(begin),
                "resume": str(begin) if begin == last else False,
                "data": str(run / "data.yaml"),
                "imgsz": config.size,
                "epochs": config.epochs,
                "batch": config.batch,
                "seed": config.seed,
                "device": "0" if torch.cuda.is_available() else "cpu",
                "workers": max(1, min(8, (os.cpu_count() or 1) - 1)),
                "project": str(run.parent.resolve()),
                "name": run.name,
                "exist_ok": True,
                "plots": False,
            }
        )
        trainer.train()
    except OSError as error:
        raise TrainingFailed(
            f"the training stopped, {run} cannot be written ({error.strerror or error}): "
            "free some space and give the same command again, it goes on from the last epoch"
        ) from error
    return run / "weights" / "best.pt"


def _starting_point(config: TrainingConfig, start: Path, last: Path) -> Path:
    """The run's last epoch, or the checkpoint to begin with; both are looked into."""
    path = last if last.is_file() else start / config.start
    if not path.is_file():
        raise TrainingFailed(f"{path} is not there: give the folder of {config.start} with --start")
    read_checkpoint(path)
    return path


def read_checkpoint(path: Path) -> dict[str, Any]:
    """What ultralytics saved. Raises TrainingFailed for a damaged file."""
    import torch

    try:
        checkpoint: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=False)
        if not checkpoint.get("ema") and not checkpoint.get("model"):
            raise TypeError("it holds no model")
    except Exception as error:  # a damaged archive raises whatever its bytes lead to
        raise TrainingFailed(
            f"{path} is damaged or no checkpoint ({type(error).__name__}): "
            "delete it, or put an earlier copy in its place"
        ) from error
    return checkpoint


def _keep_or_compare(run: Path, config: TrainingConfig, data_set: DataSet) -> None:
    """Writes run.json. Raises TrainingFailed where the folder holds another run."""
    path = run / "run.json"
    description = {
        "config": asdict(config),
        "data_set": data_set.name,
        "fingerprint": data_set.fingerprint,
    }
    if path.is_file():
        known = json.loads(path.read_text("utf-8"))
        if {key: known.get(key) for key in description} != description:
            raise TrainingFailed(
                f"{run} holds a run with another configuration or data set: give a new --run"
            )
        return
    versions = {name: version(name) for name in ("torch", "ultralytics", "numpy", "opencv-python")}
    machine = {"python": platform.python_version(), "machine": platform.machine()}
    text = json.dumps({**description, "versions": {**machine, **versions}}, indent=2)
    path.write_text(f"{text}\n", "utf-8")
