"""What a rule concluded."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import NAMESPACE_URL, uuid5


class ViolationKind(StrEnum):
    """What the rules find."""

    MISSING_HELMET = "missing_helmet"
    RESTRICTED_ZONE = "restricted_zone"
    BLOCKED_EXIT = "blocked_exit"
    CAMERA_TAMPER = "camera_tamper"


@dataclass(frozen=True, slots=True)
class BlockedWidth:
    """How much of a passage's width is taken.

    share: 0..1. metres: taken of the passage_metres that it is wide there; None where nobody knows
    how the floor lies in the picture.
    """

    share: float
    metres: float | None
    passage_metres: float | None


@dataclass(frozen=True, slots=True)
class Violation:
    """One incident, from its start to its end under the same id.

    rule: name and version of the rule that judged, such as `helmet/1`.
    track_ids: the people it is about, so that their number is the count of the case; empty where it
    is about none.
    started_at, last_seen_at: UTC seconds. started_at is when it began, not when it was certain.
    ended: no further update follows.
    confidence: 0..1.
    blocked: of a blocked exit, when the most of it was taken; None for every other kind.
    """

    id: str
    kind: ViolationKind
    rule: str
    camera_id: str
    zone_id: str
    track_ids: tuple[int, ...]
    started_at: float
    last_seen_at: float
    ended: bool
    confidence: float
    blocked: BlockedWidth | None = None


@dataclass(frozen=True, slots=True)
class Cleared:
    """A camera has seen that the way is free again.

    More than that a violation ended: it also ends when its camera goes away or its worker dies,
    and then nobody has seen anything. at: UTC seconds of the picture.
    """

    violation_id: str
    camera_id: str
    at: float


def violation_id(kind: ViolationKind, camera_id: str, zone_id: str, start: float, key: str) -> str:
    """The same incident gets the same id, however often it is judged again.

    key: tells apart incidents that start at one moment in one zone, such as the track id.
    """
    return str(uuid5(NAMESPACE_URL, f"anyan:{kind}:{camera_id}:{zone_id}:{start:.3f}:{key}"))
