"""Which model is in service, where it came from, and the way back.

A folder of the service's data:

    models/NAME/NAME.json, *.onnx      a copy of each model that was promoted
    models/registry.json               every promotion and rollback, the newest last

What is in service is the last entry; without one it is the shipped model.
"""

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from core.errors import DiskFull, ModelError, SettingsError
from core.manifest import ModelManifest
from models.evaluation import Evaluation

LARGEST_LOSS = 0.01
"""A promoted model may be this much worse than the one in service, in each guarded figure."""
GUARDED = (
    "mAP50_person", "mAP50_head", "mAP50_helmet", "recall_head", "recall_person",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Promotion:
    """One entry. at: UTC seconds. model: name; version: start of its SHA-256.

    reason: why; for a forced promotion, why the losses were accepted. losses: guarded figures
    that were worse than the bound, with by how much. golden_set: name and fingerprint.
    """

    at: float
    model: str
    version: str
    before: str
    reason: str
    forced: bool
    golden_set: str
    losses: dict[str, float]


class Registry:
    """The models of one installation."""

    def __init__(self, folder: Path, shipped: Path) -> None:
        """folder: below the data folder. shipped: manifest of the model that is always there."""
        self._folder = folder
        self._shipped = shipped

    def history(self) -> list[Promotion]:
        """Every change, the oldest first. Raises SettingsError where the file is damaged."""
        path = self._folder / "registry.json"
        if not path.is_file():
            return []
        try:
            return [Promotion(**entry) for entry in json.loads(path.read_text("utf-8"))]
        except (ValueError, TypeError) as error:
            raise SettingsError(
                f"{path} is damaged ({error}): restore it, or delete it to serve the shipped model"
            ) from error

    def in_service(self) -> Path:
        """Manifest of the model that the service uses."""
        history = self.history()
        return self.manifest_path(history[-1].model) if history else self._shipped

    def manifest_path(self, name: str) -> Path:
        """Of a promoted or shipped model. Raises ModelError for an unknown name."""
        shipped = self._shipped.with_name(f"{name}.json")
        promoted = self._folder / name / f"{name}.json"
        for path in (promoted, shipped):
            if path.is_file():
                return path
        raise ModelError(f"there is no model '{name}': `anyan models list` names them")

    def names(self) -> list[str]:
        """Of every model at hand."""
        promoted = [p for p in self._folder.glob("*/*.json") if p.stem == p.parent.name]
        return sorted({path.stem for path in (*self._shipped.parent.glob("*.json"), *promoted)})

    def promote(
        self,
        manifest_path: Path,
        manifest: ModelManifest,
        *,
        now: float,
        reason: str,
        force: bool,
        candidate: Evaluation,
        current: Evaluation,
    ) -> Promotion:
        """Copies the model and puts it in service from the next start.

        candidate, current: evaluations on the same golden set. Raises ModelError where the
        candidate is worse than the bound and that is not forced with a reason, or where another
        model has its name; DiskFull.
        """
        before = self.in_service()
        self._check_name(manifest)
        losses = worse(current.metrics(), candidate.metrics())
        if losses and not (force and reason.strip()):
            named = ", ".join(f"{name} by {loss:.3f}" for name, loss in losses.items())
            raise ModelError(
                f"{manifest.name} is worse than {current.model} on {candidate.data_set}: {named} "
                f"(bound {LARGEST_LOSS}): train it further, or give --force with a --reason"
            )
        golden = f"{candidate.data_set} {candidate.fingerprint[:12]}"
        entry = Promotion(
            now,
            manifest.name,
            manifest.version,
            before.stem,
            reason,
            bool(losses),
            golden,
            losses,
        )
        self._copy(manifest_path, manifest)
        self._append(entry)
        return entry

    def rollback(self, manifest: ModelManifest, *, now: float, reason: str) -> Promotion:
        """Puts the model before the current one in service again.

        manifest: of `previous()`.
        """
        before = self.in_service().stem
        entry = Promotion(now, manifest.name, manifest.version, before, reason, False, "", {})
        self._append(entry)
        return entry

    def previous(self) -> Path:
        """Manifest of what was in service before. Raises ModelError where nothing was."""
        history = self.history()
        if not history:
            raise ModelError("nothing was promoted yet, so there is nothing to go back to")
        return self.manifest_path(history[-1].before)

    def _check_name(self, manifest: ModelManifest) -> None:
        """A name is a way back, so it must not come to mean another model."""
        if manifest.name not in self.names():
            return
        known = self.manifest_path(manifest.name)
        version = ModelManifest.from_json(known.read_text("utf-8"), known.name).version
        if version != manifest.version:
            raise ModelError(
                f"there is a model '{manifest.name}' already, of version {version}, and this one "
                f"is {manifest.version}: give it a name of its own"
            )

    def _copy(self, manifest_path: Path, manifest: ModelManifest) -> None:
        """The whole model or nothing of it."""
        target, part = self._folder / manifest.name, self._folder / f"{manifest.name}.part"
        if target.is_dir():
            return
        shutil.rmtree(part, ignore_errors=True)
        try:
            part.mkdir(parents=True)
            shutil.copyfile(manifest_path.with_name(manifest.file), part / manifest.file)
            shutil.copyfile(manifest_path, part / f"{manifest.name}.json")
            part.rename(target)
        except OSError as error:
            raise DiskFull(f"{target} cannot be written: {error.strerror}") from error
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _append(self, entry: Promotion) -> None:
        entries = [asdict(e) for e in (*self.history(), entry)]
        path, part = self._folder / "registry.json", self._folder / "registry.json.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(entries, ensure_ascii=False, indent=2) + "\n", "utf-8")
            part.rename(path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise DiskFull(f"{path} cannot be written: {error.strerror}") from error


def worse(current: dict[str, float], candidate: dict[str, float]) -> dict[str, float]:
    """Guarded figures in which the candidate loses more than the bound, and how much."""
    losses = {name: current[name] - candidate.get(name, 0.0) for name in GUARDED if name in current}
    return {name: round(loss, 4) for name, loss in losses.items() if loss > LARGEST_LOSS}
