"""Makes a frozen data set version: harmonised, without copies, filled in, split by original."""

import hashlib
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import yaml
from rich.progress import track

from annotation.card import write_card
from annotation.duplicates import group_originals, has_mirrored_edge, perceptual_hash
from annotation.fill import Teacher, fill
from annotation.formats.labels import SourceLabels, read_picture
from annotation.formats.yolo import to_yolo
from annotation.source import Source
from core.dataset import CLASSES, DataSet, LabelledPicture, Split
from core.errors import DataSetError, DiskFull
from core.frame import Image

MEASURED_FIRST = (Split.TEST, Split.VALID, Split.TRAIN)
"""Of copies in several splits the one that is measured on stays: it must not be learned from."""


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    """A picture of a source on its way into the version."""

    source: Source
    split: Split
    labels: SourceLabels
    camera: str | None
    hash: int
    mirrored: bool


@dataclass(slots=True)
class BuildReport:
    """What was left out and why, by source."""

    copies: Counter[str] = field(default_factory=Counter)
    leaks: Counter[str] = field(default_factory=Counter)
    mirrored: Counter[str] = field(default_factory=Counter)


def build(
    name: str, sources: Sequence[Source], teachers: Sequence[Teacher], root: Path, folder: Path
) -> DataSet:
    """Writes a version into `folder`, or nothing.

    root: where the paths of the sources begin. folder: must not exist yet.
    Raises DataSetError for a mistake in a source, DiskFull.
    """
    if folder.exists():
        raise DataSetError(f"{folder} exists: a version is never changed, give it a new name")
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        chosen, report = _choose(_read(sources, root))
        if not chosen:
            raise DataSetError(f"there is no picture in {', '.join(s.name for s in sources)}")
        # No thread that refreshes: it and the one that counts can wait for each other (rich 15).
        pictures = [
            _finish(candidate, group, teachers, part)
            for candidate, group in track(chosen, "filling and writing", auto_refresh=False)
        ]
        _write_index(pictures, part)
        write_card(name, sources, pictures, report, fingerprint(part, pictures), part)
        _write_data_yaml(part)
        part.rename(folder)
    except OSError as error:
        raise DiskFull(f"{folder} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return DataSet.read(folder)


def fingerprint(folder: Path, pictures: Sequence[LabelledPicture]) -> str:
    """SHA-256 over every picture's bytes and index line, whatever their order."""
    digests = sorted(
        hashlib.sha256((folder / p.image_path).read_bytes()).hexdigest() + p.to_json()
        for p in pictures
    )
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def _read(sources: Sequence[Source], root: Path) -> list[_Candidate]:
    candidates = []
    for source in sources:
        for split, labels in track(
            source.labels(root), f"reading {source.name}", auto_refresh=False
        ):
            image = read_picture(labels.path)
            camera = source.camera_of(labels.path)
            mirrored = camera is None and has_mirrored_edge(image)
            candidates.append(
                _Candidate(source, split, labels, camera, perceptual_hash(image), mirrored)
            )
    return candidates


def _choose(
    candidates: Sequence[_Candidate],
) -> tuple[list[tuple[_Candidate, str]], BuildReport]:
    """What goes into the version, with the name of its group: camera, or original picture.

    All footage of one camera stays, in one split. Of the copies of a photograph one stays.
    """
    report = BuildReport()
    report.mirrored.update(c.source.name for c in candidates if c.mirrored)
    photographs = [c for c in candidates if c.camera is None and not c.mirrored]
    originals = group_originals([c.hash for c in photographs])
    grouped = [
        *((c, f"original-{n:06d}") for c, n in zip(photographs, originals, strict=True)),
        *((c, c.camera) for c in candidates if c.camera is not None),
    ]
    grouped.sort(key=lambda pair: MEASURED_FIRST.index(pair[0].split))
    first: dict[str, _Candidate] = {}
    chosen = []
    for candidate, group in grouped:
        known = first.setdefault(group, candidate)
        if known is candidate or (candidate.camera and candidate.split == known.split):
            chosen.append((candidate, group))
        elif candidate.split == known.split:
            report.copies[candidate.source.name] += 1
        else:
            report.leaks[candidate.source.name] += 1
    return chosen, report


def _finish(
    candidate: _Candidate, group: str, teachers: Sequence[Teacher], folder: Path
) -> LabelledPicture:
    """Writes the picture and its label file, and returns its line of the index."""
    source, labels = candidate.source, candidate.labels
    picture = source.harmonise(labels, candidate.split, group)
    missing = [c for c in CLASSES if c not in source.labelled or c in source.incomplete]
    image = read_picture(labels.path)
    picture = fill(picture, image, missing, teachers)
    target = folder / picture.image_path
    target.parent.mkdir(parents=True, exist_ok=True)
    label = folder / "labels" / picture.split / f"{target.stem}.txt"
    label.parent.mkdir(parents=True, exist_ok=True)
    if label.exists():
        raise DataSetError(
            f"{labels.path}: another picture of {source.name} has this name too: rename one"
        )
    regions = _paintable(picture) if picture.split == Split.TRAIN else []
    if regions:
        _write_painted(image, regions, target)
    else:
        shutil.copyfile(labels.path, target)
    label.write_text(to_yolo(picture), "utf-8")
    return picture


def _paintable(picture: LabelledPicture) -> list[tuple[int, int, int, int]]:
    """Ignored regions that no box touches, as x1 y1 x2 y2: the trainer sees nothing there."""
    regions = []
    for box in picture.ignored:
        low, high = (
            np.maximum(picture.xyxy[:, :2], box[:2]),
            np.minimum(picture.xyxy[:, 2:], box[2:]),
        )
        if not (high > low).all(axis=1).any():
            x1, y1, x2, y2 = (int(v) for v in box.round())
            regions.append((x1, y1, x2, y2))
    return regions


def _write_painted(image: Image, regions: list[tuple[int, int, int, int]], target: Path) -> None:
    painted = image.copy()
    for x1, y1, x2, y2 in regions:
        painted[y1:y2, x1:x2] = image.mean(axis=(0, 1)).astype(np.uint8)
    written, content = cv2.imencode(target.suffix, painted, [cv2.IMWRITE_JPEG_QUALITY, 95])
    if not written:
        raise DataSetError(f"{target.name} cannot be written as {target.suffix}")
    target.write_bytes(content.tobytes())


def _write_index(pictures: Sequence[LabelledPicture], folder: Path) -> None:
    lines = "".join(f"{picture.to_json()}\n" for picture in pictures)
    (folder / "index.jsonl").write_text(lines, "utf-8")


def _write_data_yaml(folder: Path) -> None:
    """For ultralytics; without `path`, everything is relative to the file itself."""
    splits = {("val" if s == Split.VALID else s.value): f"images/{s}" for s in Split}
    present = {name: place for name, place in splits.items() if (folder / place).is_dir()}
    text = yaml.safe_dump({**present, "names": dict(enumerate(CLASSES))}, sort_keys=False)
    (folder / "data.yaml").write_text(text, "utf-8")
