"""Changes to the rules that open tickets, to the ladder, and to the working time of deadlines."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.schedule import Schedule
from hazards.risk.tables import GradeRow
from hazards.site.people_tables import PersonRow
from hazards.tables import Table
from hazards.tickets.by_rule import OWNER
from hazards.tickets.queries import holidays, ladder, shifts, ticket_rules
from hazards.tickets.tables import EscalationStepRow, HolidayRow, ShiftRow, TicketRuleRow


def replace_rules(session: Session, wanted: Sequence[dict[str, Any]]) -> list[TicketRuleRow]:
    """The rules from now on, in the order in which they are tried; open tickets keep theirs.

    wanted: the columns of TicketRuleRow but position. Raises Conflict (an id twice), NotFound
    (grade, person).
    """
    if len({rule["id"] for rule in wanted}) < len(wanted):
        raise Conflict("two rules have the same id: choose another one")
    _check_references(session, wanted)
    known = {row.id: row for row in ticket_rules(session)}
    _replace(session, TicketRuleRow, known, "id", _in_order(wanted))
    return ticket_rules(session)


def replace_ladder(session: Session, wanted: Sequence[dict[str, Any]]) -> list[EscalationStepRow]:
    """The rungs from now on, lowest first; a ticket's next rung is looked up when it climbs.

    wanted: the columns of EscalationStepRow but level. Raises Conflict (order).
    """
    after = [rung["after_s"] for rung in wanted]
    if after != sorted(after):
        raise Conflict("each rung has to come after the one below it: put them in order")
    known = {row.level: row for row in ladder(session)}
    rungs = [{"level": level, **rung} for level, rung in enumerate(wanted, 1)]
    _replace(session, EscalationStepRow, known, "level", rungs)
    return ladder(session)


def replace_shifts(session: Session, wanted: Sequence[dict[str, Any]]) -> list[ShiftRow]:
    """The shifts from now on, in their order; deadlines that are set stay as they are.

    wanted: the columns of ShiftRow but position. Raises Conflict (an id twice, dates in a
    schedule).
    """
    if len({shift["id"] for shift in wanted}) < len(wanted):
        raise Conflict("two shifts have the same id: choose another one")
    for shift in wanted:
        schedule = Schedule.parse(shift["schedule"])
        if schedule.also or schedule.exceptions:
            raise Conflict(
                f"shift '{shift['name']}' names dates: a shift has hours of the week only, "
                "dates stand among the holidays"
            )
    known = {row.id: row for row in shifts(session)}
    _replace(session, ShiftRow, known, "id", _in_order(wanted))
    return shifts(session)


def replace_holidays(session: Session, wanted: Sequence[dict[str, Any]]) -> list[HolidayRow]:
    """The days that differ from their weekday, from now on. Raises Conflict (a day twice).

    wanted: the columns of HolidayRow.
    """
    days = Counter(holiday["day"] for holiday in wanted)
    for day, times in days.items():
        if times > 1:
            raise Conflict(f"{day} stands in the list {times} times: keep one")
    known = {row.day: row for row in holidays(session)}
    _replace(session, HolidayRow, known, "day", wanted)
    return holidays(session)


def _in_order(wanted: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "position": position} for position, one in enumerate(wanted)]


def _replace(
    session: Session, table: type[Table], known: dict[Any, Any], key: str,
    wanted: Sequence[dict[str, Any]],
) -> None:  # fmt: skip
    """What is wanted stays or comes, the rest of what is known goes. key: name of the column."""
    for columns in wanted:
        row = known.pop(columns[key], None)
        if row is None:
            session.add(table(**columns))
            continue
        for name, value in columns.items():
            setattr(row, name, value)
    for row in known.values():
        session.delete(row)
    session.flush()


def _check_references(session: Session, wanted: Sequence[dict[str, Any]]) -> None:
    grades = set(session.scalars(select(GradeRow.code)))
    for rule in wanted:
        if rule["grade"] is not None and rule["grade"] not in grades:
            raise NotFound(f"there is no grade '{rule['grade']}'")
        person = rule["assignee"]
        if person != OWNER and session.get(PersonRow, person) is None:
            raise NotFound(f"there is no person '{person}': choose `{OWNER}` or somebody else")
