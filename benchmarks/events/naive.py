"""What is usually done with the same boxes and pictures: the peer that stands beside ours.

Helmets: an alarm for any bare head box above the working threshold in three of five pictures.
Zones: an alarm for any person's clipped box whose lower middle lies in the polygon, as with
supervision's PolygonZone. Exits: OpenCV's MOG2 and KNN background subtraction; an alarm where both
see foreground in 15 % of the polygon for the dwell time. Each ends after three quiet seconds.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.events.footage import Clip
from benchmarks.events.score import Alarm
from core.detections import Detections
from core.frame import Frame
from core.geometry import foot_points, inside_polygon
from core.manifest import ModelManifest
from core.violation import ViolationKind
from core.zone import Zone, ZoneKind

ENOUGH, OF = 3, 5
QUIET_S = 3.0
FOREGROUND = 0.15


@dataclass(slots=True)
class _State:
    """One rule of one zone."""

    kind: ViolationKind
    dwell_s: float
    enough: int
    recent: list[bool] = field(default_factory=list)
    since: float | None = None
    open: Alarm | None = None


class NaiveRules:
    """Judges one clip. alarms: what was said so far, in seconds from the first picture."""

    def __init__(self, clip: Clip, manifest: ModelManifest) -> None:
        self.alarms: list[Alarm] = []
        self._start: float | None = None
        self._manifest = manifest
        self._helmet = _State(ViolationKind.MISSING_HELMET, 0.0, ENOUGH)
        self._zones: list[tuple[Zone, _State]] = []
        for zone in clip.camera.zones:
            if zone.kind is ZoneKind.RESTRICTED:
                state = _State(ViolationKind.RESTRICTED_ZONE, zone.dwell_s, 1)
                self._zones.append((zone, state))
            elif zone.kind is ZoneKind.EXIT:
                self._zones.append((zone, _State(ViolationKind.BLOCKED_EXIT, zone.dwell_s, 1)))
        self._subtractors = (
            cv2.createBackgroundSubtractorMOG2(detectShadows=True),
            cv2.createBackgroundSubtractorKNN(detectShadows=True),
        )

    def update(self, frame: Frame, found: Detections) -> None:
        """Takes in a picture."""
        if self._start is None:
            self._start = frame.timestamp
        now = frame.timestamp - self._start
        bare = found.class_id == self._manifest.class_id("head")
        working = self._manifest.thresholds["head"]
        self._weigh(self._helmet, now, bool((found.confidence[bare] >= working).any()))
        foreground = self._foreground(frame) if self._zones else None
        for zone, state in self._zones:
            if zone.kind is ZoneKind.RESTRICTED:
                self._weigh(state, now, self._somebody_in(zone, frame, found))
            elif foreground is not None:
                inside = np.zeros(foreground.shape, np.uint8)
                corners = np.round(zone.polygon * (frame.width, frame.height)).astype(np.int32)
                cv2.fillPoly(inside, [corners], 1)
                share = float(foreground[inside > 0].mean())
                self._weigh(state, now, share >= FOREGROUND)

    def _foreground(self, frame: Frame) -> NDArray[np.bool_]:
        masks = [subtractor.apply(frame.image) == 255 for subtractor in self._subtractors]
        return np.asarray(masks[0] & masks[1], np.bool_)

    def _somebody_in(self, zone: Zone, frame: Frame, found: Detections) -> bool:
        person = found.class_id == self._manifest.class_id("person")
        sure = person & (found.confidence >= self._manifest.thresholds["person"])
        size = np.array([frame.width, frame.height] * 2)
        clipped = np.clip(found.xyxy[sure], 0, size - 1)
        return bool(inside_polygon(foot_points(clipped) / size[:2], zone.polygon).any())

    def _weigh(self, state: _State, now: float, seen: bool) -> None:
        state.recent = [*state.recent, seen][-OF:]
        if sum(state.recent) < state.enough or not any(state.recent):
            if state.open is None:
                state.since = None
            elif now - state.open.end > QUIET_S:
                state.open.cleared = now
                state.open, state.since = None, None
            return
        state.since = now if state.since is None else state.since
        if state.open is not None:
            state.open.end = now
        elif now - state.since >= state.dwell_s:
            state.open = Alarm(state.kind, state.since, now, now)
            self.alarms.append(state.open)
