"""What is due: lines of check lists, and the quarterly look back (风险回头看)."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from core.errors import Incomplete, NotFound
from core.schedule import Schedule
from hazards.audit.trail import add_once
from hazards.periods import day_of, month_of, quarter_end, quarter_of, week_of
from hazards.risk.colours import take_grade
from hazards.risk.grading import grades
from hazards.risk.tables import CheckItemRow, CheckRow, RiskReviewRow, RiskUnitRow
from hazards.site.tree import units_within
from hazards.tickets.queries import shifts


@dataclass(frozen=True, slots=True)
class DueCheck:
    """A line that was not checked in its current period."""

    item: CheckItemRow
    risk_unit: RiskUnitRow
    period: str


@dataclass(frozen=True, slots=True)
class DueReview:
    """A risk unit that was not looked back at in the quarter. due_at: UTC seconds."""

    risk_unit: RiskUnitRow
    quarter: str
    due_at: float


def current_periods(session: Session, *, now: float, zone: ZoneInfo) -> dict[str, str]:
    """The period of each frequency at a moment; a shift is that day's, `2026-11-24/day`, and
    outside of all shifts the day's."""
    day = day_of(now, zone)
    running = next(
        (s.id for s in shifts(session) if Schedule.parse(s.schedule).active(now, zone)), ""
    )
    return {
        "shift": f"{day}/{running}" if running else day,
        "day": day,
        "week": week_of(now, zone),
        "month": month_of(now, zone),
        "quarter": quarter_of(now, zone),
    }


def due_checks(
    session: Session, paths: Sequence[str], *, now: float, zone: ZoneInfo
) -> list[DueCheck]:
    """In some sub-trees, by risk unit and line."""
    due = []
    for frequency, period in current_periods(session, now=now, zone=zone).items():
        done = and_(CheckRow.item_id == CheckItemRow.id, CheckRow.period == period)
        rows = session.execute(
            select(CheckItemRow, RiskUnitRow)
            .join(RiskUnitRow, RiskUnitRow.id == CheckItemRow.risk_unit_id)
            .outerjoin(CheckRow, done)
            .where(
                CheckItemRow.frequency == frequency,
                CheckRow.item_id.is_(None),
                RiskUnitRow.active,
                RiskUnitRow.unit_id.in_(units_within(paths)),
            )
        )
        due += [DueCheck(item, unit, period) for item, unit in rows]
    return sorted(due, key=lambda d: (d.risk_unit.name, d.risk_unit.id, d.item.position))


def record_check(
    session: Session,
    item_id: str,
    *,
    in_order: bool,
    note: str,
    by: str,
    now: float,
    zone: ZoneInfo,
) -> CheckRow:
    """A line was checked; the first check of a period stays.

    What is not in order becomes a hazard by hazards.cases.flow.report (source inspection). Raises
    NotFound, Incomplete (not in order, without a note).
    """
    item = session.get(CheckItemRow, item_id)
    if item is None:
        raise NotFound(f"there is no line '{item_id}' in a check list")
    if not in_order and not note.strip():
        raise Incomplete("say what is not in order")
    period = current_periods(session, now=now, zone=zone)[item.frequency]
    made = add_once(
        session, CheckRow, item_id=item_id, period=period, at=now, by=by, in_order=in_order,
        note=note.strip(),
    )  # fmt: skip
    return made or session.get_one(CheckRow, (item_id, period))


def due_reviews(
    session: Session, paths: Sequence[str], *, now: float, zone: ZoneInfo
) -> list[DueReview]:
    """Risk units of some sub-trees that nobody has looked back at in this quarter, red first."""
    quarter = quarter_of(now, zone)
    done = and_(RiskReviewRow.risk_unit_id == RiskUnitRow.id, RiskReviewRow.quarter == quarter)
    rows = session.scalars(
        select(RiskUnitRow)
        .outerjoin(RiskReviewRow, done)
        .where(
            RiskUnitRow.active,
            RiskReviewRow.quarter.is_(None),
            RiskUnitRow.unit_id.in_(units_within(paths)),
        )
    ).all()
    rank = {level.code: level.rank for level in grades(session)}
    end = quarter_end(quarter, zone)
    found = [DueReview(row, quarter, end) for row in rows]
    return sorted(found, key=lambda due: (-rank[due.risk_unit.inherent], due.risk_unit.name))


def record_review(
    session: Session,
    risk_unit_id: str,
    *,
    grade: str,
    note: str,
    by: str,
    now: float,
    zone: ZoneInfo,
) -> RiskReviewRow:
    """The grade still holds, or becomes another one, which is approved with this.

    Again in the same quarter it replaces what was said before. Raises NotFound, Incomplete (no
    such grade, a change without a note).
    """
    unit = session.get(RiskUnitRow, risk_unit_id, with_for_update=True, populate_existing=True)
    if unit is None:
        raise NotFound(f"there is no risk unit '{risk_unit_id}'")
    known = [level.code for level in grades(session)]
    if grade not in known:
        raise Incomplete(f"there is no grade '{grade}': use {', '.join(known)}")
    if grade != unit.inherent and not note.strip():
        raise Incomplete("say why the grade changes")
    quarter = quarter_of(now, zone)
    row = session.get(RiskReviewRow, (risk_unit_id, quarter)) or RiskReviewRow(
        risk_unit_id=risk_unit_id, quarter=quarter, before=unit.inherent
    )
    row.at, row.by, row.after, row.note = now, by, grade, note.strip()
    session.add(row)
    if grade != unit.inherent:
        take_grade(session, unit, grade, now=now)
    unit.approved_by, unit.approved_at = by, now
    session.flush()
    return row
