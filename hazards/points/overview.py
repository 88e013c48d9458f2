"""What stands at the head of a statement: this month, this year, what can be redeemed."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from hazards.periods import month_of, months_of, quarter_end, quarter_of
from hazards.points.policy import policy_at
from hazards.points.rewards import WINDOW_S
from hazards.points.statements import Year, redeemable, scores, year


@dataclass(frozen=True, slots=True)
class Redeemable:
    """until: UTC seconds until which it can be redeemed."""

    quarter: str
    points: int
    until: float


@dataclass(frozen=True, slots=True)
class Overview:
    """month: score of the current one. number: of the year. year, redeemable: a person's only."""

    month: int
    number: int
    award_average: int
    year: Year | None
    redeemable: list[Redeemable]


def overview(session: Session, account_id: str, *, now: float, zone: ZoneInfo) -> Overview:
    """A fixed number of statements."""
    month = month_of(now, zone)
    number = datetime.fromtimestamp(now, zone).year
    policy = policy_at(session, now)
    kind, _, person = account_id.partition(":")
    if kind != "person":
        score = scores(session, account_id, [month]).get(month, 0)
        return Overview(score, number, policy.award_average, None, [])
    found = year(session, person, number, policy)
    last = quarter_of(_before(quarter_of(now, zone), zone), zone)
    points = redeemable(session, person, last)
    can_redeem = [Redeemable(last, points, quarter_end(last, zone) + WINDOW_S)] if points else []
    return Overview(found.scores.get(month, 0), number, policy.award_average, found, can_redeem)


def _before(quarter: str, zone: ZoneInfo) -> float:
    """A moment of the quarter before: the window of one ends with the next one."""
    year_number, month = map(int, months_of(quarter)[0].split("-"))
    return datetime(year_number, month, 1, tzinfo=zone).timestamp() - 1.0
