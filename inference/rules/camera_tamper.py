"""A camera that shows nothing any more, though pictures come: covered, sprayed or out of focus."""

import math
from collections.abc import Sequence

from core.observation import Observation
from core.view import ViewState
from core.violation import Violation, ViolationKind
from core.zone import Zone
from inference.rules.rule import JUDGED, Answers, Incident
from inference.rules.settings import TamperSettings

RULE = "camera_tamper/1"


class CameraTamperRule:
    """One violation from when the view was lost until it is back."""

    kind = ViolationKind.CAMERA_TAMPER

    def __init__(self, camera_id: str, zone: Zone, settings: TamperSettings) -> None:
        self.answers: Answers = JUDGED
        self._camera_id = camera_id
        self._zone = zone
        self._settings = settings
        self._lost_since = self._clear_since = math.inf
        self._incident: Incident | None = None

    def update(self, seen: Observation, *, watched: bool) -> Sequence[Violation]:
        """See Rule.update."""
        if not watched:
            return self.close()
        now = seen.frame.timestamp
        if seen.view.state is ViewState.OBSCURED:
            self._lost_since = min(self._lost_since, now)
            self._clear_since = math.inf
            return self._lost(now)
        if seen.view.state is not ViewState.CLEAR:
            return []
        self._clear_since = min(self._clear_since, now)
        if now - self._clear_since < self._settings.clear_s:
            return []
        return self.close()

    def close(self) -> Sequence[Violation]:
        """See Rule.close."""
        ended = [self._incident.end()] if self._incident else []
        self._incident, self._lost_since = None, math.inf
        return ended

    def _lost(self, now: float) -> list[Violation]:
        if self._incident is not None:
            return [self._incident.see(now, 1.0)]
        if now - self._lost_since < self._settings.lasting_s:
            return []
        self._incident = Incident(
            kind=self.kind,
            rule=RULE,
            camera_id=self._camera_id,
            zone_id=self._zone.id,
            track_ids=(),
            started_at=self._lost_since,
            seen_at=now,
            confidence=1.0,
        )
        return [self._incident.violation]
