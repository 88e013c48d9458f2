"""What an evaluation says about a detector whose faults are known."""

import base64
import json
import re
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from made_sets import found, labelled
from made_versions import MANIFEST, quiet, telling, write_version

from core.dataset import DataSet, Split
from core.detections import Detections
from core.errors import DataSetError, ModelError
from core.manifest import Calibration
from models.evaluation import Evaluation, evaluate, summary
from models.gallery import SHOWN, write_gallery
from models.parity import compare
from models.report import table

PERSON, HEAD, HELMET = range(3)
A, B, C = (10.0, 10.0, 30.0, 34.0), (60.0, 10.0, 80.0, 34.0), (100.0, 60.0, 150.0, 115.0)
SMALL = (120.0, 10.0, 130.0, 20.0)
THRESHOLDS = np.array([0.35, 0.35, 0.35], np.float32)

PICTURES = [
    labelled([(HEAD, A), (HELMET, B), (PERSON, C)], file="a.png", group="1"),
    labelled([(HEAD, A), (HEAD, SMALL)], file="b.png", group="2", source="other"),
    labelled(file="c.png", group="3"),
    labelled([(HEAD, A)], file="t.png", group="4", split=Split.TEST),
]
FOUND = [
    # The bare head is read as a helmet, surely, and weakly as a head; the rest is right.
    found((HEAD, A, 0.2), (HELMET, A, 0.8), (HELMET, B, 0.9), (PERSON, C, 0.7)),
    found((HEAD, A, 0.9)),  # the small one is missed
    found((HEAD, C, 0.6), (HEAD, B, 0.1)),  # a false head, and an unsure one
    found((HEAD, A, 0.9)),
]


@pytest.fixture
def data_set(tmp_path: Path) -> DataSet:
    return write_version(tmp_path / "set", PICTURES)


def measured(
    data_set: DataSet, answers: list[Detections] = FOUND, split: Split = Split.VALID, **changes
) -> Evaluation:
    return evaluate(data_set, split, telling(answers), replace(MANIFEST, **changes), quiet)


def test_known_faults_give_known_figures(data_set: DataSet) -> None:
    """Precision and recall at the threshold; average precision over the whole curve."""
    result = measured(data_set)
    head = result.classes["head"]
    # Sorted: 0.9 right, 0.6 wrong, 0.2 right, 0.1 wrong; three objects.
    assert (head.objects, head.precision, head.recall) == (3, 1 / 2, pytest.approx(1 / 3))
    assert head.ap == pytest.approx((34 * 1 + 33 * 2 / 3) / 101)
    helmet = result.classes["helmet"]
    assert (helmet.objects, helmet.precision, helmet.recall, helmet.ap) == (1, 0.5, 1.0, 1.0)
    assert result.classes["person"].ap == result.map50_95["person"] == 1.0
    assert (result.data_set, result.fingerprint) == (data_set.name, data_set.fingerprint)
    assert len(result.pictures) == 3, "of this split only"


def test_a_loose_box_costs_at_the_stricter_overlaps(data_set: DataSet) -> None:
    """IoU 0.72: right at five of ten."""
    loose = (C[0] + 14, C[1], C[2], C[3])
    answers = [found((PERSON, loose, 0.9)), found(), found(), found()]
    result = measured(data_set, answers)
    assert result.classes["person"].ap == 1.0
    assert result.map50_95["person"] == pytest.approx(0.5)


def test_heads_are_measured_by_their_height(data_set: DataSet) -> None:
    """The small head is missed: its row says so, and no other."""
    rows = measured(data_set).by_height["head"]
    assert {name: f.objects for name, f in rows.items()} == {
        "0-16": 1, "16-32": 2, "32-64": 0, "64-10000": 0,
    }  # fmt: skip
    assert rows["0-16"].recall == 0
    assert rows["16-32"].recall == 1 / 2
    assert np.isnan(rows["64-10000"].ap)


def test_each_source_is_measured_for_itself(data_set: DataSet) -> None:
    """Of a version that was made of several sets."""
    result = measured(data_set)
    assert set(result.by_source) == {"site", "other"}
    assert result.by_source["other"]["head"].objects == 2
    assert result.by_source["other"]["head"].recall == 1 / 2
    assert result.by_source["site"]["helmet"].recall == 1


def test_a_class_that_a_source_does_not_label_is_not_measured_there(tmp_path: Path) -> None:
    """A find of it is no mistake: nobody drew such boxes."""
    pictures = [labelled([(HEAD, A)], labelled=("head",))]
    result = measured(write_version(tmp_path / "set", pictures), [found((PERSON, C, 0.9))])
    assert result.classes["person"].objects == 0
    assert "person" not in result.by_source["site"]
    assert "mAP50_person" not in result.metrics()


def test_heads_that_are_read_as_the_other_class_are_counted(data_set: DataSet) -> None:
    """The surest box at the place decides, from the working threshold on."""
    assert measured(data_set).confusion == {"head": pytest.approx(1 / 3), "helmet": 0.0}
    unsure = [found((HELMET, A, 0.34), (HEAD, A, 0.2)), *FOUND[1:]]
    assert measured(data_set, unsure).confusion["head"] == 0
    both = [found((HELMET, A, 0.5), (HEAD, A, 0.6)), *FOUND[1:]]
    assert measured(data_set, both).confusion["head"] == 0


