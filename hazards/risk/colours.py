"""The effective colour: the approved one, raised by what is open, overdue, repeated or unseen."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session, defer

from hazards.risk.grading import grades
from hazards.risk.tables import BlindCameraRow, ColourChangeRow, RiskUnitRow
from hazards.site.tables import CameraRow, ZoneRow
from hazards.site.tree import units_within
from hazards.tickets.tables import TicketRow
from hazards.tickets.transitions import UNDONE_STATES, State, Tier
from hazards.upsert import insert

BLIND_S = 1800.0
"""A camera that saw nothing for so long raises what it watches."""
REPEATED = 3
"""So many hazards in one open ticket count as repeated."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a risk unit now. blind: (camera id, camera name, blind since)."""

    open: int = 0
    major: int = 0
    overdue: int = 0
    repeated: int = 0
    blind: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Part of the sentence that explains a colour, for the pages to put into words.

    code: open_major {count}, overdue {count}, repeated {count}, blind {camera_id, camera_name,
    minutes}, or judged {grade} where a person judged the risk anew.
    """

    code: str
    values: Mapping[str, int | str]

    @property
    def kept(self) -> dict[str, object]:
        """As it is stored."""
        return {"code": self.code, "values": dict(self.values)}


@dataclass(frozen=True, slots=True)
class Colour:
    """grade: code of the effective grade. reasons: empty where it is the approved one."""

    grade: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class UnitColour:
    """A risk unit on the map. since: when it took this grade; now, where that is not noted yet."""

    unit: RiskUnitRow
    colour: Colour
    since: float
    facts: Facts = field(repr=False)


def effective(inherent: str, facts: Facts, levels: Sequence[str], *, now: float) -> Colour:
    """The colour that follows from the facts; never below the approved one.

    levels: codes of the grades, from the lowest. An open major hazard raises to the highest; what
    is overdue, repeated or unseen raises by one each.
    """
    reasons = []
    rank = levels.index(inherent)
    if facts.major:
        reasons.append(Reason("open_major", {"count": facts.major}))
        rank = len(levels) - 1
    if facts.overdue:
        reasons.append(Reason("overdue", {"count": facts.overdue}))
        rank += 1
    if facts.repeated:
        reasons.append(Reason("repeated", {"count": facts.repeated}))
        rank += 1
    blind = [camera for camera in facts.blind if now - camera[2] >= BLIND_S]
    for camera_id, name, since in blind:
        minutes = int((now - since) // 60)
        reasons.append(
            Reason("blind", {"camera_id": camera_id, "camera_name": name, "minutes": minutes})
        )
    rank += bool(blind)
    return Colour(levels[min(rank, len(levels) - 1)], tuple(reasons))


def colours(
    session: Session,
    *,
    now: float,
    plan_id: str | None = None,
    paths: Sequence[str] | None = None,
    ids: Sequence[str] | None = None,
    active: bool | None = True,
) -> list[UnitColour]:
    """All active risk units, or those of one plan, of some sub-trees, or some by id, with their
    colours. active: None for those that were taken off the map, too.

    Four statements, however many units, tickets and cameras there are.
    """
    # A map shows neither factors nor controls; whoever does reads them when it asks for them.
    later = (defer(RiskUnitRow.factors), defer(RiskUnitRow.controls))
    chosen = select(RiskUnitRow).options(*later).order_by(RiskUnitRow.id)
    if active is not None:
        chosen = chosen.where(RiskUnitRow.active.is_(active))
    if paths is not None:
        chosen = chosen.where(RiskUnitRow.unit_id.in_(units_within(paths)))
    if ids is not None:
        chosen = chosen.where(RiskUnitRow.id.in_(ids))
    if plan_id is not None:
        chosen = chosen.where(RiskUnitRow.plan_id == plan_id)
    units = list(session.scalars(chosen))
    levels = [level.code for level in grades(session)]
    facts = _facts(session, now)
    nothing = Facts()
    found = []
    for unit in units:
        known = facts.get(unit.id, nothing)
        colour = effective(unit.inherent, known, levels, now=now)
        since = unit.effective_since if colour.grade == unit.effective else now
        found.append(UnitColour(unit, colour, since, known))
    return found


def update_colours(session: Session, *, now: float) -> list[ColourChangeRow]:
    """Notes every change since the last time, with its reasons; returns the changes.

    Run it after changes and every minute, since deadlines pass by themselves.
    """
    changes = []
    for found in colours(session, now=now):
        if found.colour.grade == found.unit.effective:
            continue
        unit = session.get(RiskUnitRow, found.unit.id, with_for_update=True, populate_existing=True)
        if unit is None or unit.effective == found.colour.grade:
            continue
        unit.effective, unit.effective_since = found.colour.grade, now
        change = ColourChangeRow(
            risk_unit_id=unit.id,
            at=now,
            grade=found.colour.grade,
            reasons=[reason.kept for reason in found.colour.reasons],
        )
        session.add(change)
        changes.append(change)
    session.flush()
    return changes


def take_grade(session: Session, unit: RiskUnitRow, grade: str, *, now: float) -> None:
    """A person has judged the risk anew; what is open raises it again at the next update."""
    unit.inherent = unit.effective = grade
    unit.effective_since = now
    reason = Reason("judged", {"grade": grade})
    session.add(ColourChangeRow(risk_unit_id=unit.id, at=now, grade=grade, reasons=[reason.kept]))


def colour_history(session: Session, risk_unit_id: str, *, limit: int) -> list[ColourChangeRow]:
    """Newest first."""
    statement = select(ColourChangeRow).where(ColourChangeRow.risk_unit_id == risk_unit_id)
    return list(session.scalars(statement.order_by(ColourChangeRow.at.desc()).limit(limit)))


def note_blind(session: Session, camera_id: str, since: float | None) -> None:
    """A camera sees nothing since then, or (None) sees again. The first moment stays."""
    if since is None:
        row = session.get(BlindCameraRow, camera_id)
        if row is not None:
            session.delete(row)
        return
    made = insert(session, BlindCameraRow).values(camera_id=camera_id, since=since)
    session.execute(made.on_conflict_do_nothing())


def _facts(session: Session, now: float) -> dict[str, Facts]:
    confirmed = TicketRow.state != State.DETECTED
    undone = TicketRow.state.in_(UNDONE_STATES)
    count = [
        func.sum(case((test, 1), else_=0))
        for test in (
            confirmed,
            confirmed & (TicketRow.tier == Tier.MAJOR),
            undone & (TicketRow.due_at < now),
            confirmed & (TicketRow.count >= REPEATED),
        )
    ]
    tickets = session.execute(
        select(TicketRow.risk_unit_id, *count)
        .where(TicketRow.closed_at.is_(None), TicketRow.risk_unit_id.is_not(None))
        .group_by(TicketRow.risk_unit_id)
    )
    blind: dict[str, set[tuple[str, str, float]]] = defaultdict(set)
    for camera_id, name, since, of_camera, of_zone in session.execute(
        select(
            CameraRow.id, CameraRow.name, BlindCameraRow.since, CameraRow.risk_unit_id,
            ZoneRow.risk_unit_id,
        )
        .join(BlindCameraRow, BlindCameraRow.camera_id == CameraRow.id)
        .outerjoin(ZoneRow, ZoneRow.camera_id == CameraRow.id)
        .where(CameraRow.enabled, or_(CameraRow.risk_unit_id.is_not(None),
                                      ZoneRow.risk_unit_id.is_not(None)))
    ):  # fmt: skip
        for unit_id in (of_camera, of_zone):
            if unit_id is not None:
                blind[unit_id].add((camera_id, name, since))
    facts = {
        unit_id: Facts(int(open_), int(major), int(overdue), int(repeated))
        for unit_id, open_, major, overdue, repeated in tickets
    }
    for unit_id, cameras in blind.items():
        facts[unit_id] = replace(facts.get(unit_id, Facts()), blind=tuple(sorted(cameras)))
    return facts
