from pathlib import Path

import pytest
import yaml
from running_command import anyan, sentence
from running_service import exit_camera

from service.cli import DEMO_SITE

SECRET = "geheim-cam-1"


def test_a_site_survives_import_and_export(tmp_path: Path):
    """What was exported is what was imported, with passwords, for its owner's eyes only."""
    cameras = [
        {
            "id": "gate",
            "name": "大门",
            "source": f"rtsp://admin:{SECRET}@192.0.2.1/1",
            "zones": [
                {
                    "id": "cell",
                    "name": "区",
                    "kind": "restricted",
                    "polygon": [[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]],
                    "dwell_s": 2.5,
                    "schedule": "mon-fri 08:00-18:00; sat 20:00-06:00",
                    "entry_line": [[0.1, 0.1], [0.9, 0.1]],
                }
            ],
        },
        exit_camera("hall", DEMO_SITE.parent / "gate.mp4"),
    ]
    (tmp_path / "in.yaml").write_text(yaml.safe_dump({"cameras": cameras}, allow_unicode=True))
    done = anyan("site", "import", "in.yaml", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    written = anyan("site", "export", "out.yaml", folder=tmp_path)
    assert written.returncode == 0, written.stderr
    assert SECRET not in done.stdout + done.stderr + written.stdout + written.stderr
    out = tmp_path / "out.yaml"
    assert out.stat().st_mode & 0o777 == 0o600
    first = yaml.safe_load(out.read_text())
    assert first["cameras"][0] == cameras[0]
    assert [c["id"] for c in first["cameras"]] == ["gate", "hall"]
    anyan("site", "import", "out.yaml", folder=tmp_path)
    anyan("site", "export", "again.yaml", folder=tmp_path)
    assert (tmp_path / "again.yaml").read_text() == out.read_text()


def test_an_export_over_a_file_that_others_may_read_closes_it(tmp_path: Path):
    """The passwords must not be readable through the permissions of an older file."""
    out = tmp_path / "out.yaml"
    out.write_text("old")
    out.chmod(0o644)
    assert anyan("site", "export", "out.yaml", folder=tmp_path).returncode == 0
    assert out.stat().st_mode & 0o777 == 0o600
    assert yaml.safe_load(out.read_text()) == {"cameras": []}


def test_an_export_that_cannot_be_written_says_so(tmp_path: Path):
    """One sentence."""
    assert "cannot be written" in sentence(anyan("site", "export", "no/o.yaml", folder=tmp_path))


GOOD = {"id": "a", "name": "a", "source": f"rtsp://admin:{SECRET}@192.0.2.1/1"}
ZONE = {"id": "z", "name": "z", "kind": "exit", "polygon": [[0, 0], [1, 0], [1, 1]]}
BOW_TIE = [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]


@pytest.mark.parametrize(
    ("cameras", "place"),
    [
        ([GOOD, {**GOOD, "id": "b", "zone": []}], "cameras[1]: 'zone' is not known here: did you"),
        ([{**GOOD, "zones": [{**ZONE, "poligon": []}]}], "cameras[0].zones[0]: 'poligon'"),
        ([{**GOOD, "zones": [{**ZONE, "polygon": BOW_TIE}]}], "cameras[0].zones[0]: the polygon c"),
        ([{**GOOD, "zones": [{**ZONE, "polygon": []}]}], "cameras[0].zones[0]: the polygon has 0"),
        (
            [{**GOOD, "zones": [{**ZONE, "polygon": [[0, 0], [1.2, 0], [1, 1]]}]}],
            "cameras[0].zones[0]: the polygon leaves the picture",
        ),
        (
            [{**GOOD, "zones": [{**ZONE, "polygon": [[0, 0], [1, "x"], [1, 1]]}]}],
            "cameras[0].zones[0].polygon",
        ),
        (
            [{**GOOD, "zones": [{**ZONE, "polygon": [[0, 0], [0.5, 0.5], [1, 1]]}]}],
            "cameras[0].zones[0]: the polygon",
        ),
        ([{**GOOD, "zones": [ZONE, ZONE]}], "cameras[0].zones[1].id: 'z' is used twice"),
        ([GOOD, GOOD], "cameras[1].id: 'a' is used twice"),
        ([{**GOOD, "id": "../a"}], "cameras[0].id"),
        ([{**GOOD, "source": ""}], "cameras[0].source"),
        ([{**GOOD, "zones": [{**ZONE, "kind": "door"}]}], "cameras[0].zones[0].kind: 'door'"),
        ([{**GOOD, "zones": [{**ZONE, "dwell_s": "long"}]}], "cameras[0].zones[0].dwell_s"),
        ([{**GOOD, "zones": [{**ZONE, "dwell_s": -1}]}], "cameras[0].zones[0]: dwell_s"),
        ([{**GOOD, "zones": [{**ZONE, "dwell_s": float("nan")}]}], "cameras[0].zones[0]: dwell_s"),
        (
            [{**GOOD, "zones": [{**ZONE, "schedule": "mon-fry 08:00-18:00"}]}],
            "cameras[0].zones[0]",
        ),
        ("none", "cameras: expected a list"),
        ([GOOD["source"]], "cameras[0]: expected names with values"),
    ],
)
def test_a_site_file_with_a_mistake_imports_nothing(tmp_path: Path, cameras: object, place: str):
    """The place of the mistake, exit code 2, and not even the right cameras before it."""
    (tmp_path / "in.yaml").write_text(yaml.safe_dump({"cameras": cameras}))
    text = sentence(anyan("site", "import", "in.yaml", folder=tmp_path))
    assert place in text
    assert SECRET not in text
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "broken",
    [
        f'cameras:\n  - id: a\n    source: "rtsp://admin:{SECRET}@h/1\n    zones: [\n',
        f"cameras:\n  - {{id: a, source: rtsp://admin:{SECRET}@h/1, zones: [}}\n",
        f"cameras:\n  - id: a\n\tsource: rtsp://admin:{SECRET}@h/1\n",
    ],
)
def test_a_file_that_is_not_yaml_names_the_line_but_not_what_is_in_it(tmp_path: Path, broken: str):
    """The line may hold a password."""
    (tmp_path / "in.yaml").write_text(broken)
    text = sentence(anyan("site", "import", "in.yaml", folder=tmp_path))
    assert "line " in text
    assert SECRET not in text
