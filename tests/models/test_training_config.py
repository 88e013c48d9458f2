"""What a configuration of a training may say."""

import math
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.errors import TrainingFailed
from models.train import TrainingConfig

CONFIGS = Path(__file__).parents[2] / "models" / "configs"
CONFIG: dict[str, Any] = {"start": "yolov8n.yaml", "size": 64, "epochs": 1, "batch": 4}


def read(folder: Path, **changes: Any) -> TrainingConfig:
    path = folder / "config.yaml"
    data = {key: value for key, value in {**CONFIG, **changes}.items() if value is not ...}
    path.write_text(yaml.safe_dump(data))
    return TrainingConfig.read(path)


def test_a_configuration_is_read(tmp_path: Path) -> None:
    """What is not said has a default."""
    config = read(tmp_path, sources={"ppe_a": 0.5}, hyperparameters={"mosaic": 0.0})
    assert (config.start, config.size, config.epochs, config.batch, config.seed) == (
        "yolov8n.yaml", 64, 1, 4, 0,
    )  # fmt: skip
    assert config.sources == {"ppe_a": 0.5}
    assert config.hyperparameters == {"mosaic": 0.0}


def test_the_shipped_configurations_can_be_read() -> None:
    """Every file beside the code."""
    assert len([TrainingConfig.read(path) for path in CONFIGS.glob("*.yaml")]) >= 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"epoch": 3},
            "use only the fields batch, epoch_pictures, epochs, hyperparameters, seed, size",
        ),
        ({"epochs": ...}, "epochs"),
        ({"start": 3}, "start is 3"),
        ({"start": "yolov8n.onnx"}, "start is 'yolov8n.onnx'"),
        ({"size": "640"}, "size is '640'"),
        ({"size": 416.0}, "size is 416.0"),
        ({"size": 100}, "size is 100: use a multiple of 32"),
        ({"size": 0}, "size is 0"),
        ({"epochs": True}, "epochs is True"),
        ({"batch": -1}, "batch is -1"),
        ({"seed": -1}, "seed is -1"),
        ({"epoch_pictures": 0.5}, "epoch_pictures is 0.5"),
        ({"sources": ["ppe_a"]}, "sources must be a table"),
        ({"sources": None}, "sources must be a table"),
        ({"sources": {"ppe_a": -0.5}}, "sources.ppe_a is -0.5"),
        ({"sources": {"ppe_a": "all"}}, "sources.ppe_a is 'all'"),
        ({"sources": {"ppe_a": math.nan}}, "sources.ppe_a is nan"),
        ({"hyperparameters": 3}, "hyperparameters must be a table"),
    ],
)
def test_a_mistake_in_a_configuration_is_named(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    """File and field, before anything heavy begins."""
    with pytest.raises(TrainingFailed) as error:
        read(tmp_path, **changes)
    assert "config.yaml" in error.value.message
    assert said in error.value.message
    assert "\n" not in error.value.message


@pytest.mark.parametrize("content", [b"", b"- a", b"{", b"\xff\xfe", b"text"])
def test_a_file_that_is_no_configuration_is_named(tmp_path: Path, content: bytes) -> None:
    """Also where there is none."""
    path = tmp_path / "config.yaml"
    with pytest.raises(TrainingFailed, match=r"config\.yaml is no training configuration"):
        TrainingConfig.read(path)
    path.write_bytes(content)
    with pytest.raises(TrainingFailed, match=r"config\.yaml"):
        TrainingConfig.read(path)


# Which pictures are learned from.
