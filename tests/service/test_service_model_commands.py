"""`anyan dataset …` and `anyan models …`, as typed."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from running_command import Result, anyan, sentence

from annotation.recipe import SOURCES
from benchmarks.scenes.frames import write_frames
from core.dataset import DataSet, Split
from service.settings import SHIPPED_MODEL

SHIPPED = SHIPPED_MODEL.stem
PICTURES = 4
"""Of each rendered scene."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rendered frames, with a recipe that measures on the exit."""
    folder = tmp_path_factory.mktemp("rendered")
    write_frames(folder / "rendered", seconds=1.0, at_most=PICTURES)
    source = yaml.safe_load((SOURCES / "rendered.yaml").read_text("utf-8"))
    source["splits"] = {"train": "train", "test": "valid"}
    (folder / "rendered.yaml").write_text(yaml.safe_dump(source))
    recipe = {"name": "golden", "sources": ["rendered"], "teachers": []}
    (folder / "golden.yaml").write_text(yaml.safe_dump(recipe))
    return folder


@pytest.fixture(scope="module")
def built(root: Path) -> Result:
    """`anyan dataset build`."""
    return anyan(
        "dataset", "build", root / "golden.yaml", "--root", root, "--folder", root / "golden-1",
        folder=root,
    )  # fmt: skip


@pytest.fixture(scope="module")
def golden(built: Result, root: Path) -> Path:
    assert built.returncode == 0, built.stderr
    return root / "golden-1"


def write_model(folder: Path, name: str, **changes: object) -> Path:
    """The shipped network under another name."""
    manifest = json.loads(SHIPPED_MODEL.read_text("utf-8"))
    shutil.copy(SHIPPED_MODEL.with_name(manifest["file"]), folder / f"{name}.onnx")
    path = folder / f"{name}.json"
    path.write_text(json.dumps({**manifest, "name": name, "file": f"{name}.onnx", **changes}))
    return path


def deaf(folder: Path) -> Path:
    """A model that is never sure of a person."""
    thresholds = {"person": 0.999, "head": 0.35, "helmet": 0.35}
    return write_model(folder, "deaf", thresholds=thresholds)


def test_a_version_is_built_and_its_card_shown(built: Result, golden: Path) -> None:
    """What was printed is the card beside the pictures."""
    data_set = DataSet.read(golden)
    assert len(data_set.of_split(Split.TEST)) == PICTURES
    assert (golden / "card.md").read_text("utf-8").strip() in built.stdout
    assert data_set.fingerprint in built.stdout


def test_a_version_is_never_built_twice(golden: Path, root: Path, tmp_path: Path) -> None:
    """A sentence, and the version stays."""
    before = (golden / "index.jsonl").read_bytes()
    result = anyan(
        "dataset", "build", root / "golden.yaml", "--root", root, "--folder", golden,
        folder=tmp_path,
    )  # fmt: skip
    assert "a version is never changed, give it a new name" in sentence(result)
    assert (golden / "index.jsonl").read_bytes() == before


def test_a_missing_teacher_is_told_before_anything_is_written(root: Path, tmp_path: Path) -> None:
    """The shipped recipe wants models that are not shipped."""
    recipe = SOURCES.with_name("recipes") / "ppe.yaml"
    result = anyan(
        "dataset", "build", recipe, "--root", root, "--folder", tmp_path / "v",
        "--teachers", tmp_path, folder=tmp_path,
    )  # fmt: skip
    assert "no manifest at" in sentence(result)
    assert not (tmp_path / "v").exists()


def test_the_shipped_model_is_listed_as_in_service(tmp_path: Path) -> None:
    """With a star, its version and what it was trained on."""
    result = anyan("models", "list", folder=tmp_path)
    assert result.returncode == 0, result.stderr
    (line,) = [line for line in result.stdout.splitlines() if SHIPPED in line.split()]
    manifest = json.loads(SHIPPED_MODEL.read_text("utf-8"))
    assert line.startswith("* ")
    assert manifest["version"] in line
    assert manifest["data_set"] in line


