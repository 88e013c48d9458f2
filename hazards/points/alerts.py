"""Patterns that somebody should look at."""

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from hazards.cases.kinds import Verdict
from hazards.cases.tables import HazardRow
from hazards.periods import day_start, midnight

DAY_S = 86400.0
RECENT_DAYS = 7
EARLIER_DAYS = 28
FEWEST = 3
CHANCE = 0.01
"""A rise counts where chance alone would bring it in fewer than one of a hundred weeks."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """A person with a confirmed violation on each of the last days. hazard_ids: newest first."""

    person_id: str
    kind: str
    hazard_ids: list[str]


@dataclass(frozen=True, slots=True)
class Rise:
    """A unit with clearly more confirmed violations in the last week. usual: a week, before."""

    unit_id: str
    recent: int
    usual: float


def days_running(
    session: Session, *, now: float, zone: ZoneInfo, kind: str = "missing_helmet", days: int = 3
) -> list[Repeated]:
    """People with the same violation on so many local days in a row, up to today or yesterday."""
    today = datetime.fromtimestamp(now, zone).date()
    since = midnight(today - timedelta(days=days), zone)
    found = session.execute(
        select(HazardRow.subject_id, HazardRow.id, HazardRow.started_at)
        .where(
            HazardRow.subject_kind == "person",
            HazardRow.kind == kind,
            HazardRow.verdict == Verdict.CONFIRMED,
            HazardRow.started_at >= since,
            HazardRow.started_at <= now,
        )
        .order_by(HazardRow.started_at.desc())
    )
    by_person: dict[str, list[tuple[str, object]]] = defaultdict(list)
    for person, hazard_id, at in found:
        by_person[str(person)].append((hazard_id, datetime.fromtimestamp(at, zone).date()))
    alerts = []
    for person, seen in sorted(by_person.items()):
        dates = {date for _, date in seen}
        for last in (today, today - timedelta(days=1)):
            if all(last - timedelta(days=back) in dates for back in range(days)):
                alerts.append(Repeated(person, kind, [hazard_id for hazard_id, _ in seen]))
                break
    return alerts


def sudden_rises(session: Session, *, now: float, zone: ZoneInfo) -> list[Rise]:
    """Units whose last week is far above the four weeks before, by a Poisson test."""
    week = day_start(now, zone) - (RECENT_DAYS - 1) * DAY_S
    since = week - EARLIER_DAYS * DAY_S
    recent = func.sum(case((HazardRow.started_at >= week, 1), else_=0))
    counts = session.execute(
        select(HazardRow.unit_id, recent, func.count())
        .where(
            HazardRow.verdict == Verdict.CONFIRMED,
            HazardRow.started_at >= since,
            HazardRow.started_at <= now,
        )
        .group_by(HazardRow.unit_id)
        .order_by(HazardRow.unit_id)
    )
    rises = []
    for unit_id, new, all_of_them in counts:
        usual = (all_of_them - new) * RECENT_DAYS / EARLIER_DAYS
        # Half a violation stands for none, so that a first case is no alert by itself.
        if new >= FEWEST and _at_least(int(new), max(usual, 0.5)) < CHANCE:
            rises.append(Rise(unit_id, int(new), usual))
    return rises


def _at_least(count: int, mean: float) -> float:
    """Probability of so many or more, Poisson."""
    log = math.log(mean)
    below = sum(math.exp(k * log - mean - math.lgamma(k + 1)) for k in range(count))
    return max(0.0, 1.0 - below)
