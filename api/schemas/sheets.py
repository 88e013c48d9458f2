"""Excel files."""

from typing import Self

from pydantic import BaseModel

from hazards.sheets.workbook import Taken


class Imported(BaseModel):
    """Records that are new, other than before, or the same."""

    made: int
    changed: int
    same: int

    @classmethod
    def of(cls, taken: Taken) -> Self:
        """From what the import did."""
        return cls.model_validate(taken, from_attributes=True)
