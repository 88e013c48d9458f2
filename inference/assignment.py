"""Who belongs to whom: the assignment of least total cost."""

import numpy as np
from numpy.typing import NDArray


def assign(cost: NDArray[np.floating], limit: float) -> list[tuple[int, int]]:
    """Pairs (row, column) of least total cost, each row and column at most once.

    cost: (N, M). Pairs that cost more than `limit` are never made.
    Source: shortest augmenting paths with potentials (Kuhn 1955, Jonker and Volgenant 1987).
    """
    rows, columns = cost.shape
    if not rows or not columns:
        return []
    if rows > columns:
        return sorted((row, column) for column, row in assign(cost.T, limit))
    # Forbidden pairs cost more than any sum of allowed ones, so they are taken last and dropped.
    allowed = cost <= limit
    ceiling = 1.0 + 2.0 * (abs(limit) + 1.0) * rows
    bounded = np.where(allowed, cost, ceiling).astype(np.float64)
    owner = _solve(bounded)
    return sorted((int(r), c) for c, r in enumerate(owner) if r >= 0 and allowed[r, c])


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
