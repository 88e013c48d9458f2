"""Site files as plain data: what is read, what is written, and where a mistake is."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SiteFileError
from core.schedule import Schedule
from core.site import CameraConfig, Site, zone_to_mapping
from core.zone import DEFAULT_DWELL_S, ZoneKind

SECRET = "hunter2"
SOURCE = f"rtsp://admin:{SECRET}@10.0.0.5/1"


def site_data() -> dict[str, Any]:
    """Two cameras; the first has two zones."""
    polygon = [[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]]
    return {
        "cameras": [
            {
                "id": "gate",
                "name": "大门 1",
                "source": SOURCE,
                "zones": [
                    {"id": "door", "name": "Door", "kind": "exit", "polygon": polygon},
                    {
                        "id": "pit",
                        "name": "Pit",
                        "kind": "restricted",
                        "polygon": polygon,
                        "dwell_s": 2,
                        "schedule": "mon-fri 08:00-18:00",
                    },
                ],
            },
            {"id": "yard", "name": "Yard", "source": "/dev/video0"},
        ]
    }


def refused(data: object) -> str:
    with pytest.raises(SiteFileError) as caught:
        Site.from_mapping(data)
    return caught.value.message


def test_a_site_is_read() -> None:
    """Names, sources, zones, and the defaults of what is left out."""
    gate, yard = Site.from_mapping(site_data()).cameras
    assert (gate.id, gate.name, gate.source) == ("gate", "大门 1", SOURCE)
    door, pit = gate.zones
    assert (door.kind, door.dwell_s) == (ZoneKind.EXIT, DEFAULT_DWELL_S[ZoneKind.EXIT])
    assert door.schedule == Schedule.parse("always")
    assert (pit.dwell_s, pit.schedule.text) == (2.0, "mon-fri 08:00-18:00")
    assert yard.zones == ()


@pytest.mark.parametrize(
    ("path", "old", "new", "place"),
    [
        ((), "cameras", "camera", "site"),
        (("cameras", 1), "source", "sorce", "cameras[1]"),
        (("cameras", 0), "zones", "zone", "cameras[0]"),
        (("cameras", 0, "zones", 1), "polygon", "poligon", "cameras[0].zones[1]"),
        (("cameras", 0, "zones", 1), "dwell_s", "dwel_s", "cameras[0].zones[1]"),
        (("cameras", 0, "zones", 1), "schedule", "shedule", "cameras[0].zones[1]"),
    ],
)
def test_a_typo_is_shown_with_its_place_and_the_right_word(
    path: tuple[str | int, ...], old: str, new: str, place: str
) -> None:
    """`cameras[0].zones[1]: 'poligon' is not known here: did you mean 'polygon'?`"""
    data: Any = site_data()
    inner = data
    for step in path:
        inner = inner[step]
    inner[new] = inner.pop(old)
    assert refused(data) == f"{place}: '{new}' is not known here: did you mean '{old}'?"


def test_a_word_like_no_other_is_answered_with_the_known_ones() -> None:
    """Without a near word the message lists what may stand there."""
    data = site_data()
    data["cameras"][1]["zzz"] = 1
    assert refused(data) == "cameras[1]: 'zzz' is not known here: use id, name, source, zones"


@pytest.mark.parametrize("name", ["id", "name", "source"])
def test_a_missing_field_is_named(name: str) -> None:
    """The message says which one is missing, and of which camera."""
    data = site_data()
    del data["cameras"][1][name]
    assert refused(data) == f"cameras[1]: '{name}' is missing"


def test_a_camera_id_is_used_once() -> None:
    """The second use is the mistake."""
    data = site_data()
    data["cameras"][1]["id"] = "gate"
    assert refused(data) == "cameras[1].id: 'gate' is used twice"


def test_a_zone_id_is_used_once_per_camera() -> None:
    """Two zones of one camera differ; two cameras may each have a zone `door`."""
    data = site_data()
    data["cameras"][1]["zones"] = copy.deepcopy(data["cameras"][0]["zones"])
    assert len(Site.from_mapping(data).cameras[1].zones) == 2
    data["cameras"][1]["zones"][1]["id"] = "door"
    assert refused(data) == "cameras[1].zones[1].id: 'door' is used twice"


@pytest.mark.parametrize("id", ["", "Gate", "a/b", "..", "-gate", "门", 7, None, True, "a" * 64])
def test_an_id_can_stand_in_a_path(id: object) -> None:
    """Capital letters, slashes, dots, other scripts and numbers are refused."""
    data = site_data()
    data["cameras"][0]["id"] = id
    message = refused(data)
    assert message.startswith("cameras[0].id: ")
    assert "use up to 63 of a-z, 0-9, - and _" in message


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (None, "site: "),
        ([], "site: "),
        ("cameras", "site: "),
        ({"cameras": None}, "cameras: "),
        ({"cameras": {"gate": {}}}, "cameras: "),
        ({"cameras": ["gate"]}, "cameras[0]: "),
    ],
)
def test_data_of_another_shape_is_refused_with_its_place(data: object, place: str) -> None:
    """An empty file, a list, a text: one message, no traceback."""
    assert refused(data).startswith(f"{place}expected ")


@pytest.mark.parametrize("field", ["name", "source"])
@pytest.mark.parametrize("value", [None, 5, "", "  ", ["a"], {"a": 1}])
def test_texts_are_texts(field: str, value: object) -> None:
    """Numbers, lists and blanks are no name and no source."""
    data = site_data()
    data["cameras"][0][field] = value
    assert refused(data).startswith(f"cameras[0].{field}: expected a text, got ")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("kind", "door", ".kind: 'door' is not a kind of zone: use helmet, restricted, exit"),
        ("kind", None, ".kind: 'None' is not a kind of zone"),
        ("polygon", None, ".polygon: expected a list, got nothing"),
        ("polygon", "0,0 1,1", ".polygon: expected a list, got str"),
        ("polygon", [[0, 0], 5, [1, 1]], ".polygon[1]: expected a list, got int"),
        ("polygon", [[0, 0], ["a", 1], [1, 1]], ".polygon: every point is a pair of numbers"),
        ("polygon", [[0, 0], [None, 1], [1, 1]], ".polygon: every point is a pair of numbers"),
        ("polygon", [[0, 0], [1, 1]], ": the polygon has 2 points: draw at least three"),
        ("polygon", [[0, 0], [1, 1], [1]], ": every point of a polygon is a pair"),
        ("polygon", [[0, 0], [1, 1], [1, 0], [0, 1]], ": the polygon crosses itself"),
        ("polygon", [[0, 0], [640, 0], [640, 480]], ": the polygon leaves the picture"),
        ("dwell_s", "5", ".dwell_s: expected a number, got str"),
        ("dwell_s", True, ".dwell_s: expected a number, got bool"),
        ("dwell_s", -1, ": dwell_s is -1: use 0 to 3600 seconds"),
        ("schedule", 8, ".schedule: expected a text, got int"),
        ("schedule", "weekdays", ": schedule 'weekdays' cannot be read"),
        ("entry_line", None, ".entry_line: expected a list, got nothing"),
        ("entry_line", [[0, 0], ["a", 1]], ".entry_line: every point is a pair of numbers"),
        ("entry_line", [[0, 0]], ": an entry line has two points"),
        ("name", 3, ".name: expected a text, got int"),
    ],
)
def test_a_mistake_in_a_zone_begins_with_its_place(field: str, value: object, message: str) -> None:
    """Also what the polygon check and the schedule say is shown with the place of the zone."""
    data = site_data()
    data["cameras"][0]["zones"][1][field] = value
    assert refused(data).startswith("cameras[0].zones[1]" + message)


@pytest.mark.parametrize(
    "wrong",
    [
        {"cameras": [SOURCE]},
        {"cameras": [{"id": SOURCE, "name": "a", "source": "b"}]},
        {"cameras": [{"id": "a", "name": "a", "source": [SOURCE]}]},
        {"cameras": [{"id": "a", "name": "a", "source": {"url": SOURCE}}]},
        {"cameras": [{"id": "a", "name": [SOURCE], "source": "b"}]},
        {"cameras": {"gate": {"source": SOURCE}}},
    ],
)
def test_no_message_shows_a_password(wrong: object) -> None:
    """A source in the wrong place is described without its login."""
    assert SECRET not in refused(wrong)


def test_a_camera_can_be_logged() -> None:
    """Neither a camera nor a site shows its source, which may hold a password."""
    site = Site.from_mapping(site_data())
    for shown in (repr(site), str(site.cameras[0]), f"{site.cameras[0]!r}"):
        assert SECRET not in shown
        assert "gate" in shown


def test_the_written_form_holds_the_source() -> None:
    """An export can be imported again, login included."""
    assert Site.from_mapping(site_data()).to_mapping()["cameras"][0]["source"] == SOURCE


def test_without_a_helmet_zone_the_whole_picture_is_one() -> None:
    """Helmets are judged everywhere, other kinds only where they were drawn."""
    gate = Site.from_mapping(site_data()).cameras[0]
    (whole,) = gate.zones_of(ZoneKind.HELMET)
    assert whole.polygon.tolist() == [[0, 0], [1, 0], [1, 1], [0, 1]]
    assert [z.id for z in gate.zones_of(ZoneKind.RESTRICTED)] == ["pit"]
    assert CameraConfig("a", "a", "b", ()).zones_of(ZoneKind.EXIT) == ()


def test_a_drawn_helmet_zone_replaces_the_whole_picture() -> None:
    """Whoever draws a helmet zone wants helmets judged there only."""
    data = site_data()
    data["cameras"][0]["zones"][0]["kind"] = "helmet"
    gate = Site.from_mapping(data).cameras[0]
    assert [z.id for z in gate.zones_of(ZoneKind.HELMET)] == ["door"]


share = st.integers(0, 1_000_000).map(lambda n: n / 1_000_000)
names = st.text(min_size=1, max_size=12).map(str.strip).filter(bool)
ids = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,8}", fullmatch=True)


@st.composite
def zone_data(draw: st.DrawFn) -> dict[str, Any]:
    """A zone around a point of the picture: corners in order of their angle, so simple."""
    left, top = draw(share) * 0.8, draw(share) * 0.8
    width = 0.05 + 0.15 * draw(share)
    kind = draw(st.sampled_from([str(kind) for kind in ZoneKind]))
    line = (
        [[left, top], [left + width, 1.0]] if kind == "restricted" and draw(st.booleans()) else []
    )
    return {
        "id": draw(ids),
        "name": draw(names),
        "kind": kind,
        "polygon": [[left, top], [left + width, top], [left + width, top + 0.1], [left, top + 0.1]],
        "dwell_s": draw(st.floats(0, 3600)),
        "schedule": draw(st.sampled_from(["always", "mon-fri 08:00-18:00; sat 20:00-06:00"])),
        "entry_line": line,
    }


@st.composite
def camera_data(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "id": draw(ids),
        "name": draw(names),
        "source": draw(names),
        "zones": draw(st.lists(zone_data(), max_size=3, unique_by=lambda z: z["id"])),
    }


@given(st.lists(camera_data(), max_size=3, unique_by=lambda c: c["id"]))
def test_what_is_written_reads_the_same(cameras: list[dict[str, Any]]) -> None:
    """Reading, writing and reading again changes nothing, corners to a millionth of the picture."""
    written = Site.from_mapping({"cameras": cameras}).to_mapping()
    again = Site.from_mapping(written)
    assert again.to_mapping() == written
    for camera, data in zip(again.cameras, cameras, strict=True):
        assert (camera.id, camera.name, camera.source) == (data["id"], data["name"], data["source"])
        for zone, drawn in zip(camera.zones, data["zones"], strict=True):
            mapping = zone_to_mapping(zone)
            polygon = [pytest.approx(point, abs=1e-6) for point in drawn.pop("polygon")]
            assert mapping.pop("polygon") == polygon
            assert mapping == drawn
