"""What a training is told, and what it refuses to begin with."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from fixtures_disk import fill_disk
from made_sets import labelled
from made_versions import write_version
from test_training_config import CONFIG, read

from core.dataset import DataSet, Split
from core.errors import TrainingFailed
from models.train import HYPERPARAMETERS, TrainingConfig, train

EVERY_CLASS = [(0, (5, 5, 60, 110)), (1, (10, 8, 30, 34)), (2, (80, 8, 100, 34))]

needs_torch = pytest.mark.train


@pytest.fixture
def torch() -> Any:
    pytest.importorskip("ultralytics", reason="needs the extra `train`")
    return pytest.importorskip("torch", reason="needs the extra `train`")


def tiny(folder: Path, sources: tuple[str, ...] = ("site",)) -> DataSet:
    """Four pictures to learn from for each source, one to tune on."""
    pictures = [
        labelled(EVERY_CLASS, file=f"{source}_{n}.png", group=f"{source}{n}", source=source,
                 split=Split.TRAIN)
        for source in sources
        for n in range(4)
    ]  # fmt: skip
    return write_version(folder, [*pictures, labelled(EVERY_CLASS, group="v")])


@needs_torch
@pytest.mark.usefixtures("torch")
def test_shares_of_sources_are_exact_and_repeatable(tmp_path: Path) -> None:
    """Whole numbers repeat every picture; a part is always the same part."""
    from models.pictures import choose

    files = [f"p{n}.png" for n in range(400)]
    pictures = [
        labelled(EVERY_CLASS, file=f, group=f, split=Split.TRAIN, source=source)
        for source in ("a", "b")
        for f in (f"{source}{name}" for name in files)
    ]
    data_set = DataSet(tmp_path, "tiny", "0", tuple(pictures))

    def count(**shares: float) -> dict[str, int]:
        chosen = [p.file for p in choose(data_set, shares)]
        assert chosen == [p.file for p in choose(data_set, shares)]
        return {s: sum(f.startswith(s) for f in chosen) for s in ("a", "b")}

    assert count() == {"a": 400, "b": 400}
    assert count(a=0, b=2) == {"a": 0, "b": 800}
    part = count(a=0.25, b=1.5)
    assert part["a"] == pytest.approx(100, abs=30)
    assert part["b"] == pytest.approx(600, abs=40)
    once = {p.file for p in choose(data_set, {"b": 1.5}) if p.source == "b"}
    assert len(once) == 400, "each once, before any twice"


@needs_torch
@pytest.mark.usefixtures("torch")
def test_a_source_that_the_version_lacks_is_named(tmp_path: Path) -> None:
    """A mistyped name would change nothing and be believed."""
    from models.pictures import choose

    data_set = tiny(tmp_path / "set", ("site", "gate"))
    with pytest.raises(TrainingFailed, match=r"does not hold: gat, hall; it holds gate, site$"):
        choose(data_set, {"gat": 1.0, "hall": 2.0})


@needs_torch
@pytest.mark.usefixtures("torch")
def test_a_class_that_no_picture_shows_is_named(tmp_path: Path) -> None:
    """In the pictures that were chosen, not in the whole version."""
    from models.pictures import choose

    pictures = [
        labelled(EVERY_CLASS[:1], file="a.png", group="a", split=Split.TRAIN, source="people"),
        labelled(EVERY_CLASS, file="b.png", group="b", split=Split.TRAIN, source="all"),
        labelled(EVERY_CLASS, file="c.png", group="c", split=Split.VALID, source="people"),
    ]
    data_set = DataSet(tmp_path, "tiny", "0", tuple(pictures))
    assert len(choose(data_set, {})) == 2
    with pytest.raises(TrainingFailed, match="no training picture of tiny shows head, helmet"):
        choose(data_set, {"all": 0})


@needs_torch
@pytest.mark.usefixtures("torch")
def test_short_epochs_take_every_picture_before_any_again() -> None:
    """Another order each time; a run that goes on takes what it would have taken."""
    from models.pictures import Turns

    turns = Turns(10, 4, 0)
    epochs = [list(turns) for _ in range(5)]
    assert [len(epoch) for epoch in epochs] == [len(turns)] * 5 == [4] * 5
    taken = [picture for epoch in epochs for picture in epoch]
    assert sorted(taken[:10]) == sorted(taken[10:]) == list(range(10))
    assert taken[:10] != taken[10:]
    again = Turns(10, 4, 0)
    again.next_epoch = 3
    assert list(again) == epochs[3]
    assert list(Turns(10, 4, 1)) != epochs[0]


@needs_torch
@pytest.mark.usefixtures("torch")
def test_the_camera_look_keeps_boxes_and_pictures_together() -> None:
    """As ultralytics hands them over: same shapes, boxes inside the picture, a class for each."""
    from ultralytics.utils.instance import Instances

    from models.pictures import CameraTransform

    boxes = np.array([(0.5, 0.5, 0.3, 0.8), (0.5, 0.2, 0.1, 0.2)], np.float32)
    changed = 0
    for _ in range(60):
        image = np.full((120, 160, 3), 128, np.uint8)
        image[30:90, 60:100] = (20, 200, 240)
        given = {
            "img": image,
            "instances": Instances(boxes.copy(), np.zeros((0, 1000, 2), np.float32)),
            "cls": np.array([[0], [2]], np.float32),
        }
        labels = CameraTransform()(given)
        labels["instances"].convert_bbox("xyxy")
        xyxy = labels["instances"].bboxes
        assert (labels["img"].shape, labels["img"].dtype) == ((120, 160, 3), np.uint8)
        assert len(xyxy) == len(labels["cls"]) == 2
        assert (xyxy >= 0).all()
        assert (xyxy[:, 2:] <= (160, 120)).all()
        changed += not np.array_equal(labels["img"], image)
    assert changed > 20


# What is refused before the first epoch.


def refused(config: TrainingConfig, data_set: DataSet, start: Path, run: Path) -> str:
    with pytest.raises(TrainingFailed) as error:
        train(config, data_set, start, run, 1)
    assert "\n" not in error.value.message
    return error.value.message


@needs_torch
@pytest.mark.usefixtures("torch")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"start": "nowhere.pt"}, "nowhere.pt is not there: give the folder of nowhere.pt"),
        ({"start": "nowhere.yaml"}, "ultralytics has no architecture nowhere.yaml"),
        ({"hyperparameters": {"mozaic": 1.0}}, "mozaic"),
        ({"hyperparameters": {"mosaic": "much"}}, "mosaic"),
        ({"hyperparameters": {"epochs": 3, "data": "x"}}, "must not name data, epochs"),
        ({"sources": {"nowhere": 1}}, "nowhere"),
    ],
)
def test_a_training_that_cannot_begin_leaves_no_folder(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    """One message, and the name of the run is free for the next try."""
    data_set = tiny(tmp_path / "set")
    run = tmp_path / "run"
    assert said in refused(read(tmp_path, **changes), data_set, tmp_path, run)
    assert not run.exists()


@needs_torch
@pytest.mark.usefixtures("torch")
def test_a_version_without_pictures_to_tune_on_is_refused(tmp_path: Path) -> None:
    """The best epoch could not be told from the others."""
    data_set = tiny(tmp_path / "set")
    alone = DataSet(data_set.folder, "tiny", "0", tuple(data_set.of_split(Split.TRAIN)))
    assert "no pictures in its split 'valid'" in refused(
        read(tmp_path), alone, tmp_path, tmp_path / "run"
    )


@needs_torch
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"text", "archive of nothing"])
def test_a_damaged_checkpoint_is_named(tmp_path: Path, torch: Any, content: bytes | str) -> None:
    """To begin with, or of a run that was interrupted; it is not trained over."""
    data_set = tiny(tmp_path / "set")
    for path in (tmp_path / "start.pt", tmp_path / "run" / "weights" / "last.pt"):
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            torch.save({"nothing": 1}, path)
        else:
            path.write_bytes(content)
    config = read(tmp_path, start="start.pt")
    message = refused(config, data_set, tmp_path, tmp_path / "fresh")
    assert "start.pt is damaged or no checkpoint" in message
    assert not (tmp_path / "fresh").exists()
    message = refused(config, data_set, tmp_path, tmp_path / "run")
    assert "run/weights/last.pt is damaged or no checkpoint" in message
    assert "delete it, or put an earlier copy in its place" in message


# A run, small enough for every test machine.


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one epoch from random weights, in a folder with its data set."""
    pytest.importorskip("ultralytics", reason="needs the extra `train`")
    folder = tmp_path_factory.mktemp("finished")
    best = train(read(folder), tiny(folder / "set"), folder, folder / "run", 1)
    assert best == folder / "run" / "weights" / "best.pt"
    return folder


