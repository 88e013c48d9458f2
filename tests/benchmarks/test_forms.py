"""The benchmark of forms: every form in a line, compared with FP32."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from annotation.build import build
from annotation.recipe import SOURCES, Recipe
from benchmarks.forms import milliseconds
from benchmarks.scenes.frames import write_frames
from core.manifest import ModelManifest
from inference.session import read_manifest
from service.settings import SHIPPED_MODEL

ROOT = Path(__file__).parents[2]


class Counting:
    """A network that counts its runs."""

    def __init__(self) -> None:
        self.manifest: ModelManifest = read_manifest(SHIPPED_MODEL)
        self.shapes: list[tuple[int, ...]] = []

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        self.shapes.append(batch.shape)
        return batch


def test_networks_take_turns_on_one_picture() -> None:
    """Three turns that warm up, then those that count; time and processor time of each."""
    networks = [Counting(), Counting()]
    took = milliseconds(networks, 5)
    assert took.shape == (2, 2)
    assert (took >= 0).all()
    for network in networks:
        assert network.shapes == [(1, 3, 256, 416)] * 8


@pytest.mark.train
def test_every_form_is_judged(tmp_path: Path) -> None:
    """FP32 agrees with itself, and has a ratio of one."""
    pytest.importorskip("onnx", reason="needs the extra `train`")
    write_frames(tmp_path / "rendered", seconds=0.5, at_most=40)
    source = yaml.safe_load((SOURCES / "rendered.yaml").read_text("utf-8"))
    # Bare heads are only in the scenes that are shipped to learn from: here they are measured.
    source["splits"] = {"train": "valid", "valid": "train"}
    (tmp_path / "rendered.yaml").write_text(yaml.safe_dump(source))
    path = tmp_path / "tiny.yaml"
    path.write_text(yaml.safe_dump({"name": "tiny", "sources": ["rendered"], "teachers": []}))
    recipe = Recipe.read(path)
    build(recipe.name, recipe.sources, [], tmp_path, tmp_path / "tiny-1")
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks.forms", "--data", str(tmp_path / "tiny-1"),
         "--rounds", "2", "--pictures", "20"],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    lines = [line.split() for line in result.stdout.splitlines()]
    (fp32,) = [line for line in lines if line[:3] == ["fp32", "ONNX", "Runtime"]]
    assert fp32[5:] == ["1.00", "1.0000", "0.0000", "passes"]
    assert {"fp16", "int8"} <= {line[0] for line in lines}
