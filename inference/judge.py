"""Everything between a picture's boxes and its violations, for one camera."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from core.detections import Detections
from core.frame import Frame
from core.manifest import ModelManifest
from core.observation import Observation
from core.site import CameraConfig
from core.violation import Violation
from core.zone import Zone, ZoneKind
from inference.rules.blocked_exit import BlockedExitRule
from inference.rules.headwear import MINIMUM_HEAD_PX
from inference.rules.missing_helmet import MissingHelmetRule
from inference.rules.restricted_zone import RestrictedZoneRule
from inference.rules.rule import Rule
from inference.tracker import Tracker, TrackerSettings

DETECTION_FLOOR = 0.1
"""Boxes below the working threshold still continue a track (ByteTrack's second stage)."""


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """observation: what was seen. violations: those that began, went on or ended with it."""

    observation: Observation
    violations: tuple[Violation, ...]


class Judge:
    """The tracker and the rules of one camera."""

    def __init__(self, camera: CameraConfig, manifest: ModelManifest, time_zone: ZoneInfo) -> None:
        self._time_zone = time_zone
        self._timestamp = float("-inf")
        self._person_id = manifest.class_id("person")
        self._tracker = Tracker(TrackerSettings(confidence=manifest.thresholds["person"]))
        self._rules = [
            (zone, _rule(camera.id, zone, manifest))
            for kind in ZoneKind
            for zone in camera.zones_of(kind)
        ]

    def update(self, frame: Frame, detections: Detections) -> Judgement:
        """Judges one picture. A timestamp that steps back ends what is open: the clock was set."""
        violations = list(self.close()) if frame.timestamp < self._timestamp else []
        self._timestamp = frame.timestamp
        rows = np.flatnonzero(detections.class_id == self._person_id)
        people = self._tracker.update(detections, rows, frame.timestamp)
        seen = Observation(frame, detections, people)
        for zone, rule in self._rules:
            watched = zone.schedule.active(frame.timestamp, self._time_zone)
            violations += rule.update(seen, watched=watched)
        return Judgement(seen, tuple(violations))

    def close(self) -> Sequence[Violation]:
        """Ends every open violation at the time it was last seen."""
        return [violation for _, rule in self._rules for violation in rule.close()]


def _rule(camera_id: str, zone: Zone, manifest: ModelManifest) -> Rule:
    match zone.kind:
        case ZoneKind.HELMET:
            return MissingHelmetRule(
                camera_id,
                zone,
                bare_id=manifest.class_id("head"),
                helmet_id=manifest.class_id("helmet"),
                smallest_share=MINIMUM_HEAD_PX / manifest.input_size,
            )
        case ZoneKind.RESTRICTED:
            return RestrictedZoneRule(camera_id, zone)
        case ZoneKind.EXIT:
            return BlockedExitRule(camera_id, zone, person_id=manifest.class_id("person"))
