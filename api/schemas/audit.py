"""The audit trail."""

from typing import Any, Self

from pydantic import BaseModel

from api.schemas.page import Page
from hazards.audit.tables import AuditRow
from hazards.chains.links import Verified


class Change(BaseModel):
    """One row that somebody changed. actor: `user:<id>`, `token:<id>`, … at: UTC seconds.

    change: insert, update or delete. subject: the table. before, after: what changed.
    """

    number: int
    at: float
    actor: str
    change: str
    subject: str
    subject_id: str
    before: dict[str, Any]
    after: dict[str, Any]
    hash: str

    @classmethod
    def of(cls, row: AuditRow) -> Self:
        """From a row."""
        return cls.model_validate(row, from_attributes=True)


class Changes(Page[Change]):
    """One page, newest first."""


class Verification(BaseModel):
    """checked: rows that were read. wrong: number of the first wrong one, null where all are right.

    problem: altered, missing or cut off; empty where all are right.
    """

    checked: int
    wrong: int | None
    problem: str

    @classmethod
    def of(cls, verified: Verified) -> Self:
        """From what the walk found."""
        return cls.model_validate(verified, from_attributes=True)
