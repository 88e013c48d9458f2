"""Weekly windows of local time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ZoneError
from core.schedule import DAYS, Schedule

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 6, 1)


def at(day: str, time: str, zone: ZoneInfo = SHANGHAI) -> float:
    """UTC seconds of a local time in the week of MONDAY."""
    hour, minute, *second = map(int, time.split(":"))
    moment = MONDAY + timedelta(days=DAYS.index(day))
    return moment.replace(
        hour=hour, minute=minute, second=second[0] if second else 0, tzinfo=zone
    ).timestamp()


def active(text: str, day: str, time: str, zone: ZoneInfo = SHANGHAI) -> bool:
    return Schedule.parse(text).active(at(day, time, zone), zone)


@given(st.floats(0, 4e9))
def test_always_is_always(timestamp: float) -> None:
    """No moment is left out."""
    assert Schedule.parse(" Always ").active(timestamp, BERLIN)


def test_a_window_holds_its_start_and_not_its_end() -> None:
    """Windows that follow each other neither overlap nor leave a gap."""
    text = "mon 08:00-18:00"
    assert not active(text, "mon", "07:59:59")
    assert active(text, "mon", "08:00")
    assert active(text, "mon", "17:59:59")
    assert not active(text, "mon", "18:00")
    assert not active(text, "tue", "12:00")


@pytest.mark.parametrize("day", DAYS)
def test_a_range_of_days_holds_both_ends(day: str) -> None:
    """mon-fri is Monday to Friday."""
    assert active("mon-fri 08:00-18:00", day, "12:00") == (day not in {"sat", "sun"})


@pytest.mark.parametrize("day", DAYS)
def test_a_range_may_run_over_the_weekend(day: str) -> None:
    """fri-mon is Friday to Monday, not nothing and not the days between."""
    assert active("fri-mon 08:00-18:00", day, "12:00") == (day in {"fri", "sat", "sun", "mon"})


@pytest.mark.parametrize(
    ("day", "time", "watched"),
    [
        ("sat", "19:59", False),
        ("sat", "20:00", True),
        ("sat", "23:59:59", True),
        ("sun", "00:00", True),
        ("sun", "05:59:59", True),
        ("sun", "06:00", False),
        ("sun", "21:00", False),
        ("sat", "03:00", False),
    ],
)
def test_a_night_shift_belongs_to_the_day_it_begins(day: str, time: str, watched: bool) -> None:
    """A window past midnight ends on the next morning, and only after the days it names."""
    assert active("sat 20:00-06:00", day, time) is watched


def test_a_night_shift_runs_from_sunday_into_monday() -> None:
    """The week is a circle."""
    assert active("sun 22:00-06:00", "mon", "05:00") is True
    assert active("sun 22:00-06:00", "sun", "05:00") is False


def test_a_day_ends_at_24_00() -> None:
    """00:00-24:00 is the whole day and nothing of the next."""
    text = "wed 00:00-24:00"
    assert active(text, "wed", "00:00")
    assert active(text, "wed", "23:59:59")
    assert not active(text, "thu", "00:00")
    assert not active(text, "tue", "23:59:59")


def test_any_of_several_windows_is_enough() -> None:
    """Windows are joined by 'or'."""
    text = "mon-fri 08:00-18:00; sat 20:00-06:00"
    assert active(text, "wed", "09:00")
    assert active(text, "sun", "02:00")
    assert not active(text, "sat", "09:00")


def test_the_hours_are_those_of_the_site() -> None:
    """The same moment is inside for one time zone and outside for another."""
    schedule = Schedule.parse("mon 08:00-09:00")
    moment = at("mon", "08:30", SHANGHAI)
    assert schedule.active(moment, SHANGHAI)
    assert not schedule.active(moment, BERLIN)


@pytest.mark.parametrize("month", [1, 7])
def test_hours_follow_day_light_saving(month: int) -> None:
    """08:00 on the wall clock is 08:00, in winter and in summer."""
    schedule = Schedule.parse("mon-sun 08:00-09:00")
    utc_hour = 7 if month == 1 else 6
    inside = datetime(2026, month, 15, utc_hour, 30, tzinfo=UTC).timestamp()
    assert schedule.active(inside, BERLIN)
    assert not schedule.active(inside - 3600, BERLIN)
    assert not schedule.active(inside + 3600, BERLIN)


@pytest.mark.parametrize(("date", "hours"), [((2026, 3, 28), 7), ((2026, 10, 24), 9)])
def test_a_night_shift_is_watched_through_the_change_of_clocks(
    date: tuple[int, int, int], hours: int
) -> None:
    """From 22:00 to 06:00 there is no gap, though the night has 7 or 9 hours."""
    schedule = Schedule.parse("sat 22:00-06:00")
    start = datetime(*date, 22, tzinfo=BERLIN).timestamp()
    minutes = [schedule.active(start + 60 * m, BERLIN) for m in range(hours * 60)]
    assert all(minutes)
    assert not schedule.active(start - 1, BERLIN)
    assert not schedule.active(start + hours * 3600, BERLIN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "weekdays",
        "mon",
        "08:00-18:00",
        "mon 8:00-18:00",
        "mon 08:00",
        "mon 08:00 - 18:00",
        "mon-fri-sun 08:00-18:00",
        "mon,tue 08:00-18:00",
        "mon 08:00-18:00;",
        "mon 08:00-18:00 tue 08:00-18:00",
        "always; mon 08:00-18:00",
        "mon 08:00-08:00",
        "mit 08:00-18:00",
        "mon-fre 08:00-18:00",
    ],
)
def test_what_cannot_be_read_is_answered_with_an_example(text: str) -> None:
    """The message shows a schedule that works, and that one does."""
    with pytest.raises(ZoneError) as caught:
        Schedule.parse(text)
    example = "mon-fri 08:00-18:00; sat 20:00-06:00"
    assert example in caught.value.message
    assert len(Schedule.parse(example).weekly) == 2


@pytest.mark.parametrize("time", ["24:01", "25:00", "12:60", "99:99"])
def test_a_time_that_no_clock_shows_is_named(time: str) -> None:
    """The message names the time and the range."""
    with pytest.raises(ZoneError, match=f"'{time}' is not a time of day: use 00:00 to 24:00"):
        Schedule.parse(f"mon 08:00-{time}")


days = st.sampled_from(DAYS)
times = st.integers(0, 1439).map(lambda m: f"{m // 60:02}:{m % 60:02}")
windows = st.tuples(days, days, times, times).filter(lambda w: w[2] != w[3])


@given(st.lists(windows, min_size=1, max_size=4))
def test_its_own_text_reads_the_same(parts: list[tuple[str, str, str, str]]) -> None:
    """What is stored as text, with any case and spaces, comes back as the same windows."""
    text = " ;  ".join(f"{a.upper()}-{b}   {start}-{end}" for a, b, start, end in parts)
    schedule = Schedule.parse(text)
    assert Schedule.parse(schedule.text) == schedule


@given(windows, st.integers(0, 7 * 1440 - 1))
def test_a_window_covers_what_its_minutes_say(
    window: tuple[str, str, str, str], minute: int
) -> None:
    """Every minute of a week, counted out from the days and hours of the text."""
    first, last, start, end = window
    a, b = (int(t[:2]) * 60 + int(t[3:]) for t in (start, end))
    day, begins = DAYS.index(first), set()
    while True:
        begins.add(day)
        if day == DAYS.index(last):
            break
        day = (day + 1) % 7
    length = (b - a) % 1440
    expected = any((minute - d * 1440 - a) % (7 * 1440) < length for d in begins)
    moment = MONDAY.replace(tzinfo=SHANGHAI).timestamp() + 60 * minute
    text = f"{first}-{last} {start}-{end}"
    assert Schedule.parse(text).active(moment, SHANGHAI) == expected


def on(text: str, day: str, time: str) -> bool:
    """Whether a schedule is on at a local time in Shanghai of a date."""
    moment = datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=SHANGHAI)
    return Schedule.parse(text).active(moment.timestamp(), SHANGHAI)


def test_holidays_are_left_out() -> None:
    """A week of October is not watched, whichever shifts it has; the days around it are."""
    text = "mon-sun 06:00-14:00; mon-sun 22:00-06:00; not 2026-10-01..2026-10-07"
    assert on(text, "2026-09-30", "23:00")
    assert not on(text, "2026-10-01", "00:00")
    assert not on(text, "2026-10-04", "08:00")
    assert not on(text, "2026-10-07", "23:59")
    assert on(text, "2026-10-08", "00:00")
    assert not on("always; not 2026-10-01", "2026-10-01", "12:00")
    assert on("not 2026-10-01", "2026-10-02", "12:00")


def test_a_working_saturday_is_added() -> None:
    """A day that is worked in exchange for a holiday has hours of its own."""
    text = "mon-fri 08:00-18:00; also 2026-10-10 08:00-12:00"
    assert on(text, "2026-10-10", "09:00")
    assert not on(text, "2026-10-10", "13:00")
    assert not on(text, "2026-10-17", "09:00")
    assert on("also 2026-10-01..2026-10-07", "2026-10-03", "03:00")
    assert not on("also 2026-10-01..2026-10-07", "2026-10-08", "03:00")


def test_a_permit_opens_the_zone_for_its_hours() -> None:
    """Whoever may be there from ten at night to two raises no alarm, and nobody else later."""
    text = "always; not 2026-11-03 22:00-02:00"
    assert on(text, "2026-11-03", "21:59")
    assert not on(text, "2026-11-03", "22:00")
    assert not on(text, "2026-11-04", "01:59")
    assert on(text, "2026-11-04", "02:00")
    assert on(text, "2026-11-04", "22:30")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("not 2026-10-07..2026-10-01", "ends before it begins"),
        ("not 2026-02-30", "date that does not exist"),
        ("also 2026-10-10 08:00-08:00", "ends when it begins"),
        ("also 2026-10-10 8-12", "cannot be read"),
        ("never 2026-10-10", "cannot be read"),
        ("always; mon 08:00-12:00", "says 'always' and more"),
        ("not 2026-10-10 25:00-26:00", "not a time of day"),
        ("mon-fri 08:00-18:00;", "cannot be read"),
    ],
)
def test_dates_that_cannot_be_are_refused(text: str, says: str) -> None:
    """Each with what is wrong."""
    with pytest.raises(ZoneError, match=says):
        Schedule.parse(text)


@given(st.dates(), st.dates(), st.integers(0, 1439))
def test_an_exception_wins_over_everything(first: date, last: date, minute: int) -> None:
    """On a day of an exception nothing is watched, on no other day less than without it."""
    low, high = sorted((first, last))
    time = f"{minute // 60:02}:{minute % 60:02}"
    if not 1971 <= low.year <= 2100:
        return
    text = f"also {low}..{low}; mon-sun 00:00-24:00"
    assert on(text, str(low), time)
    assert not on(f"{text}; not {low}..{max(low, high)}", str(low), time)
