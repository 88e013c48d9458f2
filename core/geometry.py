"""Geometry of boxes and polygons, in whichever unit they share."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def area(xyxy: Floats) -> Floats:
    """Areas of (N, 4) boxes, (N,)."""
    size = np.maximum(xyxy[:, 2:] - xyxy[:, :2], 0.0)
    return np.asarray(size[:, 0] * size[:, 1])


def shared_area(a: Floats, b: Floats) -> Floats:
    """Area that (N, 4) and (M, 4) boxes have in common, (N, M)."""
    # Side by side: arrays whose last axis has two elements cost several times as much.
    ax1, ay1, ax2, ay2 = a.T[:, :, None]
    bx1, by1, bx2, by2 = b.T[:, None, :]
    width = np.minimum(ax2, bx2) - np.maximum(ax1, bx1)
    height = np.minimum(ay2, by2) - np.maximum(ay1, by1)
    return np.asarray(np.maximum(width, 0.0) * np.maximum(height, 0.0))


def iou(a: Floats, b: Floats) -> Floats:
    """Intersection over union of (N, 4) with (M, 4) boxes, (N, M) in 0..1."""
    shared = shared_area(a, b)
    union = area(a)[:, None] + area(b) - shared
    return np.asarray(shared / np.maximum(union, 1e-9))


def centred_in(xyxy: Floats, box: NDArray[np.number]) -> NDArray[np.bool_]:
    """Which of the boxes (N, 4) have their centre inside one box (4,): (N,) bool."""
    centre = (xyxy[:, :2] + xyxy[:, 2:]) / 2
    return np.asarray(((centre >= box[:2]) & (centre <= box[2:])).all(axis=1), np.bool_)


def foot_points(xyxy: Floats) -> Floats:
    """Middle of the lower edge of (N, 4) boxes, (N, 2)."""
    feet = xyxy[:, 2:].copy()
    feet[:, 0] += xyxy[:, 0]
    feet[:, 0] /= 2
    return feet


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The edges of a simple polygon, (K,) each, prepared for many questions.

    before, after: y of the two ends. slope, start: on the edge
    x = slope * y + start.
    """

    before: Floats
    after: Floats
    slope: Floats
    start: Floats

    @classmethod
    def of(cls, polygon: Floats) -> Self:
        """Of corners (K, 2)."""
        (x1, y1), (x2, y2) = polygon.T, _following(polygon).T
        slope = (x2 - x1) / np.where(y2 == y1, 1.0, y2 - y1)
        return cls(y1, y2, slope, x1 - slope * y1)

    def holds(self, points: Floats) -> NDArray[np.bool_]:
        """Which of the points (N, 2) lie inside, (N,): the even-odd rule, one ray to the right."""
        x, y = points.T[:, :, None]
        crosses = ((self.before > y) != (self.after > y)) & (x < self.slope * y + self.start)
        return np.asarray(np.logical_xor.reduce(crosses, axis=1))


def inside_polygon(points: Floats, polygon: Floats) -> NDArray[np.bool_]:
    """Which of the points (N, 2) lie inside a simple polygon (K, 2): (N,) bool."""
    return Outline.of(polygon).holds(points)


def depth_in_polygon(points: Floats, polygon: Floats) -> Floats:
    """Distance of points (N, 2) to the edge of a simple polygon (K, 2), (N,); below 0 outside."""
    along_x, along_y = (_following(polygon) - polygon).T
    offset_x, offset_y = (points[:, None] - polygon).transpose(2, 0, 1)
    length = np.maximum(along_x * along_x + along_y * along_y, 1e-12)
    share = (offset_x * along_x + offset_y * along_y) / length
    share = np.minimum(np.maximum(share, 0.0), 1.0)
    away = np.hypot(offset_x - share * along_x, offset_y - share * along_y).min(axis=1)
    return np.asarray(np.where(inside_polygon(points, polygon), away, -away))


def _following(polygon: Floats) -> Floats:
    """The corner after each corner of a polygon (K, 2)."""
    return np.concatenate([polygon[1:], polygon[:1]])


def polygon_area(polygon: Floats) -> float:
    """Area of a simple polygon (K, 2), by the shoelace formula."""
    (x1, y1), (x2, y2) = polygon.T, _following(polygon).T
    return float(abs(np.dot(x1, y2) - np.dot(y1, x2)) / 2)


def crosses_itself(polygon: Floats) -> bool:
    """Whether two edges of the polygon (K, 2) that are not neighbours meet."""
    count = len(polygon)
    edges = [(polygon[i], polygon[(i + 1) % count]) for i in range(count)]
    return any(
        _segments_meet(*edges[i], *edges[j])
        for i in range(count)
        for j in range(i + 2, count)
        if (j + 1) % count != i
    )


def _segments_meet(a: Floats, b: Floats, c: Floats, d: Floats) -> bool:
    def side(p: Floats, q: Floats, r: Floats) -> float:
        return float(np.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])))

    def between(p: Floats, q: Floats, r: Floats) -> bool:
        return bool(np.all(np.minimum(p, q) <= r) and np.all(r <= np.maximum(p, q)))

    turns = side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)
    if turns[0] != turns[1] and turns[2] != turns[3]:
        return True
    touching = zip(turns, ((a, b, c), (a, b, d), (c, d, a), (c, d, b)), strict=True)
    return any(turn == 0 and between(*points) for turn, points in touching)
