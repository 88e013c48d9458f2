from pathlib import Path

import pytest

from core.errors import SiteFileError
from service.site_file import read_site, write_site

SITE = """
cameras:
  - id: gate
    name: 大门 Gate
    source: rtsp://user:secret@192.0.2.10/live
    zones:
      - {id: cell, name: 冲压区, kind: restricted, polygon: [[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]]}
"""


def test_a_site_file_survives_being_written_and_read(tmp_path: Path):
    """Export and import are inverse, with passwords, readable by the owner only."""
    path = tmp_path / "site.yaml"
    path.write_text(SITE, encoding="utf-8")
    site = read_site(path)
    written = tmp_path / "written.yaml"
    write_site(site, written)
    assert read_site(written).to_mapping() == site.to_mapping()
    assert "user:secret@" in written.read_text()
    assert written.stat().st_mode & 0o077 == 0


def test_a_file_source_is_meant_from_the_folder_of_the_site_file(tmp_path: Path):
    """So that a folder with videos can be moved."""
    (tmp_path / "gate.mp4").touch()
    path = tmp_path / "site.yaml"
    path.write_text("cameras: [{id: a, name: a, source: gate.mp4}]")
    assert read_site(path).cameras[0].source == str(tmp_path / "gate.mp4")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("cameras: [{id: a, name: a, sorce: x}]", r"cameras\[0\].*source"),
        ("cameras: [{id: a, name: a, source: x, zones: [{id: z}]}]", r"cameras\[0\]\.zones\[0\]"),
        ("camera: []", "site"),
        ("cameras: [", "YAML"),
        ("", "site"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, place: str):
    """Somebody with a site file of forty cameras finds the line."""
    path = tmp_path / "site.yaml"
    path.write_text(text)
    with pytest.raises(SiteFileError, match=place):
        read_site(path)


def test_a_missing_site_file_is_said(tmp_path: Path):
    """One sentence with the path."""
    with pytest.raises(SiteFileError, match=r"nothing\.yaml"):
        read_site(tmp_path / "nothing.yaml")
