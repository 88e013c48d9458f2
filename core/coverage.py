"""What became of the time in which a zone should have been judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.violation import ViolationKind


class Answer(StrEnum):
    """What a picture gave a rule: a judgement, or the reason why it could not be judged.

    judged: it could tell. too_small, hidden, too_dark, cut_off: it saw a person, but not what it
    has to see of them: too few pixels, behind something or turned away, no light, outside the
    picture. jumped: a person's box was farther from the last one than anybody runs. light: the
    light is another one than in every known picture of the passage. moved: the camera no longer
    looks where it looked. tampered: the lens is covered, sprayed or out of focus. blind: there was
    no picture.
    """

    JUDGED = "judged"
    TOO_SMALL = "too_small"
    HIDDEN = "hidden"
    TOO_DARK = "too_dark"
    CUT_OFF = "cut_off"
    JUMPED = "jumped"
    LIGHT = "light"
    MOVED = "moved"
    TAMPERED = "tampered"
    BLIND = "blind"


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """One rule in one zone. seconds: by answer, of the time in which the zone's schedule was on."""

    zone_id: str
    rule: ViolationKind
    seconds: Mapping[Answer, float]

    @property
    def scheduled_s(self) -> float:
        """Seconds in which somebody expected the zone to be judged."""
        return sum(self.seconds.values())
