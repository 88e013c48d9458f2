"""Who belongs to whom: the assignment of least total cost."""

import numpy as np
from numpy.typing import NDArray


def assign(cost: NDArray[np.floating], limit: float) -> list[tuple[int, int]]:
    """Pairs (row, column) of least total cost, each row and column at most once.

    cost: (N, M). Pairs that cost more than `limit` are never made; as many as possible are.
    """
    allowed = cost <= limit
    rows, columns = np.nonzero(allowed.any(axis=1))[0], np.nonzero(allowed.any(axis=0))[0]
    if len(rows) > len(columns):
        return sorted((row, column) for column, row in assign(cost.T, limit))
    best = np.where(allowed, cost, np.inf)[rows].argmin(axis=1) if len(rows) else rows
    if len(set(best.tolist())) < len(rows):  # two want the same
        part = np.ix_(rows, columns)
        best = columns[_solve(cost[part].astype(np.float64), allowed[part], limit)]
    pairs = zip(rows.tolist(), best.tolist(), strict=True)
    return [(row, column) for row, column in pairs if allowed[row, column]]


def _solve(cost: NDArray[np.float64], allowed: NDArray[np.bool_], limit: float) -> NDArray[np.intp]:
    """Column of each row, (N,); (N, M) with N <= M. Pairs that are not allowed come last.

    Source: shortest augmenting paths with potentials (Kuhn 1955, Jonker and Volgenant 1987).
    """
    # Forbidden pairs cost more than any sum of allowed ones.
    cost = np.where(allowed, cost, 1.0 + 2.0 * (abs(limit) + 1.0) * len(cost))
    row_price, column_price = cost.min(axis=1), np.zeros(cost.shape[1])
    owner = np.full(cost.shape[1], -1, np.intp)
    wanted, first = np.unique(cost.argmin(axis=1), return_index=True)
    owner[wanted] = first
    for start in np.delete(np.arange(len(cost)), first).tolist():
        shortest = np.full(cost.shape[1], np.inf)
        previous = np.full(cost.shape[1], -1, np.intp)
        done = np.zeros(cost.shape[1], bool)
        row, column = start, -1
        while row >= 0:
            slack = cost[row] - row_price[row] - column_price
            better = ~done & (slack < shortest)
            shortest[better] = slack[better]
            previous[better] = column
            column = int(np.where(done, np.inf, shortest).argmin())
            step = shortest[column]
            row_price[start] += step
            row_price[owner[done]] += step
            column_price[done] -= step
            shortest[~done] -= step
            done[column] = True
            row = int(owner[column])
        while column >= 0:
            before = int(previous[column])
            owner[column] = start if before < 0 else owner[before]
            column = before
    column_of = np.empty(len(cost), np.intp)
    taken = np.nonzero(owner >= 0)[0]
    column_of[owner[taken]] = taken
    return column_of
