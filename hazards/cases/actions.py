"""Changes to hazards. The caller's transaction commits them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.violation import Violation
from hazards.audit.trail import add_once
from hazards.cases.review import locked_hazard
from hazards.cases.tables import HazardRow
from hazards.kept import kept
from hazards.risk.tables import RiskUnitRow
from hazards.site.people_tables import ROOT
from hazards.site.tables import CameraRow, ZoneRow


def record_violation(session: Session, violation: Violation) -> bool:
    """Makes or updates the violation's hazard; returns whether the records changed.

    The result does not depend on how often or in which order the updates of a violation come:
    the newest last_seen_at stands with its tracks and confidence, and what has ended stays ended.
    """
    measured: dict[str, Any] = {
        "last_seen_at": violation.last_seen_at,
        "confidence": violation.confidence,
        "track_ids": list(violation.track_ids),
    }
    made = add_once(
        session,
        HazardRow,
        id=violation.id,
        kind=violation.kind.value,
        rule=violation.rule,
        camera_id=violation.camera_id,
        zone_id=violation.zone_id,
        **kept(
            session,
            ("place", violation.camera_id, violation.zone_id),
            lambda: _place(session, violation),
        ),
        started_at=violation.started_at,
        ended=violation.ended,
        **measured,
    )
    if made is not None:
        return True
    row = locked_hazard(session, violation.id)
    newer = violation.last_seen_at > row.last_seen_at
    ends = violation.ended and not row.ended
    if newer or (ends and violation.last_seen_at == row.last_seen_at):
        for column, value in measured.items():
            setattr(row, column, value)
    row.ended = row.ended or violation.ended
    session.flush()
    return newer or ends


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


def _place(session: Session, violation: Violation) -> dict[str, str | None]:
    """Names and risk unit of now; the id stands for what has been deleted or was never drawn."""
    camera = session.execute(
        select(CameraRow.name, CameraRow.risk_unit_id).where(CameraRow.id == violation.camera_id)
    ).one_or_none()
    zone = session.execute(
        select(ZoneRow.name, ZoneRow.risk_unit_id).where(
            ZoneRow.camera_id == violation.camera_id, ZoneRow.id == violation.zone_id
        )
    ).one_or_none()
    risk_unit_id = (zone and zone.risk_unit_id) or (camera and camera.risk_unit_id) or None
    unit = select(RiskUnitRow.unit_id).where(RiskUnitRow.id == risk_unit_id)
    return {
        "camera_name": camera.name if camera else violation.camera_id,
        "zone_name": zone.name if zone else violation.zone_id,
        "risk_unit_id": risk_unit_id,
        "unit_id": (risk_unit_id and session.scalar(unit)) or ROOT,
    }
