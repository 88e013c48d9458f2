"""Months, quarters and other periods of local time, as texts that sort: `2026-11`, `2026-Q4`."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


def day_of(at: float, zone: ZoneInfo) -> str:
    """`2026-11-24`."""
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d")


def week_of(at: float, zone: ZoneInfo) -> str:
    """`2026-W48`, ISO 8601."""
    year, week, _ = datetime.fromtimestamp(at, zone).isocalendar()
    return f"{year}-W{week:02d}"


def month_of(at: float, zone: ZoneInfo) -> str:
    """`2026-11`. A month begins and ends at local midnight."""
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m")


def quarter_of(at: float, zone: ZoneInfo) -> str:
    """`2026-Q4`."""
    local = datetime.fromtimestamp(at, zone)
    return f"{local.year}-Q{(local.month + 2) // 3}"


def months_of(quarter: str) -> tuple[str, str, str]:
    """The months of a quarter. Raises ValueError for what is no quarter."""
    year, _, number = quarter.partition("-Q")
    if len(year) != 4 or number not in {"1", "2", "3", "4"}:
        raise ValueError(f"'{quarter}' is not a quarter such as 2026-Q4")
    first = 3 * int(number) - 2
    return f"{year}-{first:02d}", f"{year}-{first + 1:02d}", f"{year}-{first + 2:02d}"


def month_start(month: str, zone: ZoneInfo) -> float:
    """UTC seconds of local midnight. Raises ValueError for what is no month."""
    return datetime.strptime(month, "%Y-%m").replace(tzinfo=zone).timestamp()


def month_end(month: str, zone: ZoneInfo) -> float:
    """UTC seconds of the local midnight that ends it."""
    first = datetime.strptime(month, "%Y-%m")
    return (first + timedelta(days=32)).replace(day=1, tzinfo=zone).timestamp()


def quarter_end(quarter: str, zone: ZoneInfo) -> float:
    """UTC seconds of the local midnight that ends it."""
    return month_end(months_of(quarter)[2], zone)


def day_start(at: float, zone: ZoneInfo) -> float:
    """UTC seconds of the local midnight before or at a moment."""
    return midnight(datetime.fromtimestamp(at, zone).date(), zone)


def midnight(day: date, zone: ZoneInfo) -> float:
    """UTC seconds at which a local day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
