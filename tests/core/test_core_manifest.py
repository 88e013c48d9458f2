"""The JSON beside a model file."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from core.errors import ManifestMismatch, ModelError
from core.manifest import UNCALIBRATED, Calibration, ModelManifest

MANIFEST = ModelManifest(
    name="ppe",
    version="1",
    file="ppe.onnx",
    sha256="ab" * 32,
    classes=("person", "head", "helmet"),
    input_size=416,
    thresholds={"person": 0.35, "head": 0.4, "helmet": 0.45},
    calibration={
        "person": UNCALIBRATED,
        "head": Calibration(scale=1.5, offset=-0.5),
        "helmet": UNCALIBRATED,
    },
    box_convention="头部框",
    data_set="set/1",
    metrics={"mAP50": 0.9},
    licence="AGPL-3.0-or-later",
)


def refused(**changes: Any) -> str:
    with pytest.raises(ManifestMismatch) as caught:
        ModelManifest.from_json(json.dumps(asdict(MANIFEST) | changes), "ppe.json")
    return caught.value.message


def test_what_is_written_reads_the_same() -> None:
    """A manifest survives its file, text of any script included."""
    text = MANIFEST.to_json()
    assert "头部框" in text
    assert text.endswith("}\n")
    assert ModelManifest.from_json(text, "ppe.json") == MANIFEST


@pytest.mark.parametrize("field", list(asdict(MANIFEST)))
def test_a_missing_field_is_named(field: str) -> None:
    """The message names the file and the field."""
    data = asdict(MANIFEST)
    del data[field]
    with pytest.raises(ManifestMismatch, match=rf"ppe\.json does not have .*\({field}\)"):
        ModelManifest.from_json(json.dumps(data), "ppe.json")


def test_an_extra_field_is_named() -> None:
    """A field that nobody reads is a mistake too."""
    assert "(treshold)" in refused(treshold=0.5)


@pytest.mark.parametrize("text", ["", "{", "model: ppe", "\x00\x01"])
def test_a_file_that_is_not_json_is_named(text: str) -> None:
    """The message names the file and says what it is not."""
    with pytest.raises(ManifestMismatch, match=r"ppe\.json is not JSON"):
        ModelManifest.from_json(text, "ppe.json")


@pytest.mark.parametrize("text", ["[]", "null", "5", '"text"'])
def test_json_of_another_shape_is_refused(text: str) -> None:
    """A list or a number is no manifest."""
    with pytest.raises(ManifestMismatch, match="does not have the fields of a manifest"):
        ModelManifest.from_json(text, "ppe.json")


@pytest.mark.parametrize(
    "thresholds",
    [
        {"person": 0.3, "head": 0.3},
        {"person": 0.3, "head": 0.3, "helmet": 0.3, "vest": 0.3},
        {},
    ],
)
def test_thresholds_name_every_class_once(thresholds: dict[str, float]) -> None:
    """A class without a threshold, or a threshold without a class, is refused."""
    assert refused(thresholds=thresholds) == (
        "ppe.json: thresholds and calibration must name every class once"
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("classes", 3),
        ("classes", None),
        ("classes", "person"),
        ("input_size", "416"),
        ("input_size", None),
        ("thresholds", None),
        ("thresholds", ["person", "head", "helmet"]),
        ("thresholds", {"person": "0.3", "head": 0.3, "helmet": 0.3}),
        ("calibration", None),
        ("calibration", {"person": 1.0}),
        ("calibration", {"person": {"scale": 1.0}}),
        ("file", None),
        ("file", "../other.onnx"),
        ("file", ""),
        ("name", "../../etc"),
        ("name", "a b"),
        ("name", 5),
        ("version", None),
        ("sha256", 5),
    ],
)
def test_a_value_of_another_type_is_refused_with_its_field(field: str, value: object) -> None:
    """The message names the field instead of failing later with a traceback."""
    message = refused(**{field: value})
    assert message.startswith("ppe.json")
    assert field in message


def test_a_class_is_found_by_its_name() -> None:
    """Class ids are the places in the list."""
    assert [MANIFEST.class_id(name) for name in MANIFEST.classes] == [0, 1, 2]


def test_a_class_that_the_model_lacks_is_named() -> None:
    """The message says what the model knows; the error belongs to the model errors."""
    with pytest.raises(ModelError, match=r"model ppe knows person, head, helmet but not 'vest'"):
        MANIFEST.class_id("vest")


def test_calibration_bends_confidence_into_probability() -> None:
    """Scale and offset act on the logit; without them confidence is taken for probability."""
    confidence = np.array([0.0, 0.1, 0.5, 0.9, 1.0])
    assert UNCALIBRATED.probability(confidence) == pytest.approx(confidence, abs=1e-5)
    bent = Calibration(scale=2.0, offset=-1.0).probability(confidence)
    assert bent[2] == pytest.approx(1 / (1 + np.e))
    assert (np.diff(bent) > 0).all()
    assert (bent >= 0).all()
    assert (bent <= 1).all()
