"""The whole way: rendered pictures, a version, a training that is killed, an export, its gate."""

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from made_versions import quiet

from annotation.build import build
from annotation.recipe import SOURCES, Recipe
from benchmarks.scenes.frames import write_frames
from core.dataset import DataSet, Split
from core.detections import Detections
from core.errors import DataSetError, ModelError, TrainingFailed
from core.frame import Image
from core.manifest import ModelManifest
from inference.detector import Detector
from inference.letterbox import letterbox_batch
from inference.session import Session, read_manifest

pytestmark = pytest.mark.train

ROOT = Path(__file__).parents[2]
CHECKPOINTS = (
    ROOT / "models" / "weights" / "ppe-n.pt",
    ROOT.parent / "shared" / "weights" / "ppe_start_yolov8n_416.pt",
)
SIZE, RELEASED = 160, 256
"""Pixels of the training and of the release; at 160 the bare heads cannot be seen."""
LEARNED, MEASURED = 4, 40
"""Pictures of each scene. So many hold the fifty boxes of each class that calibration wants."""
FLOOR = 0.001
"""Bare heads are rare in the rendered scenes; calibration needs wrong boxes of them too."""


@pytest.fixture(scope="module")
def start() -> Path:
    """A checkpoint that finds people: one with random weights finds nothing to compare."""
    pytest.importorskip("ultralytics", reason="needs the extra `train`")
    for path in CHECKPOINTS:
        if path.is_file():
            return path
    pytest.skip(f"no checkpoint to begin with: put one at {CHECKPOINTS[0]}")


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder in which the rendered source lies."""
    folder = tmp_path_factory.mktemp("frames")
    write_frames(folder / "rendered", seconds=0.5, at_most=MEASURED)
    return folder


@pytest.fixture(scope="module")
def data_set(frames: Path, tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    """Eight rendered pictures to learn from, through the recipe and the source that is shipped."""
    folder = tmp_path_factory.mktemp("data")
    for scene, split in (("gate", "train"), ("press", "train"), ("exit", "valid")):
        shown = sorted((frames / "rendered" / "images" / split).glob(f"{scene}_*"))
        for path in shown[:: len(shown) // LEARNED][:LEARNED]:
            for kind, file in (("images", path.name), ("labels", f"{path.stem}.txt")):
                target = folder / "rendered" / kind / split / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(frames / "rendered" / kind / split / file, target)
    return built(folder, folder / "tiny-1")


@pytest.fixture(scope="module")
def measured(frames: Path, tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    """Gate and press as validation split: only there are bare heads.

    They were learned from, so figures on them flatter; here they only have to exist.
    """
    folder = tmp_path_factory.mktemp("measured")
    shipped = yaml.safe_load((SOURCES / "rendered.yaml").read_text("utf-8"))
    changed = {**shipped, "splits": {"valid": "train"}}
    (folder / "rendered.yaml").write_text(yaml.safe_dump(changed))
    return built(frames, folder / "tiny-2", recipes=folder)


def built(root: Path, version: Path, recipes: Path | None = None) -> DataSet:
    path = (recipes or root) / "tiny.yaml"
    path.write_text(yaml.safe_dump({"name": "tiny", "sources": ["rendered"], "teachers": []}))
    recipe = Recipe.read(path)
    return build(recipe.name, recipe.sources, [], root, version)


@pytest.fixture(scope="module")
def checkpoint(data_set: DataSet, start: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two epochs, killed after the first, gone on with by the same command."""
    folder = tmp_path_factory.mktemp("run")
    config = folder / "tiny.yaml"
    config.write_text(
        yaml.safe_dump(
            {
                "start": start.name, "size": SIZE, "epochs": 2, "batch": 4,
                "hyperparameters": {"lr0": 1e-5, "warmup_epochs": 0.0, "freeze": 10},
            }
        )
    )  # fmt: skip
    command = [
        sys.executable, "-m", "service", "models", "train", str(config),
        "--data", str(data_set.folder), "--start", str(start.parent),
        "--run", str(folder / "run"), "--threads", "1",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    last = folder / "run" / "weights" / "last.pt"
    with (folder / "first.log").open("w") as log:
        first = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        while not last.is_file() and first.poll() is None:
            time.sleep(0.02)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    assert last.is_file(), (folder / "first.log").read_text()[-3000:]
    second = subprocess.run(
        command, cwd=folder, env=environment, check=False, capture_output=True, text=True
    )
    assert second.returncode == 0, second.stdout[-3000:] + second.stderr[-3000:]
    (folder / "second.log").write_text(second.stdout + second.stderr)
    return folder / "run" / "weights" / "best.pt"


def open_detector(path: Path) -> Callable[[Image], Detections]:
    detector = Detector(Session(path, threads=1), FLOOR)
    return lambda image: detector.detect([image])[0]


def batches(measured: DataSet, split: Split, count: int) -> list[Any]:
    from annotation.formats.labels import read_picture

    paths = [measured.folder / p.image_path for p in measured.of_split(split)]
    return [letterbox_batch(read_picture(paths[i % len(paths)]), RELEASED) for i in range(count)]


@pytest.fixture(scope="module")
def released(checkpoint: Path, measured: DataSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the ONNX file and its manifest."""
    from models.export import to_onnx
    from models.release import release

    folder = tmp_path_factory.mktemp("released")
    network = to_onnx(checkpoint, batches(measured, Split.VALID, 12))
    release(network, "tiny", [RELEASED], measured, folder, 0.35, open_detector, quiet)
    return folder


def test_rendered_pictures_become_a_version(data_set: DataSet) -> None:
    """Each camera in one split, with every class to learn from."""
    assert {p.group: p.split.value for p in data_set.pictures} == {
        "rendered-gate_": "train", "rendered-press_": "train", "rendered-exit_": "valid",
    }  # fmt: skip
    assert len(data_set.of_split(Split.TRAIN)) == 2 * LEARNED
    assert len(data_set.of_split(Split.VALID)) == LEARNED
    shown = {int(c) for p in data_set.of_split(Split.TRAIN) for c in p.class_id}
    assert shown == {0, 1, 2}


def test_a_killed_training_goes_on(checkpoint: Path) -> None:
    """The second epoch follows the first; no checkpoint is half-written."""
    run = checkpoint.parents[1]
    epochs = [line.split(",")[0] for line in (run / "results.csv").read_text().splitlines()[1:]]
    assert [int(float(epoch)) for epoch in epochs] == [1, 2]
    assert {p.name for p in checkpoint.parent.iterdir()} == {"last.pt", "best.pt"}
    assert "Resuming training" in (run.parent / "second.log").read_text()


def test_the_export_says_what_torch_says(released: Path) -> None:
    """Within the stated bounds, for every candidate that could be seen."""
    manifest = read_manifest(released / f"tiny-{RELEASED}.json")
    assert manifest.metrics["parity_candidates"] > 50
    assert manifest.metrics["parity_score_difference"] <= 0.02
    assert manifest.metrics["parity_box_difference_px"] <= 1.0


def test_a_release_is_one_file_of_weights_and_a_manifest(released: Path, measured: DataSet) -> None:
    """It names the data; calibration and figures come from the validation split."""
    assert {p.name for p in released.iterdir()} == {"tiny.onnx", f"tiny-{RELEASED}.json"}
    manifest = read_manifest(released / f"tiny-{RELEASED}.json")
    assert manifest.data_set == f"tiny {measured.fingerprint[:12]}"
    assert {"mAP50_person_valid", "recall_person_valid"} <= set(manifest.metrics)
    assert not any(name.startswith("ece") for name in manifest.metrics)
    assert any(c.scale != 1.0 for c in manifest.calibration.values())
    Session(released / f"tiny-{RELEASED}.json", threads=1)


def test_half_precision_passes_its_gate(released: Path, measured: DataSet) -> None:
    """And is written beside the model, with what the gate measured."""
    from models.release import add_variant
    from models.variants import Variant, half_precision

    manifest = read_manifest(released / f"tiny-{RELEASED}.json")
    content = half_precision((released / "tiny.onnx").read_bytes())
    finished, parity = add_variant(
        manifest, released, Variant.FP16, content, measured, open_detector, quiet
    )
    assert parity.agreement >= 0.99
    assert parity.boxes > 0
    assert finished.metrics["parity_agreement"] == round(parity.agreement, 4)
    Session(released / f"{finished.name}.json", threads=1)
    for path in released.glob("*fp16*"):
        path.unlink()


def test_a_variant_that_finds_less_is_not_written(released: Path, measured: DataSet) -> None:
    """Scores a fifth too low: the gate names both figures, and nothing is left behind."""
    import onnx
    from onnx import TensorProto, helper

    from models.release import add_variant
    from models.variants import Variant

    network = onnx.load(released / "tiny.onnx")
    output = network.graph.output[0].name
    for node in network.graph.node:
        node.output[:] = ["whole" if name == output else name for name in node.output]
    factors = [1.0] * 4 + [0.8] * 3
    network.graph.initializer.append(
        helper.make_tensor("less", TensorProto.FLOAT, (1, 7, 1), factors)
    )
    network.graph.node.append(helper.make_node("Mul", ["whole", "less"], [output]))
    manifest = read_manifest(released / f"tiny-{RELEASED}.json")
    before = {p.name for p in released.iterdir()}
    with pytest.raises(
        ModelError, match=rf"tiny-{RELEASED}-int8 differs too much from its reference"
    ):
        add_variant(
            manifest, released, Variant.INT8, network.SerializeToString(), measured,
            open_detector, quiet,
        )  # fmt: skip
    assert {p.name for p in released.iterdir()} == before


WITHOUT_TORCH = """
    import json, sys
    from pathlib import Path

    for name in ("torch", "ultralytics", "onnx"):
        sys.modules[name] = None  # importing it raises ImportError
    from core.dataset import DataSet, Split
    from inference.detector import Detector
    from inference.session import Session
    from models.evaluation import evaluate, summary
    from models.gallery import write_gallery
    from models.report import table

    session = Session(Path(sys.argv[1]), threads=1)
    detector = Detector(session, 0.001)
    data_set = DataSet.read(Path(sys.argv[2]))
    found = evaluate(
        data_set, Split.VALID, lambda image: detector.detect([image])[0], session.manifest, iter
    )
    write_gallery(found, session.manifest, data_set.folder, Path(sys.argv[3]))
    print(table([found]), file=sys.stderr)
    print(json.dumps(summary(found)))
"""


def test_an_evaluation_needs_no_torch(released: Path, measured: DataSet, tmp_path: Path) -> None:
    """From the ONNX file alone, with the figures that the release wrote down."""
    manifest_path, page = released / f"tiny-{RELEASED}.json", tmp_path / "errors.html"
    program = textwrap.dedent(WITHOUT_TORCH)
    result = subprocess.run(
        [sys.executable, "-c", program, str(manifest_path), str(measured.folder), str(page)],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    said = json.loads(result.stdout)
    stated = read_manifest(manifest_path).metrics
    for name, value in said["metrics"].items():
        if not name.startswith("ece_"):
            assert value == pytest.approx(stated[f"{name}_valid"], abs=1e-4)
    assert said["fingerprint"] == measured.fingerprint
    assert page.read_text("utf-8").startswith("<!doctype html>")


def test_a_release_writes_everything_or_nothing(
    checkpoint: Path, released: Path, measured: DataSet, small_disk: Callable[[str], Path]
) -> None:
    """Room for half of the files: none is there, and what was there before still works."""
    from core.errors import DiskFull
    from models.export import Network
    from models.release import release

    manifest = read_manifest(released / f"tiny-{RELEASED}.json")
    content = (released / "tiny.onnx").read_bytes()
    network = Network(content, manifest.classes, {})
    disk = small_disk("4m")
    with pytest.raises(DiskFull, match="cannot be written: No space left on device"):
        release(network, "tiny", [RELEASED], measured, disk / "weights", 0.35, open_detector, quiet)
    assert list((disk / "weights").iterdir()) == []


def test_too_few_boxes_to_calibrate_with_are_told(
    released: Path, measured: DataSet, tmp_path: Path
) -> None:
    """A model without an honest calibration is not released."""
    from models.export import Network
    from models.release import release

    manifest: ModelManifest = read_manifest(released / f"tiny-{RELEASED}.json")
    network = Network((released / "tiny.onnx").read_bytes(), manifest.classes, {})
    valid = measured.of_split(Split.VALID)[:1]
    small = DataSet(measured.folder, "tiny", measured.fingerprint, tuple(valid))
    with pytest.raises(DataSetError, match="are too few or all alike to calibrate"):
        release(
            network, "tiny", [RELEASED], small, tmp_path / "weights", 0.35, open_detector, quiet
        )
    assert not (tmp_path / "weights").exists()


def test_a_network_of_other_classes_is_not_released(measured: DataSet, tmp_path: Path) -> None:
    """A detector of cars has no heads."""
    from models.export import Network
    from models.release import release

    with pytest.raises(ModelError, match="the network knows car, person, but the service needs"):
        release(
            Network(b"", ("car", "person"), {}), "cars", [RELEASED], measured, tmp_path / "weights",
            0.35, open_detector, quiet,
        )  # fmt: skip
    assert not (tmp_path / "weights").exists()


def test_an_export_needs_pictures_and_a_checkpoint(
    checkpoint: Path, measured: DataSet, tmp_path: Path
) -> None:
    """One sentence for each that is missing or damaged."""
    from models.export import to_onnx

    pictures = batches(measured, Split.VALID, 8)
    with pytest.raises(ModelError, match="7 pictures are too few"):
        to_onnx(checkpoint, pictures[:7])
    with pytest.raises(ModelError, match=r"none\.pt is not there"):
        to_onnx(tmp_path / "none.pt", pictures)
    torn = tmp_path / "torn.pt"
    torn.write_bytes(checkpoint.read_bytes()[:100_000])
    with pytest.raises(TrainingFailed, match=r"torn\.pt is damaged or no checkpoint"):
        to_onnx(torn, pictures)
