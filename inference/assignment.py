"""Who belongs to whom: the assignment of least total cost."""

import numpy as np
from numpy.typing import NDArray


def assign(cost: NDArray[np.floating], limit: float) -> list[tuple[int, int]]:
    """Pairs (row, column) of least total cost, each row and column at most once.

    cost: (N, M). Pairs that cost more than `limit` are never made.
    Source: shortest augmenting paths with potentials (Kuhn 1955, Jonker and Volgenant 1987).
    """
    if not cost.size:
        return []
    allowed = cost <= limit
    open_rows = np.flatnonzero(allowed.any(axis=1))
    # Most pairs stand alone: each is the other's only choice. The others are solved together.
    only = open_rows[allowed[open_rows].sum(axis=1) == 1]
    column = allowed[only].argmax(axis=1)
    alone = allowed[:, column].sum(axis=0) == 1
    pairs = list(zip(only[alone].tolist(), column[alone].tolist(), strict=True))
    rows = np.setdiff1d(open_rows, only[alone])
    if len(rows):
        columns = np.flatnonzero(allowed[rows].any(axis=0))
        part = _assign(cost[np.ix_(rows, columns)], allowed[np.ix_(rows, columns)], limit)
        pairs += [(int(rows[r]), int(columns[c])) for r, c in part]
    return sorted(pairs)


def _assign(
    cost: NDArray[np.floating], allowed: NDArray[np.bool_], limit: float
) -> list[tuple[int, int]]:
    rows, columns = cost.shape
    if rows > columns:
        return [(row, column) for column, row in _assign(cost.T, allowed.T, limit)]
    # Forbidden pairs cost more than any sum of allowed ones, so they are taken last and dropped.
    ceiling = 1.0 + 2.0 * (abs(limit) + 1.0) * rows
    owner = _solve(np.where(allowed, cost, ceiling).astype(np.float64))
    return [(int(r), c) for c, r in enumerate(owner) if r >= 0 and allowed[r, c]]


def _solve(cost: NDArray[np.float64]) -> NDArray[np.intp]:
    """Row that owns each column, -1 where none; (N, M) with N <= M."""
    rows, columns = cost.shape
    row_price, column_price = np.zeros(rows), np.zeros(columns)
    owner = np.full(columns, -1, np.intp)
    for start in range(rows):
        shortest = np.full(columns, np.inf)
        previous = np.full(columns, -1, np.intp)
        done = np.zeros(columns, bool)
        row, column = start, -1
        while True:
            slack = cost[row] - row_price[row] - column_price
            better = ~done & (slack < shortest)
            shortest[better] = slack[better]
            previous[better] = column
            column_next = int(np.where(done, np.inf, shortest).argmin())
            step = shortest[column_next]
            row_price[start] += step
            for c in np.flatnonzero(done):
                row_price[owner[c]] += step
            column_price[done] -= step
            shortest[~done] -= step
            done[column_next] = True
            column = column_next
            if owner[column] < 0:
                break
            row = int(owner[column])
        while column >= 0:
            before = int(previous[column])
            owner[column] = start if before < 0 else owner[before]
            column = before
    return owner
