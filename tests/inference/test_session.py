"""A model file and its manifest must belong together."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from judged_scenes import SHIPPED

from core.errors import ManifestMismatch, ModelError
from inference.session import Session, available_providers

STRAIGHT = {"scale": 1.0, "offset": 0.0}


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """A copy of the shipped model that a test may spoil."""
    for path in (SHIPPED, SHIPPED.with_name("ppe-n.onnx")):
        shutil.copy(path, tmp_path)
    return tmp_path / SHIPPED.name


def change(manifest: Path, **values: Any) -> None:
    data = json.loads(manifest.read_text(encoding="utf-8")) | values
    manifest.write_text(json.dumps(data), encoding="utf-8")


def replace_model(manifest: Path, content: bytes) -> None:
    """Another file under the same name, with the right SHA-256 in the manifest."""
    manifest.with_name("ppe-n.onnx").write_bytes(content)
    change(manifest, sha256=hashlib.sha256(content).hexdigest())


def refused(manifest: Path, kind: type[ModelError] = ManifestMismatch) -> str:
    with pytest.raises(kind) as caught:
        Session(manifest, threads=1)
    return caught.value.message


# A model of one Identity node, written by hand: field number and wire type, then the content.
# https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
def part(number: int, content: bytes | int | str) -> bytes:
    if isinstance(content, int):
        return bytes([number << 3]) + varint(content)
    content = content.encode() if isinstance(content, str) else content
    return bytes([number << 3 | 2]) + varint(len(content)) + content


def varint(value: int) -> bytes:
    head = b""
    while value > 127:
        head += bytes([value & 127 | 128])
        value >>= 7
    return head + bytes([value])


def identity_model(*sides: int | str) -> bytes:
    """An ONNX file that answers its input; a side is a number or the name of a free one."""
    dims = b"".join(part(1, part(1 if isinstance(side, int) else 2, side)) for side in sides)
    tensor = part(2, part(1, part(1, 1) + part(2, dims)))
    node = part(1, "images") + part(2, "found") + part(4, "Identity")
    graph = (
        part(1, node)
        + part(2, "g")
        + part(11, part(1, "images") + tensor)
        + part(12, part(1, "found") + tensor)
    )
    return part(1, 8) + part(8, part(2, 17)) + part(7, graph)


def test_the_shipped_model_is_what_its_manifest_says() -> None:
    """It loads, on the best provider of this machine."""
    session = Session(SHIPPED, threads=1)
    assert session.provider in available_providers()
    assert "CPUExecutionProvider" in available_providers()
    assert session.manifest.classes == ("person", "head", "helmet")


def test_batch_height_and_width_are_free() -> None:
    """One session runs whole pictures and small crops, one or several at a time."""
    session = Session(SHIPPED, threads=1)
    for shape, candidates in (((1, 3, 256, 416), 2184), ((2, 3, 128, 128), 336)):
        found = session.run(np.zeros(shape, np.float32))
        assert found.shape == (shape[0], 7, candidates)
        assert found.dtype == np.float32


def test_a_changed_byte_is_noticed(manifest: Path) -> None:
    """The message names the file, both digests and what to do."""
    model = manifest.with_name("ppe-n.onnx")
    content = bytearray(model.read_bytes())
    content[len(content) // 2] ^= 1
    model.write_bytes(content)
    message = refused(manifest)
    expected = json.loads(manifest.read_text())["sha256"]
    assert message.startswith(
        f"{model.name} has SHA-256 {hashlib.sha256(content).hexdigest()[:12]}"
    )
    assert f"its manifest says {expected[:12]}" in message
    assert "changed or damaged, copy both again" in message


def test_a_truncated_file_is_noticed(manifest: Path) -> None:
    """A copy that stopped half-way is never run."""
    model = manifest.with_name("ppe-n.onnx")
    model.write_bytes(model.read_bytes()[:100_000])
    assert "SHA-256" in refused(manifest)


def test_a_missing_model_is_named(manifest: Path) -> None:
    """The message names the file that should be there."""
    manifest.with_name("ppe-n.onnx").unlink()
    assert refused(manifest) == "ppe-n.onnx is missing beside its manifest"


def test_a_missing_manifest_is_named(tmp_path: Path) -> None:
    """A model without its manifest is not run on a guess."""
    message = refused(tmp_path / "other.json")
    assert message.startswith(f"no manifest at {tmp_path / 'other.json'}")
    assert ".json beside the .onnx" in message


def test_a_broken_manifest_is_named(manifest: Path) -> None:
    """The message names the manifest, not the model."""
    manifest.write_text("{", encoding="utf-8")
    assert refused(manifest).startswith("ppe-n-416.json is not JSON")


def test_too_many_classes_are_noticed(manifest: Path) -> None:
    """The message says how many rows the model answers and how many the classes need."""
    classes = ["person", "head", "helmet", "vest"]
    change(
        manifest,
        classes=classes,
        thresholds=dict.fromkeys(classes, 0.3),
        calibration=dict.fromkeys(classes, STRAIGHT),
    )
    message = refused(manifest)
    assert "answers (1, 7, " in message
    assert "4 classes (person, head, helmet, vest) need 8 rows" in message


def test_too_few_classes_are_noticed(manifest: Path) -> None:
    """A class that the manifest forgot would shift nothing, but its boxes would be lost."""
    classes = ["person", "head"]
    change(
        manifest,
        classes=classes,
        thresholds=dict.fromkeys(classes, 0.3),
        calibration=dict.fromkeys(classes, STRAIGHT),
    )
    assert "2 classes (person, head) need 6 rows" in refused(manifest)


@pytest.mark.parametrize("size", [0, -32, 400, 417])
def test_an_impossible_input_size_is_noticed(manifest: Path, size: int) -> None:
    """The network works in strides: the message names the size, not a node of the network."""
    change(manifest, input_size=size)
    message = refused(manifest)
    assert f"{size} pixels" in message
    assert "multiples of 32" in message


def test_a_file_that_is_no_model_is_named(manifest: Path) -> None:
    """Text with the right digest is still no network."""
    replace_model(manifest, b"<html>404 not found</html>")
    assert refused(manifest, ModelError).startswith("ppe-n.onnx cannot be loaded: ")


@pytest.mark.parametrize(
    "sides",
    [(1, 3, 416, 416), ("batch", 3, 416, 416), (1, 3, "height", "width"), ("batch", 3, "h", 416)],
)
def test_a_model_of_fixed_size_is_refused(manifest: Path, sides: tuple[int | str, ...]) -> None:
    """The message shows the input and the command that exports a free one."""
    replace_model(manifest, identity_model(*sides))
    message = refused(manifest)
    assert message.startswith(f"ppe-n.onnx takes an input of {list(sides)}")
    assert "export the model again with `anyan models export`" in message


def test_a_model_that_finds_no_boxes_is_refused(manifest: Path) -> None:
    """A network with the right input that answers something else is no detector."""
    replace_model(manifest, identity_model("batch", 3, "height", "width"))
    assert "answers (1, 3, 416, 416)" in refused(manifest)
