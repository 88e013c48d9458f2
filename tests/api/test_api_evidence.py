import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.settings import ApiSettings
from core.evidence import Evidence, EvidenceKind
from hazards.database import Database
from hazards.evidence.actions import record_evidence

BYTES = bytes(range(256)) * 40
DIGEST = hashlib.sha256(BYTES).hexdigest()
CLIP = Evidence(
    violation_id="v1",
    kind=EvidenceKind.CLIP,
    path="clips/gate 门.mp4",
    sha256=DIGEST,
    size=len(BYTES),
    mime='video/mp4; codecs="avc1.64001f"',
    started_at=1_700_000_000.0,
    duration_s=10.0,
    boxes_path="clips/gate.json",
    problem="",
)
URL = f"/api/v1/evidence/{CLIP.id}"
BOXES = {
    "camera_id": "gate",
    "frames": [
        {
            "timestamp": 1_700_000_000.2,
            "boxes": [
                {
                    "label": "head",
                    "track_id": 7,
                    "xyxy": [0.1, 0.2, 0.3, 0.4],
                    "confidence": 0.9,
                    "alarm": True,
                }
            ],
        }
    ],
}


@pytest.fixture
def clip(database: Database, settings: ApiSettings) -> Path:
    """A recorded clip with its boxes."""
    path = settings.data_dir / CLIP.path
    path.parent.mkdir()
    path.write_bytes(BYTES)
    (settings.data_dir / CLIP.boxes_path).write_text(json.dumps(BOXES))
    with database.begin() as session:
        record_evidence(session, [CLIP])
    return path


def test_a_clip_is_served_with_its_hash(client: TestClient, clip: Path) -> None:
    """Whole file, type, ETag and digest; shown in the page, kept in no cache."""
    answer = client.get(URL)
    assert (answer.status_code, answer.content) == (200, BYTES)
    headers = answer.headers
    assert headers["content-type"] == CLIP.mime
    assert headers["etag"] == f'"{DIGEST}"'
    assert headers["x-content-sha256"] == DIGEST
    assert headers["content-disposition"].startswith("inline")
    assert headers["accept-ranges"] == "bytes"
    assert headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("bytes=0-99", slice(0, 100)),
        ("bytes=10000-", slice(10000, None)),
        ("bytes=-40", slice(-40, None)),
        ("bytes=100-99999999", slice(100, None)),
    ],
)
def test_a_player_asks_for_parts(client: TestClient, clip: Path, asked: str, served: slice) -> None:
    """206 with exactly the bytes and where they belong."""
    answer = client.get(URL, headers={"Range": asked})
    start, stop, _ = served.indices(len(BYTES))
    assert (answer.status_code, answer.content) == (206, BYTES[served])
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(BYTES)}"


def test_a_part_beyond_the_end_is_refused(client: TestClient, clip: Path) -> None:
    """416 with the real length."""
    answer = client.get(URL, headers={"Range": "bytes=99999-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(BYTES)}"


def test_a_part_of_another_file_is_not_mixed_in(client: TestClient, clip: Path) -> None:
    """If-Range with a foreign ETag gives the whole file."""
    headers = {"Range": "bytes=0-9", "If-Range": '"other"'}
    assert client.get(URL, headers=headers).status_code == 200
    headers["If-Range"] = f'"{DIGEST}"'
    assert client.get(URL, headers=headers).status_code == 206


@pytest.mark.parametrize("path", ["../secret.txt", "/etc/passwd", "clips/../../secret.txt", "link"])
def test_no_path_leads_out_of_the_data_folder(
    client: TestClient, database: Database, settings: ApiSettings, path: str
) -> None:
    """Whatever a record says, also by a link, files elsewhere are not there."""
    secret = settings.data_dir.parent / "secret.txt"
    secret.write_text("secret")
    (settings.data_dir / "link").symlink_to(secret)
    with database.begin() as session:
        record_evidence(session, [replace(CLIP, path=path, boxes_path=path)])
    for url in (URL, f"{URL}/boxes"):
        answer = client.get(url)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert "secret" not in answer.text


def test_a_file_that_is_gone_is_not_found(client: TestClient, clip: Path) -> None:
    """A record without its file is 404, as is a piece that never had one."""
    clip.unlink()
    assert client.get(URL).json()["code"] == "not_found"


def test_evidence_without_a_file_has_none_to_show(client: TestClient, database: Database) -> None:
    """The folder itself is not served for an empty path."""
    with database.begin() as session:
        record_evidence(session, [replace(CLIP, path="", boxes_path="", problem="disk_full")])
    assert client.get(URL).status_code == 404
    assert client.get(f"{URL}/boxes").status_code == 404


def test_the_boxes_of_a_clip(client: TestClient, clip: Path) -> None:
    """As they were written."""
    assert client.get(f"{URL}/boxes").json() == BOXES


def test_damaged_boxes_are_said_to_be(
    client: TestClient, clip: Path, settings: ApiSettings
) -> None:
    """The clip still plays; the message says so."""
    (settings.data_dir / CLIP.boxes_path).write_text('{"camera_id": "gate", "fra')
    answer = client.get(f"{URL}/boxes")
    assert (answer.status_code, answer.json()["code"]) == (500, "evidence_error")
