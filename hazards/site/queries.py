"""Reads of cameras and zones."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.site import CameraConfig, Site
from hazards.site.tables import CameraRow


def cameras(session: Session) -> list[CameraRow]:
    """All cameras, in the order in which they were added."""
    return list(session.scalars(select(CameraRow).order_by(CameraRow.position, CameraRow.id)))


def camera(session: Session, id: str) -> CameraRow:
    """One camera. Raises NotFound."""
    row = session.get(CameraRow, id)
    if row is None:
        raise NotFound(f"there is no camera '{id}'")
    return row


def enabled_cameras(session: Session) -> tuple[CameraConfig, ...]:
    """What the workers watch."""
    return tuple(row.config for row in cameras(session) if row.enabled)


def export_site(session: Session) -> Site:
    """The whole site, sources with their credentials."""
    return Site(tuple(row.config for row in cameras(session)))
