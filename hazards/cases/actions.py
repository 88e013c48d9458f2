"""Changes to hazards. The caller's transaction commits them."""

from collections.abc import Collection

from sqlalchemy import and_, case, or_, select, update
from sqlalchemy.orm import Session

from core.violation import Violation
from hazards.cases.queries import hazard
from hazards.cases.tables import HazardRow
from hazards.risk.tables import RiskUnitRow
from hazards.site.people_tables import ROOT
from hazards.site.tables import CameraRow, ZoneRow
from hazards.upsert import insert


def record_violation(session: Session, violation: Violation) -> bool:
    """Makes or updates the violation's hazard; returns whether the records changed.

    The result does not depend on how often or in which order the updates of a violation come:
    the newest last_seen_at stands with its tracks and confidence, and what has ended stays ended.
    """
    statement = insert(session, HazardRow).values(
        id=violation.id,
        kind=violation.kind.value,
        rule=violation.rule,
        camera_id=violation.camera_id,
        zone_id=violation.zone_id,
        **_place(session, violation),
        track_ids=list(violation.track_ids),
        started_at=violation.started_at,
        last_seen_at=violation.last_seen_at,
        ended=violation.ended,
        confidence=violation.confidence,
    )
    new = statement.excluded
    newer = new.last_seen_at > HazardRow.last_seen_at
    ends = and_(new.ended, ~HazardRow.ended)
    last_word = or_(newer, and_(ends, new.last_seen_at == HazardRow.last_seen_at))
    changes = {
        column: case((last_word, new[column]), else_=getattr(HazardRow, column))
        for column in ("last_seen_at", "confidence", "track_ids")
    }
    merged = statement.on_conflict_do_update(
        index_elements=[HazardRow.id],
        set_={**changes, "ended": or_(HazardRow.ended, new.ended)},
        where=or_(newer, ends),
    )
    return session.scalar(merged.returning(HazardRow.id)) is not None


def acknowledge(session: Session, id: str, *, by: str, now: float) -> HazardRow:
    """Somebody has taken note; the first one stays. Raises NotFound."""
    session.execute(
        update(HazardRow)
        .where(HazardRow.id == id, HazardRow.acknowledged_at.is_(None))
        .values(acknowledged_at=now, acknowledged_by=by)
        .execution_options(synchronize_session=False)
    )
    return hazard(session, id)


def end_orphans(session: Session, camera_ids: Collection[str] | None, now: float) -> list[str]:
    """Ends what a worker that died has left open, at the moment when it was last seen.

    camera_ids: the worker's cameras, None for all. now: UTC seconds when the worker was found
    dead; a hazard that was seen later belongs to its successor. Returns the ids that ended.
    """
    orphans = [~HazardRow.ended, HazardRow.last_seen_at <= now]
    if camera_ids is not None:
        orphans.append(HazardRow.camera_id.in_(camera_ids))
    ended = session.scalars(
        update(HazardRow)
        .where(*orphans)
        .values(ended=True)
        .returning(HazardRow.id)
        .execution_options(synchronize_session=False)
    )
    return sorted(ended)


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
