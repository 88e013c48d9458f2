import json
from dataclasses import replace
from pathlib import Path

import pytest

from core.evidence import Evidence, EvidenceKind
from core.violation import BlockedWidth, Violation, ViolationKind
from service.backlog import Backlog
from service.records import from_json, to_json
from service.spool import Spool

VIOLATION = Violation(
    id="6d6f1f9c-0000-5000-8000-000000000001",
    kind=ViolationKind.MISSING_HELMET,
    rule="missing_helmet/1",
    camera_id="gate",
    zone_id="picture",
    track_ids=(3, 7),
    started_at=1_795_000_000.25,
    last_seen_at=1_795_000_004.5,
    ended=False,
    confidence=0.83,
)
EVIDENCE = Evidence(
    violation_id=VIOLATION.id,
    kind=EvidenceKind.CLIP,
    path="evidence/gate/x.mp4",
    sha256="ab" * 32,
    size=1234,
    mime='video/mp4; codecs="avc1.64001f"',
    started_at=1_795_000_000.0,
    duration_s=11.4,
    boxes_path="evidence/gate/x.boxes.json",
    problem="",
)


BLOCKED = replace(
    VIOLATION, kind=ViolationKind.BLOCKED_EXIT, blocked=BlockedWidth(0.62, 0.7403, 1.2)
)
WITHOUT_FLOOR = replace(BLOCKED, blocked=BlockedWidth(0.62, None, None))


@pytest.mark.parametrize("record", [VIOLATION, BLOCKED, WITHOUT_FLOOR, EVIDENCE])
def test_a_record_comes_back_from_json_as_it_was(record):
    """Nothing of a record is lost or changes its type on the way to the database."""
    assert from_json(to_json(record)) == record


def test_records_come_out_in_the_order_of_writing(tmp_path: Path):
    """A later update never overtakes an earlier one of the same process."""
    spool = Spool(tmp_path)
    for _ in range(20):
        spool.put(VIOLATION)
        spool.put(EVIDENCE)
    kinds = [type(record).__name__ for _, record in spool.waiting()]
    assert kinds == ["Violation", "Evidence"] * 20


def test_a_record_stays_until_it_is_done(tmp_path: Path):
    """Who reads and dies before `done` finds the record again, also in a new process."""
    Spool(tmp_path).put(VIOLATION)
    assert [record for _, record in Spool(tmp_path).waiting()] == [VIOLATION]
    spool = Spool(tmp_path)
    for path, _ in spool.waiting():
        spool.done(path)
    assert list(spool.waiting()) == []


def test_a_record_of_an_older_version_is_read(tmp_path: Path):
    """It knows nothing of the width that is taken; no violation is lost by an update."""
    data = to_json(VIOLATION)
    del data["blocked"]
    (tmp_path / "0000-1-000000.json").write_text(json.dumps(data))
    assert [record for _, record in Spool(tmp_path).waiting()] == [VIOLATION]


def test_a_half_written_record_is_never_read(tmp_path: Path):
    """A process that is killed while it writes leaves a part, which is no record."""
    spool = Spool(tmp_path)
    (tmp_path / "0001-1-000000.json.part").write_text('{"type": "Viol')
    spool.put(VIOLATION)
    assert spool.count_waiting() == 1
    assert [record for _, record in spool.waiting()] == [VIOLATION]


def test_a_damaged_record_is_set_aside_and_holds_up_nobody(tmp_path: Path):
    """The records behind it are read; the damaged one is counted, not deleted."""
    spool = Spool(tmp_path)
    (tmp_path / "0000-1-000000.json").write_text("not json")
    (tmp_path / "0000-1-000001.json").write_text('{"type": "Violation", "id": "only"}')
    spool.put(VIOLATION)
    assert [record for _, record in spool.waiting()] == [VIOLATION]
    assert spool.count_refused() == 2


class _RefusingSpool(Spool):
    """A spool on a disk that is full for a while."""

    full = False

    def put(self, record):
        if self.full:
            raise OSError(28, "No space left on device")
        super().put(record)


def test_a_full_disk_loses_no_record(tmp_path: Path):
    """Records wait in memory, in order, and are written when there is room again."""
    spool = _RefusingSpool(tmp_path)
    told: list[OSError | None] = []
    backlog = Backlog(spool, told.append)
    spool.full = True
    backlog.put(VIOLATION)
    backlog.put(EVIDENCE)
    assert spool.count_waiting() == 0
    assert [type(error) for error in told] == [OSError]

    spool.full = False
    backlog.flush()
    assert [record for _, record in spool.waiting()] == [VIOLATION, EVIDENCE]
    assert told[-1] is None