def test_a_model_is_measured(golden: Path, tmp_path: Path) -> None:
    """A table with the fingerprint of the data, and a page of the errors."""
    result = anyan(
        "models", "evaluate", SHIPPED, "--data", golden, "--gallery", tmp_path / "errors.html",
        folder=tmp_path,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert f"golden, test split, fingerprint {DataSet.read(golden).fingerprint[:12]}" in (
        result.stdout
    )
    assert f"person mAP50 ({PICTURES} objects)" in result.stdout
    assert "person: not found" in (tmp_path / "errors.html").read_text("utf-8")


def test_a_measurement_is_given_as_json(golden: Path, tmp_path: Path) -> None:
    """Only JSON, and strict."""

    def no_number(text: str) -> None:
        raise AssertionError(text)

    result = anyan("models", "evaluate", SHIPPED, "--data", golden, "--json", folder=tmp_path)
    assert result.returncode == 0, result.stderr
    data = json.loads(result.stdout, parse_constant=no_number)
    assert data["model"] == SHIPPED
    assert data["split"] == "test"
    assert data["metrics"]["recall_person"] > 0.5


def test_models_are_compared_side_by_side(golden: Path, tmp_path: Path) -> None:
    """By name or manifest, the first to beat on the left."""
    result = anyan("models", "compare", SHIPPED, deaf(tmp_path), "--data", golden, folder=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[1].split() == [SHIPPED, "deaf"]
    (recall,) = [line for line in result.stdout.splitlines() if line.startswith("person recall")]
    assert float(recall.split()[-2]) > 0.5
    assert recall.split()[-1] == "0.000"


def test_a_model_goes_into_service_and_back(golden: Path, tmp_path: Path) -> None:
    """As good is good enough; the list shows who, when and why."""
    path = write_model(tmp_path, "twin")
    promoted = anyan(
        "models", "promote", path, "--data", golden, "--reason", "same weights", folder=tmp_path
    )
    assert promoted.stdout == f"{SHIPPED} -> twin: restart the service to use it\n", promoted.stderr
    listed = anyan("models", "list", folder=tmp_path).stdout
    assert "* twin" in listed
    assert f"{SHIPPED} -> twin: same weights" in listed
    back = anyan("models", "rollback", "--reason", "just a test", folder=tmp_path)
    assert back.stdout == f"twin -> {SHIPPED}: restart the service to use it\n", back.stderr
    assert f"* {SHIPPED}" in anyan("models", "list", folder=tmp_path).stdout


def test_a_worse_model_needs_force_and_a_reason(golden: Path, tmp_path: Path) -> None:
    """Refused with the figure; forced, the reason is kept and shown."""
    path = deaf(tmp_path)
    refused = sentence(anyan("models", "promote", path, "--data", golden, folder=tmp_path))
    assert f"deaf is worse than {SHIPPED} on golden: recall_person by" in refused
    without = anyan("models", "promote", path, "--data", golden, "--force", folder=tmp_path)
    assert "give --force with a --reason" in sentence(without)
    assert not list((tmp_path / "data").glob("models/*"))
    forced = anyan(
        "models", "promote", path, "--data", golden, "--force", "--reason", "drill",
        folder=tmp_path,
    )  # fmt: skip
    assert forced.returncode == 0, forced.stderr
    listed = anyan("models", "list", folder=tmp_path).stdout
    assert "* deaf" in listed
    assert ": drill, forced in spite of {'recall_person':" in listed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("evaluate", "nobody", "--data", "GOLDEN"), "there is no model 'nobody'"),
        (("evaluate", "x.json", "--data", "GOLDEN"), "no manifest at x.json"),
        (("evaluate", SHIPPED, "--data", "nowhere"), "make one with `anyan dataset build`"),
        (("evaluate", SHIPPED, "--data", "GOLDEN", "--split", "valid"), "no pictures in its split"),
        (("evaluate", SHIPPED, "--data", "GOLDEN", "--gallery", "no/page.html"), "no/page.html"),
        (("rollback",), "nothing was promoted yet, so there is nothing to go back to"),
    ],
)
def test_a_mistake_is_one_sentence(
    golden: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    """No traceback."""
    given = [golden if word == "GOLDEN" else word for word in arguments]
    assert said in sentence(anyan("models", *given, folder=tmp_path))


def test_a_model_of_another_task_is_refused(golden: Path, tmp_path: Path) -> None:
    """The file answers other rows than its manifest names classes, or names other things."""
    straight = {"scale": 1.0, "offset": 0.0}
    for names, said in (
        (["person", "car", "bus"], "knows person, car, bus, but the data set is labelled with"),
        (["person", "car"], "2 classes (person, car) need 6 rows"),
    ):
        path = write_model(
            tmp_path, "cars", classes=names, thresholds=dict.fromkeys(names, 0.3),
            calibration=dict.fromkeys(names, straight),
        )  # fmt: skip
        result = anyan("models", "evaluate", path, "--data", golden, folder=tmp_path)
        assert said in sentence(result)
