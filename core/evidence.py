"""What proves a violation: files with their hashes."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import NAMESPACE_URL, uuid5


class EvidenceKind(StrEnum):
    """Snapshot: one JPEG of the moment of certainty. Clip: encoded video around the violation."""

    SNAPSHOT = "snapshot"
    CLIP = "clip"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One file of a violation, or the reason why there is none.

    path: relative to the data folder; empty where nothing could be written.
    sha256: hex digest of the file; empty where there is none.
    size: bytes.
    mime: such as `video/mp4; codecs="avc1.64001f"`.
    started_at: UTC seconds of the first picture.
    duration_s: seconds; 0 for a snapshot.
    boxes_path: JSON with the judged boxes over time, relative to the data folder; may be empty.
    problem: error code of what went wrong, such as `disk_full`; empty where all is well.
    """

    violation_id: str
    kind: EvidenceKind
    path: str
    sha256: str
    size: int
    mime: str
    started_at: float
    duration_s: float
    boxes_path: str
    problem: str

    @property
    def id(self) -> str:
        """One of each kind per violation."""
        return str(uuid5(NAMESPACE_URL, f"anyan:evidence:{self.violation_id}:{self.kind}"))
