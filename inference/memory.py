"""What is known about people: one row of arrays for each of them."""

from collections.abc import Container, Iterable
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Memory:
    """A structured array with a row for each person, found by the person's id.

    A picture is judged with a few operations on whole columns, whatever the number of people.
    `memory["name"]` is a column, a view: what is written into it is remembered, until `rows` adds
    somebody or `keep` forgets somebody; take it again then.
    """

    def __init__(self, **blank: Any) -> None:
        """blank: the columns' names, and what stands there for somebody new: a number, a bool, or a
        tuple of numbers."""
        start = {name: np.asarray(value) for name, value in blank.items()}
        self._blank = np.zeros(
            1, [(name, value.dtype, value.shape) for name, value in start.items()]
        )
        for name, value in start.items():
            self._blank[name] = value
        self._rows = self._blank[:0]
        self._row_of: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, column: str) -> NDArray[Any]:
        return self._rows[column]

    @property
    def ids(self) -> list[int]:
        """Whose row each one is."""
        return list(self._row_of)

    def rows(self, ids: NDArray[np.int64]) -> NDArray[np.intp]:
        """The row of each id, (N,); who is new begins with a blank one."""
        wanted = ids.tolist()
        new = [i for i in wanted if i not in self._row_of]
        if new:
            self._row_of |= {i: len(self._rows) + k for k, i in enumerate(new)}
            self._rows = np.concatenate([self._rows, np.repeat(self._blank, len(new))])
        return np.array([self._row_of[i] for i in wanted], np.intp)

    def known(self, ids: Iterable[int]) -> NDArray[np.intp]:
        """The rows of those among the ids that have one."""
        return np.array([self._row_of[i] for i in ids if i in self._row_of], np.intp)

    def among(self, ids: Container[int]) -> NDArray[np.bool_]:
        """Of each row whether its id is one of these."""
        return np.array([i in ids for i in self._row_of], np.bool_)

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Forgets the rows that are not in the mask."""
        if not mask.all():
            self._rows = self._rows[mask]
            kept = compress(self._row_of, mask.tolist())
            self._row_of = {i: row for row, i in enumerate(kept)}

    def reset(self, rows: NDArray[np.bool_], *columns: str) -> None:
        """Some columns of some rows become blank again."""
        for column in columns:
            self._rows[column][rows] = self._blank[column]

    def clear(self) -> None:
        """Forgets everybody."""
        self._rows = self._blank[:0]
        self._row_of = {}
