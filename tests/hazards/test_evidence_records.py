from dataclasses import replace

import pytest
from examples import CLIP

from core.errors import NotFound
from core.evidence import EvidenceKind
from hazards.database import Database
from hazards.evidence.actions import record_evidence
from hazards.evidence.queries import evidence, evidence_of

FAILED = replace(CLIP, path="", sha256="", size=0, boxes_path="", problem="disk_full")
OTHER = replace(CLIP, path="clips/other.mp4", sha256="b" * 64)
SNAPSHOT = replace(CLIP, kind=EvidenceKind.SNAPSHOT, path="snapshots/1.jpg", duration_s=0.0)


def test_a_recorded_file_is_never_replaced(database: Database) -> None:
    """Repeats and later notes of failure change nothing."""
    with database.begin() as session:
        changed = [record_evidence(session, [e]) for e in (CLIP, CLIP, FAILED, OTHER)]
        assert changed == [[CLIP.violation_id], [], [], []]
        assert evidence(session, CLIP.id).sha256 == "a" * 64


def test_a_file_replaces_the_note_why_there_was_none(database: Database) -> None:
    """A clip that could be written at the second try counts."""
    with database.begin() as session:
        changed = [record_evidence(session, [e]) for e in (FAILED, CLIP)]
        assert changed == [[CLIP.violation_id], [CLIP.violation_id]]
        row = evidence(session, CLIP.id)
        assert (row.path, row.problem, row.size) == (CLIP.path, "", 1000)


def test_evidence_is_found_by_hazard(database: Database) -> None:
    """However they came, one of each kind, the clip first; an empty list for a hazard without."""
    with database.begin() as session:
        record_evidence(session, [SNAPSHOT, FAILED, CLIP, FAILED])
    with database.read() as session:
        found = evidence_of(session, [CLIP.violation_id, "none"])
        assert [row.kind for row in found[CLIP.violation_id]] == ["clip", "snapshot"]
        assert found["none"] == []
        with pytest.raises(NotFound):
            evidence(session, "none")
