"""Boxes, people and heads for the tests of tracker and rules. No pictures are needed for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import models
from core.detections import Detections, Tracks
from core.frame import Frame
from core.manifest import UNCALIBRATED, ModelManifest
from core.observation import Observation
from core.view import CLEAR_VIEW, View
from core.violation import Violation
from core.zone import Zone, ZoneKind
from inference.heads import tie_heads
from inference.roster import Roster
from inference.rules.rule import Rule

PERSON, BARE, HELMET = 0, 1, 2
WIDTH, HEIGHT = 960, 540
SHIPPED = Path(models.__file__).with_name("weights") / "ppe-n-416.json"
MANIFEST = ModelManifest(
    name="made",
    version="1",
    file="made.onnx",
    sha256="00" * 32,
    classes=("person", "head", "helmet"),
    input_size=416,
    thresholds={"person": 0.35, "head": 0.35, "helmet": 0.35},
    calibration=dict.fromkeys(("person", "head", "helmet"), UNCALIBRATED),
    box_convention="",
    data_set="",
    metrics={},
    licence="",
)
BLANK = np.zeros((HEIGHT, WIDTH, 3), np.uint8)

Box = tuple[float, float, float, float]
Seen = tuple[int, Box, float]
"""Class, box, confidence."""


def detections(seen: Iterable[Seen]) -> Detections:
    """Rows in the order given."""
    rows = list(seen)
    return Detections(
        np.array([box for _, box, _ in rows], np.float32).reshape(-1, 4),
        np.array([confidence for *_, confidence in rows], np.float32),
        np.array([class_id for class_id, *_ in rows], np.int32),
    )


def person_at(x: float, y: float, height: float = 180.0) -> Box:
    """The box of somebody whose feet stand at (x, y), a third as wide as high."""
    return (x - height / 6, y - height, x + height / 6, y)


def head_of(person: Box) -> Box:
    """Where the head of a standing person is: the top seventh, in the middle."""
    height = (person[3] - person[1]) / 7
    middle = (person[0] + person[2]) / 2
    return (middle - height * 0.4, person[1], middle + height * 0.4, person[1] + height)


def moved(box: Box, dx: float, dy: float) -> Box:
    return (box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy)


def observation(
    timestamp: float,
    people: Mapping[int, Box],
    others: Sequence[Seen] = (),
    image: NDArray[np.uint8] = BLANK,
    confidence: float = 0.8,
    grey: float = 100.0,
    view: View = CLEAR_VIEW,
) -> Observation:
    """What a rule gets. people: boxes by track id. grey: of every box."""
    seen = detections([*[(PERSON, box, confidence) for box in people.values()], *others])
    count = len(people)
    tracks = Tracks(
        seen.xyxy[:count],
        seen.confidence[:count],
        seen.class_id[:count],
        track_id=np.array(list(people), np.int64),
        first_seen=np.full(count, timestamp),
        velocity=np.zeros((count, 2), np.float32),
        detection_index=np.arange(count),
    )
    (rows,) = np.nonzero(seen.class_id != PERSON)
    tied = tie_heads(tracks.xyxy, seen.xyxy[rows])
    return Observation(
        Frame("gate", 0, timestamp, image),
        seen,
        grey=np.full(len(seen), grey, np.float32),
        people=tracks,
        heads=np.where(tied >= 0, rows[tied], -1) if len(rows) else tied,
        remembered=frozenset(people),
        view=view,
    )


def zone(
    kind: ZoneKind,
    polygon: Sequence[Sequence[float]],
    dwell_s: float = 1.0,
    schedule: str = "always",
    entry_line: Sequence[Sequence[float]] = (),
) -> Zone:
    return Zone.create(
        id="z",
        name="Z",
        kind=kind,
        polygon=polygon,
        dwell_s=dwell_s,
        schedule=schedule,
        entry_line=entry_line,
    )


class Story:
    """Feeds a rule and remembers what it said; who was lost and found is the same person.

    said: every violation, in order. latest: the last word on each id.
    """

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.roster = Roster()
        self.said: list[Violation] = []

    def see(self, seen: Observation, *, watched: bool = True) -> list[Violation]:
        frame = seen.frame
        people = self.roster.update(seen.people, frame.width, frame.height, frame.timestamp)
        seen = replace(seen, people=people, remembered=self.roster.remembered)
        new = list(self.rule.update(seen, watched=watched))
        self._hear(new)
        return new

    def close(self) -> list[Violation]:
        new = list(self.rule.close())
        self._hear(new)
        return new

    def _hear(self, new: list[Violation]) -> None:
        for violation in new:
            before = self.latest.get(violation.id)
            assert before is None or not before.ended, "an ended violation was heard of again"
            self.said.append(violation)

    @property
    def latest(self) -> dict[str, Violation]:
        return {violation.id: violation for violation in self.said}

    @property
    def violations(self) -> list[Violation]:
        return list(self.latest.values())

    @property
    def only(self) -> Violation:
        (violation,) = self.violations
        return violation


def times(start: float, end: float, fps: float = 5.0) -> list[float]:
    """From start up to, not including, end."""
    return [start + i / fps for i in range(round((end - start) * fps))]
