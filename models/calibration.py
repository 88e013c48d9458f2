"""From a network's confidence to an honest probability.

A box with probability 0.8 should be right in 8 of 10 cases; the rules multiply such numbers.
Platt scaling (Platt, 1999) on the logit: two numbers per class, fitted on the validation split.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import DataSetError
from core.manifest import UNCALIBRATED, Calibration
from models.matching import Matches

BINS = 10
LEAST_BOXES = 50
RIDGE = 1e-3
"""Keeps the fit finite where a class is never confused."""
SMALLEST_STEP = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """The reliability curve: per bin of probability, how often the boxes in it were right.

    edges: (BINS + 1,). count: (BINS,). stated, right: (BINS,) mean probability and share of right
    boxes, nan where a bin is empty. ece: expected calibration error (Naeini et al., 2015).
    """

    edges: NDArray[np.float64]
    count: NDArray[np.int64]
    stated: NDArray[np.float64]
    right: NDArray[np.float64]
    ece: float


def outcomes(matches: Sequence[Matches]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Confidence of every found box, (N,), and whether it was right, (N,)."""
    confidence = np.concatenate([m.confidence for m in matches] or [np.zeros(0, np.float32)])
    right = np.concatenate([m.truth >= 0 for m in matches] or [np.zeros(0, np.bool_)])
    return confidence.astype(np.float64), right


def fit(confidence: NDArray[np.float64], right: NDArray[np.bool_], name: str) -> Calibration:
    """Logistic regression on the logit, by Newton's method with steps that are halved.

    Raises DataSetError where there is too little to learn from.
    """
    if len(confidence) < LEAST_BOXES or right.all() or not right.any():
        raise DataSetError(
            f"{len(confidence)} found boxes of {name} are too few or all alike to calibrate: "
            f"the validation split needs {LEAST_BOXES}, right and wrong ones"
        )
    x = np.stack([_logit(confidence), np.ones(len(confidence))], axis=1)
    start = np.array([UNCALIBRATED.scale, UNCALIBRATED.offset])
    weights = start.copy()
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -500, 500)))
        gradient = x.T @ (p - right) + RIDGE * (weights - start)
        curvature = (x.T * (p * (1 - p))) @ x + RIDGE * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        now = _loss(weights, x, right)
        while _loss(weights - step, x, right) > now and np.abs(step).max() > SMALLEST_STEP:
            step /= 2  # a full step jumps over the minimum where confidence hardly orders boxes
        weights -= step
        if np.abs(step).max() <= SMALLEST_STEP:
            break
    return Calibration(scale=float(weights[0]), offset=float(weights[1]))


def reliability(probability: NDArray[np.float64], right: NDArray[np.bool_]) -> Reliability:
    """probability: (N,) in 0..1. right: (N,) bool."""
    edges = np.linspace(0, 1, BINS + 1)
    bins = np.clip(np.digitize(probability, edges) - 1, 0, BINS - 1)
    count = np.bincount(bins, minlength=BINS)
    empty = np.where(count == 0, np.nan, 1.0)
    filled = np.maximum(count, 1)
    stated = np.bincount(bins, probability, BINS) / filled * empty
    share = np.bincount(bins, right.astype(np.float64), BINS) / filled * empty
    gaps = np.nan_to_num(np.abs(stated - share))
    return Reliability(
        edges, count, stated, share, float((gaps * count).sum() / max(len(right), 1))
    )


def _loss(weights: NDArray[np.float64], x: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Negative log-likelihood of the outcomes, with the ridge."""
    z = x @ weights
    ridge = RIDGE / 2 * ((weights - (UNCALIBRATED.scale, UNCALIBRATED.offset)) ** 2).sum()
    return float(np.logaddexp(0, z).sum() - z[right].sum() + ridge)


def _logit(confidence: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = np.clip(confidence, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped / (1 - clipped)))