@needs_torch
def test_a_run_keeps_all_to_repeat_it(finished: Path) -> None:
    """Configuration, fingerprint of the data, versions, pictures, checkpoints; nothing half."""
    run = finished / "run"
    kept = json.loads((run / "run.json").read_text("utf-8"))
    assert kept["config"] == {
        **CONFIG,
        "seed": 0,
        "epoch_pictures": 0,
        "sources": {},
        "hyperparameters": {},
    }
    assert kept["fingerprint"] == DataSet.read(finished / "set").fingerprint
    assert {"python", "torch", "ultralytics"} <= set(kept["versions"])
    assert len((run / "train.txt").read_text().splitlines()) == 4
    assert {"last.pt", "best.pt"} == {p.name for p in (run / "weights").iterdir()}
    assert len((run / "results.csv").read_text().splitlines()) == 2
    assert not list(run.rglob("*.part"))
    told = yaml.safe_load((run / "args.yaml").read_text())
    assert {name: told[name] for name in HYPERPARAMETERS} == HYPERPARAMETERS


@needs_torch
def test_a_training_writes_nothing_into_its_data_set(finished: Path) -> None:
    """A version never changes: index, card and one label file for each picture."""
    data_set = DataSet.read(finished / "set")
    labels = [path for path in (finished / "set" / "labels").rglob("*") if path.is_file()]
    assert len(labels) == len(data_set.pictures)
    assert not list((finished / "set").rglob("*.cache"))


