"""Reads of evidence."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from hazards.evidence.tables import EvidenceRow


def evidence(session: Session, id: str) -> EvidenceRow:
    """One piece. Raises NotFound."""
    row = session.get(EvidenceRow, id)
    if row is None:
        raise NotFound(f"there is no evidence '{id}'")
    return row


def evidence_of(session: Session, hazard_ids: Collection[str]) -> dict[str, list[EvidenceRow]]:
    """The evidence of some hazards, by hazard id, clips first; empty lists where there is none."""
    found: dict[str, list[EvidenceRow]] = defaultdict(list)
    statement = select(EvidenceRow).where(EvidenceRow.violation_id.in_(hazard_ids))
    for row in session.scalars(statement.order_by(EvidenceRow.kind)):
        found[row.violation_id].append(row)
    return found
