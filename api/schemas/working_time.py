"""Shifts, and days that differ from their weekday."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from api.schemas.shapes import Id, Line, MaybeLine
from api.schemas.site import readable_schedule
from hazards.tickets.tables import HolidayRow, ShiftRow

EARLIEST, LATEST = 2000, 2200


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise PydanticCustomError("day", "write the day as 2026-10-01") from error
    if not EARLIEST <= day.year < LATEST:
        raise PydanticCustomError("day", "write the day as 2026-10-01")
    return day.isoformat()


class Shift(BaseModel):
    """schedule: hours of the week, such as `mon-fri 08:00-18:00`, or `always`.

    working: deadlines of tickets run in it.
    """

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    id: Id
    name: Line
    schedule: Annotated[str, Field(max_length=500), AfterValidator(readable_schedule)]
    working: bool


class Shifts(BaseModel):
    """In their order; where two run at once, a check belongs to the first."""

    items: Annotated[list[Shift], Field(max_length=50)]

    @classmethod
    def of(cls, rows: Sequence[ShiftRow]) -> Self:
        """From rows."""
        return cls(items=[Shift.model_validate(row) for row in rows])


class Holiday(BaseModel):
    """day: `2026-10-01`. worked: a make-up day, with the hours of a Monday."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    day: Annotated[str, Field(max_length=10), AfterValidator(_day)]
    name: MaybeLine
    worked: bool


class Holidays(BaseModel):
    """By day, of all years."""

    items: Annotated[list[Holiday], Field(max_length=2000)]

    @classmethod
    def of(cls, rows: Sequence[HolidayRow]) -> Self:
        """From rows."""
        return cls(items=[Holiday.model_validate(row) for row in rows])
