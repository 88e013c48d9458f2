"""Wald's sequential probability ratio test for what can be seen only now and then.

Source: A. Wald, Sequential Tests of Statistical Hypotheses, 1945. The logarithms of the likelihood
ratio add up until one of two bounds is reached. Pictures that follow each other closely show the
same thing, so each counts by how far it is from the one before.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = float | NDArray[np.float64]
"""Of one person, or of N of them, (N,)."""

DECORRELATION_S = 0.4
"""Time constant with which the next picture becomes a witness of its own."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """upper: sum at which the first hypothesis holds; lower: at which the second one does."""

    upper: float
    lower: float

    @classmethod
    def of(cls, *, miss: float, false_alarm: float) -> "Bounds":
        """From the wanted rates, each above 0 and together below 1."""
        return cls(math.log((1 - miss) / false_alarm), math.log(miss / (1 - false_alarm)))


def independence(passed_s: Numbers) -> Numbers:
    """How much a picture counts, 0..1, that comes so long after the last one that counted."""
    return 1.0 - np.exp(-np.maximum(passed_s, 0.0) / DECORRELATION_S)


@dataclass(slots=True)
class Evidence:
    """The sums of some people. counted_at: UTC seconds of the last picture that counted."""

    log_ratio: Numbers = 0.0
    counted_at: Numbers = -math.inf

    def weigh(self, log_ratio: Numbers, timestamp: float, share: Numbers, bounds: Bounds) -> None:
        """Adds a picture. share: 0..1, of what a clear one would count."""
        step = log_ratio * share * independence(timestamp - self.counted_at)
        total = self.log_ratio + step
        self.log_ratio = np.minimum(np.maximum(total, bounds.lower), bounds.upper)
        self.counted_at = timestamp
