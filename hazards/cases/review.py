"""Verdicts of people: the first one, who it is about, and the blind second one."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from core.errors import Forbidden, Incomplete, NotFound, WrongTransition
from hazards.access.tables import UserRow
from hazards.audit.trail import add_once
from hazards.cases.kinds import Dismissal, SubjectKind, Verdict
from hazards.cases.tables import HazardRow, SecondReviewRow
from hazards.site.people_tables import ROOT, ContractorRow, PersonRow, UnitRow
from hazards.site.tree import units_within
from hazards.tickets.tables import TransitionRow


def locked_hazard(session: Session, id: str) -> HazardRow:
    """The hazard, for this transaction alone. Raises NotFound."""
    row = session.get(HazardRow, id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(f"there is no hazard '{id}'")
    return row


def give_verdict(
    session: Session,
    id: str,
    verdict: Verdict,
    *,
    dismissal: Dismissal | None,
    note: str,
    by: UserRow,
    now: float,
) -> HazardRow:
    """The first verdict. The same one again by the same user changes nothing.

    Use hazards.cases.flow.decide, which also moves the ticket and the points. Raises NotFound,
    Incomplete (dismissed without a reason), WrongTransition (somebody else was faster).
    """
    row = locked_hazard(session, id)
    _check(verdict, dismissal)
    reason = dismissal.value if dismissal else None
    if row.verdict is not None:
        if (row.verdict, row.dismissal, row.reviewer_id) == (verdict, reason, by.id):
            return row
        raise WrongTransition("this hazard was reviewed already: load it again")
    row.verdict, row.dismissal, row.review_note = verdict.value, reason, note.strip()
    row.reviewer_id, row.reviewed_at = by.id, now
    if row.acknowledged_at is None:
        row.acknowledged_at, row.acknowledged_by = now, by.display_name
    session.flush()
    return row


def attribute(
    session: Session, id: str, kind: SubjectKind, subject_id: str, *, by: UserRow, now: float
) -> HazardRow:
    """A person says whom a hazard is about. Raises NotFound for either.

    Use hazards.cases.flow.name_subject, which also moves the provisional points.
    """
    row = locked_hazard(session, id)
    table = {
        SubjectKind.PERSON: PersonRow, SubjectKind.TEAM: UnitRow,
        SubjectKind.CONTRACTOR: ContractorRow,
    }[kind]  # fmt: skip
    if session.get(table, subject_id) is None:
        raise NotFound(f"there is no {kind} '{subject_id}'")
    row.subject_kind, row.subject_id = kind.value, subject_id
    row.attributed_by, row.attributed_at = f"user:{by.id}", now
    session.flush()
    return row


def draw_for_second_review(session: Session, row: HazardRow, *, share: float, now: float) -> bool:
    """Whether a reviewed hazard goes to a second person: a share of all, the same ones each time.

    share: 0..1. Nobody can foresee or choose which: it follows from the hazard's id.
    """
    drawn = int(hashlib.sha256(f"second:{row.id}".encode()).hexdigest()[:8], 16) / 0x1_0000_0000
    if drawn >= share:
        return False
    add_once(session, SecondReviewRow, hazard_id=row.id, drawn_at=now)
    return True


def waits_for(by: UserRow, paths: Sequence[str]) -> ColumnElement[bool]:
    """Of hazards: this user may give the second verdict, so the first one is shown nowhere.

    Neither the first reviewer, nor who has handled the ticket and so may know it, nor the person
    whom it is about. paths: sub-trees in which the user reviews.
    """
    handled = exists().where(
        TransitionRow.ticket_id == HazardRow.ticket_id, TransitionRow.actor == f"user:{by.id}"
    )
    undone = exists().where(
        SecondReviewRow.hazard_id == HazardRow.id, SecondReviewRow.verdict.is_(None)
    )
    return and_(
        undone.correlate(HazardRow),
        HazardRow.reviewer_id != by.id,
        HazardRow.unit_id.in_(units_within(paths)),
        ~handled.correlate(HazardRow),
        or_(HazardRow.subject_id.is_(None), HazardRow.subject_id != (by.person_id or "")),
    )


def first_reviewer(session: Session, id: str) -> int | None:
    """The user from whose eyes alone the verdict is not kept; None where no second one is due."""
    statement = (
        select(HazardRow.reviewer_id)
        .join(SecondReviewRow, SecondReviewRow.hazard_id == HazardRow.id)
        .where(HazardRow.id == id, SecondReviewRow.verdict.is_(None))
    )
    return session.scalar(statement)


def second_queue(
    session: Session, by: UserRow, *, paths: Sequence[str], limit: int
) -> list[HazardRow]:
    """Hazards whose second verdict this user may give, longest waiting first.

    paths: as of waits_for. Show them without what the first reviewer said.
    """
    statement = (
        select(HazardRow)
        .join(SecondReviewRow, SecondReviewRow.hazard_id == HazardRow.id)
        .where(waits_for(by, paths))
        .order_by(SecondReviewRow.drawn_at)
        .limit(limit)
    )
    return list(session.scalars(statement))


def give_second_verdict(
    session: Session,
    id: str,
    verdict: Verdict,
    *,
    dismissal: Dismissal | None,
    by: UserRow,
    now: float,
) -> SecondReviewRow:
    """Blind; it changes neither the first verdict nor points, it measures agreement.

    Raises NotFound, Forbidden (the first reviewer, or who handled the ticket), Incomplete,
    WrongTransition (done already).
    """
    row = session.get(SecondReviewRow, id, with_for_update=True, populate_existing=True)
    hazard = session.get(HazardRow, id)
    if row is None or hazard is None:
        raise NotFound(f"hazard '{id}' waits for no second verdict")
    if row.verdict is not None:
        raise WrongTransition("this hazard has its second verdict already: take the next case")
    blind = select(HazardRow.id).where(HazardRow.id == id, waits_for(by, [f"/{ROOT}/"]))
    if session.scalar(blind) is None:
        raise Forbidden("the second verdict is somebody else's: take the next case")
    _check(verdict, dismissal)
    row.verdict, row.dismissal = verdict.value, dismissal.value if dismissal else None
    row.reviewer_id, row.reviewed_at = by.id, now
    session.flush()
    return row


def _check(verdict: Verdict, dismissal: Dismissal | None) -> None:
    if verdict is Verdict.DISMISSED and dismissal is None:
        raise Incomplete("say why it is no hazard: a dismissal needs its reason")
    if verdict is Verdict.CONFIRMED and dismissal is not None:
        raise Incomplete("a confirmed hazard has no reason for a dismissal: leave it out")
