"""Where people stand, and who stands in a zone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry import depth_in_polygon, foot_points, inside_polygon
from core.observation import Observation
from core.zone import Zone
from inference.roster import cut_by_edge

LEAST_HEADS = 3.2
"""A body of fewer heads has its feet hidden, or crouches: a standing one has five."""


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """feet: (N, 2) pixels, lower middle of the unclipped boxes, at most at the picture's edge.
    depth: (N,) pixels that they lie inside the zone, below 0 outside. hidden: (N,) bool, whether
    something stands before them, so that nobody can tell where they are.
    """

    feet: NDArray[np.floating]
    depth: NDArray[np.floating]
    hidden: NDArray[np.bool_]


def feet_in(zone: Zone, seen: Observation) -> NDArray[np.bool_]:
    """(N,): whether the foot point of each person, wherever the feet are, lies in the zone."""
    size = np.array([seen.frame.width, seen.frame.height], np.float64)
    feet = np.clip(foot_points(seen.people.xyxy), 0, size - 1)
    return inside_polygon(feet / size, zone.polygon)


def standing_in(zone: Zone, seen: Observation) -> Standing:
    """Where each of the people stands.

    Feet below the picture stand at its lower edge: whoever is cut off there is in a zone that
    reaches the edge, and has passed one that does not.
    """
    boxes = seen.people.xyxy
    size = np.array([seen.frame.width, seen.frame.height], np.float64)
    feet = np.clip(foot_points(boxes), 0, size - 1)
    head = seen.detections.xyxy[np.maximum(seen.heads, 0)] if len(seen.detections) else boxes
    short = boxes[:, 3] - boxes[:, 1] < LEAST_HEADS * (head[:, 3] - head[:, 1])
    cut = cut_by_edge(boxes, seen.frame.width, seen.frame.height)[:, 3]
    hidden = (seen.heads >= 0) & short & ~cut
    return Standing(feet, depth_in_polygon(feet, zone.polygon * size), hidden)
