"""A source file says how the labels of a set become ours."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from made_sets import SOURCE, scene, write_coco, write_source, write_voc, write_yolo

from annotation.formats.labels import SourceLabels
from annotation.recipe import Recipe
from annotation.source import Source
from core.dataset import CLASSES, Split
from core.errors import DataSetError

ANNOTATION = Path(__file__).parents[2] / "annotation"


def source(folder: Path, **changes: Any) -> Source:
    return Source.read(write_source(folder, **changes))


def refused(folder: Path, **changes: Any) -> str:
    with pytest.raises(DataSetError) as error:
        source(folder, **changes)
    assert "\n" not in error.value.message
    return error.value.message


def labels(*boxes: tuple[str, tuple[float, float, float, float]]) -> SourceLabels:
    """A picture of 160 x 120 pixels in the words of its set."""
    names, xyxy = [name for name, _ in boxes], np.array([box for _, box in boxes])
    return SourceLabels.checked(Path("in/a.png"), (160, 120), names, xyxy, "a.txt")


def test_classes_become_ours_and_others_are_left_out(tmp_path: Path) -> None:
    """Boxes of no interest go; the rest keep their order and get our class ids."""
    found = source(tmp_path).harmonise(
        labels(("vest", (0, 0, 9, 9)), ("hat", (1, 2, 30, 40)), ("person", (0, 0, 80, 120))),
        Split.TEST,
        "site-000004",
    )
    assert [CLASSES[i] for i in found.class_id] == ["helmet", "person"]
    assert found.xyxy.tolist() == [[1, 2, 30, 40], [0, 0, 80, 120]]
    assert found.labelled == ("person", "head", "helmet")
    assert (found.source, found.group, found.split) == ("site", "site-000004", Split.TEST)
    assert not found.filled.any()
    assert len(found.ignored) == 0


def test_only_mapped_classes_count_as_labelled(tmp_path: Path) -> None:
    """What nobody drew is not measured on this source."""
    made = source(tmp_path, classes={"person": None, "bare": "head", "hat": "head", "vest": None})
    assert made.labelled == ("head",)


def test_a_picture_with_nothing_of_interest_is_a_negative(tmp_path: Path) -> None:
    """Its arrays have no rows, and the right shapes."""
    found = source(tmp_path).harmonise(labels(("vest", (0, 0, 9, 9))), Split.TRAIN, "g")
    assert found.xyxy.shape == (0, 4)
    assert found.class_id.shape == found.filled.shape == (0,)


def test_a_class_that_is_not_mapped_is_refused(tmp_path: Path) -> None:
    """Forgetting a class would make its objects background."""
    with pytest.raises(DataSetError) as error:
        source(tmp_path).harmonise(labels(("cap", (0, 0, 9, 9))), Split.TRAIN, "g")
    assert "a.png: class 'cap' is not mapped: add it to `classes` of the source site" in str(error)


@pytest.mark.parametrize(
    ("wider_than", "box", "expected"),
    [
        (0.0, (10, 10, 30, 30), (10, 10, 30, 22 + 20)),  # 60 % of 20 pixels
        (1.1, (10, 10, 40, 30), (10, 10, 40, 42)),  # flat: a helmet alone
        (1.1, (10, 10, 32, 30), (10, 10, 32, 30)),  # 1.1 exactly is not wider
        (1.1, (10, 10, 30, 40), (10, 10, 30, 40)),  # tall: the head is in it already
        (0.0, (10, 90, 40, 118), (10, 90, 40, 120)),  # ends at the picture's edge
    ],
)
def test_boxes_of_helmets_alone_are_extended_to_the_head(
    tmp_path: Path, wider_than: float, box: tuple, expected: tuple
) -> None:
    """By a share of their height, where they are wider than a head with its helmet is."""
    rule = {"helmet": {"share": 0.6, "wider_than": wider_than}}
    found = source(tmp_path, extend_down=rule).harmonise(
        labels(("hat", box), ("bare", box)), Split.TRAIN, "g"
    )
    assert found.xyxy[0] == pytest.approx(np.array(expected, np.float32))
    assert found.xyxy[1] == pytest.approx(np.array(box, np.float32)), "other classes stay"


@pytest.mark.parametrize("kind", ["yolo", "coco", "voc"])
def test_every_format_gives_the_same_labels(tmp_path: Path, kind: str) -> None:
    """The same picture with the same boxes, published in three ways."""
    image, folder = scene(1), tmp_path / "site"
    if kind == "yolo":
        write_yolo(folder, "train", "a.png", image, [(2, (16, 12, 48, 60))])
    elif kind == "coco":
        write_coco(
            folder, "train", {"a.png": (image, [{"category_id": 3, "bbox": [16, 12, 32, 48]}])}
        )
    else:
        write_voc(folder, "train", "a", image, [("hat", (16, 12, 48, 60))])
    made = source(tmp_path, format=kind, splits={"valid": "train"})
    ((split, found),) = made.labels(tmp_path)
    assert split is Split.VALID
    assert found.names == ("hat",)
    assert found.xyxy == pytest.approx(np.array([(16, 12, 48, 60)]), abs=1e-3)


@pytest.mark.parametrize("field", [name for name in SOURCE if name != "names"])
def test_a_missing_field_of_a_source_is_named(tmp_path: Path, field: str) -> None:
    """Only `names` may be left out: other formats have their own."""
    assert refused(tmp_path, **{field: ...}).endswith(f"missing or unknown fields: {field}")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"licens": "CC0"}, "missing or unknown fields: licens"),
        ({"format": "tfrecord"}, "format is 'tfrecord': use yolo, coco, voc"),
        ({"classes": {"hat": "hardhat"}}, "hardhat is no class of ours: use person, head, helmet"),
        ({"classes": {"hat": 2}}, "2 is no class of ours"),
        ({"classes": {"vest": None}}, "`classes` maps nothing to person, head, helmet"),
        ({"classes": ["hat"]}, "classes"),
        ({"splits": {"val": "valid"}}, "'val' is not a valid Split"),
        ({"splits": ["train"]}, "splits"),
        ({"names": 3}, "names"),
        ({"camera": "("}, "camera: missing ), unterminated subpattern"),
        ({"incomplete": ["cap"]}, "cap is no class of ours"),
        ({"incomplete": None}, "incomplete"),
        ({"extend_down": {"hat": {"share": 0.6, "wider_than": 0}}}, "hat is no class of ours"),
        ({"extend_down": {"helmet": {"share": 0.6}}}, "wider_than"),
        ({"extend_down": {"helmet": {"share": "much", "wider_than": 0}}}, "extend_down"),
        ({"extend_down": {"helmet": 0.6}}, "extend_down"),
    ],
)
def test_a_mistake_in_a_source_is_named(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    """The message names the file and what is wrong in it."""
    message = refused(tmp_path, **changes)
    assert "site.yaml" in message
    assert said in message


@pytest.mark.parametrize("text", ["", "- a", "name", "{", "\x00"])
def test_a_file_that_is_no_source_is_named(tmp_path: Path, text: str) -> None:
    """An empty file, a list, broken YAML."""
    path = tmp_path / "site.yaml"
    path.write_text(text)
    with pytest.raises(DataSetError, match=r"site\.yaml"):
        Source.read(path)


def test_a_source_in_another_encoding_is_named(tmp_path: Path) -> None:
    """Sources with Chinese comments come from many editors."""
    path = tmp_path / "site.yaml"
    path.write_bytes("# 工地\nname: site".encode("gbk"))
    with pytest.raises(DataSetError, match=r"site\.yaml is not UTF-8 text"):
        Source.read(path)


# Recipes.


RECIPE: dict[str, Any] = {
    "name": "tiny",
    "sources": ["site"],
    "teachers": [
        {"model": "coco-s", "size": 640, "classes": ["person"], "sure": 0.4, "unsure": 0.2}
    ],
}


def recipe(folder: Path, **changes: Any) -> Recipe:
    write_source(folder)
    path = folder / "recipe.yaml"
    data = {key: value for key, value in {**RECIPE, **changes}.items() if value is not ...}
    path.write_text(yaml.safe_dump(data))
    return Recipe.read(path)


def test_a_recipe_takes_sources_beside_it_first(tmp_path: Path) -> None:
    """A file of the same name beside the recipe is what its author means."""
    write_source(tmp_path, name="ppe_a", licence="mine")
    found = recipe(tmp_path, sources=["site", "ppe_a", "ppe_d"])
    assert [s.name for s in found.sources] == ["site", "ppe_a", "ppe_d"]
    assert found.sources[1].licence == "mine"
    assert found.sources[2].labelled == ("head", "helmet")
    assert found.teachers[0].classes == ("person",)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ...}, "name"),
        ({"sources": ...}, "sources"),
        ({"sources": ["nowhere"]}, "nowhere.yaml cannot be read"),
        ({"teachers": None}, "is no recipe"),
        ({"teachers": [{"model": "coco-s"}]}, "classes"),
        ({"teachers": [{**RECIPE["teachers"][0], "size": ...}]}, "is no recipe"),
        ({"teachers": [{**RECIPE["teachers"][0], "classes": ["vest"]}]}, "a teacher of vest: use"),
        ({"sources": ["site", "site"]}, "site"),
        ({"teacher": []}, "teacher"),
    ],
)
def test_a_mistake_in_a_recipe_is_named(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    """The message names the file and the field."""
    if changes.get("teachers") and ... in changes["teachers"][0].values():
        changes["teachers"][0].pop("size")
    with pytest.raises(DataSetError) as error:
        recipe(tmp_path, **changes)
    assert "\n" not in error.value.message
    assert said in error.value.message


def test_the_recipes_that_are_shipped_can_be_read() -> None:
    """Every recipe, and every source whether a recipe uses it or not."""
    assert [Recipe.read(path).name for path in sorted(ANNOTATION.glob("recipes/*.yaml"))]
    names = [Source.read(path).name for path in sorted(ANNOTATION.glob("sources/*.yaml"))]
    assert names == [path.stem for path in sorted(ANNOTATION.glob("sources/*.yaml"))]
    assert "rendered" in names
