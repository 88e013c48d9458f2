"""`anyan models …`: train, export, measure, compare, put in service."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from core.dataset import DataSet, LabelledPicture, Split
from models.evaluation import Detect, Evaluation
from models.release import OpenDetector
from models.variants import Variant
from service.settings import Settings, load_settings

models_app = typer.Typer(help="Detection models.", no_args_is_help=True)

DataOption = Annotated[Path, typer.Option(help="folder of a data set version")]
ModelArgument = Annotated[str, typer.Argument(help="name of a model, or path of a manifest")]
EVALUATION_FLOOR = 0.01
"""Confidence; what an evaluation needs to draw the whole precision-recall curve."""
BATCHES = 64
"""Pictures of the validation split that an export is compared on and quantised with."""


@models_app.command("list")
def list_models() -> None:
    """Every model at hand, the one in service, and how it came there."""
    from inference.session import read_manifest

    settings = load_settings()
    registry, current = settings.registry, settings.model_path
    for name in registry.names():
        manifest = read_manifest(registry.manifest_path(name))
        mark = "*" if registry.manifest_path(name) == current else " "
        figures = "  ".join(
            f"{c} {manifest.metrics[key]:.3f}"
            for c in manifest.classes
            if (key := f"mAP50_{c}_valid") in manifest.metrics
        )
        typer.echo(f"{mark} {name:20} {manifest.version}  {figures}  [{manifest.data_set}]")
    for entry in registry.history():
        at = time.strftime("%Y-%m-%d %H:%M", time.gmtime(entry.at))
        forced = f", forced in spite of {entry.losses}" if entry.forced else ""
        typer.echo(f"{at} UTC  {entry.before} -> {entry.model}: {entry.reason}{forced}")


@models_app.command("train")
def train(
    config: Annotated[Path, typer.Argument(help="configuration (YAML), as in models/configs")],
    data: DataOption,
    start: Annotated[Path, typer.Option(help="folder of the checkpoint to begin with")],
    run: Annotated[Path, typer.Option(help="folder of the run; the same one goes on")],
    threads: Annotated[int, typer.Option(min=1, help="of the processor")] = 2,
) -> None:
    """Train, or go on with a run that was interrupted (needs the extra `train`)."""
    from models.train import TrainingConfig
    from models.train import train as start_training

    best = start_training(TrainingConfig.read(config), DataSet.read(data), start, run, threads)
    typer.echo(f"best checkpoint: {best}")


@models_app.command("mean")
def mean(
    first: Annotated[Path, typer.Argument(help="checkpoint that a training began with (.pt)")],
    second: Annotated[Path, typer.Argument(help="checkpoint that it led to (.pt)")],
    target: Annotated[Path, typer.Argument(help="where to write the mean (.pt)")],
    share: Annotated[float, typer.Option(min=0.0, max=1.0, help="of the second")] = 0.5,
) -> None:
    """Average what a training began with and what it led to (needs the extra `train`)."""
    from models.mean import write_mean

    write_mean(first, second, share, target)
    typer.echo(f"mean: {target}")


@models_app.command("export")
def export(
    checkpoint: Annotated[Path, typer.Argument(help="trained checkpoint (.pt)")],
    name: Annotated[str, typer.Option(help="name of the model, such as ppe-n")],
    data: DataOption,
    size: Annotated[list[int], typer.Option(help="longer side of the input, pixels; repeatable")],
    folder: Annotated[Path, typer.Option(help="where to write the ONNX file and its manifests")],
    threshold: Annotated[float, typer.Option(help="working confidence of every class")] = 0.35,
) -> None:
    """Export to ONNX, compare with torch, calibrate and measure (needs the extra `train`)."""
    from models.export import to_onnx
    from models.release import release

    settings, data_set = load_settings(), DataSet.read(data)
    network = to_onnx(checkpoint, calibration_batches(data_set, Split.VALID, size[0]))
    manifests = release(
        network, name, size, data_set, folder, threshold, _opener(settings), _progress
    )
    for manifest in manifests:
        typer.echo(manifest.to_json())


@models_app.command("variant")
def variant(
    model: ModelArgument,
    kind: Annotated[Variant, typer.Option(help="fp16 for GPUs, int8 for CPUs")],
    data: DataOption,
) -> None:
    """Make a faster form of a model beside it, and write it only where it finds the same."""
    from inference.session import read_manifest
    from models.release import add_variant
    from models.variants import eight_bits, half_precision

    settings, data_set = load_settings(), DataSet.read(data)
    path = _manifest_path(model, settings)
    manifest = read_manifest(path)
    content = path.with_name(manifest.file).read_bytes()
    if kind is Variant.INT8:
        made = eight_bits(content, calibration_batches(data_set, Split.TRAIN, manifest.input_size))
    else:
        made = half_precision(content)
    finished, parity = add_variant(
        manifest, path.parent, kind, made, data_set, _opener(settings), _progress
    )
    typer.echo(f"{finished.name}: {parity.agreement:.2%} of {parity.boxes} boxes agree")


@models_app.command("evaluate")
def evaluate(
    model: ModelArgument,
    data: DataOption,
    split: Annotated[Split, typer.Option(help="train, valid or test")] = Split.TEST,
    gallery: Annotated[Path | None, typer.Option(help="HTML page of the worst errors")] = None,
    json: Annotated[bool, typer.Option("--json", help="everything as JSON")] = False,
) -> None:
    """Measure a model on a split of a data set version. Needs no torch."""
    from json import dumps

    from inference.session import read_manifest
    from models.evaluation import summary
    from models.gallery import write_gallery
    from models.report import table

    settings, data_set = load_settings(), DataSet.read(data)
    path = _manifest_path(model, settings)
    found = _evaluate(path, data_set, split, settings)
    typer.echo(dumps(summary(found), indent=2) if json else table([found]))
    if gallery:
        write_gallery(found, read_manifest(path), data_set.folder, gallery)
        typer.echo(f"errors: {gallery}")


@models_app.command("compare")
def compare(
    models: Annotated[list[str], typer.Argument(help="names or manifests, the first to beat")],
    data: DataOption,
    split: Annotated[Split, typer.Option(help="train, valid or test")] = Split.TEST,
) -> None:
    """Measure models on the same pictures, one beside the other."""
    from models.report import table

    settings, data_set = load_settings(), DataSet.read(data)
    paths = [_manifest_path(model, settings) for model in models]
    typer.echo(table([_evaluate(path, data_set, split, settings) for path in paths]))


@models_app.command("promote")
def promote(
    model: ModelArgument,
    data: Annotated[Path, typer.Option(help="golden set: a data set version with a test split")],
    reason: Annotated[str, typer.Option(help="why; it is kept")] = "",
    force: Annotated[bool, typer.Option(help="even where it is worse; needs a reason")] = False,
) -> None:
    """Put a model in service from the next start, where it is not worse on the golden set."""
    from inference.session import read_manifest

    settings, data_set = load_settings(), DataSet.read(data)
    settings.make_data_dir()
    path, current = _manifest_path(model, settings), settings.registry.in_service()
    entry = settings.registry.promote(
        path,
        read_manifest(path),
        now=time.time(),
        reason=reason,
        force=force,
        candidate=_evaluate(path, data_set, Split.TEST, settings),
        current=_evaluate(current, data_set, Split.TEST, settings),
    )
    typer.echo(f"{entry.before} -> {entry.model}: restart the service to use it")


@models_app.command("rollback")
def rollback(reason: Annotated[str, typer.Option(help="why; it is kept")] = "") -> None:
    """Put the model before the current one in service again, from the next start."""
    from inference.session import read_manifest

    registry = load_settings().registry
    entry = registry.rollback(read_manifest(registry.previous()), now=time.time(), reason=reason)
    typer.echo(f"{entry.before} -> {entry.model}: restart the service to use it")


def _manifest_path(model: str, settings: Settings) -> Path:
    return Path(model) if model.endswith(".json") else settings.registry.manifest_path(model)


def _evaluate(path: Path, data_set: DataSet, split: Split, settings: Settings) -> Evaluation:
    from inference.session import read_manifest
    from models.evaluation import evaluate as measure

    return measure(data_set, split, _opener(settings)(path), read_manifest(path), _progress)


def _opener(settings: Settings) -> OpenDetector:
    """The detector of the service, without its second look at small heads."""
    from inference.detector import Detector
    from inference.session import Session

    def open_detector(path: Path) -> Detect:
        detector = Detector(Session(path, threads=settings.threads), EVALUATION_FLOOR)
        return lambda image: detector.detect([image])[0]

    return open_detector


def calibration_batches(data_set: DataSet, split: Split, size: int) -> list[NDArray[np.float32]]:
    """Pictures with people, evenly over the split, as the service prepares them."""
    from annotation.formats.labels import read_picture
    from inference.letterbox import letterbox_batch

    pictures = [picture for picture in data_set.of_split(split) if len(picture.xyxy)]
    chosen = pictures[:: max(1, len(pictures) // BATCHES)][:BATCHES]
    return [letterbox_batch(read_picture(data_set.folder / p.image_path), size) for p in chosen]


def _progress(pictures: Iterable[LabelledPicture]) -> Iterable[LabelledPicture]:
    from service.progress import with_time_left

    return with_time_left(list(pictures), "measuring")
