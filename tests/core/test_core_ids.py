"""Ids of violations and evidence: the same for the same thing, on every machine and day."""

from dataclasses import replace
from itertools import product
from uuid import UUID

from core.evidence import Evidence, EvidenceKind
from core.violation import ViolationKind, violation_id

CLIP = Evidence(
    violation_id="v1",
    kind=EvidenceKind.CLIP,
    path="a.mp4",
    sha256="00",
    size=1,
    mime="video/mp4",
    started_at=1.0,
    duration_s=2.0,
    boxes_path="",
    problem="",
)


def test_a_violation_id_never_changes() -> None:
    """The id of an incident is a fixed function: records made by an older version still match."""
    found = violation_id(ViolationKind.MISSING_HELMET, "gate", "yard", 1_700_000_000.125, "7")
    assert found == "01b4c598-c963-5068-ba29-cdf9f69ae42c"
    assert UUID(found).version == 5


def test_every_part_of_an_incident_counts() -> None:
    """Another kind, camera, zone, start or key is another incident."""
    parts = product(
        ViolationKind, ("gate", "yard"), ("a", "b"), (5.0, 5.001, 6.0), ("1", "2", "1,2", "")
    )
    ids = [violation_id(*part) for part in parts]
    assert len(set(ids)) == len(ids) == len(ViolationKind) * 2 * 2 * 3 * 4


def test_a_start_is_compared_in_milliseconds() -> None:
    """Rounding of floating point numbers makes no second incident."""
    near = [violation_id(ViolationKind.BLOCKED_EXIT, "a", "b", t, "") for t in (0.3, 0.1 + 0.2)]
    assert near[0] == near[1]


def test_evidence_has_one_id_per_kind_and_violation() -> None:
    """Whatever is in the file, clip and snapshot of a violation keep their ids."""
    again = replace(CLIP, path="b.mp4", sha256="11", size=2, problem="disk_full")
    assert again.id == CLIP.id
    others = {
        replace(CLIP, kind=EvidenceKind.SNAPSHOT).id,
        replace(CLIP, violation_id="v2").id,
        CLIP.id,
    }
    assert len(others) == 3
