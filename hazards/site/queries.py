"""Reads of cameras and zones."""

from collections import defaultdict

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.site import CameraConfig, Site
from hazards.risk.tables import RiskUnitRow
from hazards.site.people_tables import ROOT, UnitRow
from hazards.site.tables import CameraRow, ZoneRow


def cameras(session: Session) -> list[CameraRow]:
    """All cameras, in the order in which they were added."""
    return list(session.scalars(select(CameraRow).order_by(CameraRow.position, CameraRow.id)))


def camera(session: Session, id: str) -> CameraRow:
    """One camera. Raises NotFound."""
    row = session.get(CameraRow, id)
    if row is None:
        raise NotFound(f"there is no camera '{id}'")
    return row


def camera_paths(session: Session, id: str | None = None) -> dict[str, set[str]]:
    """Where each camera stands, or one: the paths of the units whose risk units it watches.

    The top of the organisation for a camera that watches no risk unit.
    """
    own = select(CameraRow.id, CameraRow.risk_unit_id)
    zones = select(ZoneRow.camera_id, ZoneRow.risk_unit_id)
    if id is not None:
        own, zones = own.where(CameraRow.id == id), zones.where(ZoneRow.camera_id == id)
    watched = union_all(own, zones).subquery()
    statement = (
        select(watched.c.id, UnitRow.path)
        .outerjoin(RiskUnitRow, RiskUnitRow.id == watched.c.risk_unit_id)
        .outerjoin(UnitRow, UnitRow.id == RiskUnitRow.unit_id)
        .distinct()
    )
    found: dict[str, set[str]] = defaultdict(set)
    for camera_id, path in session.execute(statement):
        found[camera_id] |= {path} - {None}
    return {camera_id: paths or {f"/{ROOT}/"} for camera_id, paths in found.items()}


def enabled_cameras(session: Session) -> tuple[CameraConfig, ...]:
    """What the workers watch."""
    return tuple(row.config for row in cameras(session) if row.enabled)


def export_site(session: Session) -> Site:
    """The whole site, sources with their credentials."""
    return Site(tuple(row.config for row in cameras(session)))
