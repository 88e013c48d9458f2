"""When a zone is watched: weekly windows of local time."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from core.errors import ZoneError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WINDOW = re.compile(
    r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))? (?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)"
)
_EXAMPLE = "write 'always' or windows such as 'mon-fri 08:00-18:00; sat 20:00-06:00'"


@dataclass(frozen=True, slots=True)
class Window:
    """One window of a week. A window whose end is not after its start runs past midnight.

    days: weekday numbers on which the window begins, Monday is 0.
    start, end: minutes after midnight, 0..1440.
    """

    days: frozenset[int]
    start: int
    end: int

    def covers(self, local: datetime) -> bool:
        """Whether a local time lies inside the window."""
        minute = local.hour * 60 + local.minute
        if self.start < self.end:
            return local.weekday() in self.days and self.start <= minute < self.end
        yesterday = (local - timedelta(days=1)).weekday()
        evening = local.weekday() in self.days and minute >= self.start
        return evening or (yesterday in self.days and minute < self.end)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Weekly windows; without any window the zone is always watched."""

    text: str
    windows: tuple[Window, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads `always` or `mon-fri 08:00-18:00; sat 20:00-06:00`.

        Raises ZoneError, with an example, for anything else.
        """
        cleaned = " ".join(text.lower().split())
        if cleaned == "always":
            return cls("always", ())
        parts = [part.strip() for part in cleaned.split(";")]
        return cls("; ".join(parts), tuple(_parse_window(part) for part in parts))

    def active(self, timestamp: float, time_zone: ZoneInfo) -> bool:
        """Whether the zone is watched at a moment (UTC seconds)."""
        if not self.windows:
            return True
        local = datetime.fromtimestamp(timestamp, time_zone)
        return any(window.covers(local) for window in self.windows)


def _parse_window(text: str) -> Window:
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise ZoneError(f"schedule '{text}' cannot be read: {_EXAMPLE}")
    first, last = match["first"], match["last"] or match["first"]
    if first not in DAYS or last not in DAYS:
        raise ZoneError(f"schedule '{text}' names a day that does not exist: {_EXAMPLE}")
    low, high = DAYS.index(first), DAYS.index(last)
    days = range(low, high + 1) if low <= high else [*range(low, 7), *range(high + 1)]
    start, end = _minutes(match["start"]), _minutes(match["end"])
    if start == end:
        raise ZoneError(f"schedule '{text}' ends when it begins: {_EXAMPLE}")
    return Window(frozenset(days), start, end)


def _minutes(text: str) -> int:
    hour, minute = int(text[:2]), int(text[3:])
    if minute > 59 or hour * 60 + minute > 1440:
        raise ZoneError(f"'{text}' is not a time of day: use 00:00 to 24:00")
    return hour * 60 + minute
