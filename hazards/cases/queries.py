"""Reads of hazards."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from sqlalchemy import ColumnElement, false, func, select, tuple_
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.violation import ViolationKind
from hazards.cases.kinds import HazardKind, Source, Verdict
from hazards.cases.tables import HazardRow
from hazards.site.tree import unit_ids, units_within

_NONE = false()


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the list of hazards, which goes from the newest start to the oldest."""

    started_at: float
    id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads what str() wrote. Raises ValueError for anything else."""
        started_at, _, hazard_id = text.partition("_")
        cursor = cls(float(started_at), hazard_id)
        if not (math.isfinite(cursor.started_at) and hazard_id and hazard_id.isprintable()):
            raise ValueError("not a place in the list")
        return cursor

    def __str__(self) -> str:
        return f"{self.started_at!r}_{self.id}"


@dataclass(frozen=True, slots=True)
class HazardPage:
    """next: where the list goes on, None at its end."""

    hazards: list[HazardRow]
    next: Cursor | None


def hazard(session: Session, id: str) -> HazardRow:
    """One hazard. Raises NotFound."""
    row = session.get(HazardRow, id, populate_existing=True)
    if row is None:
        raise NotFound(f"there is no hazard '{id}'")
    return row


def hazard_page(
    session: Session,
    *,
    camera_id: str | None,
    kind: ViolationKind | HazardKind | None,
    open: bool | None,
    before: Cursor | None,
    limit: int,
    paths: Sequence[str] | None = None,
    source: Source | None = None,
    reviewed: bool | None = None,
    verdict: Verdict | None = None,
    risk_unit_id: str | None = None,
    subject_id: str | None = None,
    since: float | None = None,
    until: float | None = None,
    unseen: ColumnElement[bool] = _NONE,
) -> HazardPage:
    """Up to `limit` hazards, newest start first. None means: whichever.

    open: not ended yet. paths: sub-trees of the organisation. since, until: of the start, UTC
    seconds. unseen: hazards whose review is not to be seen, so none is found by it. Nothing is
    missed or shown twice while new hazards come in.
    """
    place = tuple_(HazardRow.started_at, HazardRow.id)
    statement = select(HazardRow).order_by(HazardRow.started_at.desc(), HazardRow.id.desc())
    if camera_id is not None:
        statement = statement.where(HazardRow.camera_id == camera_id)
    if kind is not None:
        statement = statement.where(HazardRow.kind == kind.value)
    if open is not None:
        statement = statement.where(HazardRow.ended.is_(not open))
    if paths is not None:
        # As a list, not as a sub-query: then the index can tell, without a look at the row.
        statement = statement.where(HazardRow.unit_id.in_(unit_ids(session, paths)))
    if source is not None:
        statement = statement.where(HazardRow.source == source.value)
    if reviewed is not None:
        no_verdict = HazardRow.verdict.is_(None)
        statement = statement.where(~no_verdict if reviewed else no_verdict, ~unseen)
    if verdict is not None:
        statement = statement.where(HazardRow.verdict == verdict.value, ~unseen)
    if risk_unit_id is not None:
        statement = statement.where(HazardRow.risk_unit_id == risk_unit_id)
    if subject_id is not None:
        statement = statement.where(HazardRow.subject_id == subject_id, ~unseen)
    if since is not None:
        statement = statement.where(HazardRow.started_at >= since)
    if until is not None:
        statement = statement.where(HazardRow.started_at < until)
    if before is not None:
        statement = statement.where(place < tuple_(before.started_at, before.id))
    rows = list(session.scalars(statement.limit(limit + 1)))
    page, more = rows[:limit], len(rows) > limit
    return HazardPage(page, Cursor(page[-1].started_at, page[-1].id) if more else None)


def waiting_count(session: Session, paths: Sequence[str], *, at_most: int) -> int:
    """How many hazards of some sub-trees nobody has judged; counts no further than at_most."""
    some = (
        select(HazardRow.id)
        .where(HazardRow.verdict.is_(None), HazardRow.unit_id.in_(units_within(paths)))
        .limit(at_most)
    )
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def seen_by(
    session: Session, camera_id: str, kinds: Sequence[str], begin: float, end: float
) -> list[HazardRow]:
    """What a camera saw of some kinds that touches a time (UTC seconds), in order."""
    statement = (
        select(HazardRow)
        .where(
            HazardRow.source == Source.CAMERA,
            HazardRow.camera_id == camera_id,
            HazardRow.kind.in_(kinds),
            HazardRow.started_at < end,
            HazardRow.last_seen_at >= begin,
        )
        .order_by(HazardRow.started_at, HazardRow.id)
    )
    return list(session.scalars(statement))
