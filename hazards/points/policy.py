"""Rules of the points as data: every change is a new version, entries name theirs."""

from bisect import bisect_right
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any, Self

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, Incomplete
from hazards.points.tables import PolicyRow


@dataclass(frozen=True, slots=True)
class Policy:
    """Points of every kind.

    month_begins_with: of every person. violations: kind of hazard -> points lost at the first,
    second, … time within repeat_days; the last number stands for all further times. reports: tier
    of the reported hazard -> points earned. earned_…, lost_…: caps per account. award_average:
    below it in a year's monthly scores, nobody is eligible for awards. appeal_days: how long an
    entry may be appealed.
    """

    version: int
    month_begins_with: int
    violations: dict[str, list[int]]
    reports: dict[str, int]
    repeat_days: int
    earned_per_day: int
    earned_per_month: int
    lost_per_day: int
    lost_per_month: int
    award_average: int
    appeal_days: int

    @classmethod
    def parse(cls, version: int, body: dict[str, Any]) -> Self:
        """Checks a policy. Raises Incomplete that names what is missing or wrong."""
        names = [name for name in cls.__slots__ if name != "version"]
        if set(body) != set(names):
            raise Incomplete(f"a policy has exactly: {', '.join(names)}")
        scales = body["violations"], body["reports"]
        if not all(isinstance(scale, dict) for scale in scales):
            raise Incomplete("violations and reports need their points by kind and tier")
        numbers = [value for name, value in body.items() if name not in {"violations", "reports"}]
        numbers += body["reports"].values()
        for scale in body["violations"].values():
            if not isinstance(scale, list) or not scale:
                raise Incomplete("every kind of violation needs at least one number of points")
            numbers += scale
        if not all(type(number) is int and number > 0 for number in numbers):
            raise Incomplete("all points, days and caps of a policy are whole numbers above 0")
        return cls(version=version, **body)

    @property
    def body(self) -> dict[str, Any]:
        """What is stored."""
        return {name: value for name, value in asdict(self).items() if name != "version"}


def policy_at(session: Session, at: float) -> Policy:
    """The policy that was valid at a moment (UTC seconds)."""
    return policies_at(session, {at})[at]


def policies_at(session: Session, moments: Collection[float]) -> dict[float, Policy]:
    """The policies that were valid at some moments (UTC seconds), in one statement."""
    statement = select(PolicyRow).order_by(PolicyRow.valid_from, PolicyRow.version)
    policies = [(row.valid_from, Policy.parse(row.version, row.body)) for row in
                session.scalars(statement)]  # fmt: skip
    begins = [valid_from for valid_from, _ in policies]
    return {at: policies[bisect_right(begins, at) - 1][1] for at in moments}


def policies(session: Session) -> list[PolicyRow]:
    """All versions, newest first."""
    return list(session.scalars(select(PolicyRow).order_by(PolicyRow.version.desc())))


def add_policy(
    session: Session, body: dict[str, Any], *, valid_from: float, by: str, now: float
) -> PolicyRow:
    """A new version. Raises Incomplete, and Conflict where it would change the past."""
    if valid_from < now:
        raise Conflict("a policy begins now or later: what was booked stays as it was")
    version = (session.scalar(select(func.max(PolicyRow.version))) or 0) + 1
    Policy.parse(version, body)
    row = PolicyRow(version=version, valid_from=valid_from, made_by=by, body=body)
    session.add(row)
    session.flush()
    return row
