"""Changes to hazards. The caller's transaction commits them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.violation import Violation
from hazards.audit.trail import add_new, changed_by, store
from hazards.cases.review import locked_hazard, locked_hazards
from hazards.cases.tables import HazardRow
from hazards.risk.tables import RiskUnitRow
from hazards.site.people_tables import ROOT
from hazards.site.tables import CameraRow, ZoneRow


def record_violations(session: Session, violations: Sequence[Violation]) -> list[HazardRow]:
    """Makes or updates the hazards of violations; returns those that changed, which are locked.

    The result does not depend on how often, in which order or how many together the updates of a
    violation come: the newest last_seen_at stands with its tracks, confidence and taken width, and
    what has ended stays ended. Six statements at most, however many there are.
    """
    if not violations:
        return []
    latest: dict[str, Violation] = {}
    for violation in violations:
        known = latest.get(violation.id)
        latest[violation.id] = violation if known is None else _later(known, violation)
    places = _places(session, latest.values())
    rows = [
        {
            "id": violation.id,
            "kind": violation.kind.value,
            "rule": violation.rule,
            "camera_id": violation.camera_id,
            "zone_id": violation.zone_id,
            **places[violation.camera_id, violation.zone_id],
            "track_ids": list(violation.track_ids),
            "started_at": violation.started_at,
            "last_seen_at": violation.last_seen_at,
            "ended": violation.ended,
            "confidence": violation.confidence,
            **_width(violation),
        }
        # In one order everywhere, so that two transactions wait for each other in no circle.
        for _, violation in sorted(latest.items())
    ]
    made = add_new(session, HazardRow, rows, actor_of=attrgetter("seen_by"))
    before = locked_hazards(session, latest.keys() - {row.id for row in made})
    changed = [row for row in before if _take_over(session, row, latest[row.id])]
    store(session, changed)
    return sorted([*made, *changed], key=attrgetter("id"))


def insert_hazards(session: Session, rows: Sequence[dict[str, Any]]) -> set[str]:
    """Hazards that no camera saw; returns the ids of those that were not there yet."""
    unseen = {
        "rule": "", "camera_id": "", "camera_name": "", "zone_id": "", "zone_name": "",
        "track_ids": [], "ended": True, "confidence": 1.0,
    }  # fmt: skip
    made = add_new(
        session, HazardRow, [{**unseen, **row} for row in rows], actor_of=attrgetter("seen_by")
    )
    return {row.id for row in made}


def acknowledge(session: Session, id: str, *, by: str, now: float) -> HazardRow:
    """Somebody has taken note; the first one stays. Raises NotFound."""
    row = locked_hazard(session, id)
    if row.acknowledged_at is None:
        row.acknowledged_at, row.acknowledged_by = now, by
        session.flush()
    return row


def end_orphans(session: Session, camera_ids: Collection[str] | None, now: float) -> list[str]:
    """Ends what a worker that died has left open, at the moment when it was last seen.

    camera_ids: the worker's cameras, None for all. now: UTC seconds when the worker was found
    dead; a hazard that was seen later belongs to its successor. Returns the ids that ended.
    """
    orphans = [~HazardRow.ended, HazardRow.last_seen_at <= now]
    if camera_ids is not None:
        orphans.append(HazardRow.camera_id.in_(camera_ids))
    rows = session.scalars(select(HazardRow).where(*orphans).with_for_update()).all()
    for row in rows:
        row.ended = True
    session.flush()
    return sorted(row.id for row in rows)


def _width(violation: Violation) -> dict[str, float | None]:
    """The taken width of a blocked exit, by the columns of a hazard."""
    blocked = violation.blocked
    return {
        "blocked_share": blocked.share if blocked else None,
        "blocked_metres": blocked.metres if blocked else None,
        "passage_metres": blocked.passage_metres if blocked else None,
    }


def _take_over(session: Session, row: HazardRow, violation: Violation) -> bool:
    """Whether the violation says more than the locked row, which says it now."""
    newer = violation.last_seen_at > row.last_seen_at
    ends = violation.ended and not row.ended
    if newer or (ends and violation.last_seen_at == row.last_seen_at):
        row.last_seen_at, row.confidence = violation.last_seen_at, violation.confidence
        row.track_ids = list(violation.track_ids)
        for name, value in _width(violation).items():
            setattr(row, name, value)
    row.ended = row.ended or violation.ended
    changed_by(session, row, f"camera:{row.camera_id}")
    return newer or ends


def _later(known: Violation, new: Violation) -> Violation:
    """What two updates of one violation say together."""
    ends = new.ended and not known.ended
    last = new if (new.last_seen_at, ends) > (known.last_seen_at, False) else known
    return replace(last, started_at=known.started_at, ended=known.ended or new.ended)


def _places(
    session: Session, violations: Collection[Violation]
) -> dict[tuple[str, str], dict[str, str | None]]:
    """Names and risk unit of now, by camera and zone; the id stands for what has been deleted or
    was never drawn."""
    camera_ids = {violation.camera_id for violation in violations}
    cameras = {
        row.id: row
        for row in session.execute(
            select(CameraRow.id, CameraRow.name, CameraRow.risk_unit_id).where(
                CameraRow.id.in_(camera_ids)
            )
        )
    }
    zones = {
        (row.camera_id, row.id): row
        for row in session.execute(
            select(ZoneRow.camera_id, ZoneRow.id, ZoneRow.name, ZoneRow.risk_unit_id).where(
                ZoneRow.camera_id.in_(camera_ids)
            )
        )
    }
    risk_unit_ids = {
        row.risk_unit_id for row in (*cameras.values(), *zones.values()) if row.risk_unit_id
    }
    chosen = select(RiskUnitRow.id, RiskUnitRow.unit_id).where(RiskUnitRow.id.in_(risk_unit_ids))
    units = dict(session.execute(chosen).all())
    places: dict[tuple[str, str], dict[str, str | None]] = {}
    for place in {(violation.camera_id, violation.zone_id) for violation in violations}:
        camera, zone = cameras.get(place[0]), zones.get(place)
        risk_unit_id = (zone and zone.risk_unit_id) or (camera and camera.risk_unit_id) or None
        places[place] = {
            "camera_name": camera.name if camera else place[0],
            "zone_name": zone.name if zone else place[1],
            "risk_unit_id": risk_unit_id,
            "unit_id": units.get(risk_unit_id, ROOT) if risk_unit_id else ROOT,
        }
    return places
