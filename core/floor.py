"""The floor in a camera's picture: how far is it from one point of the picture to another?"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import hypot, nan
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.errors import Incomplete

SMALLEST = 1e-4
"""Twice the area of a triangle below which its points count as lying on one line."""
FARTHEST = 4.0
"""Times as far away as the farthest of the four points; beyond, up to the horizon and above it, a
length would be a guess."""
_NO_FLOOR = "the four points do not describe a floor: choose other corners"

Points = Sequence[Sequence[float]]


def homography(picture: Points, plan: Points) -> NDArray[np.float64]:
    """(3, 3) matrix from picture to plan, by the direct linear transform (Hartley and Zisserman).

    picture, plan: four points [x, y] each. Raises Incomplete where three lie on one line, or where
    the horizon would run between the points.
    """
    for points in (picture, plan):
        if len(points) != 4 or any(len(point) != 2 for point in points):
            raise Incomplete("four points are needed in the picture and on the plan")
        for (ax, ay), (bx, by), (cx, cy) in combinations(points, 3):
            if abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) < SMALLEST:
                raise Incomplete("three of the four points lie on one line: choose corners")
    # The last element is set to 1, which it cannot be where the origin lies on the horizon or above
    # it: count from the middle of the points, which lies below.
    middle = np.mean(picture, axis=0)
    lines = []
    for (x, y), (u, v) in zip(picture - middle, plan, strict=True):
        lines.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        lines.append([0, 0, 0, x, y, 1, -v * x, -v * y])
    right = np.asarray(plan, dtype=np.float64).ravel()
    try:
        solved = np.linalg.solve(np.asarray(lines, dtype=np.float64), right)
    except np.linalg.LinAlgError:
        raise Incomplete(_NO_FLOOR) from None
    matrix = np.append(solved, 1.0).reshape(3, 3)
    matrix[:, 2] -= matrix[:, :2] @ middle
    if _nearness(matrix, picture).min() <= 0:
        raise Incomplete(_NO_FLOOR)
    return matrix


@dataclass(frozen=True, slots=True)
class Floor:
    """From shares of a camera's picture to metres on its floor.

    matrix: nine numbers by row, a homography. What it divides by grows with the nearness of a
    place, and is 1 at the farthest of the four points that a person set.
    """

    matrix: tuple[float, ...]

    @classmethod
    def of(
        cls, homography: Sequence[float], points: Points, width_m: float, height_m: float
    ) -> Self | None:
        """homography: nine numbers by row, from picture to plan, both in 0..1. points: four of the
        picture that it came from. width_m, height_m: what the plan covers.

        None where the points cannot all lie on a floor that the camera sees.
        """
        matrix = np.reshape(homography, (3, 3))
        nearness = _nearness(matrix, points)
        farthest = float(nearness[np.abs(nearness).argmin()])
        if (nearness * farthest <= 0).any():
            return None
        scaled = np.diag([width_m, height_m, 1.0]) @ matrix / farthest
        return cls(tuple(scaled.ravel().tolist())) if np.isfinite(scaled).all() else None

    def at(self, x: float, y: float) -> tuple[float, float]:
        """The place in metres that a point of the picture, in 0..1, shows; counted from the upper
        left corner of the plan. NaN above the horizon, and for what is too far away: FARTHEST."""
        a, b, c, d, e, f, g, h, i = self.matrix
        nearness = g * x + h * y + i
        if nearness * FARTHEST < 1.0:
            return nan, nan
        return (a * x + b * y + c) / nearness, (d * x + e * y + f) / nearness

    def metres(self, a: tuple[float, float], b: tuple[float, float]) -> float:
        """Between the places that two points of the picture show. NaN where one shows none."""
        (ax, ay), (bx, by) = self.at(*a), self.at(*b)
        return hypot(bx - ax, by - ay)


def _nearness(matrix: NDArray[np.float64], points: Points) -> NDArray[np.float64]:
    """(K,) what the matrix divides by: above the horizon it has another sign than below it."""
    nearness: NDArray[np.float64] = np.column_stack([points, np.ones(len(points))]) @ matrix[2]
    return nearness