def test_the_calibration_of_the_manifest_is_what_is_judged(data_set: DataSet) -> None:
    """One right person at 0.7: the error is what the probability lacks to 1."""
    straight = measured(data_set)
    assert straight.metrics()["ece_person"] == pytest.approx(0.3, abs=1e-4)
    calibration = {**MANIFEST.calibration, "person": Calibration(1.0, 50.0)}
    assert measured(data_set, calibration=calibration).metrics()["ece_person"] == 0


def test_the_summary_is_json(data_set: DataSet) -> None:
    """Strict: a figure that does not exist is left out, for there is no NaN in JSON."""

    def no_number(text: str) -> None:
        raise AssertionError(text)

    answers = [found((HEAD, C, 0.1)), found(), found(), found()]
    for result in (measured(data_set), measured(data_set, answers)):
        data = json.loads(json.dumps(summary(result)), parse_constant=no_number)
        assert data["fingerprint"] == data_set.fingerprint
        assert data["by_height"]["head"]["0-16"]["objects"] == 1
        assert data["metrics"]["recall_head"] == round(result.classes["head"].recall, 4)


def test_an_empty_split_is_told(data_set: DataSet) -> None:
    """Not a table of zeros."""
    with pytest.raises(DataSetError, match="set has no pictures in its split 'train'"):
        measured(data_set, split=Split.TRAIN)


@pytest.mark.parametrize("spoil", ["missing", "empty"])
def test_a_damaged_picture_is_named(data_set: DataSet, spoil: str) -> None:
    """A version that lost a picture gives no figure."""
    path = data_set.folder / "images" / "valid" / "b.png"
    path.unlink()
    if spoil == "empty":
        path.touch()
    with pytest.raises(DataSetError, match=r"b\.png cannot be read as a picture: build the vers"):
        measured(data_set)


@pytest.mark.parametrize("classes", [("person", "car"), ("head", "person", "helmet")])
def test_a_model_of_another_task_is_refused(data_set: DataSet, classes: tuple[str, ...]) -> None:
    """Other classes, or ours in another order: every figure would be wrong."""
    changes = {
        "classes": classes,
        "thresholds": dict.fromkeys(classes, 0.3),
        "calibration": dict.fromkeys(classes, Calibration(1, 0)),
    }
    with pytest.raises(ModelError, match=f"knows {', '.join(classes)}, but .* person, head, hel"):
        measured(data_set, **changes)


# The table.


def test_the_table_has_a_column_for_each_model(data_set: DataSet) -> None:
    """Data and fingerprint above, the same rows for all."""
    one = measured(data_set)
    other = replace(measured(data_set, [found()] * 4), model="blind")
    lines = table([one, other]).splitlines()
    assert lines[0] == f"tiny, valid split, fingerprint {data_set.fingerprint[:12]}"
    assert lines[1].split() == ["ppe-n-416", "blind"]
    (recall,) = [line for line in lines if line.startswith("head recall")]
    assert recall.split()[-2:] == ["0.333", "0.000"]
    assert any(re.match(r"head mAP50, 0 to 16 px \(1\) +0\.000 +0\.000$", line) for line in lines)
    assert any(line.startswith("head mAP50, other (2)") for line in lines)
    assert len({len(line) for line in lines[1:]}) == 1, "columns are aligned"


# The gallery.


def page(data_set: DataSet, result: Evaluation, folder: Path) -> str:
    path = folder / "errors.html"
    write_gallery(result, MANIFEST, data_set.folder, path)
    return path.read_text("utf-8")


def section(text: str, title: str) -> str:
    (body,) = re.findall(rf"<h2>{re.escape(title)}(.*?)(?=<h2>|\Z)", text, re.DOTALL)
    return body


def test_the_gallery_shows_every_error_with_its_picture(data_set: DataSet, tmp_path: Path) -> None:
    """What was missed, what was found where nothing is; nothing that is below the threshold."""
    text = page(data_set, measured(data_set), tmp_path)
    missed = section(text, "head: not found, the largest first")
    assert missed.startswith(" (2)")
    assert "24 px, best 0.20, other class 0.80<br>a.png" in missed
    assert "10 px, best 0.00<br>b.png" in missed
    false = section(text, "head: found where none is, the surest first")
    assert false.startswith(" (1)")
    assert "0.60, 55 px<br>c.png" in false
    assert "0.80, 24 px<br>a.png" in section(text, "helmet: found where none is, the surest first")
    assert section(text, "person: not found, the largest first").startswith(" (0)")


def test_the_pictures_of_the_gallery_are_in_the_page(data_set: DataSet, tmp_path: Path) -> None:
    """Data URLs of JPEGs that can be read; the page needs no other file."""
    text = page(data_set, measured(data_set), tmp_path)
    sources = re.findall(r'<img src="([^"]*)"', text)
    assert len(sources) == 4
    for source in sources:
        kind, content = source.split(",", 1)
        assert kind == "data:image/jpeg;base64"
        image = cv2.imdecode(np.frombuffer(base64.b64decode(content), np.uint8), cv2.IMREAD_COLOR)
        assert image.shape == (160, 160, 3)
        assert image.std() > 10, "it shows something"


