"""What the head box of a person says about a helmet."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.coverage import Answer
from core.detections import Detections
from core.manifest import ModelManifest
from core.observation import Observation
from inference.roster import cut_by_edge

UNEXPLAINED = 0.25
"""Of the probability that no box takes, as much may speak for each of the two readings."""
LEAST_HEAD = 0.2
"""Probability of the surer reading; a fainter head says nothing."""
CLEAR_HEAD_PX = 12.0
"""Height of a head, pixels of the network's input, from which it counts in full."""
DARKEST = 16.0
"""Mean grey level of a head below which nobody can tell."""
STRONGEST = 2.0
"""Most that one picture counts, natural logarithm: one may be wrong, however sure it is."""


@dataclass(frozen=True, slots=True, eq=False)
class HeadReadings:
    """What one picture says about N people's heads.

    answer: (N,) of Answer: judged, or why not. log_ratio: (N,) natural logarithm of bare against
    helmet, above 0 speaks for bare; 0 where it was not judged. confidence: (N,) of the surer
    reading, 0..1. share: (N,) 0..1, how much the picture counts for the size of the head.
    """

    answer: NDArray[np.object_]
    log_ratio: NDArray[np.float64]
    confidence: NDArray[np.float64]
    share: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HeadReader:
    """Reads heads as one model sees them.

    manifest: of the model, with its calibration. smallest_px: height of a head in pixels of the
    network's input below which nobody can tell.
    """

    manifest: ModelManifest
    smallest_px: float

    def read(self, seen: Observation) -> HeadReadings:
        """What the picture says about each of its people.

        A person without a head box is hidden, never bare: no helmet found proves nothing.
        """
        people, found = seen.people, seen.detections
        answer = self._without_head(seen)
        log_ratio, confidence, share = np.zeros((3, len(people)))
        (who,) = np.nonzero(seen.heads >= 0)
        if not len(who):
            return HeadReadings(answer, log_ratio, confidence, share)
        own = found.xyxy[seen.heads[who]]
        same = _centred(found.xyxy, own)
        bare = (same * self._probability(found, "head")).max(axis=1)
        helmet = (same * self._probability(found, "helmet")).max(axis=1)
        height = (own[:, 3] - own[:, 1]) * self.manifest.input_size
        height /= max(seen.frame.width, seen.frame.height)
        grey = seen.grey[seen.heads[who]]
        spare = UNEXPLAINED * np.maximum(1.0 - bare - helmet, 0.04)
        ratio = np.clip(np.log((bare + spare) / (helmet + spare)), -STRONGEST, STRONGEST)
        surer = np.maximum(bare, helmet)
        clear = surer >= LEAST_HEAD
        answer[who[clear]] = Answer.JUDGED
        answer[who[grey < DARKEST]] = Answer.TOO_DARK
        answer[who[height < self.smallest_px]] = Answer.TOO_SMALL
        judged = clear & (grey >= DARKEST) & (height >= self.smallest_px)
        log_ratio[who[judged]], confidence[who[judged]] = ratio[judged], surer[judged]
        share[who[judged]] = np.minimum(1.0, height[judged] / CLEAR_HEAD_PX)
        return HeadReadings(answer, log_ratio, confidence, share)

    def _probability(self, found: Detections, name: str) -> NDArray[np.float64]:
        """(N,): that each box is right, 0 where it is of another class."""
        of_class = found.class_id == self.manifest.class_id(name)
        sure = self.manifest.calibration[name].probability(found.confidence)
        return np.where(of_class, sure, 0.0)

    def _without_head(self, seen: Observation) -> NDArray[np.object_]:
        """Why each person's head cannot be judged, if there is no box for it."""
        people = seen.people
        top_cut = cut_by_edge(people.xyxy, seen.frame.width, seen.frame.height)[:, 1]
        # A head is about a fifth of a person's box.
        head = (people.xyxy[:, 3] - people.xyxy[:, 1]) / 5 * self.manifest.input_size
        answer = np.full(len(people), Answer.HIDDEN, object)
        answer[seen.grey[people.detection_index] < DARKEST] = Answer.TOO_DARK
        answer[head < self.smallest_px * max(seen.frame.width, seen.frame.height)] = (
            Answer.TOO_SMALL
        )
        answer[top_cut] = Answer.CUT_OFF
        return answer


def _centred(boxes: NDArray[np.float32], inside: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(K, M): which of the boxes (M, 4) have their centre inside each of the others (K, 4)."""
    centre = (boxes[:, :2] + boxes[:, 2:])[None] / 2
    return np.asarray(
        ((centre >= inside[:, None, :2]) & (centre <= inside[:, None, 2:])).all(axis=2), np.bool_
    )
