"""Everything between a picture's boxes and its violations, for one camera."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from core.coverage import Answer, RuleCoverage
from core.detections import Detections
from core.floor import Floor
from core.frame import Frame, Image
from core.manifest import ModelManifest
from core.observation import Observation
from core.site import CameraConfig
from core.violation import Violation
from core.zone import Zone, ZoneKind
from inference.observer import Observer, grey_levels
from inference.rules.blocked_exit import BlockedExitRule
from inference.rules.camera_tamper import CameraTamperRule
from inference.rules.headwear import HeadReader
from inference.rules.missing_helmet import MissingHelmetRule
from inference.rules.restricted_zone import RestrictedZoneRule
from inference.rules.rule import Rule
from inference.rules.settings import RuleSettings
from inference.scene import Scene

DETECTION_FLOOR = 0.1
"""Boxes below the working threshold still continue a track (ByteTrack's second stage)."""
LONGEST_STEP_S = 4.0
"""Between two pictures; what is longer was not watched. An idle camera is judged every 2 s."""


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """observation: what was seen. violations: those that began, went on or ended with it.

    free_exits: ids of the exits whose free way the picture shows, worth a person's approval.
    """

    observation: Observation
    violations: tuple[Violation, ...]
    free_exits: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Duty:
    """A rule, its zone, and what became of the time in which it was on."""

    zone: Zone
    rule: Rule
    seconds: dict[Answer, float] = field(default_factory=dict)


class Judge:
    """The tracker and the rules of one camera."""

    def __init__(
        self,
        camera: CameraConfig,
        manifest: ModelManifest,
        time_zone: ZoneInfo,
        settings: RuleSettings | None = None,
    ) -> None:
        self._time_zone = time_zone
        self._timestamp: float | None = None
        self._observer = Observer(manifest, Scene().look)
        chosen = settings or RuleSettings()
        self._duties = [
            _Duty(
                zone,
                _rule(camera.id, zone, manifest, chosen),
            )
            for kind in ZoneKind
            for zone in camera.zones_of(kind)
        ]
        everywhere = Zone.whole_picture()
        tamper = CameraTamperRule(camera.id, everywhere, chosen.camera_tamper)
        self._duties.append(_Duty(everywhere, tamper))
        self.lay_on(camera.floor)

    def lay_on(self, floor: Floor | None) -> None:
        """How the floor lies in the picture from now on; None where nobody knows."""
        for duty in self._duties:
            if isinstance(duty.rule, BlockedExitRule):
                duty.rule.floor = floor

    def approve(self, zone_id: str, pictures: Sequence[Image]) -> None:
        """These pictures of an exit's free way, (H, W, 3) uint8 BGR, count from now on.

        Raises ZoneError where one does not fit the camera.
        """
        for duty in self._duties:
            if duty.zone.id == zone_id and isinstance(duty.rule, BlockedExitRule):
                duty.rule.approve(pictures)

    def coverage(self, now: float) -> list[RuleCoverage]:
        """What became of the scheduled time of each rule since the start, until now (UTC seconds).

        Time without a picture is blind, also where none has come since.
        """
        away = 0.0 if self._timestamp is None else now - self._timestamp
        found = []
        for duty in self._duties:
            seconds = dict(duty.seconds)
            if away > LONGEST_STEP_S and duty.zone.schedule.active(now, self._time_zone):
                seconds[Answer.BLIND] = seconds.get(Answer.BLIND, 0.0) + away
            found.append(RuleCoverage(duty.zone.id, duty.rule.kind, seconds))
        return found

    def update(self, frame: Frame, detections: Detections) -> Judgement:
        """Judges one picture. A timestamp that steps back ends what is open: the clock was set."""
        grey = grey_levels(frame, detections)
        return self.judge(self._observer.observe(frame, detections, grey))

    def judge(self, seen: Observation) -> Judgement:
        """The same, where it is known who is in the picture."""
        now, violations = seen.frame.timestamp, list[Violation]()
        if self._timestamp is not None and now < self._timestamp:
            violations += self.close()
            self._timestamp = None
        passed = 0.0 if self._timestamp is None else now - self._timestamp
        self._timestamp = now
        for duty in self._duties:
            watched = duty.zone.schedule.active(now, self._time_zone)
            violations += duty.rule.update(seen, watched=watched)
            if watched:
                _count(duty, passed)
        free_exits = tuple(
            duty.zone.id
            for duty in self._duties
            if isinstance(duty.rule, BlockedExitRule) and duty.rule.proposed
        )
        return Judgement(seen, tuple(violations), free_exits)

    def close(self) -> Sequence[Violation]:
        """Ends every open violation at the time it was last seen."""
        return [violation for duty in self._duties for violation in duty.rule.close()]


def _count(duty: _Duty, passed_s: float) -> None:
    """Time between two pictures belongs to the later one; what is too long was not watched."""
    answers = duty.rule.answers if passed_s <= LONGEST_STEP_S else {Answer.BLIND: 1.0}
    for answer, share in answers.items():
        duty.seconds[answer] = duty.seconds.get(answer, 0.0) + passed_s * share


def _rule(
    camera_id: str,
    zone: Zone,
    manifest: ModelManifest,
    settings: RuleSettings,
) -> Rule:
    match zone.kind:
        case ZoneKind.HELMET:
            heads = HeadReader(manifest, settings.missing_helmet.smallest_px)
            return MissingHelmetRule(camera_id, zone, heads, settings.missing_helmet)
        case ZoneKind.RESTRICTED:
            return RestrictedZoneRule(camera_id, zone, settings.restricted_zone)
        case ZoneKind.EXIT:
            person_id = manifest.class_id("person")
            return BlockedExitRule(camera_id, zone, settings.blocked_exit, person_id=person_id)
