"""What people said about a camera's alarms, against the alarms of changed rules."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.violation import Violation, ViolationKind
from hazards.cases.kinds import Verdict
from hazards.cases.queries import seen_by

WORDS = (
    "kept_true", "kept_false", "kept_unreviewed", "lost_true", "lost_false", "lost_unreviewed",
    "gained_unknown",
)  # fmt: skip
_SAID = {Verdict.CONFIRMED: "true", Verdict.DISMISSED: "false"}


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A recorded alarm. started_at, last_seen_at: UTC seconds. said: true, false or unreviewed."""

    kind: ViolationKind
    zone_id: str
    started_at: float
    last_seen_at: float
    said: str


def reviewed(
    session: Session, camera_id: str, kinds: Sequence[ViolationKind], begin: float, end: float
) -> list[Reviewed]:
    """The alarms of a camera that touch a time (UTC seconds), with what people said about them."""
    return [
        Reviewed(
            ViolationKind(row.kind),
            row.zone_id,
            row.started_at,
            row.last_seen_at,
            "unreviewed" if row.verdict is None else _SAID[Verdict(row.verdict)],
        )
        for row in seen_by(session, camera_id, kinds, begin, end)
    ]


def against_verdicts(alarms: Sequence[Violation], recorded: Sequence[Reviewed]) -> dict[str, int]:
    """How many recorded alarms the rules would still give (kept) or not (lost), by what people
    said, and how many more alarms they would give, about which nobody said anything."""
    counts = Counter(
        f"{'kept' if any(same_time(alarm, one) for alarm in alarms) else 'lost'}_{one.said}"
        for one in recorded
    )
    new = (a for a in alarms if not any(same_time(a, one) for one in recorded))
    counts["gained_unknown"] = len(list(new))
    return {word: counts[word] for word in WORDS}


def same_time(a: Violation | Reviewed, b: Violation | Reviewed) -> bool:
    """Whether two alarms are of one kind and zone, at one time."""
    overlap = a.started_at <= b.last_seen_at and b.started_at <= a.last_seen_at
    return overlap and (a.kind, a.zone_id) == (b.kind, b.zone_id)
