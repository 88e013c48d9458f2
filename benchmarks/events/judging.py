"""The same boxes through our rules and through naive ones."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from benchmarks.events.footage import Clip
from benchmarks.events.naive import NaiveRules
from benchmarks.events.score import Alarm
from core.detections import Detections
from core.frame import Frame
from core.manifest import ModelManifest
from core.violation import Violation
from inference.judge import Judge

Said = list[list[tuple[float, Violation]]]
"""Everything that was said of each violation, in order, with the second of the picture; infinite
for what ended with the film."""


def judge(clip: Clip, film: Iterable[tuple[Frame, Detections]], manifest: ModelManifest) -> Said:
    """What our rules say. Seconds are counted from the clip's first picture."""
    rules = Judge(clip.camera, manifest, ZoneInfo("UTC"))
    said: dict[str, list[tuple[float, Violation]]] = {}
    for frame, found in film:
        for violation in rules.update(frame, found).violations:
            said.setdefault(violation.id, []).append((frame.timestamp, violation))
    for violation in rules.close():
        said.setdefault(violation.id, []).append((float("inf"), violation))
    return list(said.values())


def alarms(said: Said, start: float) -> list[Alarm]:
    """Ours in the form in which they are compared. start: UTC seconds of the first picture."""
    return [
        Alarm(
            v[0][1].kind,
            begin=v[0][1].started_at - start,
            said=v[0][0] - start,
            end=v[-1][1].last_seen_at - start,
            cleared=v[-1][0] - start,
        )
        for v in said
    ]


def naively(
    clip: Clip, film: Iterable[tuple[Frame, Detections]], manifest: ModelManifest
) -> list[Alarm]:
    """What naive rules say."""
    rules = NaiveRules(clip, manifest)
    for frame, found in film:
        rules.update(frame, found)
    return rules.alarms
