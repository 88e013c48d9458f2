"""What a network knew and what it has learned, averaged."""

from pathlib import Path
from typing import Any

import pytest

from core.errors import TrainingFailed
from models.mean import write_mean

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Checkpoints of one architecture with other weights."""
    torch = pytest.importorskip("torch", reason="needs the extra `train`")
    pytest.importorskip("ultralytics", reason="needs the extra `train`")
    from ultralytics.nn.tasks import DetectionModel

    folder = tmp_path_factory.mktemp("checkpoints")
    for seed, name in enumerate(("before.pt", "after.pt")):
        torch.manual_seed(seed)
        network = DetectionModel("yolov8n.yaml", nc=3, verbose=False)
        torch.save({"model": network.half(), "ema": None}, folder / name)
    return folder / "before.pt", folder / "after.pt"


def weights(path: Path) -> dict[str, Any]:
    import torch

    return torch.load(path, weights_only=False)["model"].float().state_dict()


def test_every_weight_is_between_the_two(two: tuple[Path, Path], tmp_path: Path) -> None:
    """A quarter of the second: three times as near to the first."""
    import torch

    write_mean(*two, 0.25, tmp_path / "mean.pt")
    before, after, mean = weights(two[0]), weights(two[1]), weights(tmp_path / "mean.pt")
    name = "model.0.conv.weight"
    assert not torch.equal(before[name], after[name])
    torch.testing.assert_close(mean[name], 0.75 * before[name] + 0.25 * after[name])
    assert [path.name for path in tmp_path.iterdir()] == ["mean.pt"]


def test_the_mean_can_be_exported(two: tuple[Path, Path], tmp_path: Path) -> None:
    """It is a checkpoint like any other."""
    from ultralytics import YOLO

    write_mean(*two, 0.5, tmp_path / "mean.pt")
    assert YOLO(tmp_path / "mean.pt").task == "detect"


def test_what_has_no_mean_is_named(two: tuple[Path, Path], tmp_path: Path) -> None:
    """Other layers, other classes, no checkpoint, a name that is taken; nothing is written."""
    import torch
    from ultralytics.nn.tasks import DetectionModel

    larger = DetectionModel("yolov8s.yaml", nc=3, verbose=False)
    torch.save({"model": larger, "ema": None}, tmp_path / "larger.pt")
    renamed = DetectionModel("yolov8n.yaml", nc=3, verbose=False)
    renamed.names = {0: "cat", 1: "dog", 2: "cow"}
    torch.save({"model": renamed, "ema": None}, tmp_path / "renamed.pt")
    (tmp_path / "text.pt").write_text("no checkpoint")
    target = tmp_path / "mean.pt"
    for other, said in (
        ("larger.pt", "other layers"),
        ("renamed.pt", "other classes"),
        ("text.pt", "damaged or no checkpoint"),
        ("none.pt", "is not there"),
    ):
        with pytest.raises(TrainingFailed, match=said):
            write_mean(two[0], tmp_path / other, 0.5, target)
        assert not target.exists()
    target.write_text("mine")
    with pytest.raises(TrainingFailed, match="exists"):
        write_mean(*two, 0.5, target)
    assert target.read_text() == "mine"
