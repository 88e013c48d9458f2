"""Long lists: one page at a time, by a cursor."""

import base64
import binascii
import json
import math
from collections.abc import Sequence
from typing import Annotated, Any, Generic, Self, TypeVar

from fastapi import Query
from pydantic import BaseModel

from api.errors import InvalidRequest

Item = TypeVar("Item")
Limit = Annotated[int, Query(ge=1, le=200)]
After = Annotated[str | None, Query(max_length=1000, description="The `next` of the page before.")]


class Page(BaseModel, Generic[Item]):
    """next: value for `after`, null at the end. `class People(Page[Person])` names it."""

    items: list[Item]
    next: str | None

    @classmethod
    def of(cls, items: list[Item], places: Sequence[tuple[object, ...]], limit: int) -> Self:
        """From up to limit + 1 items, and the place of each in the list's order."""
        more = len(items) > limit
        return cls(items=items[:limit], next=cursor(*places[limit - 1]) if more else None)


def cursor(*place: object) -> str:
    """A place in a list, as text that means nothing to the caller."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def place_of(after: str | None, *types: type) -> tuple[Any, ...] | None:
    """The place that a cursor stands for, None without one. types: of its parts; int, float, str.

    Raises InvalidRequest for what `cursor` has not made.
    """
    if after is None:
        return None
    try:
        place = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise _unusable() from error
    if not isinstance(place, list) or len(place) != len(types):
        raise _unusable()
    if not all(_is(part, kind) for part, kind in zip(place, types, strict=True)):
        raise _unusable()
    return tuple(place)


def _is(part: object, kind: type) -> bool:
    if isinstance(part, str):
        return kind is str and part.isprintable()
    if isinstance(part, float):
        return kind is float and math.isfinite(part)
    return type(part) is kind and isinstance(part, int) and abs(part) < 2**63


def _unusable() -> InvalidRequest:
    return InvalidRequest("after", "use the `next` of a page of this list")
