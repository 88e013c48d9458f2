"""Changes to the rules that open tickets and to the ladder that overdue ones climb."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from hazards.risk.tables import GradeRow
from hazards.site.people_tables import PersonRow
from hazards.tickets.by_rule import OWNER
from hazards.tickets.queries import ladder, ticket_rules
from hazards.tickets.tables import EscalationStepRow, TicketRuleRow


def replace_rules(session: Session, wanted: Sequence[dict[str, Any]]) -> list[TicketRuleRow]:
    """The rules from now on, in the order in which they are tried; open tickets keep theirs.

    wanted: the columns of TicketRuleRow but position. Raises Conflict (an id twice), NotFound
    (grade, person).
    """
    known = {row.id: row for row in ticket_rules(session)}
    ids = [rule["id"] for rule in wanted]
    if len(set(ids)) < len(ids):
        raise Conflict("two rules have the same id: choose another one")
    _check_references(session, wanted)
    for position, rule in enumerate(wanted):
        row = known.pop(rule["id"], None)
        if row is None:
            session.add(TicketRuleRow(**rule, position=position))
            continue
        row.position = position
        for name, value in rule.items():
            setattr(row, name, value)
    for row in known.values():
        session.delete(row)
    session.flush()
    return ticket_rules(session)


def replace_ladder(session: Session, wanted: Sequence[dict[str, Any]]) -> list[EscalationStepRow]:
    """The rungs from now on, lowest first; a ticket's next rung is looked up when it climbs.

    wanted: the columns of EscalationStepRow but level. Raises Conflict (order).
    """
    known = {row.level: row for row in ladder(session)}
    after = [rung["after_s"] for rung in wanted]
    if after != sorted(after):
        raise Conflict("each rung has to come after the one below it: put them in order")
    for level, rung in enumerate(wanted, 1):
        row = known.pop(level, None)
        if row is None:
            session.add(EscalationStepRow(level=level, **rung))
            continue
        for name, value in rung.items():
            setattr(row, name, value)
    for row in known.values():
        session.delete(row)
    session.flush()
    return ladder(session)


def _check_references(session: Session, wanted: Sequence[dict[str, Any]]) -> None:
    grades = set(session.scalars(select(GradeRow.code)))
    for rule in wanted:
        if rule["grade"] is not None and rule["grade"] not in grades:
            raise NotFound(f"there is no grade '{rule['grade']}'")
        person = rule["assignee"]
        if person != OWNER and session.get(PersonRow, person) is None:
            raise NotFound(f"there is no person '{person}': choose `{OWNER}` or somebody else")
