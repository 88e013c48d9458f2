"""A Kalman filter of constant velocity for many boxes at once, in seconds and pixels.

State of a box: centre x, centre y, width, height, and the velocity of each. Noise grows with the
box height, as in SORT (Bewley 2016) and ByteTrack (Zhang 2022), but per second and not per frame:
cameras run at different, unsteady rates.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

POSITION_NOISE = 0.06
"""Of a measured centre or size, standard deviation as share of the height."""
VELOCITY_AT_START = 1.0
"""Standard deviation of an unknown velocity, heights per second."""
ACCELERATION = 1.0
"""Standard deviation of an acceleration, heights per second squared."""

Floats = NDArray[np.float64]


@dataclass(slots=True)
class BoxFilter:
    """N boxes: mean (N, 8), covariance (N, 2, 2) of position and velocity.

    The four coordinates of a box have the same noise and do not depend on each other, so each of
    them has this same covariance.
    """

    mean: Floats
    covariance: Floats

    @classmethod
    def start(cls, xyxy: NDArray[np.floating]) -> "BoxFilter":
        """Filters of first measurements (N, 4)."""
        measured = to_centre(xyxy)
        unsure = np.diag([POSITION_NOISE**2, VELOCITY_AT_START**2])
        mean = np.concatenate([measured, np.zeros_like(measured)], axis=1)
        return cls(mean, measured[:, 3, None, None] ** 2 * unsure)

    def predict(self, seconds: float) -> None:
        """Moves every box on by a time."""
        move = np.array([[1.0, seconds], [0.0, 1.0]])
        # White acceleration over the time (Bar-Shalom, discrete constant-velocity model).
        spread = np.array([[seconds**4 / 4, seconds**3 / 2], [seconds**3 / 2, seconds**2]])
        noise = spread * ACCELERATION**2
        height = np.maximum(self.mean[:, 3], 1.0)[:, None, None]
        self.covariance = move @ self.covariance @ move.T + noise * height**2
        self.mean[:, :4] += self.mean[:, 4:] * seconds

    def correct(self, rows: NDArray[np.intp], xyxy: NDArray[np.floating]) -> None:
        """Takes in the measurements (K, 4) of some rows (K,)."""
        mean, covariance = self.mean[rows], self.covariance[rows]
        noise = (POSITION_NOISE * np.maximum(mean[:, 3], 1.0)) ** 2
        gain = covariance[:, :, 0] / (covariance[:, 0, 0] + noise)[:, None]
        surprise = to_centre(xyxy) - mean[:, :4]
        change = gain[:, :, None] * surprise[:, None, :]
        self.mean[rows] = mean + change.reshape(-1, 8)
        self.covariance[rows] = covariance - gain[:, :, None] * covariance[:, :1]

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Forgets the other rows."""
        self.mean, self.covariance = self.mean[mask], self.covariance[mask]

    def append(self, other: "BoxFilter") -> None:
        """Adds rows at the end."""
        self.mean = np.concatenate([self.mean, other.mean])
        self.covariance = np.concatenate([self.covariance, other.covariance])

    @property
    def xyxy(self) -> Floats:
        """Estimated boxes, (N, 4)."""
        half = np.maximum(self.mean[:, 2:4], 1.0) / 2
        return np.concatenate([self.mean[:, :2] - half, self.mean[:, :2] + half], axis=1)


def to_centre(xyxy: NDArray[np.floating]) -> Floats:
    """(N, 4) corners as centre x, centre y, width, height in float64."""
    low, high = xyxy.astype(np.float64).reshape(-1, 2, 2).transpose(1, 0, 2)
    return np.concatenate([(low + high) / 2, high - low], axis=1)
