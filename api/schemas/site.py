"""Cameras, zones and their state."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from api.schemas.shapes import Address, Id, Line, RecordKey, fingerprint
from core.errors import ZoneError
from core.health import CameraState, CameraStatus
from core.redaction import redact_address
from core.schedule import Schedule
from core.site import CameraConfig, zone_to_mapping
from core.view import ViewState
from core.zone import Zone as DomainZone
from core.zone import ZoneKind, check_entry_line, check_polygon
from hazards.site.tables import CameraRow


def _drawn(polygon: list[tuple[float, float]]) -> list[tuple[float, float]]:
    try:
        check_polygon(polygon)
    except ZoneError as error:
        raise PydanticCustomError("polygon", "{message}", {"message": error.message}) from error
    return polygon


def _line(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    try:
        check_entry_line(points)
    except ZoneError as error:
        raise PydanticCustomError("entry_line", "{message}", {"message": error.message}) from error
    return points


def readable_schedule(schedule: str) -> str:
    """As a request brings it, in the form in which it is kept."""
    try:
        return Schedule.parse(schedule).text
    except ZoneError as error:
        raise PydanticCustomError("schedule", "{message}", {"message": error.message}) from error


Coordinate = Annotated[float, Field(allow_inf_nan=False)]
Point = tuple[Coordinate, Coordinate]


class Zone(BaseModel):
    """polygon: [[x, y], ...] in 0..1 of the picture. dwell_s: seconds that a state must last.

    schedule: `always` or `mon-fri 08:00-18:00; sat 20:00-06:00`, local time of the site.
    entry_line: [] or the two ends [x, y] of the line over which people come in; the inside is on
    the right of whoever walks from the first to the second. Of restricted zones only.
    """

    model_config = ConfigDict(extra="forbid")

    id: Id
    name: Line
    kind: ZoneKind
    polygon: Annotated[list[Point], Field(max_length=64), AfterValidator(_drawn)]
    dwell_s: float = Field(ge=0, le=3600, allow_inf_nan=False)
    schedule: Annotated[str, Field(max_length=500), AfterValidator(readable_schedule)]
    entry_line: Annotated[list[Point], Field(max_length=2), AfterValidator(_line)] = []

    @field_validator("entry_line")
    @classmethod
    def _where_people_enter(
        cls, line: list[tuple[float, float]], info: ValidationInfo
    ) -> list[tuple[float, float]]:
        if line and info.data.get("kind", ZoneKind.RESTRICTED) is not ZoneKind.RESTRICTED:
            message = "an entry line belongs to a restricted zone: take it away here"
            raise PydanticCustomError("entry_line", message)
        return line

    def zone(self) -> DomainZone:
        """The zone that the rules judge."""
        return DomainZone.create(**dict(self))


class CameraWrite(BaseModel):
    """source: rtsp://, http(s)://, a file or a device on the server, with its credentials."""

    model_config = ConfigDict(extra="forbid")

    id: Id
    name: Line
    source: Address
    enabled: bool
    zones: list[Zone] = Field(max_length=32)

    @field_validator("zones")
    @classmethod
    def _told_apart(cls, zones: list[Zone]) -> list[Zone]:
        seen: set[str] = set()
        for zone in zones:
            if zone.id in seen:
                raise PydanticCustomError(
                    "zone_id", "zone id '{id}' is used twice", {"id": zone.id}
                )
            seen.add(zone.id)
        return zones

    def config(self, source: str) -> CameraConfig:
        """The camera that a worker watches, with its real source."""
        return CameraConfig(self.id, self.name, source, tuple(zone.zone() for zone in self.zones))


class Status(BaseModel):
    """How a camera is doing. code: for translation, empty while live. reason: English sentence.

    since, last_picture_at: UTC seconds; last_picture_at is 0 before the first picture.
    mime: for Media Source Extensions, empty where browsers cannot play the codec.
    view: whether its pictures show what they did; exits are judged only where it is clear.
    """

    state: CameraState
    code: str
    reason: str
    since: float
    last_picture_at: float
    codec: str
    mime: str
    width: int
    height: int
    fps: float
    view: ViewState

    @classmethod
    def of(cls, status: CameraStatus) -> Self:
        """From what the engine says."""
        return cls.model_validate(status, from_attributes=True)


class CameraView(BaseModel):
    """How a camera lies on a plan: four points of the floor in its picture and the same four on
    the plan, in the same order, all [x, y] in 0..1."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    plan_id: RecordKey
    picture_points: Annotated[list[Point], Field(min_length=4, max_length=4)]
    plan_points: Annotated[list[Point], Field(min_length=4, max_length=4)]


class Camera(BaseModel):
    """source: credentials replaced by ***. view: null while it lies on no plan. version: for
    If-Match, also of what it watches and of its view."""

    id: str
    name: str
    source: str
    enabled: bool
    zones: list[Zone]
    view: CameraView | None
    status: Status
    version: str

    @classmethod
    def of(cls, row: CameraRow, status: CameraStatus) -> Self:
        """From a row, with the state of now."""
        return cls(
            id=row.id,
            name=row.name,
            source=redact_address(row.source),
            enabled=row.enabled,
            zones=[Zone.model_validate(zone_to_mapping(zone.zone)) for zone in row.zones],
            view=row.view and CameraView.model_validate(row.view),
            status=Status.of(status),
            version=version_of(row),
        )


def version_of(row: CameraRow) -> str:
    """Of a camera, its zones, what they watch, and its place on a plan."""
    view = row.view
    return fingerprint(
        [row.name, redact_address(row.source), row.enabled, row.risk_unit_id],
        [[zone_to_mapping(zone.zone), zone.risk_unit_id] for zone in row.zones],
        view and [view.plan_id, view.picture_points, view.plan_points],
    )


class Cameras(BaseModel):
    """All cameras, in their order on the wall."""

    items: Sequence[Camera]


class SourceTest(BaseModel):
    """camera_id: where the source is a camera's own with *** in it, the stored one is tested."""

    source: Address
    camera_id: Id | None = None


class SourceReport(BaseModel):
    """What answers at a source. still: a picture as a data: URL. playable: in the browser."""

    codec: str
    mime: str
    playable: bool
    width: int
    height: int
    fps: float
    still: str
