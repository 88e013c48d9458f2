"""What the head box of a person says about a helmet."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.coverage import Answer
from core.detections import Detections
from core.manifest import ModelManifest, probability
from core.observation import Observation
from inference.roster import cut_by_edge
from inference.rules.rule import CODE

UNEXPLAINED = 0.25
"""Of the probability that no box takes, as much may speak for each of the two readings."""
LEAST_HEAD = 0.2
"""Probability of the surer reading; a fainter head says nothing."""
CLEAR_HEAD_PX = 12.0
"""Height of a head, pixels of the network's input, from which it counts in full."""
DARKEST = 16.0
"""Mean grey level of a head below which nobody can tell."""
STRONGEST = 2.3
"""Most that one picture counts, natural logarithm: ten to one, however sure it is. Measured, one
head in fifty is read as the other; a new site may be five times as hard."""


@dataclass(frozen=True, slots=True, eq=False)
class HeadReadings:
    """What one picture says about N people's heads.

    answer: (N,) of CODE: judged, or why not. log_ratio: (N,) natural logarithm of bare against
    helmet, above 0 speaks for bare. confidence: (N,) of the surer reading, 0..1. share: (N,) 0..1,
    how much the picture counts for the size of the head. All three mean nothing where it was not
    judged.
    """

    answer: NDArray[np.intp]
    log_ratio: NDArray[np.float64]
    confidence: NDArray[np.float64]
    share: NDArray[np.float64]


class HeadReader:
    """Reads heads as one model sees them.

    manifest: of the model, with its calibration. smallest_px: height of a head in pixels of the
    network's input below which nobody can tell.
    """

    def __init__(self, manifest: ModelManifest, smallest_px: float) -> None:
        self._input_px, self._smallest_px = manifest.input_size, smallest_px
        self._bare, self._helmet = manifest.class_id("head"), manifest.class_id("helmet")
        calibrations = [manifest.calibration[name] for name in manifest.classes]
        self._scale = np.array([calibration.scale for calibration in calibrations])
        self._offset = np.array([calibration.offset for calibration in calibrations])

    def read(self, seen: Observation) -> HeadReadings:
        """What the picture says about each of its people.

        A person without a head box is hidden, never bare: no helmet found proves nothing.
        """
        answer = np.full(len(seen.people), CODE[Answer.JUDGED])
        log_ratio, confidence, share = np.zeros((3, len(answer)))
        (who,) = np.nonzero(seen.heads >= 0)
        scale = self._input_px / max(seen.frame.width, seen.frame.height)
        if len(who):
            own = seen.detections.xyxy[seen.heads[who]]
            bare, helmet = self._probabilities(seen.detections, own)
            height = (own[:, 3] - own[:, 1]) * scale
            surer = np.maximum(bare, helmet)
            answer[who[seen.grey[seen.heads[who]] < DARKEST]] = CODE[Answer.TOO_DARK]
            answer[who[height < self._smallest_px]] = CODE[Answer.TOO_SMALL]
            spare = UNEXPLAINED * np.maximum(1.0 - bare - helmet, 0.04)
            ratio = np.log((bare + spare) / (helmet + spare))
            log_ratio[who] = np.minimum(np.maximum(ratio, -STRONGEST), STRONGEST)
            confidence[who], share[who] = surer, np.minimum(1.0, height / CLEAR_HEAD_PX)
        (faint,) = np.nonzero((confidence < LEAST_HEAD) & (answer == CODE[Answer.JUDGED]))
        if len(faint):
            answer[faint] = _without_head(seen, faint, self._smallest_px / scale)
        return HeadReadings(answer, log_ratio, confidence, share)

    def _probabilities(
        self, found: Detections, own: NDArray[np.float32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(K,) each: that one of the boxes with their centre in a head (K, 4) is rightly bare, and
        that one is rightly a helmet."""
        x1, y1, x2, y2 = own.T[:, :, None]
        x, y = ((found.xyxy[:, :2] + found.xyxy[:, 2:]) / 2).T
        same = (x >= x1) & (x <= x2) & (y >= y1) & (y <= y2)
        right = probability(
            found.confidence, self._scale[found.class_id], self._offset[found.class_id]
        )
        bare = np.where(same & (found.class_id == self._bare), right, 0.0).max(axis=1)
        return bare, np.where(same & (found.class_id == self._helmet), right, 0.0).max(axis=1)


def _without_head(seen: Observation, who: NDArray[np.intp], smallest_px: float) -> NDArray[np.intp]:
    """Why the heads of some people cannot be judged, where there is no clear box of them.

    smallest_px: height of a head, pixels of the picture, below which nobody can tell.
    """
    people = seen.people
    answer = np.full(len(who), CODE[Answer.HIDDEN])
    answer[seen.grey[people.detection_index[who]] < DARKEST] = CODE[Answer.TOO_DARK]
    # A head is about a fifth of a person's box.
    answer[seen.heights[who] / 5 < smallest_px] = CODE[Answer.TOO_SMALL]
    cut = cut_by_edge(people.xyxy[who], seen.frame.width, seen.frame.height)
    answer[cut[:, 1]] = CODE[Answer.CUT_OFF]
    return answer
