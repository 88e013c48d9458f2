"""What every rule is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.coverage import Answer
from core.observation import Observation
from core.violation import BlockedWidth, Violation, ViolationKind, violation_id

Answers = Mapping[Answer, float]
"""Shares of a picture by what became of it, together 1."""
JUDGED: Answers = {Answer.JUDGED: 1.0}
ANSWERS = tuple(Answer)
CODE = {answer: code for code, answer in enumerate(ANSWERS)}
"""Answers of many people are kept as numbers: a column of enum members is slow."""


class Rule(Protocol):
    """Judges one zone. Time comes from the frames; the same frames give the same answers.

    kind: of its violations. answers: of the picture that was judged last.
    """

    kind: ViolationKind
    answers: Answers

    def update(self, seen: Observation, *, watched: bool) -> Sequence[Violation]:
        """The violations that began, went on or ended with this picture.

        watched: whether the zone's schedule is on; where it is off, open violations end.
        """

    def close(self) -> Sequence[Violation]:
        """Ends what is still open, at the time it was last seen."""


def shares(codes: NDArray[np.integer]) -> Answers:
    """Of several people in a picture, (N,) of CODE; without any the picture was judged: nobody is
    there."""
    if not len(codes):
        return JUDGED
    counts = np.bincount(codes).tolist()
    return {ANSWERS[code]: count / len(codes) for code, count in enumerate(counts) if count}


class Incident:
    """One open violation of a rule, from its first certain picture to its end."""

    def __init__(
        self,
        *,
        kind: ViolationKind,
        rule: str,
        camera_id: str,
        zone_id: str,
        track_ids: tuple[int, ...],
        started_at: float,
        seen_at: float,
        confidence: float,
        blocked: BlockedWidth | None = None,
    ) -> None:
        # Two incidents may have begun at one moment, but they were not certain at one moment.
        key = f"{','.join(map(str, track_ids))}@{seen_at:.3f}"
        self.violation = Violation(
            id=violation_id(kind, camera_id, zone_id, started_at, key),
            kind=kind,
            rule=rule,
            camera_id=camera_id,
            zone_id=zone_id,
            track_ids=track_ids,
            started_at=started_at,
            last_seen_at=seen_at,
            ended=False,
            confidence=confidence,
            blocked=blocked,
        )

    def see(
        self,
        timestamp: float,
        confidence: float,
        track_ids: Sequence[int] = (),
        blocked: BlockedWidth | None = None,
    ) -> Violation:
        """The violation goes on, with more people perhaps; the highest confidence is kept, with
        the width that belongs to it."""
        was = self.violation
        new = tuple(i for i in track_ids if i not in was.track_ids)
        # Spelled out: this happens for every open violation in every picture.
        self.violation = Violation(
            was.id,
            was.kind,
            was.rule,
            was.camera_id,
            was.zone_id,
            was.track_ids + new,
            was.started_at,
            timestamp,
            was.ended,
            max(was.confidence, confidence),
            blocked if confidence >= was.confidence else was.blocked,
        )
        return self.violation

    def end(self) -> Violation:
        """The violation is over since it was last seen."""
        self.violation = replace(self.violation, ended=True)
        return self.violation
