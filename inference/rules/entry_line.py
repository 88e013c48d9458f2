"""Who came in over a line, rather than some other way."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray

from inference.memory import Memory

Floats = NDArray[np.floating]


class EntryLine:
    """Follows foot points over a line from a to b; inwards is to the right of it.

    line: (2, 2), shares of the picture, see core.zone.Zone; (0, 2) where everybody comes in
    somehow. A person who trembles on the line has not crossed it: the feet must be beyond it by a
    margin.
    """

    def __init__(self, line: Floats) -> None:
        self._line = line
        # feet, side: where somebody was last surely beyond the line, and how far, pixels.
        self._people = Memory(feet=(np.nan, np.nan), side=np.nan, came_in=False)

    def passed(
        self, ids: NDArray[np.int64], feet: Floats, size: tuple[int, int], *, margin: Floats
    ) -> NDArray[np.bool_]:
        """(N,): whether each has come in over the line, and not gone back over it since.

        feet: (N, 2), where they are now. margin: (N,) pixels. size: width, height of the picture.
        """
        if not len(self._line):
            return np.ones(len(ids), np.bool_)
        start, end = self._line * size
        along = end - start
        length = max(float(np.hypot(*along)), 1e-9)
        off = feet - start
        side = (along[0] * off[:, 1] - along[1] * off[:, 0]) / length
        known, rows = self._people, self._people.rows(ids)
        sure = np.abs(side) >= margin
        last, before = known["feet"][rows], known["side"][rows]
        (over,) = np.nonzero(sure & ~np.isnan(before) & ((before > 0) != (side > 0)))
        share = before[over] / (before[over] - side[over])
        crossing = last[over] + share[:, None] * (feet[over] - last[over]) - start
        place = crossing @ along / length**2
        over = over[(place >= 0.0) & (place <= 1.0)]
        known["came_in"][rows[over]] = side[over] > 0
        known["feet"][rows[sure]], known["side"][rows[sure]] = feet[sure], side[sure]
        return np.asarray(known["came_in"][rows], np.bool_)

    def use_up(self, people: Iterable[int]) -> None:
        """Their visits are over: the next ones begin with the next crossing."""
        self._people["came_in"][self._people.known(people)] = False

    def keep(self, remembered: AbstractSet[int]) -> None:
        """Forgets everybody else."""
        self._people.keep(self._people.among(remembered))

    def clear(self) -> None:
        """Forgets everybody."""
        self._people.clear()
