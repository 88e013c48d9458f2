"""Where people stand, and who stands in a zone."""

import numpy as np
from numpy.typing import NDArray

from core.geometry import foot_points, inside_polygon
from core.observation import Observation
from core.zone import Zone


def standing_in(zone: Zone, seen: Observation) -> tuple[NDArray[np.floating], NDArray[np.bool_]]:
    """Foot points of the people, (N, 2) pixels, and which of them lie in the zone, (N,)."""
    size = np.array([seen.frame.width, seen.frame.height], np.float64)
    # Feet below the picture stand at its lower edge as far as anybody can tell.
    feet = np.clip(foot_points(seen.people.xyxy), 0, size - 1)
    return feet, inside_polygon(feet / size, zone.polygon)