@needs_torch
def test_a_finished_run_is_not_trained_again(finished: Path) -> None:
    """The same command gives the same checkpoint."""
    best = finished / "run" / "weights" / "best.pt"
    before = best.read_bytes()
    again = train(read(finished), DataSet.read(finished / "set"), finished, finished / "run", 1)
    assert again == best
    assert best.read_bytes() == before


@needs_torch
@pytest.mark.parametrize("change", ["epochs", "data"])
def test_a_folder_of_another_run_is_refused(finished: Path, tmp_path: Path, change: str) -> None:
    """Two trainings never mix; what is there stays."""
    data_set, config = DataSet.read(finished / "set"), read(tmp_path)
    if change == "epochs":
        config = read(tmp_path, epochs=2)
    else:
        data_set = DataSet(data_set.folder, "tiny", "other", data_set.pictures)
    before = (finished / "run" / "run.json").read_bytes()
    message = refused(config, data_set, finished, finished / "run")
    assert "holds a run with another configuration or data set: give a new --run" in message
    assert (finished / "run" / "run.json").read_bytes() == before


@needs_torch
@pytest.mark.parametrize("text", ["", "{", "[]", "3"])
def test_a_damaged_description_of_a_run_is_named(finished: Path, tmp_path: Path, text: str) -> None:
    """Nobody knows what the folder holds."""
    run = tmp_path / "run"
    shutil.copytree(finished / "run", run)
    (run / "run.json").write_text(text)
    message = refused(read(tmp_path), DataSet.read(finished / "set"), finished, run)
    assert "give a new --run" in message


@needs_torch
@pytest.mark.usefixtures("torch")
def test_a_disk_that_fills_up_leaves_no_half_checkpoint(
    tmp_path: Path, small_disk: Callable[[str], Path]
) -> None:
    """One message with what to do; the same command goes on when there is room."""
    disk = small_disk("40m")
    data_set, config = tiny(tmp_path / "set"), read(tmp_path)
    (disk / "run").mkdir()
    fill_disk(disk)
    with (disk / "filler").open("r+b") as filler:
        filler.truncate((disk / "filler").stat().st_size - 1_000_000)  # room for small files
    message = refused(config, data_set, tmp_path, disk / "run")
    assert "cannot be written (No space left on device)" in message
    assert "give the same command again" in message
    assert list((disk / "run").rglob("*.pt")) == []
    assert list((disk / "run").rglob("*.part")) == []
    (disk / "filler").unlink()
    assert train(config, data_set, tmp_path, disk / "run", 1).is_file()


@needs_torch
@pytest.mark.usefixtures("torch")
def test_a_disk_that_fills_up_later_costs_one_epoch(
    tmp_path: Path, small_disk: Callable[[str], Path]
) -> None:
    """The checkpoint of the epoch before stays whole, and the same command goes on from it."""
    disk = small_disk("120m")
    data_set = tiny(tmp_path / "set")
    config = read(tmp_path, epochs=2, hyperparameters={"save_period": 1})
    run = disk / "run"
    train(config, data_set, tmp_path, run, 1)
    weights = run / "weights"
    (weights / "epoch0.pt").rename(weights / "last.pt")  # as if it had been killed after the first
    before = (weights / "last.pt").read_bytes()
    for path in weights.glob("*.pt"):
        if path.name != "last.pt":
            path.unlink()
    fill_disk(disk)
    with (disk / "filler").open("r+b") as filler:
        filler.truncate((disk / "filler").stat().st_size - 1_000_000)  # room for small files
    assert "cannot be written (No space left" in refused(config, data_set, tmp_path, run)
    assert [path.name for path in weights.iterdir()] == ["last.pt"]
    assert (weights / "last.pt").read_bytes() == before
    (disk / "filler").unlink()
    assert train(config, data_set, tmp_path, run, 1).is_file()
    assert len((run / "results.csv").read_text().splitlines()) >= 3
