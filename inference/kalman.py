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
    """N boxes: mean (N, 8), covariance (N, 8, 8)."""

    mean: Floats
    covariance: Floats

    @classmethod
    def start(cls, xyxy: NDArray[np.floating]) -> "BoxFilter":
        """Filters of first measurements (N, 4)."""
        measured = to_centre(xyxy)
        height = measured[:, 3]
        deviation = np.concatenate(
            [
                np.repeat(POSITION_NOISE * height[:, None], 4, axis=1),
                np.repeat(VELOCITY_AT_START * height[:, None], 4, axis=1),
            ],
            axis=1,
        )
        mean = np.concatenate([measured, np.zeros_like(measured)], axis=1)
        return cls(mean, np.einsum("ni,ij->nij", deviation**2, np.eye(8)))

    def predict(self, seconds: float) -> None:
        """Moves every box on by a time."""
        move = np.eye(8)
        move[:4, 4:] = np.eye(4) * seconds
        # White acceleration over the time (Bar-Shalom, discrete constant-velocity model).
        spread = np.array([[seconds**4 / 4, seconds**3 / 2], [seconds**3 / 2, seconds**2]])
        noise = np.kron(spread, np.eye(4)) * ACCELERATION**2
        height = np.maximum(self.mean[:, 3], 1.0)
        self.mean = self.mean @ move.T
        self.covariance = move @ self.covariance @ move.T + noise[None] * (height**2)[:, None, None]

    def correct(self, rows: NDArray[np.intp], xyxy: NDArray[np.floating]) -> None:
        """Takes in the measurements (K, 4) of some rows (K,)."""
        if not len(rows):
            return
        measured = to_centre(xyxy)
        mean, covariance = self.mean[rows], self.covariance[rows]
        noise = np.einsum(
            "n,ij->nij", (POSITION_NOISE * np.maximum(mean[:, 3], 1.0)) ** 2, np.eye(4)
        )
        gain = covariance[:, :, :4] @ np.linalg.inv(covariance[:, :4, :4] + noise)
        self.mean[rows] = mean + np.einsum("nij,nj->ni", gain, measured - mean[:, :4])
        self.covariance[rows] = covariance - gain @ covariance[:, :4, :]

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
    low, high = xyxy[:, :2].astype(np.float64), xyxy[:, 2:].astype(np.float64)
    return np.concatenate([(low + high) / 2, high - low], axis=1)
