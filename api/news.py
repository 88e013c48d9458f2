"""What the pages are told of a hazard."""

from dataclasses import dataclass

from api.schemas.cases import Hazard


@dataclass(frozen=True, slots=True)
class HazardNews:
    """A hazard that is new or has changed. first_reviewer: of those who review, the only user who
    may see the verdict now; None where everybody may."""

    hazard: Hazard
    first_reviewer: int | None
