"""Pictures of free exits."""

import zlib
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
    """Of one exit: proposed ones first, the oldest first.

    version: another one whenever a picture came, went or was decided; also the ETag.
    """

    version: int
    items: Sequence[Reference]

    @classmethod
    def of(cls, pictures: Sequence[ReferencePicture]) -> Self:
        """From files."""
        said = ";".join(f"{picture.state} {picture.name}" for picture in pictures)
        items = [Reference.of(picture) for picture in pictures]
        return cls(version=zlib.crc32(said.encode()), items=items)
