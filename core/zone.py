"""A piece of a camera's picture with a duty attached."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.errors import ZoneError
from core.geometry import crosses_itself, polygon_area
from core.schedule import Schedule

MINIMUM_AREA = 1e-4
"""Share of the picture; a smaller polygon covers nothing that could be judged."""
SHORTEST_LINE = 0.01
"""Share of the picture; nobody can be seen to cross a shorter line."""


class ZoneKind(StrEnum):
    """What is judged inside a zone."""

    HELMET = "helmet"
    RESTRICTED = "restricted"
    EXIT = "exit"


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """A polygon of one camera.

    polygon: (K, 2) float64, x y in 0..1 of the picture, simple, K >= 3.
    dwell_s: seconds that a state must last before it counts.
    entry_line: (2, 2) float64, from a to b, x y in 0..1; its inward side is on the right of whoever
    walks from a to b. Only who comes in over it counts. (0, 2): whoever is inside counts.
    """

    id: str
    name: str
    kind: ZoneKind
    polygon: NDArray[np.float64]
    dwell_s: float
    schedule: Schedule
    entry_line: NDArray[np.float64]

    @classmethod
    def create(
        cls,
        *,
        id: str,
        name: str,
        kind: ZoneKind,
        polygon: Sequence[Sequence[float]],
        dwell_s: float,
        schedule: str,
        entry_line: Sequence[Sequence[float]] = (),
    ) -> Self:
        """Checks what a person drew or wrote. Raises ZoneError with what to change."""
        if not 0.0 <= dwell_s <= 3600.0:
            raise ZoneError(f"dwell_s is {dwell_s:g}: use 0 to 3600 seconds")
        line = check_entry_line(entry_line)
        if len(line) and kind is not ZoneKind.RESTRICTED:
            raise ZoneError("an entry line belongs to a restricted zone: take it away here")
        corners, hours = check_polygon(polygon), Schedule.parse(schedule)
        return cls(id, name, kind, corners, dwell_s, hours, line)

    @classmethod
    def whole_picture(cls) -> Self:
        """The helmet zone of a camera that has none drawn."""
        return cls.create(
            id="picture",
            name="picture",
            kind=ZoneKind.HELMET,
            polygon=[(0, 0), (1, 0), (1, 1), (0, 1)],
            dwell_s=0.0,
            schedule="always",
        )


def check_polygon(points: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """(K, 2) float64 of a drawn polygon. Raises ZoneError with what to change."""
    if any(len(point) != 2 for point in points):
        raise ZoneError("every point of a polygon is a pair [x, y]")
    # A double click repeats a point, and some tools close a polygon with its first one.
    corners = [p for i, p in enumerate(points) if i == 0 or list(p) != list(points[i - 1])]
    if len(corners) > 1 and list(corners[0]) == list(corners[-1]):
        corners.pop()
    if len(corners) < 3:
        raise ZoneError(f"the polygon has {len(corners)} points: draw at least three")
    polygon = np.asarray(corners, np.float64)
    if not np.isfinite(polygon).all() or (polygon < 0).any() or (polygon > 1).any():
        raise ZoneError("the polygon leaves the picture: x and y are shares from 0 to 1")
    if crosses_itself(polygon):
        raise ZoneError("the polygon crosses itself: draw its corners in order, one way round")
    if polygon_area(polygon) < MINIMUM_AREA:
        raise ZoneError("the polygon covers nothing: draw a larger one")
    return polygon


def check_entry_line(points: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """(2, 2) float64 of a drawn line, (0, 2) of none. Raises ZoneError with what to change."""
    if not len(points):
        return np.zeros((0, 2))
    if [len(point) for point in points] != [2, 2]:
        raise ZoneError("an entry line has two points [x, y]: draw it from one end to the other")
    line = np.asarray(points, np.float64)
    if not np.isfinite(line).all() or (line < 0).any() or (line > 1).any():
        raise ZoneError("the entry line leaves the picture: x and y are shares from 0 to 1")
    if np.hypot(*(line[1] - line[0])) < SHORTEST_LINE:
        raise ZoneError("the entry line is too short: draw it over the whole way in")
    return line


DEFAULT_DWELL_S = {ZoneKind.HELMET: 0.0, ZoneKind.RESTRICTED: 1.0, ZoneKind.EXIT: 60.0}
"""Used where a site file or page gives none. An exit may be passed through with a load."""
