"""What is in service, how it came there, and the way back."""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fixtures_disk import fill_disk
from made_sets import found, labelled
from made_versions import MANIFEST, SHIPPED, quiet, telling, write_version

from core.dataset import Split
from core.errors import DiskFull, ModelError, SettingsError
from core.manifest import ModelManifest
from models.evaluation import Evaluation, evaluate
from models.registry import Promotion, Registry, worse

PERSON, HEAD, HELMET = range(3)
PERSON_BOX, HEAD_BOX, HELMET_BOX = (80, 10, 120, 110), (10, 10, 30, 34), (40, 10, 60, 34)
GOOD = [(PERSON, PERSON_BOX, 0.9), (HEAD, HEAD_BOX, 0.9), (HELMET, HELMET_BOX, 0.9)]
BLIND = [GOOD[0], GOOD[2]]
"""Misses the bare head."""


def judged(folder: Path, boxes: list, model: str) -> Evaluation:
    """On a golden set of one picture."""
    picture = labelled([(c, box) for c, box, _ in GOOD], split=Split.TEST)
    data_set = write_version(folder, [picture], name="golden")
    manifest = replace(MANIFEST, name=model)
    return evaluate(data_set, Split.TEST, telling([found(*boxes)]), manifest, quiet)


@pytest.fixture
def good(tmp_path: Path) -> Evaluation:
    return judged(tmp_path / "golden-1", GOOD, "one")


@pytest.fixture
def blind(tmp_path: Path) -> Evaluation:
    return judged(tmp_path / "golden-2", BLIND, "one")


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "data" / "models", SHIPPED)


def write_model(folder: Path, name: str, content: bytes = b"weights") -> tuple[Path, ModelManifest]:
    """Files of a model; the registry copies them and does not look into them."""
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(content).hexdigest()
    manifest = replace(MANIFEST, name=name, file=f"{name}.onnx", sha256=digest, version=digest[:12])
    (folder / manifest.file).write_bytes(content)
    path = folder / f"{name}.json"
    path.write_text(manifest.to_json(), "utf-8")
    return path, manifest


def promote(
    registry: Registry,
    model: tuple[Path, ModelManifest],
    candidate: Evaluation,
    current: Evaluation,
    *,
    reason: str = "",
    force: bool = False,
    now: float = 1000.0,
) -> Promotion:
    return registry.promote(
        *model, now=now, reason=reason, force=force, candidate=candidate, current=current
    )


def test_without_a_promotion_the_shipped_model_is_in_service(registry: Registry) -> None:
    """And there is nothing to go back to."""
    assert registry.in_service() == SHIPPED
    assert registry.history() == []
    assert SHIPPED.stem in registry.names()
    with pytest.raises(ModelError, match="nothing was promoted yet"):
        registry.previous()


def test_a_model_that_is_not_worse_goes_into_service(
    registry: Registry, good: Evaluation, tmp_path: Path
) -> None:
    """As a copy: what happens to the original afterwards does not matter."""
    model = write_model(tmp_path / "new", "two")
    entry = promote(registry, model, good, good, reason="trained on our gate", now=1234.5)
    shutil.rmtree(tmp_path / "new")
    assert registry.in_service().read_text("utf-8") == model[1].to_json()
    assert registry.in_service().with_name("two.onnx").read_bytes() == b"weights"
    assert registry.history() == [entry]
    assert entry == Promotion(
        1234.5, "two", model[1].version, SHIPPED.stem, "trained on our gate", False,
        f"golden {good.fingerprint[:12]}", {},
    )  # fmt: skip
    assert set(registry.names()) >= {"two", SHIPPED.stem}


def test_a_worse_model_is_refused(
    registry: Registry, good: Evaluation, blind: Evaluation, tmp_path: Path
) -> None:
    """The message names the figures; nothing was copied and nothing written."""
    with pytest.raises(ModelError) as error:
        promote(registry, write_model(tmp_path / "new", "two"), blind, good)
    assert "two is worse than one on golden" in error.value.message
    assert "mAP50_head by 1.000, recall_head by 1.000" in error.value.message
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("reason", ["", "  "])
def test_force_without_a_reason_is_refused(
    registry: Registry, good: Evaluation, blind: Evaluation, tmp_path: Path, reason: str
) -> None:
    """Somebody will ask why."""
    with pytest.raises(ModelError, match="give --force with a --reason"):
        promote(registry, write_model(tmp_path, "two"), blind, good, force=True, reason=reason)


def test_a_reason_without_force_is_refused(
    registry: Registry, good: Evaluation, blind: Evaluation, tmp_path: Path
) -> None:
    """A reason is given for every promotion; it alone accepts no losses."""
    with pytest.raises(ModelError, match="is worse than"):
        promote(registry, write_model(tmp_path, "two"), blind, good, reason="new cameras")


def test_a_forced_promotion_keeps_reason_and_losses(
    registry: Registry, good: Evaluation, blind: Evaluation, tmp_path: Path
) -> None:
    """Read back from the file."""
    model = write_model(tmp_path, "two")
    promote(registry, model, blind, good, force=True, reason="the old one crashes")
    (entry,) = registry.history()
    assert (entry.forced, entry.reason) == (True, "the old one crashes")
    assert entry.losses == {"mAP50_head": 1.0, "recall_head": 1.0}
    assert registry.in_service().stem == "two"


def test_force_that_was_not_needed_is_not_written(
    registry: Registry, good: Evaluation, tmp_path: Path
) -> None:
    """The history says what happened, not what was typed."""
    model = write_model(tmp_path, "two")
    assert not promote(registry, model, good, good, force=True, reason="hurry").forced


