"""Who came in over a line, rather than some other way."""

from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray


class EntryLine:
    """Follows foot points over a line from a to b; inwards is to the right of it.

    line: (2, 2), shares of the picture, see core.zone.Zone; (0, 2) where everybody comes in
    somehow. A person who trembles on the line has not crossed it: the feet must be beyond it by a
    margin.
    """

    def __init__(self, line: NDArray[np.float64]) -> None:
        self._ends: list[list[float]] = line.tolist()
        self._sure: dict[int, tuple[float, float, float]] = {}
        self._came_in: set[int] = set()

    def passed(
        self, person: int, x: float, y: float, size: tuple[int, int], *, margin: float
    ) -> bool:
        """Whether the person has come in over the line, and not gone back over it since.

        x, y: where the feet are now. margin: pixels. size: width and height of the picture.
        """
        if not self._ends:
            return True
        (ax, ay), (bx, by) = ((u * size[0], v * size[1]) for u, v in self._ends)
        along_x, along_y = bx - ax, by - ay
        length = max(float(np.hypot(along_x, along_y)), 1e-9)
        side = (along_x * (y - ay) - along_y * (x - ax)) / length
        if abs(side) < margin:
            return person in self._came_in
        last_x, last_y, last_side = self._sure.get(person, (x, y, side))
        self._sure[person] = x, y, side
        if (last_side > 0) != (side > 0):
            share = last_side / (last_side - side)
            cross_x, cross_y = last_x + share * (x - last_x), last_y + share * (y - last_y)
            place = (along_x * (cross_x - ax) + along_y * (cross_y - ay)) / length**2
            if 0.0 <= place <= 1.0:
                (self._came_in.add if side > 0 else self._came_in.discard)(person)
        return person in self._came_in

    def use_up(self, person: int) -> None:
        """The visit is over: the next one begins with the next crossing."""
        self._came_in.discard(person)

    def keep(self, remembered: AbstractSet[int]) -> None:
        """Forgets everybody else."""
        self._sure = {p: place for p, place in self._sure.items() if p in remembered}
        self._came_in &= remembered
