"""Where the pictures of free exits lie: `references/<camera>/<zone>/<state>/<name>.png`."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from core.view import Light

FOLDER = "references"
_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"(?P<stamp>\d{8}T\d{6}Z)(?:-(?P<light>[a-z]+))?")


class ReferenceState(StrEnum):
    """proposed: waits for a person. approved: the rule relies on it. retired: it did once."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class ReferencePicture:
    """One picture of one exit. name: when it was taken, and in which light; see name_of."""

    camera_id: str
    zone_id: str
    name: str
    state: ReferenceState
    path: Path

    @property
    def taken_at(self) -> float:
        """UTC seconds."""
        return datetime.strptime(self.name[:16], _STAMP).replace(tzinfo=UTC).timestamp()

    @property
    def light(self) -> Light | None:
        """None for a picture of an older version."""
        match = _NAME.fullmatch(self.name)
        light = match and match["light"]
        return Light(light) if light in list(Light) else None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, pixels; 0, 0 where the file is damaged."""
        try:
            with Image.open(self.path, formats=["PNG"]) as picture:
                return picture.size
        except (OSError, UnidentifiedImageError, SyntaxError, ValueError):
            return 0, 0


def name_of(timestamp: float, light: Light) -> str:
    """Of a picture that was taken at a time (UTC seconds) in a light."""
    return f"{datetime.fromtimestamp(timestamp, UTC).strftime(_STAMP)}-{light}"


def folder_of(data_dir: Path, camera_id: str, zone_id: str, state: ReferenceState) -> Path:
    """Where the pictures of an exit lie that are in a state."""
    return data_dir / FOLDER / camera_id / zone_id / state


def pictures_of(
    data_dir: Path, camera_id: str, zone_id: str, *states: ReferenceState
) -> list[ReferencePicture]:
    """Of one exit, by state in the given order, the oldest first."""
    return [
        ReferencePicture(camera_id, zone_id, path.stem, state, path)
        for state in states
        for path in sorted(folder_of(data_dir, camera_id, zone_id, state).glob("*.png"))
        if _NAME.fullmatch(path.stem)
    ]


def all_pictures(data_dir: Path) -> list[ReferencePicture]:
    """Every proposed and approved picture, by camera and exit."""
    exits = sorted(path for path in (data_dir / FOLDER).glob("*/*") if path.is_dir())
    states = (ReferenceState.APPROVED, ReferenceState.PROPOSED)
    return [p for path in exits for p in pictures_of(data_dir, path.parts[-2], path.name, *states)]
