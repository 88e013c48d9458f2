"""Geometry of boxes and polygons, in whichever unit they share."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def area(xyxy: Floats) -> Floats:
    """Areas of (N, 4) boxes, (N,)."""
    size = np.maximum(xyxy[:, 2:] - xyxy[:, :2], 0.0)
    return np.asarray(size[:, 0] * size[:, 1])


def iou(a: Floats, b: Floats) -> Floats:
    """Intersection over union of (N, 4) with (M, 4) boxes, (N, M) in 0..1."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    size = np.maximum(high - low, 0.0)
    shared = size[..., 0] * size[..., 1]
    union = area(a)[:, None] + area(b)[None, :] - shared
    return np.asarray(shared / np.maximum(union, 1e-9))


def centred_in(xyxy: Floats, box: NDArray[np.number]) -> NDArray[np.bool_]:
    """Which of the boxes (N, 4) have their centre inside one box (4,): (N,) bool."""
    centre = (xyxy[:, :2] + xyxy[:, 2:]) / 2
    return np.asarray(((centre >= box[:2]) & (centre <= box[2:])).all(axis=1), np.bool_)


def foot_points(xyxy: Floats) -> Floats:
    """Middle of the lower edge of (N, 4) boxes, (N, 2)."""
    return np.stack([(xyxy[:, 0] + xyxy[:, 2]) / 2, xyxy[:, 3]], axis=1)


def inside_polygon(points: Floats, polygon: Floats) -> NDArray[np.bool_]:
    """Which of the points (N, 2) lie inside a simple polygon (K, 2): (N,) bool.

    Even-odd rule, one ray to the right of each point.
    """
    x, y = points[:, None, 0], points[:, None, 1]
    x1, y1 = polygon[:, 0], polygon[:, 1]
    x2, y2 = np.roll(x1, -1), np.roll(y1, -1)
    spans = (y1 > y) != (y2 > y)
    rise = np.where(y2 == y1, 1.0, y2 - y1)
    crosses = spans & (x < (x2 - x1) * (y - y1) / rise + x1)
    return np.asarray(crosses.sum(axis=1) % 2 == 1)


def depth_in_polygon(points: Floats, polygon: Floats) -> Floats:
    """Distance of points (N, 2) to the edge of a simple polygon (K, 2), (N,); below 0 outside."""
    start, along = polygon[None], (np.roll(polygon, -1, axis=0) - polygon)[None]
    offset = points[:, None] - start
    length = np.maximum((along**2).sum(axis=2), 1e-12)
    share = np.clip((offset * along).sum(axis=2) / length, 0.0, 1.0)
    away = np.sqrt(((offset - share[..., None] * along) ** 2).sum(axis=2).min(axis=1))
    return np.asarray(np.where(inside_polygon(points, polygon), away, -away))


def polygon_area(polygon: Floats) -> float:
    """Area of a simple polygon (K, 2), by the shoelace formula."""
    x, y = polygon[:, 0], polygon[:, 1]
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


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
