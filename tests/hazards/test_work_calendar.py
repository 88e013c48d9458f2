from datetime import date, datetime

import pytest
from people import ZONE

from core.schedule import Schedule
from hazards.database import Database
from hazards.tickets.calendar import WorkCalendar, work_calendar
from hazards.tickets.tables import HolidayRow, ShiftRow

HOUR = 3600.0


def _at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


def _calendar(*schedules: str, **holidays: bool) -> WorkCalendar:
    windows = tuple(w for text in schedules for w in Schedule.parse(text).weekly)
    days = {date.fromisoformat(day[1:].replace("_", "-")): w for day, w in holidays.items()}
    return WorkCalendar(windows, days, ZONE)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-24 09:00", 1, "2026-11-24 10:00"),
        ("2026-11-24 17:00", 2, "2026-11-25 09:00"),
        ("2026-11-27 17:30", 1, "2026-11-30 08:30"),  # over a weekend
        ("2026-11-28 12:00", 0, "2026-11-30 08:00"),
        ("2026-11-24 05:00", 10, "2026-11-24 18:00"),
    ],
)
def test_a_deadline_runs_in_working_hours(start: str, hours: float, end: str) -> None:
    """Evenings and weekends do not count."""
    calendar = _calendar("mon-fri 08:00-18:00")
    assert calendar.add(_at(start), hours * HOUR) == _at(end)


def test_holidays_stand_still_and_make_up_days_run() -> None:
    """National Day is off; a Saturday that is worked has the hours of a Monday."""
    calendar = _calendar("mon-fri 08:00-18:00", d2026_10_01=False, d2026_10_10=True)
    assert calendar.add(_at("2026-09-30 17:00"), 2 * HOUR) == _at("2026-10-02 09:00")
    assert calendar.add(_at("2026-10-09 17:00"), 2 * HOUR) == _at("2026-10-10 09:00")


def test_shifts_that_overlap_or_run_past_midnight_count_once() -> None:
    """Day and night shift with an hour of handover: 24 hours are 24 hours."""
    calendar = _calendar("mon-sun 08:00-20:00", "mon-sun 19:00-08:00")
    assert calendar.add(_at("2026-11-24 18:00"), 24 * HOUR) == _at("2026-11-25 18:00")


def test_a_calendar_without_working_time_does_not_hang() -> None:
    """No shift at all means always; shifts that never come mean plain seconds."""
    assert _calendar().add(5.0, 7.0) == 12.0
    off = {f"d2026_11_{day:02d}": False for day in range(1, 31)}
    assert _calendar("mon 08:00-08:01", **off).add(_at("2026-11-01 00:00"), 60) == _at(
        "2026-12-07 08:01"
    )


def test_summer_time_keeps_the_hours_of_the_clock() -> None:
    """In Berlin a working day begins at eight by the clock, before and after the change."""
    from zoneinfo import ZoneInfo

    berlin = ZoneInfo("Europe/Berlin")
    calendar = WorkCalendar(Schedule.parse("mon-sun 08:00-18:00").weekly, {}, berlin)
    friday = datetime(2026, 3, 28, 17, tzinfo=berlin).timestamp()
    assert calendar.add(friday, 2 * HOUR) == datetime(2026, 3, 29, 9, tzinfo=berlin).timestamp()


def test_the_calendar_is_read_from_the_records(database: Database) -> None:
    """Working shifts and holidays; shifts that only count alarms stay out."""
    with database.begin() as session:
        session.add(
            ShiftRow(id="n", name="n", schedule="sat 00:00-01:00", working=False, position=1)
        )
        session.add(HolidayRow(day="2026-10-01", name="国庆节", worked=False))
    with database.read() as session:
        calendar = work_calendar(session, ZONE)
    assert calendar == _calendar("mon-fri 08:00-18:00", d2026_10_01=False)
