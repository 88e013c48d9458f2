"""Where a point of a camera's picture lies on the plan."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from core.errors import Incomplete

SMALLEST = 1e-4
"""Twice the area of a triangle below which its points count as lying on one line."""


def homography(
    picture: Sequence[Sequence[float]], plan: Sequence[Sequence[float]]
) -> NDArray[np.float64]:
    """(3, 3) matrix from picture to plan, by the direct linear transform (Hartley and Zisserman).

    picture, plan: four points [x, y] each. Raises Incomplete where three lie on one line.
    """
    for points in (picture, plan):
        if len(points) != 4 or any(len(point) != 2 for point in points):
            raise Incomplete("four points are needed in the picture and on the plan")
        for (ax, ay), (bx, by), (cx, cy) in combinations(points, 3):
            if abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) < SMALLEST:
                raise Incomplete("three of the four points lie on one line: choose corners")
    lines = []
    for (x, y), (u, v) in zip(picture, plan, strict=True):
        lines.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        lines.append([0, 0, 0, x, y, 1, -v * x, -v * y])
    right = np.asarray(plan, dtype=np.float64).ravel()
    try:
        solved = np.linalg.solve(np.asarray(lines, dtype=np.float64), right)
    except np.linalg.LinAlgError:
        raise Incomplete("the four points do not describe a floor: choose other corners") from None
    return np.append(solved, 1.0).reshape(3, 3)


def on_plan(matrix: Sequence[float], x: float, y: float) -> tuple[float, float] | None:
    """A point of the picture on the plan, None above the horizon. matrix: nine values by row."""
    u, v, w = np.asarray(matrix, dtype=np.float64).reshape(3, 3) @ (x, y, 1.0)
    if w <= 1e-9:
        return None
    return float(u / w), float(v / w)
