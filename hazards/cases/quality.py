"""How far the alarms can be trusted: agreement of reviewers, precision, forecast."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from core.schedule import Schedule, Window
from hazards.cases.kinds import Verdict
from hazards.cases.tables import HazardRow, SecondReviewRow
from hazards.periods import day_of
from hazards.site.people_tables import ROOT
from hazards.site.tree import units_within

WHOLE = (f"/{ROOT}/",)
Z95 = 1.959964
"""Two-sided 95 % of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """pairs: hazards with two verdicts. kappa: Cohen (1960); None where it is not defined, that is
    without pairs or where both say the same of everything."""

    pairs: int
    agreeing: int
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Precision:
    """Confirmed among the reviewed alarms of a camera and rule, with Wilson's 95 % interval."""

    camera_id: str
    kind: str
    rule: str
    confirmed: int
    reviewed: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """Alarms that a shift may expect. low, high: 90 % of such shifts, Poisson around the mean."""

    shift_id: str
    shifts_seen: int
    mean: float
    low: int
    high: int


def agreement(session: Session, *, since: float, paths: Sequence[str] = WHOLE) -> Agreement:
    """Of first and second reviewers, on hazards of some sub-trees that were drawn since then."""
    pairs = session.execute(
        select(HazardRow.verdict, SecondReviewRow.verdict, func.count())
        .join(SecondReviewRow, SecondReviewRow.hazard_id == HazardRow.id)
        .where(
            SecondReviewRow.verdict.is_not(None),
            SecondReviewRow.drawn_at >= since,
            HazardRow.unit_id.in_(units_within(paths)),
        )
        .group_by(HazardRow.verdict, SecondReviewRow.verdict)
    )
    table = {(str(first), str(second)): int(count) for first, second, count in pairs}
    return cohens_kappa(table)


def cohens_kappa(table: dict[tuple[str, str], int]) -> Agreement:
    """table: how often the first reviewer said one thing and the second another."""
    total = sum(table.values())
    agreeing = sum(count for (first, second), count in table.items() if first == second)
    if total == 0:
        return Agreement(0, 0, None)
    first_said: dict[str, int] = defaultdict(int)
    second_said: dict[str, int] = defaultdict(int)
    for (first, second), count in table.items():
        first_said[first] += count
        second_said[second] += count
    by_chance = sum(first_said[v] * second_said[v] for v in first_said) / total**2
    if by_chance == 1:
        return Agreement(total, agreeing, None)
    return Agreement(total, agreeing, (agreeing / total - by_chance) / (1 - by_chance))


def wilson(successes: int, total: int) -> tuple[float, float]:
    """Wilson's 95 % score interval (1927) of a proportion; (0, 1) without any trial."""
    if total == 0:
        return 0.0, 1.0
    share, z2 = successes / total, Z95**2
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = Z95 / (1 + z2 / total) * math.sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def precision(
    session: Session, *, since: float, until: float, paths: Sequence[str] = WHOLE
) -> list[Precision]:
    """Per camera and rule, of alarms of some sub-trees that began in the span and were reviewed."""
    confirmed = func.sum(case((HazardRow.verdict == Verdict.CONFIRMED, 1), else_=0))
    rows = session.execute(
        select(HazardRow.camera_id, HazardRow.kind, HazardRow.rule, confirmed, func.count())
        .where(
            HazardRow.verdict.is_not(None),
            HazardRow.camera_id != "",
            HazardRow.started_at >= since,
            HazardRow.started_at < until,
            HazardRow.unit_id.in_(units_within(paths)),
        )
        .group_by(HazardRow.camera_id, HazardRow.kind, HazardRow.rule)
        .order_by(HazardRow.camera_id, HazardRow.kind, HazardRow.rule)
    )
    return [
        Precision(camera, kind, rule, int(right), int(all_of_them), *wilson(right, all_of_them))
        for camera, kind, rule, right, all_of_them in rows
    ]


def forecast(
    session: Session,
    shifts: Sequence[tuple[str, str]],
    *,
    now: float,
    zone: ZoneInfo,
    days: int = 28,
    paths: Sequence[str] = WHOLE,
) -> list[Forecast]:
    """Alarms per shift in some sub-trees, from the last days.

    shifts: (id, schedule). A day counts as a shift where its schedule has a window that begins on
    that date.
    """
    since = now - days * 86400.0
    starts = session.scalars(
        select(HazardRow.started_at).where(
            HazardRow.started_at >= since,
            HazardRow.started_at < now,
            HazardRow.source == "camera",
            HazardRow.unit_id.in_(units_within(paths)),
        )
    ).all()
    result = []
    for shift_id, text in shifts:
        schedule = Schedule.parse(text)
        alarms = sum(schedule.active(at, zone) for at in starts)
        dates = {day_of(since + day * 86400.0, zone) for day in range(days)}
        windows: tuple[Window, ...] = (*schedule.weekly, *schedule.also)
        seen = sum(
            not windows or any(w.begins_on(date.fromisoformat(day)) for w in windows)
            for day in dates
        )
        mean = alarms / seen if seen else 0.0
        result.append(Forecast(shift_id, seen, mean, *_poisson_range(mean)))
    return result


def _poisson_range(mean: float) -> tuple[int, int]:
    """The 5 % and 95 % quantiles."""
    if mean == 0:
        return 0, 0
    total, k, low = 0.0, 0, -1
    while True:
        total += math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))
        if low < 0 and total >= 0.05:
            low = k
        if total >= 0.95 or k > mean + 20 * math.sqrt(mean) + 20:
            return max(low, 0), k
        k += 1
