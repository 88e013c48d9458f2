"""Alarms against what happened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.events.footage import Clip, Event
from benchmarks.events.naive import Alarm
from core.violation import ViolationKind

SLACK_S = 1.0
"""Times of the shared truth were read by eye; an alarm may begin so much too early."""


@dataclass(slots=True)
class Tally:
    """Of one rule. delays: seconds from when an event could be decided. duplicates: further alarms
    for an event that has one; they count as false too."""

    events: int = 0
    found: int = 0
    false: int = 0
    duplicates: int = 0
    delays: list[float] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Share of the events that were found."""
        return self.found / self.events if self.events else 1.0

    @property
    def precision(self) -> float:
        """Share of the alarms that were right."""
        alarms = self.found + self.false
        return self.found / alarms if alarms else 1.0

    def row(self, hours: float) -> str:
        """Of the table."""
        delay = f"{median(self.delays):.1f}" if self.delays else "-"
        return (
            f"{self.events:6d} {self.found:6d} {self.false:6d} {self.duplicates:6d} "
            f"{self.recall:7.3f} {self.precision:9.3f} {delay:>8s} {self.false / hours:9.2f}"
        )


@dataclass(frozen=True, slots=True)
class Mistake:
    """An event that was missed, or an alarm for none."""

    clip: Clip
    word: str
    kind: ViolationKind
    begin: float
    end: float


def score(
    clip: Clip, alarms: Iterable[Alarm], tallies: dict[ViolationKind, Tally]
) -> list[Mistake]:
    """Adds a clip to the tallies; what went wrong."""
    mistakes = []
    for kind in sorted(clip.kinds):
        tally = tallies.setdefault(kind, Tally())
        events = [event for event in clip.events if event.kind is kind]
        said = sorted((a for a in alarms if a.kind is kind), key=lambda a: a.begin)
        pairs = _match(events, said)
        tally.events += len(events)
        tally.found += len(pairs)
        tally.delays += [max(0.0, alarm.said - event.decidable) for event, alarm in pairs]
        right = {id(alarm) for _, alarm in pairs}
        for alarm in said:
            if id(alarm) not in right:
                again = any(_meets(event, alarm) for event in events)
                tally.false += 1
                tally.duplicates += again
                word = "said twice" if again else "false"
                mistakes.append(Mistake(clip, word, kind, alarm.begin, alarm.end))
        met = {id(event) for event, _ in pairs}
        mistakes += [
            Mistake(clip, "missed", kind, event.begin, event.end)
            for event in events
            if id(event) not in met
        ]
    return mistakes


def _match(events: Sequence[Event], said: Sequence[Alarm]) -> list[tuple[Event, Alarm]]:
    """Each alarm for one event at most, the earliest first."""
    pairs: list[tuple[Event, Alarm]] = []
    free = list(said)
    for event in sorted(events, key=lambda e: e.begin):
        for alarm in free:
            if _meets(event, alarm):
                pairs.append((event, alarm))
                free.remove(alarm)
                break
    return pairs


def _meets(event: Event, alarm: Alarm) -> bool:
    """They overlap, and the alarm was not there long before."""
    return event.begin - SLACK_S <= alarm.begin <= event.end and alarm.end >= event.begin
