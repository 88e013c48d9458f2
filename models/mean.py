"""The mean of two checkpoints: keeps what a network knew, and most of what it has learned since.

Source: Wortsman et al., Robust fine-tuning of zero-shot models, CVPR 2022. It holds where the
second checkpoint was trained from the first: between two separate trainings lies nothing useful.
"""

from pathlib import Path
from typing import Any

from core.errors import DiskFull, TrainingFailed
from models.train import read_checkpoint


def write_mean(first: Path, second: Path, share: float, target: Path) -> None:
    """Writes a checkpoint for `to_onnx`, or nothing.

    share: of the second in the mean, 0..1. Raises TrainingFailed where a file is no checkpoint, the
    two have other shapes or classes, or the target exists; DiskFull.
    """
    import torch

    if target.exists():
        raise TrainingFailed(f"{target} exists: give the mean another name")
    network, other = _network(second), _network(first)
    weights, before = network.state_dict(), other.state_dict()
    shapes = {name: tensor.shape for name, tensor in weights.items()}
    if shapes != {name: tensor.shape for name, tensor in before.items()}:
        raise TrainingFailed(f"{first} and {second} have other layers: use one and its retraining")
    if network.names != other.names:
        raise TrainingFailed(f"{first} and {second} know other classes: use one and its retraining")
    mean = {
        name: torch.lerp(before[name], tensor, share) if tensor.is_floating_point() else tensor
        for name, tensor in weights.items()
    }
    network.load_state_dict(mean)
    part = target.with_name(f"{target.name}.part")
    try:
        torch.save({"model": network, "ema": None, "train_args": {}}, part)
        part.rename(target)
    except (OSError, RuntimeError) as error:  # torch reports a full disk as either
        raise DiskFull(f"{target} cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def _network(path: Path) -> Any:
    """The averaged weights of a training where it kept them, in float32."""
    if not path.is_file():
        raise TrainingFailed(f"{path} is not there: give the path of a trained checkpoint (.pt)")
    checkpoint = read_checkpoint(path)
    return (checkpoint.get("ema") or checkpoint["model"]).float()
