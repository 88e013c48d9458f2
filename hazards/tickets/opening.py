"""Tickets that open by themselves: rules, merging, recurrence, and what the camera sees.

Everything takes many hazards at once, in a number of statements that does not grow with them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from core.violation import ViolationKind
from hazards.audit.trail import add_new, changed_by, store
from hazards.cases.kinds import Source
from hazards.cases.tables import HazardRow
from hazards.ids import derived_id
from hazards.tables import Table
from hazards.tickets.actions import locked, move
from hazards.tickets.by_rule import assign_by_rule, rules_for
from hazards.tickets.calendar import WorkCalendar
from hazards.tickets.escalation import climb
from hazards.tickets.history import write_down
from hazards.tickets.queries import ladder
from hazards.tickets.tables import TicketRow, TicketRuleRow
from hazards.tickets.transitions import OPEN_STATES, State, Step, Tier

DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class Opening:
    """A locked hazard without a ticket that gets one. rule: None where a person opens it.

    actor: who does, for the history. seen_by: who acts in the audit trail, None for the one who
    acts in the session.
    """

    hazard: HazardRow
    tier: Tier
    actor: str
    rule: TicketRuleRow | None = None
    seen_by: str | None = None


def open_by_rule(
    session: Session, hazards: Sequence[HazardRow], *, now: float, calendar: WorkCalendar
) -> None:
    """Opens or joins the tickets of locked hazards where a rule wants one.

    A hazard of a place that has an open ticket of its kind joins it; soon after it was closed, the
    ticket is reopened one rung higher. Calling it again for the same hazard changes nothing.
    """
    waiting = [hazard for hazard in hazards if hazard.ticket_id is None]
    openings = [
        Opening(hazard, Tier(rule.tier), f"rule:{rule.id}", rule, hazard.seen_by)
        for hazard, rule in rules_for(session, waiting, calendar.zone)
    ]
    if not openings:
        return
    with session.no_autoflush:
        rows = _open_all(session, openings, now=now, calendar=calendar)
        at_once = []
        for opening in openings:
            row = rows[opening.hazard.id]
            if opening.rule and opening.rule.at_once and row.state == State.DETECTED:
                move(session, row, Step.CONFIRM, actor=opening.actor, now=now)
                at_once.append(row)
        assign_by_rule(session, at_once, now=now, calendar=calendar)
        store(session, {row.id: row for row in rows.values()}.values())
        store(session, [opening.hazard for opening in openings])
    session.flush()


def open_ticket(
    session: Session,
    hazard: HazardRow,
    *,
    tier: Tier,
    actor: str,
    now: float,
    calendar: WorkCalendar,
) -> TicketRow:
    """A person opens the ticket of a locked hazard: its own, that of its place, or a new one."""
    if hazard.ticket_id is not None:
        return locked(session, hazard.ticket_id)
    opening = Opening(hazard, tier, actor)
    row = _open_all(session, [opening], now=now, calendar=calendar)[hazard.id]
    session.flush()
    return row


def note_clear(session: Session, hazard: HazardRow, *, at: float, now: float) -> TicketRow | None:
    """The camera has seen at this moment that a blocked exit is clear: its ticket closes by itself.

    Only where it was confirmed, is not major or supervised, and none of its hazards goes on.
    Returns the ticket where it was closed.
    """
    if hazard.kind != ViolationKind.BLOCKED_EXIT or hazard.ticket_id is None or not hazard.ended:
        return None
    row = locked(session, hazard.ticket_id)
    going_on = select(HazardRow.id).where(HazardRow.ticket_id == row.id, ~HazardRow.ended)
    if row.state not in OPEN_STATES or session.scalar(going_on.limit(1)) is not None:
        return None
    row.clear_at = at
    if row.state == State.DETECTED or row.tier == Tier.MAJOR or row.supervised:
        return None
    actor, reason = f"camera:{hazard.camera_id}", "the camera sees the exit clear"
    steps = {
        State.CONFIRMED: (Step.RECTIFY, Step.VERIFY, Step.CLOSE),
        State.ASSIGNED: (Step.RECTIFY, Step.VERIFY, Step.CLOSE),
        State.RECTIFIED: (Step.VERIFY, Step.CLOSE),
        State.VERIFIED: (Step.CLOSE,),
    }
    for step in steps[State(row.state)]:
        move(session, row, step, actor=actor, now=now, reason=reason, by_camera=True)
    session.flush()
    return row


def place_key(hazard: HazardRow) -> str:
    """What merges: the same kind in the same zone of a camera, or of the same sensor; a report
    merges with nothing."""
    if hazard.source == Source.SENSOR:
        return f"{hazard.kind}:sensor:{hazard.reported_by}"
    if not hazard.camera_id:
        return f"hazard:{hazard.id}"
    return f"{hazard.kind}:{hazard.camera_id}:{hazard.zone_id}"


def _open_all(
    session: Session, openings: Sequence[Opening], *, now: float, calendar: WorkCalendar
) -> dict[str, TicketRow]:
    """The tickets by hazard id: those of their places, the reopened ones, or new ones."""
    places: dict[str, list[Opening]] = {}
    for opening in openings:
        places.setdefault(place_key(opening.hazard), []).append(opening)
    rows = _open_at(session, places)
    first = [group[0] for key, group in places.items() if key not in rows]
    back = _recently_closed(session, first, now)
    _come_back(session, back, now=now, calendar=calendar)
    rows |= {place_key(opening.hazard): row for opening, row in back}
    new = [opening for opening in first if place_key(opening.hazard) not in rows]
    made = _insert(session, new, now)
    rows |= made
    if len(made) < len(new):  # Somebody else was faster at the same place.
        rows |= _open_at(session, [key for key in places if key not in rows])
        for key in [key for key in places if key not in rows]:
            rows[key] = locked(session, derived_id("ticket", places[key][0].hazard.id))
    opened = {id(opening) for opening, _ in back} | {id(places[key][0]) for key in made}
    for key, group in places.items():
        for opening in group:
            if id(opening) not in opened:
                _merge(session, rows[key], opening, now)
    found = {opening.hazard.id: rows[key] for key, group in places.items() for opening in group}
    _join(session, openings, found)
    return found


def _open_at(session: Session, keys: Collection[str]) -> dict[str, TicketRow]:
    """The open tickets of some places, locked."""
    statement = select(TicketRow).where(TicketRow.place_key.in_(keys)).order_by(TicketRow.id)
    locked_rows = statement.with_for_update().execution_options(populate_existing=True)
    return {str(row.place_key): row for row in session.scalars(locked_rows)}


def _recently_closed(
    session: Session, openings: Sequence[Opening], now: float
) -> list[tuple[Opening, TicketRow]]:
    """The last closed ticket of each place, locked, where a rule says that it comes back."""
    wanted = {
        (opening.hazard.kind, opening.hazard.camera_id, opening.hazard.zone_id): opening
        for opening in openings
        if opening.rule and opening.hazard.camera_id
    }
    if not wanted:
        return []
    longest = max(opening.rule.recurrence_days for opening in wanted.values() if opening.rule)
    statement = (
        select(TicketRow)
        .where(
            tuple_(TicketRow.kind, TicketRow.camera_id, TicketRow.zone_id).in_(list(wanted)),
            TicketRow.closed_at > now - longest * DAY_S,
            TicketRow.state == State.CLOSED,
        )
        .order_by(TicketRow.id)
        .with_for_update()
    )
    last: dict[tuple[str, str, str], TicketRow] = {}
    for row in session.scalars(statement.execution_options(populate_existing=True)):
        place = (row.kind, row.camera_id, row.zone_id)
        known = last.get(place)
        if known is None or (row.closed_at or 0.0) > (known.closed_at or 0.0):
            last[place] = row
    return [
        (opening, row)
        for place, row in last.items()
        if (opening := wanted[place]).rule
        and (row.closed_at or 0.0) > now - opening.rule.recurrence_days * DAY_S
    ]


def _insert(session: Session, openings: Sequence[Opening], now: float) -> dict[str, TicketRow]:
    """New tickets by place; a place where somebody else was faster is left out."""
    if not openings:
        return {}
    by_id = {derived_id("ticket", opening.hazard.id): opening for opening in openings}
    rows = [
        {
            "id": ticket_id,
            "hazard_id": opening.hazard.id,
            "kind": opening.hazard.kind,
            "title": opening.hazard.description[:200]
            or opening.hazard.zone_name
            or opening.hazard.kind,
            "camera_id": opening.hazard.camera_id,
            "zone_id": opening.hazard.zone_id,
            "risk_unit_id": opening.hazard.risk_unit_id,
            "unit_id": opening.hazard.unit_id,
            "place_key": place_key(opening.hazard),
            "rule_id": opening.rule.id if opening.rule else None,
            "state": State.DETECTED.value,
            "tier": opening.tier.value,
            "opened_at": now,
            "opened_by": opening.actor,
            "count": 1,
            "last_hazard_at": opening.hazard.started_at,
            "escalation_level": 0,
            "measures": "",
            "plan": "",
            "supervised": False,
            "version": 1,
        }
        for ticket_id, opening in sorted(by_id.items())
    ]
    made = {}
    for row in add_new(session, TicketRow, rows, actor_of=lambda row: by_id[row.id].seen_by):
        opening = by_id[row.id]
        _act(session, row, opening)
        write_down(session, row, Step.OPEN, None, actor=opening.actor, now=now)
        made[str(row.place_key)] = row
    return made


def _merge(session: Session, row: TicketRow, opening: Opening, now: float) -> None:
    _act(session, row, opening)
    row.count += 1
    row.last_hazard_at = max(row.last_hazard_at, opening.hazard.started_at)
    row.clear_at = None
    reason = opening.hazard.id
    move(session, row, Step.MERGE, actor=opening.actor, now=now, reason=reason)


def _come_back(
    session: Session,
    back: Sequence[tuple[Opening, TicketRow]],
    *,
    now: float,
    calendar: WorkCalendar,
) -> None:
    levels = [row.escalation_level for _, row in back]
    for opening, row in back:
        _act(session, row, opening)
        row.count += 1
        row.last_hazard_at = opening.hazard.started_at
        row.place_key = place_key(opening.hazard)
        reason = f"came back: {opening.hazard.id}"
        move(session, row, Step.REOPEN, actor=opening.actor, now=now, reason=reason)
    rows = [row for _, row in back]
    assign_by_rule(session, rows, now=now, calendar=calendar)
    if not rows:
        return
    rungs = ladder(session)
    climbs = []
    for row, level in zip(rows, levels, strict=True):
        above = [rung for rung in rungs if rung.level > level]
        if above:
            climbs.append((row, above[0]))
            row.next_escalation_at = (
                calendar.add(row.due_at, above[1].after_s) if above[1:] and row.due_at else None
            )
    climb(session, climbs, now=now)


def _join(session: Session, openings: Sequence[Opening], rows: Mapping[str, TicketRow]) -> None:
    for opening in openings:
        opening.hazard.ticket_id = rows[opening.hazard.id].id
        _act(session, opening.hazard, opening)


def _act(session: Session, row: Table, opening: Opening) -> None:
    if opening.seen_by is not None:
        changed_by(session, row, opening.seen_by)
