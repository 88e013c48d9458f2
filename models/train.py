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
import math
import os
import platform
from dataclasses import asdict, dataclass, field, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

import yaml

from core.dataset import CLASSES, DataSet, Split
from core.errors import TrainingFailed

STRIDE = 32
"""Pixels; the network's input is a multiple of it."""
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

    start: file name of the checkpoint to begin with, or an architecture that ultralytics brings
    (yolov8n.yaml) to begin with random weights. size: pixels of the square input.
    epoch_pictures: pictures of one epoch, 0 for all. After each epoch there is a checkpoint and
    a step of the learning rate, so a slow machine takes short ones.
    sources: share of the pictures of each source, see models/pictures.py.
    hyperparameters: settings of ultralytics that differ from HYPERPARAMETERS.
    """

    start: str
    size: int
    epochs: int
    batch: int
    seed: int = 0
    epoch_pictures: int = 0
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
            config = cls(**data)
            config.check()
        except (TypeError, ValueError) as error:
            raise TrainingFailed(f"{path}: {error}") from error
        return config

    def check(self) -> None:
        """Raises ValueError or TypeError that names the field."""
        if not isinstance(self.start, str) or not self.start.endswith((".pt", ".yaml")):
            raise ValueError(f"start is {self.start!r}: name a checkpoint (.pt)")
        for name in ("size", "epochs", "batch"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise ValueError(f"{name} is {value!r}: use a whole number from 1")
        if self.size % STRIDE:
            raise ValueError(f"size is {self.size}: use a multiple of {STRIDE}")
        for name in ("seed", "epoch_pictures"):
            value = getattr(self, name)
            if type(value) is not int or value < 0:
                raise ValueError(f"{name} is {value!r}: use a whole number from 0")
        for name in ("sources", "hyperparameters"):
            if not isinstance(getattr(self, name), dict):
                raise TypeError(f"{name} must be a table of names and values")
        for source, share in self.sources.items():
            if type(share) not in {int, float} or not 0 <= share < math.inf:
                raise ValueError(f"sources.{source} is {share!r}: use a number from 0")


def train(config: TrainingConfig, data_set: DataSet, start: Path, run: Path, threads: int) -> Path:
    """Trains, or goes on with a run that was interrupted; returns the best checkpoint.

    start: folder of the checkpoint to begin with. run: folder of this run.
    threads: of the processor; a GPU is used where there is one.
    Raises TrainingFailed with what to do.
    """
    import torch
    from ultralytics.cfg import get_cfg
    from ultralytics.utils import SETTINGS, torch_utils

    from models.pictures import choose, write_list
    from models.trainer import PpeTrainer

    SETTINGS["sync"] = False  # nothing leaves the machine
    torch_utils.NUM_THREADS = threads
    torch.set_num_threads(threads)
    pictures, measured = choose(data_set, config.sources), data_set.of_split(Split.VALID)
    if not measured:
        raise TrainingFailed(f"{data_set.folder} has no pictures in its split 'valid'")
    last = run / "weights" / "last.pt"
    begin = _starting_point(config, start, last)
    told = {
        "model": str(begin),
        "resume": str(begin) if begin == last else False,
        "data": str(run / "data.yaml"),
        "imgsz": config.size,
        "epochs": config.epochs,
        "batch": config.batch,
        "seed": config.seed,
        "device": "0" if torch.cuda.is_available() else "cpu",
        "workers": max(1, min(8, (os.cpu_count() or 1) - 1)),
        "save_dir": str(run.resolve()),
        "plots": False,
    }
    if ours := sorted(set(told) & set(config.hyperparameters)):
        raise TrainingFailed(f"hyperparameters must not name {', '.join(ours)}: take it out")
    settings = {**HYPERPARAMETERS, **config.hyperparameters, **told}
    try:
        get_cfg(overrides=settings)
    except (SyntaxError, TypeError, ValueError) as error:
        raise TrainingFailed(f"a hyperparameter cannot be used: {_first_line(error)}") from error
    try:
        run.mkdir(parents=True, exist_ok=True)
        _keep_or_compare(run, config, data_set)
        if begin == last and _is_finished(last, config.epochs):
            return run / "weights" / "best.pt"
        write_list(pictures, data_set.folder, run / "train.txt")
        write_list(measured, data_set.folder, run / "valid.txt")
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
        PpeTrainer(settings, config.epoch_pictures).train()
    except OSError as error:
        raise TrainingFailed(
            f"the training stopped, {run} cannot be written ({error.strerror or error}): "
            "free some space and give the same command again, it goes on from the last epoch"
        ) from error
    return run / "weights" / "best.pt"


def _starting_point(config: TrainingConfig, start: Path, last: Path) -> Path:
    """The run's last epoch, or the checkpoint to begin with; both are looked into."""
    from ultralytics.nn.tasks import yaml_model_load

    if last.is_file() or config.start.endswith(".pt"):
        path = last if last.is_file() else start / config.start
    else:
        try:
            yaml_model_load(config.start)
        except FileNotFoundError as error:
            raise TrainingFailed(f"ultralytics has no architecture {config.start}") from error
        return Path(config.start)
    if not path.is_file():
        raise TrainingFailed(f"{path} is not there: give the folder of {config.start} with --start")
    read_checkpoint(path)
    return path


def _is_finished(last: Path, epochs: int) -> bool:
    """Ultralytics marks the last checkpoint of a run that went to its end with -1."""
    epoch = int(read_checkpoint(last)["epoch"])
    return epoch == -1 or epoch + 1 >= epochs


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


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
        try:
            known = dict(json.loads(path.read_text("utf-8")))
        except (ValueError, TypeError) as error:
            raise TrainingFailed(f"{path} is damaged ({error}): give a new --run") from error
        if {key: known.get(key) for key in description} != description:
            raise TrainingFailed(
                f"{run} holds a run with another configuration or data set: give a new --run"
            )
        return
    versions = {name: version(name) for name in ("torch", "ultralytics", "numpy", "opencv-python")}
    machine = {"python": platform.python_version(), "machine": platform.machine()}
    text = json.dumps({**description, "versions": {**machine, **versions}}, indent=2)
    part = path.with_suffix(".part")
    try:
        part.write_text(f"{text}\n", "utf-8")
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