def test_the_worst_errors_come_first(tmp_path: Path) -> None:
    """The largest miss and the surest false find; more than fit are counted only."""
    heights = range(10, 10 + SHOWN + 5)
    pictures = [
        labelled([(HEAD, (10.0, 10.0, 30.0, 10.0 + h))], file=f"{h}.png", group=str(h))
        for h in heights
    ]
    answers = [found((HELMET, C, 0.36 + h / 200)) for h in heights]
    data_set = write_version(tmp_path / "set", pictures)
    text = page(data_set, measured(data_set, answers), tmp_path)
    missed = section(text, "head: not found, the largest first")
    shown = [int(px) for px in re.findall(r"<figcaption>(\d+) px", missed)]
    assert missed.startswith(f" ({len(pictures)})")
    assert shown == sorted(heights, reverse=True)[:SHOWN]
    false = section(text, "helmet: found where none is, the surest first")
    sure = [float(value) for value in re.findall(r"<figcaption>([\d.]+), ", false)]
    assert sure == sorted(sure, reverse=True)
    assert len(sure) == SHOWN


def test_file_names_cannot_write_into_the_page(tmp_path: Path) -> None:
    """A published set may call its pictures anything."""
    pictures = [labelled([(HEAD, A)], file="<img onerror=x>.png")]
    data_set = write_version(tmp_path / "set", pictures, name="<b>set")
    text = page(data_set, measured(data_set, [found()]), tmp_path)
    assert "<img onerror" not in text
    assert "<b>" not in text
    assert "&lt;img onerror=x&gt;.png" in text


# Parity.


def test_a_variant_that_finds_the_same_agrees(data_set: DataSet) -> None:
    """Every sure box of both sides, and no recall is lost."""
    result = measured(data_set)
    parity = compare(result, result, THRESHOLDS)
    assert (parity.agreement, parity.recall_loss) == (1.0, 0.0)
    assert parity.boxes == 2 * 5, "unsure boxes are nobody's"
    parity.check("ppe-n-416-int8", 0.99)


def test_a_variant_that_loses_a_head_is_refused(data_set: DataSet) -> None:
    """One of three: the message says how much recall is gone."""
    lost = [FOUND[0], found((HEAD, A, 0.2)), *FOUND[2:]]
    parity = compare(measured(data_set), measured(data_set, lost), THRESHOLDS)
    assert parity.recall_loss == pytest.approx(1 / 3)
    with pytest.raises(ModelError, match=r"ppe-n-int8 differs too much .* falls by 0\.3333"):
        parity.check("ppe-n-int8", 0.0)


@pytest.mark.parametrize(
    ("box", "same"),
    [
        ((PERSON, C, 0.7), True),
        ((PERSON, C, 0.61), True),
        ((PERSON, C, 0.59), False),
        ((HELMET, C, 0.7), False),
        ((PERSON, (C[0] + 14, C[1], C[2], C[3]), 0.7), True),  # IoU 0.72
        ((PERSON, (C[0] + 16, C[1], C[2], C[3]), 0.7), False),  # IoU 0.68
    ],
)
def test_a_box_agrees_in_place_class_and_confidence(
    data_set: DataSet, box: tuple, same: bool
) -> None:
    """Nearly the same of each is the same."""
    one, other = ([found(b), found(), found(), found()] for b in ((PERSON, C, 0.7), box))
    parity = compare(measured(data_set, one), measured(data_set, other), THRESHOLDS)
    assert parity.agreement == (1.0 if same else 0.0)


def test_a_box_too_many_disagrees(data_set: DataSet) -> None:
    """Both sides are asked: a false find of the variant counts as much as a lost one."""
    more = [*FOUND[:2], found((HEAD, C, 0.6), (HELMET, B, 0.9)), FOUND[3]]
    parity = compare(measured(data_set), measured(data_set, more), THRESHOLDS)
    assert parity.agreement == pytest.approx(10 / 11)
    assert parity.recall_loss == 0
    with pytest.raises(ModelError, match=r"90\.91% of 11 boxes agree"):
        parity.check("x", 0.97)


def test_pictures_without_heads_prove_nothing(tmp_path: Path) -> None:
    """No recall to compare: the gate stays shut."""
    data_set = write_version(tmp_path / "set", [labelled([(PERSON, C)])])
    result = measured(data_set, [found((PERSON, C, 0.9))])
    with pytest.raises(ModelError, match="falls by nan"):
        compare(result, result, THRESHOLDS).check("x", 0.97)


def test_pictures_in_which_nothing_is_found_prove_nothing(data_set: DataSet) -> None:
    """Agreement of nothing with nothing is none."""
    blind = measured(data_set, [found()] * 4)
    with pytest.raises(ModelError, match="nothing is found in these pictures"):
        compare(blind, blind, THRESHOLDS)
