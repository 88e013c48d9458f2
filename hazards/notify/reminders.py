"""Messages that nobody's action causes: checks and reviews that are due, patterns.

All may be called as often as wanted: a message is made once per person, thing and period.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from hazards.access.queries import users_with
from hazards.access.roles import Role
from hazards.notify.actions import Notice, enqueue
from hazards.periods import day_of, quarter_end, quarter_of, week_of
from hazards.points.alerts import days_running, sudden_rises
from hazards.risk.duties import due_checks, due_reviews
from hazards.risk.tables import RiskUnitRow
from hazards.site.people_tables import ROOT, PersonRow, UnitRow

DAY_S = 86400.0
FROM_HOUR = 8
"""Nobody is reminded of checks in the night."""
REVIEW_DAYS = 14
"""So long before the end of the quarter, people are told which risks nobody has looked back at."""
ALL = (f"/{ROOT}/",)


def remind_of_checks(session: Session, *, now: float, zone: ZoneInfo) -> int:
    """Once a day, from the morning on, each owner with lines that are due. Returns the messages."""
    if datetime.fromtimestamp(now, zone).hour < FROM_HOUR:
        return 0
    day = day_of(now, zone)
    due = due_checks(session, ALL, now=now, zone=zone)
    return _tell_owners(
        session, "checks_due", day, (check.risk_unit for check in due), {"day": day}, now=now
    )


def remind_of_reviews(session: Session, *, now: float, zone: ZoneInfo) -> int:
    """Once a quarter, each owner of risks that nobody has looked back at. Returns the messages."""
    quarter = quarter_of(now, zone)
    if now < quarter_end(quarter, zone) - REVIEW_DAYS * DAY_S:
        return 0
    due = due_reviews(session, ALL, now=now, zone=zone)
    units = (review.risk_unit for review in due)
    return _tell_owners(session, "reviews_due", quarter, units, {"quarter": quarter}, now=now)


def tell_patterns(session: Session, *, now: float, zone: ZoneInfo) -> int:
    """The same person on days running, a unit's sudden rise; returns the messages."""
    notices = []
    for alert in days_running(session, now=now, zone=zone):
        person = session.get(PersonRow, alert.person_id)
        if person is None:
            continue
        notices.append(
            Notice(
                key=f"days_running:{alert.person_id}:{alert.hazard_ids[0]}",
                code="days_running",
                details={
                    "person_id": person.id,
                    "name": person.name,
                    "kind": alert.kind,
                    "hazard_ids": alert.hazard_ids,
                },
                person_ids=_people(session, person.unit_id, Role.SAFETY_STAFF, Role.TEAM_LEADER),
                unit_id=person.unit_id,
            )
        )
    for rise in sudden_rises(session, now=now, zone=zone):
        unit = session.get(UnitRow, rise.unit_id)
        if unit is None:
            continue
        notices.append(
            Notice(
                key=f"sudden_rise:{unit.id}:{week_of(now, zone)}",
                code="sudden_rise",
                details={
                    "unit_id": unit.id,
                    "name": unit.name,
                    "recent": rise.recent,
                    "usual": round(rise.usual, 1),
                },
                person_ids=_people(session, unit.id, Role.SAFETY_STAFF, Role.MANAGER),
                unit_id=unit.id,
            )
        )
    return enqueue(session, notices, now=now)


def _tell_owners(
    session: Session,
    code: str,
    period: str,
    units: Iterable[RiskUnitRow],
    details: dict[str, object],
    *,
    now: float,
) -> int:
    """One message per owner; for risk units without one, to the safety staff."""
    lines: dict[tuple[str, ...], list[RiskUnitRow]] = defaultdict(list)
    active = set(session.scalars(select(PersonRow.id).where(PersonRow.active)))
    staff: dict[str, tuple[str, ...]] = {}
    for unit in units:
        if unit.owner_id in active and unit.owner_id is not None:
            lines[(unit.owner_id,)].append(unit)
            continue
        if unit.unit_id not in staff:
            staff[unit.unit_id] = tuple(_people(session, unit.unit_id, Role.SAFETY_STAFF))
        lines[staff[unit.unit_id]].append(unit)
    notices = []
    for people, found in sorted(lines.items()):
        if not people:
            continue
        names = list(dict.fromkeys(unit.name for unit in found))
        notices.append(
            Notice(
                key=f"{code}:{period}:{','.join(people)}",
                code=code,
                details={**details, "count": len(found), "places": names[:5]},
                person_ids=people,
                unit_id="",
            )
        )
    return enqueue(session, notices, now=now)


def _people(session: Session, unit_id: str, *roles: Role) -> list[str]:
    found = [user for role in roles for user in users_with(session, role, unit_id)]
    return list(dict.fromkeys(user.person_id for user in found if user.person_id))
