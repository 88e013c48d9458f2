"""Cameras and zones as plain data: what a site file, the database and a worker agree on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Self

from core.errors import SiteFileError, ZoneError
from core.floor import Floor
from core.zone import DEFAULT_DWELL_S, Zone, ZoneKind

ID_PATTERN = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
"""Ids appear in paths and addresses."""


@dataclass(frozen=True, slots=True)
class CameraConfig:
    """A camera as somebody configured it.

    source: rtsp://, http(s)://, a file or a device; may hold credentials, so repr leaves it out.
    floor: None where nobody has laid the camera onto a plan with a scale. No site file holds it: it
    follows from the plan.
    """

    id: str
    name: str
    source: str = field(repr=False)
    zones: tuple[Zone, ...]
    floor: Floor | None = None

    def zones_of(self, kind: ZoneKind) -> tuple[Zone, ...]:
        """The zones of one kind; without a drawn helmet zone the whole picture is one."""
        drawn = tuple(zone for zone in self.zones if zone.kind is kind)
        if kind is ZoneKind.HELMET and not drawn:
            return (Zone.whole_picture(),)
        return drawn

    def to_mapping(self) -> dict[str, Any]:
        """The form of the site file. Holds the source with its credentials."""
        return {
            "id": self.id,
            "name": self.name,
            "source": self.source,
            "zones": [zone_to_mapping(zone) for zone in self.zones],
        }

    @classmethod
    def from_mapping(cls, data: object, place: str) -> Self:
        """Checks one camera of a site file. Raises SiteFileError that begins with the place."""
        fields = _fields(data, place, required=("id", "name", "source"), optional=("zones",))
        _check_id(fields["id"], place)
        given = fields.get("zones")
        zones = [] if given is None else _list(given, f"{place}.zones")
        camera = cls(
            id=fields["id"],
            name=_text(fields["name"], f"{place}.name"),
            source=_text(fields["source"], f"{place}.source"),
            zones=tuple(
                zone_from_mapping(zone, f"{place}.zones[{i}]") for i, zone in enumerate(zones)
            ),
        )
        _check_unique([zone.id for zone in camera.zones], f"{place}.zones")
        return camera


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that a site file says."""

    cameras: tuple[CameraConfig, ...]

    def to_mapping(self) -> dict[str, Any]:
        """The form of the site file."""
        return {"cameras": [camera.to_mapping() for camera in self.cameras]}

    @classmethod
    def from_mapping(cls, data: object) -> Self:
        """Checks a whole site file. Raises SiteFileError that begins with the place."""
        fields = _fields(data, "site", required=("cameras",), optional=())
        cameras = _list(fields["cameras"], "cameras")
        site = cls(
            tuple(CameraConfig.from_mapping(c, f"cameras[{i}]") for i, c in enumerate(cameras))
        )
        _check_unique([camera.id for camera in site.cameras], "cameras")
        return site


def zone_to_mapping(zone: Zone) -> dict[str, Any]:
    """The form of the site file."""
    return {
        "id": zone.id,
        "name": zone.name,
        "kind": str(zone.kind),
        "polygon": [[float(x), float(y)] for x, y in zone.polygon],
        "dwell_s": zone.dwell_s,
        "schedule": zone.schedule.text,
        "entry_line": [[float(x), float(y)] for x, y in zone.entry_line],
    }


def zone_from_mapping(data: object, place: str) -> Zone:
    """Checks one zone of a site file. Raises SiteFileError that begins with the place."""
    fields = _fields(
        data,
        place,
        required=("id", "name", "kind", "polygon"),
        optional=("dwell_s", "schedule", "entry_line"),
    )
    _check_id(fields["id"], place)
    if fields["kind"] not in list(ZoneKind):
        raise SiteFileError(
            f"{place}.kind: '{fields['kind']}' is not a kind of zone: use " + ", ".join(ZoneKind)
        )
    kind = ZoneKind(fields["kind"])
    try:
        return Zone.create(
            id=fields["id"],
            name=_text(fields["name"], f"{place}.name"),
            kind=kind,
            polygon=_points(fields["polygon"], f"{place}.polygon"),
            dwell_s=_number(fields.get("dwell_s", DEFAULT_DWELL_S[kind]), f"{place}.dwell_s"),
            schedule=_text(fields.get("schedule", "always"), f"{place}.schedule"),
            entry_line=_points(fields.get("entry_line", []), f"{place}.entry_line"),
        )
    except ZoneError as error:
        raise SiteFileError(f"{place}: {error}") from error


def _fields(
    data: object, place: str, *, required: tuple[str, ...], optional: tuple[str, ...]
) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise SiteFileError(f"{place}: expected names with values, got {_describe(data)}")
    known = required + optional
    for name in data:
        if name not in known:
            near = get_close_matches(str(name), known, n=1)
            advice = f"did you mean '{near[0]}'?" if near else f"use {', '.join(known)}"
            raise SiteFileError(f"{place}: '{name}' is not known here: {advice}")
    for name in required:
        if name not in data:
            raise SiteFileError(f"{place}: '{name}' is missing")
    return dict(data)


def _list(data: object, place: str) -> list[Any]:
    if not isinstance(data, (list, tuple)):
        raise SiteFileError(f"{place}: expected a list, got {_describe(data)}")
    return list(data)


def _points(data: object, place: str) -> list[list[float]]:
    points = [_list(point, f"{place}[{i}]") for i, point in enumerate(_list(data, place))]
    if not all(isinstance(value, (int, float)) for point in points for value in point):
        raise SiteFileError(f"{place}: every point is a pair of numbers [x, y]")
    return points


def _text(data: object, place: str) -> str:
    if not isinstance(data, str) or not data.strip():
        raise SiteFileError(f"{place}: expected a text, got {_describe(data)}")
    return data.strip()


def _number(data: object, place: str) -> float:
    if isinstance(data, bool) or not isinstance(data, (int, float)):
        raise SiteFileError(f"{place}: expected a number, got {_describe(data)}")
    return float(data)


def _check_id(value: object, place: str) -> None:
    if not isinstance(value, str) or ID_PATTERN.fullmatch(value) is None:
        raise SiteFileError(
            f"{place}.id: {_describe(value)} is not an id: use up to 63 of a-z, 0-9, - and _"
        )


def _check_unique(ids: list[str], place: str) -> None:
    for index, value in enumerate(ids):
        if value in ids[:index]:
            raise SiteFileError(f"{place}[{index}].id: '{value}' is used twice")


def _describe(data: object) -> str:
    """Type and value; the type alone where the value may hold the login of a source."""
    if data is None:
        return "nothing"
    kind, shown = type(data).__name__, str(data)
    open_value = isinstance(data, (str, int, float)) and not {"@", "/"} & set(shown)
    return f"{kind} {shown[:40]!r}" if open_value else kind
