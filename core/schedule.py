"""When a zone is watched: weekly windows of local time, with dates that are otherwise."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, Self
from zoneinfo import ZoneInfo

from core.errors import ZoneError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKLY = re.compile(r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))? (?P<hours>\S+)")
_DATED = re.compile(
    r"(?P<word>also|not) (?P<first>\d{4}-\d\d-\d\d)(?:\.\.(?P<last>\d{4}-\d\d-\d\d))?"
    r"(?: (?P<hours>\S+))?"
)
_HOURS = re.compile(r"(?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)")
_EXAMPLE = (
    "write 'always' or windows such as 'mon-fri 08:00-18:00; sat 20:00-06:00', and for dates "
    "'not 2026-10-01..2026-10-07' or 'also 2026-10-10 08:00-18:00'"
)


class Window(Protocol):
    """A window that begins on some days. One that ends not after its start runs past midnight.

    start, end: minutes after midnight, 0..1440.
    """

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...

    def begins_on(self, day: date) -> bool:
        """Whether there is such a window on a day."""


@dataclass(frozen=True, slots=True)
class WeeklyWindow:
    """See Window. days: weekday numbers, Monday is 0."""

    days: frozenset[int]
    start: int
    end: int

    def begins_on(self, day: date) -> bool:
        """See Window."""
        return day.weekday() in self.days


@dataclass(frozen=True, slots=True)
class DatedWindow:
    """See Window: on each day from the first to the last."""

    first: date
    last: date
    start: int
    end: int

    def begins_on(self, day: date) -> bool:
        """See Window."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Schedule:
    """The shifts of a week, and dates that are otherwise.

    weekly: the windows in which the zone is watched; without any, and without `also`, it always is.
    also: further ones, such as a working Saturday. exceptions: when it is not watched whatever the
    others say: holidays, and the time for which somebody was permitted to be there.
    """

    text: str
    weekly: tuple[WeeklyWindow, ...]
    also: tuple[DatedWindow, ...]
    exceptions: tuple[DatedWindow, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads `always`, or parts such as `mon-fri 08:00-18:00`, `also 2026-10-10 08:00-18:00` and
        `not 2026-10-01..2026-10-07`, with semicolons between.

        Raises ZoneError, with an example, for anything else.
        """
        parts = [" ".join(part.split()) for part in text.lower().split(";")]
        weekly: list[WeeklyWindow] = []
        also: list[DatedWindow] = []
        exceptions: list[DatedWindow] = []
        for part in parts:
            match = _DATED.fullmatch(part)
            if match is not None:
                (also if match["word"] == "also" else exceptions).append(_dated(part, match))
            elif part != "always":
                weekly.append(_weekly(part))
        if "always" in parts and (weekly or also):
            raise ZoneError(f"schedule '{text}' says 'always' and more: {_EXAMPLE}")
        return cls("; ".join(parts), tuple(weekly), tuple(also), tuple(exceptions))

    def active(self, timestamp: float, time_zone: ZoneInfo) -> bool:
        """Whether the zone is watched at a moment (UTC seconds)."""
        windows: tuple[Window, ...] = (*self.weekly, *self.also)
        if not windows and not self.exceptions:
            return True
        local = datetime.fromtimestamp(timestamp, time_zone)
        wanted = not windows or any(_covers(window, local) for window in windows)
        return wanted and not any(_covers(window, local) for window in self.exceptions)


def _covers(window: Window, local: datetime) -> bool:
    minute, today = local.hour * 60 + local.minute, local.date()
    if window.start < window.end:
        return window.start <= minute < window.end and window.begins_on(today)
    yesterday = today - timedelta(days=1)
    evening = minute >= window.start and window.begins_on(today)
    return evening or (minute < window.end and window.begins_on(yesterday))


def _weekly(text: str) -> WeeklyWindow:
    match = _WEEKLY.fullmatch(text)
    if match is None or _HOURS.fullmatch(match["hours"]) is None:
        raise ZoneError(f"schedule '{text}' cannot be read: {_EXAMPLE}")
    first, last = match["first"], match["last"] or match["first"]
    if first not in DAYS or last not in DAYS:
        raise ZoneError(f"schedule '{text}' names a day that does not exist: {_EXAMPLE}")
    low, high = DAYS.index(first), DAYS.index(last)
    days = range(low, high + 1) if low <= high else [*range(low, 7), *range(high + 1)]
    return WeeklyWindow(frozenset(days), *_hours(text, match["hours"]))


def _dated(text: str, match: re.Match[str]) -> DatedWindow:
    try:
        first = date.fromisoformat(match["first"])
        last = date.fromisoformat(match["last"] or match["first"])
    except ValueError as error:
        raise ZoneError(f"schedule '{text}' names a date that does not exist") from error
    if last < first:
        raise ZoneError(f"schedule '{text}' ends before it begins: put the earlier date first")
    return DatedWindow(first, last, *_hours(text, match["hours"] or "00:00-24:00"))


def _hours(text: str, hours: str) -> tuple[int, int]:
    match = _HOURS.fullmatch(hours)
    if match is None:
        raise ZoneError(f"schedule '{text}' cannot be read: {_EXAMPLE}")
    start, end = _minutes(match["start"]), _minutes(match["end"])
    if start == end:
        raise ZoneError(f"schedule '{text}' ends when it begins: {_EXAMPLE}")
    return start, end


def _minutes(text: str) -> int:
    hour, minute = int(text[:2]), int(text[3:])
    if minute > 59 or hour * 60 + minute > 1440:
        raise ZoneError(f"'{text}' is not a time of day: use 00:00 to 24:00")
    return hour * 60 + minute
