from dataclasses import replace

import numpy as np
import pytest
from examples import CAMERA, ZONE

from core.errors import Conflict, NotFound
from core.floor import Floor
from core.site import CameraConfig, Site
from core.zone import Zone, ZoneKind
from hazards.database import Database
from hazards.risk.actions import create_plan, remove_camera_view, set_camera_view, set_scale
from hazards.site import actions, queries
from hazards.site.people_tables import ROOT


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


def _laid_camera(database: Database) -> str:
    """The gate on a plan of 400 by 200 pixels: its picture shows the plan's left half. Its id."""
    corners = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
    half = [[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0]]
    with database.begin() as session:
        actions.create_camera(session, CAMERA, enabled=True)
        plan = create_plan(
            session, unit_id=ROOT, name="Works", path="", sha256="", width=400, height=200, now=0.0
        )
        set_camera_view(session, "gate", plan_id=plan.id, picture_points=corners, plan_points=half)
        return plan.id


def _floor(database: Database) -> Floor | None:
    with database.read() as session:
        (config,) = queries.enabled_cameras(session)
        return config.floor


def test_a_camera_knows_its_floor_in_metres(database: Database) -> None:
    """From its place on a plan and the plan's scale; without either there are no metres."""
    plan_id = _laid_camera(database)
    assert _floor(database) is None
    with database.begin() as session:
        set_scale(session, plan_id, metres_per_px=0.05)
    floor = _floor(database)
    assert floor is not None
    assert floor.metres((0.0, 0.0), (1.0, 0.0)) == pytest.approx(10.0)
    assert floor.metres((0.0, 0.0), (1.0, 1.0)) == pytest.approx(np.hypot(10.0, 10.0))
    with database.begin() as session:
        set_scale(session, plan_id, metres_per_px=0.1)
    changed = _floor(database)
    assert changed is not None
    assert changed.metres((0.0, 0.0), (1.0, 0.0)) == pytest.approx(20.0)
    with database.begin() as session:
        remove_camera_view(session, "gate")
    assert _floor(database) is None


def test_a_camera_that_moves_to_another_plan_takes_its_scale(database: Database) -> None:
    """Also within the transaction that moved it."""
    _laid_camera(database)
    square = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
    with database.begin() as session:
        other = create_plan(
            session, unit_id=ROOT, name="Yard", path="", sha256="", width=100, height=100, now=0.0
        )
        set_scale(session, other.id, metres_per_px=1.0)
        set_camera_view(
            session, "gate", plan_id=other.id, picture_points=square, plan_points=square
        )
        floor = queries.camera(session, "gate").config.floor
        assert floor is not None
        assert floor.metres((0.0, 0.0), (1.0, 0.0)) == pytest.approx(100.0)
    assert _floor(database) == floor


def test_an_import_leaves_the_place_on_the_plan(database: Database) -> None:
    """The site file holds no floor; whoever imports one again loses none."""
    plan_id = _laid_camera(database)
    with database.begin() as session:
        set_scale(session, plan_id, metres_per_px=0.05)
    before = _floor(database)
    with database.begin() as session:
        actions.import_site(session, Site.from_mapping(queries.export_site(session).to_mapping()))
    assert _floor(database) == before is not None


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
