"""Something stands in the way of an exit, whatever it is.

The passage is compared with how it looked while it was free, in every light that is known. People
are left out for as long as they are there. What stands still for the dwell time and takes enough of
the passage's width blocks it. A blocker is never learned.
"""

from collections.abc import Sequence

import numpy as np

from core.coverage import Answer
from core.floor import Floor
from core.frame import Image
from core.observation import Observation
from core.violation import BlockedWidth, Violation, ViolationKind
from core.zone import Zone
from inference.rules.ground import Ground
from inference.rules.passage import Mask
from inference.rules.rule import JUDGED, Answers, Incident
from inference.rules.settings import ExitSettings
from inference.rules.width import width_taken

RULE = "blocked_exit/2"
LEAST_PERSON = 0.25
"""Confidence of a box that may hide something; fainter ones are imagined by an empty picture."""


class BlockedExitRule:
    """One violation from the moment something came to stand in the way until the way is free.

    person_id: class id of the boxes that are left out, also those that are no track yet.
    proposed: whether the last picture shows the free passage in a light that nobody has approved.
    floor: by which the taken width is told in metres too; it decides nothing.
    """

    kind = ViolationKind.BLOCKED_EXIT

    def __init__(
        self,
        camera_id: str,
        zone: Zone,
        settings: ExitSettings,
        *,
        person_id: int,
    ) -> None:
        self.answers: Answers = JUDGED
        self.proposed = False
        self.floor: Floor | None = None
        self._camera_id = camera_id
        self._zone = zone
        self._settings = settings
        self._person_id = person_id
        self._approved: Sequence[Image] = ()
        self._ground: Ground | None = None
        self._free_since = np.inf
        self._incident: Incident | None = None

    def approve(self, pictures: Sequence[Image]) -> None:
        """These pictures of the free passage, (H, W, 3) uint8 BGR, in several lights, count from
        now on. Raises ZoneError, now and with every picture, where one does not fit the camera."""
        self._approved = pictures
        ground, self._ground = self._ground, None
        if ground is not None:
            ground.approve(pictures)
            self._ground = ground

    def update(self, seen: Observation, *, watched: bool) -> Sequence[Violation]:
        """See Rule.update. Raises ZoneError where an approved picture does not fit the camera."""
        self.proposed = False
        if not watched:
            return self.close()
        ground = self._ground
        if ground is None:
            ground = self._ground = Ground(self._zone.polygon, seen.frame, self._approved)
        if not ground.is_due(seen.frame.timestamp):
            return []
        persons = seen.detections.class_id == self._person_id
        persons &= seen.detections.confidence >= LEAST_PERSON
        persons[seen.people.detection_index] = True
        ground.look(seen.frame, seen.detections.xyxy[persons], seen.view)
        self.proposed = ground.proposed
        if ground.answer is not Answer.JUDGED:
            self.answers = {ground.answer: 1.0}
            return []
        self.answers = {Answer.JUDGED: 1.0 - ground.hidden, Answer.HIDDEN: ground.hidden}
        return self._judge(ground, seen.frame.timestamp)

    def close(self) -> Sequence[Violation]:
        """See Rule.close. What still stands there is a new incident, from when it is watched."""
        ended = [self._incident.end()] if self._incident else []
        self._incident = None
        if self._ground is not None:
            self._ground.begin_anew()
        return ended

    def _judge(self, ground: Ground, now: float) -> list[Violation]:
        blocked = ground.blocked(self._zone.dwell_s)
        taken = width_taken(ground.passage, blocked, self.floor)
        share = taken.share
        enough = self._settings.blocked_width
        if self._incident is None:
            if share < enough or ground.left_behind(blocked):
                return []
            return self._begin(ground, blocked, taken, now)
        if share >= enough / 2:
            self._free_since = np.inf
            return [self._incident.see(now, share, blocked=taken)]
        self._free_since = min(self._free_since, now)
        if now - self._free_since < self._settings.clear_s:
            return []
        ended = self._incident.end()
        self._incident = None
        return [ended]

    def _begin(
        self, ground: Ground, blocked: Mask, taken: BlockedWidth, now: float
    ) -> list[Violation]:
        self._free_since = np.inf
        self._incident = Incident(
            kind=self.kind,
            rule=RULE,
            camera_id=self._camera_id,
            zone_id=self._zone.id,
            track_ids=(),
            started_at=ground.began(blocked, self._settings.blocked_width),
            seen_at=now,
            confidence=taken.share,
            blocked=taken,
        )
        return [self._incident.violation]
