"""Changes to cameras and zones. The caller's transaction commits them."""

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.site import CameraConfig, Site
from core.zone import Zone
from hazards.site.tables import CameraRow, ZoneRow


def create_camera(session: Session, config: CameraConfig, *, enabled: bool) -> CameraRow:
    """Raises Conflict where the id is taken."""
    last = session.scalar(select(func.max(CameraRow.position)))
    row = CameraRow(id=config.id, position=0 if last is None else last + 1)
    session.add(row)
    _write(row, config, enabled=enabled)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(f"there is a camera '{config.id}' already: choose another id") from error
    return row


def replace_camera(session: Session, config: CameraConfig, *, enabled: bool) -> CameraRow:
    """Name, source and all zones. Raises NotFound."""
    row = locked_camera(session, config.id)
    _write(row, config, enabled=enabled)
    session.flush()
    return row


def delete_camera(session: Session, id: str) -> None:
    """Its hazards and their evidence stay. Raises NotFound."""
    row = locked_camera(session, id)
    session.delete(row)
    session.flush()


def import_site(session: Session, site: Site) -> None:
    """Adds or replaces the cameras of a site file by id; leaves the others.

    A camera that was switched off stays so. Raises Conflict where somebody adds the same camera
    at the same moment.
    """
    for config in site.cameras:
        row = _locked(session, config.id)
        if row is None:
            create_camera(session, config, enabled=True)
        else:
            _write(row, config, enabled=row.enabled)
            session.flush()


def locked_camera(session: Session, id: str) -> CameraRow:
    """One camera, so that two changes at once do not mix. Raises NotFound."""
    row = _locked(session, id)
    if row is None:
        raise NotFound(f"there is no camera '{id}'")
    return row


def _locked(session: Session, id: str) -> CameraRow | None:
    return session.get(CameraRow, id, with_for_update=True, populate_existing=True)


def _write(row: CameraRow, config: CameraConfig, *, enabled: bool) -> None:
    row.name = config.name
    row.source = config.source
    row.enabled = enabled
    kept = {zone.id: zone for zone in row.zones}
    row.zones = [
        _write_zone(kept.get(zone.id) or ZoneRow(id=zone.id), zone, position)
        for position, zone in enumerate(config.zones)
    ]


def _write_zone(row: ZoneRow, zone: Zone, position: int) -> ZoneRow:
    row.name = zone.name
    row.kind = zone.kind.value
    row.polygon = [[float(x), float(y)] for x, y in zone.polygon]
    row.dwell_s = zone.dwell_s
    row.schedule = zone.schedule.text
    row.position = position
    return row
