from dataclasses import replace

import numpy as np
import pytest
from examples import CAMERA, ZONE

from core.errors import Conflict, NotFound
from core.site import CameraConfig, Site
from core.zone import Zone, ZoneKind
from hazards.database import Database
from hazards.site import actions, queries


def _config(database: Database, id: str) -> CameraConfig:
    with database.read() as session:
        return queries.camera(session, id).config


def test_a_camera_comes_back_as_it_was_given(database: Database) -> None:
    """Every field of camera and zone survives, polygons to the last digit."""
    third = replace(ZONE, polygon=np.array([[1 / 3, 0], [1, 2 / 3], [0, 1]]))
    with database.begin() as session:
        actions.create_camera(session, replace(CAMERA, zones=(third,)), enabled=True)
    found = _config(database, "gate")
    assert (found.id, found.name, found.source) == ("gate", "Gate 1", CAMERA.source)
    zone = found.zones[0]
    assert np.array_equal(zone.polygon, third.polygon)
    assert (zone.kind, zone.dwell_s, zone.schedule) == (ZONE.kind, 60.0, ZONE.schedule)


def test_an_entry_line_comes_back_as_it_was_given(database: Database) -> None:
    """To the last digit, through the database and the site file; none stays none."""
    line = np.array([[1 / 3, 0.5], [2 / 3, 0.5]])
    pit = replace(ZONE, id="pit", kind=ZoneKind.RESTRICTED, entry_line=line)
    with database.begin() as session:
        actions.create_camera(session, replace(CAMERA, zones=(pit, ZONE)), enabled=True)
    found = CameraConfig.from_mapping(_config(database, "gate").to_mapping(), "camera")
    assert [zone.entry_line.tolist() for zone in found.zones] == [line.tolist(), []]


def test_an_id_is_taken_once(database: Database) -> None:
    """A second camera of the same id is a Conflict, and the first one stays."""
    with database.begin() as session:
        actions.create_camera(session, CAMERA, enabled=True)
    with pytest.raises(Conflict), database.begin() as session:
        actions.create_camera(session, replace(CAMERA, name="other"), enabled=True)
    assert _config(database, "gate").name == "Gate 1"


def test_replacing_swaps_all_zones(database: Database) -> None:
    """Zones that are not sent any more go, kept ones change, the order is the sent one."""
    second = replace(ZONE, id="second")
    with database.begin() as session:
        actions.create_camera(session, replace(CAMERA, zones=(ZONE, second)), enabled=True)
    changed: tuple[Zone, ...] = (replace(ZONE, id="third"), replace(second, name="new name"))
    with database.begin() as session:
        actions.replace_camera(session, replace(CAMERA, zones=changed), enabled=False)
    found = _config(database, "gate")
    assert [(zone.id, zone.name) for zone in found.zones] == [
        ("third", "East door"),
        ("second", "new name"),
    ]
    with database.read() as session:
        assert queries.enabled_cameras(session) == ()


def test_what_does_not_exist_is_not_found(database: Database) -> None:
    """Reading, replacing and deleting an unknown camera say so."""
    with database.begin() as session:
        with pytest.raises(NotFound):
            queries.camera(session, "gate")
        with pytest.raises(NotFound):
            actions.replace_camera(session, CAMERA, enabled=True)
        with pytest.raises(NotFound):
            actions.delete_camera(session, "gate")


def test_an_import_adds_replaces_and_leaves(database: Database) -> None:
    """Cameras of the file are added or replaced by id; others stay, and so does `enabled`."""
    with database.begin() as session:
        actions.create_camera(session, CAMERA, enabled=False)
        actions.create_camera(session, replace(CAMERA, id="yard"), enabled=True)
    site = Site((replace(CAMERA, name="Gate A", zones=()), replace(CAMERA, id="hall")))
    for _ in range(2):
        with database.begin() as session:
            actions.import_site(session, site)
    with database.read() as session:
        exported = queries.export_site(session)
        enabled = [camera.id for camera in queries.enabled_cameras(session)]
    assert [(c.id, c.name, len(c.zones)) for c in exported.cameras] == [
        ("gate", "Gate A", 0),
        ("yard", "Gate 1", 1),
        ("hall", "Gate 1", 1),
    ]
    assert enabled == ["yard", "hall"]


def test_deleting_takes_the_zones_along(database: Database) -> None:
    """A camera that is added again under the same id begins without old zones."""
    with database.begin() as session:
        actions.create_camera(session, CAMERA, enabled=True)
    with database.begin() as session:
        actions.delete_camera(session, "gate")
    with database.begin() as session:
        actions.create_camera(session, replace(CAMERA, zones=()), enabled=True)
    assert _config(database, "gate").zones == ()
