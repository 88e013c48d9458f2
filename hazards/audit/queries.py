"""Reads of the audit trail."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hazards.audit.tables import AuditRow
from hazards.audit.trail import CHAIN, COVERED
from hazards.chains.canonical import stored_pages
from hazards.chains.links import Verified, walk


def audit_page(
    session: Session,
    *,
    subject: str | None,
    subject_id: str | None,
    actor: str | None,
    before: int | None,
    limit: int,
) -> list[AuditRow]:
    """Up to `limit` writes, newest first. None means: whichever. before: a number, to go on."""
    statement = select(AuditRow).order_by(AuditRow.number.desc()).limit(limit)
    if subject is not None:
        statement = statement.where(AuditRow.subject == subject)
    if subject_id is not None:
        statement = statement.where(AuditRow.subject_id == subject_id)
    if actor is not None:
        statement = statement.where(AuditRow.actor == actor)
    if before is not None:
        statement = statement.where(AuditRow.number < before)
    return list(session.scalars(statement))


def verify_audit(session: Session) -> Verified:
    """Walks the whole trail; names the first row that was altered, lost or cut off."""
    return walk(session, CHAIN, stored_pages(session, AuditRow, COVERED))