@pytest.mark.parametrize(("loss", "refused"), [(0.0099, False), (0.0101, True)])
def test_the_bound_is_one_point(loss: float, refused: bool) -> None:
    """In each guarded figure by itself; others may fall, and any may rise."""
    current = {"mAP50_head": 0.9, "mAP50_helmet": 0.5, "precision_head": 0.9}
    candidate = {"mAP50_head": 0.9 - loss, "mAP50_helmet": 0.9, "precision_head": 0.1}
    assert list(worse(current, candidate)) == (["mAP50_head"] if refused else [])


def test_a_figure_that_the_candidate_lacks_is_lost() -> None:
    """A model that never finds a person has no figure for it, and is worse."""
    assert worse({"mAP50_person": 0.9}, {}) == {"mAP50_person": 0.9}


def test_rollback_goes_back_and_says_so(
    registry: Registry, good: Evaluation, tmp_path: Path
) -> None:
    """To the model before, also to the shipped one; the history grows."""
    promote(registry, write_model(tmp_path, "two", b"2"), good, good)
    promote(registry, write_model(tmp_path, "three", b"3"), good, good)
    back = ModelManifest.from_json(registry.previous().read_text("utf-8"), "two.json")
    entry = registry.rollback(back, now=2000.0, reason="false alarms at night")
    assert registry.in_service().stem == entry.model == "two"
    assert [e.model for e in registry.history()] == ["two", "three", "two"]
    assert registry.history()[-1].reason == "false alarms at night"
    assert registry.history()[-1].before == "three"


def test_rollback_to_the_shipped_model(
    registry: Registry, good: Evaluation, tmp_path: Path
) -> None:
    """It was in service before the first promotion."""
    promote(registry, write_model(tmp_path, "two"), good, good)
    assert registry.previous() == SHIPPED
    registry.rollback(MANIFEST, now=2000.0, reason="")
    assert registry.in_service() == SHIPPED


def test_a_name_does_not_come_to_mean_another_model(
    registry: Registry, good: Evaluation, tmp_path: Path
) -> None:
    """Otherwise the way back would lead to the new weights."""
    promote(registry, write_model(tmp_path / "a", "two", b"old"), good, good)
    for name in ("two", SHIPPED.stem):
        with pytest.raises(ModelError, match=f"there is a model '{name}' already, of version"):
            promote(registry, write_model(tmp_path / "b", name, b"new"), good, good)
    assert registry.in_service().with_name("two.onnx").read_bytes() == b"old"
    assert len(registry.history()) == 1


def test_a_model_can_be_promoted_again(
    registry: Registry, good: Evaluation, tmp_path: Path
) -> None:
    """From where it was copied to, after a rollback."""
    model = write_model(tmp_path, "two")
    promote(registry, model, good, good)
    registry.rollback(MANIFEST, now=2.0, reason="")
    promote(registry, (registry.manifest_path("two"), model[1]), good, good, now=3.0)
    assert registry.in_service().stem == "two"


def test_an_unknown_name_is_told(registry: Registry) -> None:
    """With the command that lists the names."""
    with pytest.raises(ModelError, match="there is no model 'three': `anyan models list`"):
        registry.manifest_path("three")


def test_every_name_can_be_looked_up(registry: Registry, tmp_path: Path, good: Evaluation) -> None:
    """What the list shows is there; other files in the folder are no models."""
    promote(registry, write_model(tmp_path, "two"), good, good)
    folder = tmp_path / "data" / "models" / "two"
    (folder / "notes.json").write_text("{}")
    assert "notes" not in registry.names()
    assert all(registry.manifest_path(name).is_file() for name in registry.names())


@pytest.mark.parametrize("text", ["", "{", "[1]", "{}x", '{"at": 1}', '[{"at": 1}]', "\udcff", "3"])
def test_a_damaged_registry_is_told_and_stays(
    registry: Registry, good: Evaluation, tmp_path: Path, text: str
) -> None:
    """Nothing is promoted over it: what it says would be lost."""
    path = tmp_path / "data" / "models" / "registry.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    before = path.read_bytes()
    with pytest.raises(SettingsError, match=r"registry\.json is damaged .* restore it, or delete"):
        registry.in_service()
    with pytest.raises(SettingsError, match="is damaged"):
        promote(registry, write_model(tmp_path, "two"), good, good)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["registry.json"]


def test_a_full_disk_leaves_no_half_model(
    good: Evaluation, tmp_path: Path, small_disk: Callable[[str], Path]
) -> None:
    """What is in service stays so; with room again the same promotion goes well."""
    disk = small_disk("256k")
    registry = Registry(disk / "models", SHIPPED)
    promote(registry, write_model(tmp_path, "two"), good, good)
    filler = fill_disk(disk)
    model = write_model(tmp_path, "three", b"x" * 100_000)
    with pytest.raises(DiskFull, match="three cannot be written: No space left on device"):
        promote(registry, model, good, good)
    assert registry.in_service().stem == "two"
    assert sorted(p.name for p in (disk / "models").iterdir()) == ["registry.json", "two"]
    filler.unlink()
    promote(registry, model, good, good)
    assert registry.in_service().stem == "three"


def test_the_history_is_readable_json(registry: Registry, good: Evaluation, tmp_path: Path) -> None:
    """Reasons in Chinese as they were written."""
    promote(registry, write_model(tmp_path, "two"), good, good, reason="夜班误报少")
    text = (tmp_path / "data" / "models" / "registry.json").read_text("utf-8")
    assert "夜班误报少" in text
    assert json.loads(text)[0]["model"] == "two"
