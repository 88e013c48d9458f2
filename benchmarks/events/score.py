"""Alarms against what happened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.events.footage import Clip, Event
from core.violation import ViolationKind

SLACK_S = 1.0
"""Times of the shared truth were read by eye; an alarm may begin so much too early."""
SLACK_PICTURES = 3
"""Or by so many pictures of the clip, where they come more slowly: nothing is dated finer."""
HEAD = "events  found  false  twice  recall precision  delay s  clear s   late  false/h"
TAKEN_BACK = "taken back at the wrong time:"


@dataclass(slots=True)
class Alarm:
    """begin, end: what it is about. said: when it was raised. cleared: when it was taken back,
    infinite if that did not happen. Seconds from the clip's first picture."""

    kind: ViolationKind
    begin: float
    said: float
    end: float
    cleared: float = float("inf")


@dataclass(slots=True)
class Tally:
    """Of one rule. delays: seconds from when an event could be decided. clears: seconds from the
    event's end until the alarm was taken back. late: those that took longer than the dwell.
    duplicates: further alarms for an event that has one; they count as false too."""

    events: int = 0
    found: int = 0
    false: int = 0
    duplicates: int = 0
    late: int = 0
    delays: list[float] = field(default_factory=list)
    clears: list[float] = field(default_factory=list)

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
        delay, clear = (
            f"{median(times):.1f}" if times else "-" for times in (self.delays, self.clears)
        )
        return (
            f"{self.events:6d} {self.found:6d} {self.false:6d} {self.duplicates:6d} "
            f"{self.recall:7.3f} {self.precision:9.3f} {delay:>8s} {clear:>8s} {self.late:6d} "
            f"{self.false / hours:8.2f}"
        )


Tallies = dict[ViolationKind, Tally]


def table(who: str, tallies: Tallies, hours: float) -> str:
    """One block of the printed table."""
    rows = [f"{kind:18s} {tally.row(hours)}" for kind, tally in sorted(tallies.items())]
    return "\n".join([f"{who} ({hours:.2f} camera-hours)", f"{'':18s} {HEAD}", *rows, ""])


@dataclass(frozen=True, slots=True)
class Mistake:
    """An event that was missed, an alarm for none, or one that was taken back too late."""

    clip: Clip
    word: str
    kind: ViolationKind
    begin: float
    end: float

    def __str__(self) -> str:
        return f"{self.clip.name}: {self.word} {self.kind}, {self.begin:.1f} s to {self.end:.1f} s"


def score(
    clip: Clip, alarms: Iterable[Alarm], seconds: float, step: float, tallies: Tallies
) -> list[Mistake]:
    """Adds a clip of so many seconds to the tallies; what went wrong. step: seconds between two of
    its pictures, before any were dropped."""
    mistakes = []
    slack = max(SLACK_S, SLACK_PICTURES * step)
    alarms = list(alarms)
    for kind in sorted(clip.kinds):
        tally = tallies.setdefault(kind, Tally())
        events = [event for event in clip.events if event.kind is kind]
        said = sorted((a for a in alarms if a.kind is kind), key=lambda a: a.begin)
        pairs = _match(events, said, slack)
        tally.events += len(events)
        tally.found += len(pairs)
        tally.delays += [max(0.0, alarm.said - event.decidable) for event, alarm in pairs]
        right = {id(alarm) for _, alarm in pairs}
        for alarm in said:
            if id(alarm) not in right:
                again = any(_meets(event, alarm, slack) for event in events)
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
        if kind is ViolationKind.BLOCKED_EXIT:
            mistakes += _taken_back(clip, pairs, seconds, tally)
    return mistakes


def _taken_back(
    clip: Clip, pairs: Sequence[tuple[Event, Alarm]], seconds: float, tally: Tally
) -> list[Mistake]:
    """Exits are free again within the dwell, where the clip goes on for so long."""
    late = []
    for event, alarm in pairs:
        dwell = event.decidable - event.begin
        if seconds - event.end <= dwell:
            continue
        if alarm.cleared < float("inf"):
            tally.clears.append(alarm.cleared - event.end)
        if not event.end - SLACK_S <= alarm.cleared <= event.end + dwell:
            tally.late += 1
            begin, end = sorted((event.end, min(alarm.cleared, seconds)))
            late.append(Mistake(clip, TAKEN_BACK, event.kind, begin, end))
    return late


def _match(
    events: Sequence[Event], said: Sequence[Alarm], slack: float
) -> list[tuple[Event, Alarm]]:
    """Each alarm for one event at most, the earliest first."""
    pairs: list[tuple[Event, Alarm]] = []
    free = list(said)
    for event in sorted(events, key=lambda e: e.begin):
        for alarm in free:
            if _meets(event, alarm, slack):
                pairs.append((event, alarm))
                free.remove(alarm)
                break
    return pairs


def _meets(event: Event, alarm: Alarm, slack: float) -> bool:
    """They overlap, and the alarm was not there long before."""
    return event.begin - slack <= alarm.begin <= event.end and alarm.end >= event.begin
