"""What the rules judge: one picture with everything seen in it."""

from dataclasses import dataclass

from core.detections import Detections, Tracks
from core.frame import Frame


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """detections: every box of the picture, all classes. people: the tracked persons among them."""

    frame: Frame
    detections: Detections
    people: Tracks
