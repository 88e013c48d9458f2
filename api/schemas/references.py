"""Pictures of free exits."""

from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel

from core.view import Light
from hazards.references.pictures import ReferencePicture, ReferenceState


class Reference(BaseModel):
    """One picture. taken_at: UTC seconds. light: null for one of an older version.

    width, height: pixels; 0 where the file is damaged. url: of the picture.
    """

    name: str
    state: ReferenceState
    light: Light | None
    taken_at: float
    width: int
    height: int
    url: str

    @classmethod
    def of(cls, picture: ReferencePicture) -> Self:
        """From a file."""
        width, height = picture.size
        place = f"/api/v1/cameras/{picture.camera_id}/exits/{picture.zone_id}/references"
        return cls(
            name=picture.name,
            state=picture.state,
            light=picture.light,
            taken_at=picture.taken_at,
            width=width,
            height=height,
            url=f"{place}/{picture.name}",
        )


class References(BaseModel):
    """Of one exit: proposed ones first, the oldest first."""

    items: Sequence[Reference]
