"""Working time: shifts, holidays and make-up days of the site's time zone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.schedule import Schedule, WeeklyWindow
from hazards.periods import midnight
from hazards.tickets.tables import HolidayRow, ShiftRow

LONGEST_DAYS = 3660
"""A calendar without working time must not be searched for ever."""
MONDAY = 0


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """When deadlines run.

    windows: of the working shifts; empty means always. holidays: whether people work on a day
    that differs from its weekday; a make-up day has the hours of a Monday.
    """

    windows: tuple[WeeklyWindow, ...]
    holidays: Mapping[date, bool]
    zone: ZoneInfo

    def add(self, at: float, working_s: float) -> float:
        """The moment (UTC seconds) at which so many working seconds have passed.

        Without any working time within ten years it is plain seconds.
        """
        if not self.windows:
            return at + working_s
        left = working_s
        for start, end in self._spans(at):
            begin = max(start, at)
            if begin >= end:
                continue
            if begin + left <= end:
                return begin + left
            left -= end - begin
        return at + working_s

    def _spans(self, at: float) -> Iterator[tuple[float, float]]:
        """Working spans from the day before `at` on, without overlaps, in order."""
        day = datetime.fromtimestamp(at, self.zone).date() - timedelta(days=1)
        reached = 0.0
        for _ in range(LONGEST_DAYS):
            for start, end in sorted(self._spans_of(day)):
                if end > reached:
                    yield max(start, reached), end
                    reached = end
            day += timedelta(days=1)

    def _spans_of(self, day: date) -> Iterator[tuple[float, float]]:
        worked = self.holidays.get(day)
        if worked is False:
            return
        weekday = MONDAY if worked else day.weekday()
        for window in self.windows:
            if weekday in window.days:
                yield (
                    _moment(day, window.start, self.zone),
                    _moment(
                        day, window.end + (1440 if window.end <= window.start else 0), self.zone
                    ),
                )


def work_calendar(session: Session, zone: ZoneInfo) -> WorkCalendar:
    """The site's calendar, as it stands."""
    texts: Sequence[str] = session.scalars(select(ShiftRow.schedule).where(ShiftRow.working)).all()
    schedules = [Schedule.parse(text) for text in texts]
    always = any(not schedule.weekly for schedule in schedules)
    windows = () if always else tuple(w for schedule in schedules for w in schedule.weekly)
    days = session.execute(select(HolidayRow.day, HolidayRow.worked))
    return WorkCalendar(windows, {date.fromisoformat(day): worked for day, worked in days}, zone)


def _moment(day: date, minutes: int, zone: ZoneInfo) -> float:
    """Wall-clock time, so that a change to summer time keeps the hours."""
    days, minute = divmod(minutes, 1440)
    start = day + timedelta(days=days)
    hour, minute = divmod(minute, 60)
    if hour == 0 and minute == 0:
        return midnight(start, zone)
    return datetime(start.year, start.month, start.day, hour, minute, tzinfo=zone).timestamp()
