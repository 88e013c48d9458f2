"""Changes to evidence. The caller's transaction commits them."""

from dataclasses import asdict

from sqlalchemy.orm import Session

from core.evidence import Evidence
from hazards.audit.trail import add_once
from hazards.evidence.tables import EvidenceRow


def record_evidence(session: Session, evidence: Evidence) -> bool:
    """Keeps a file's record; returns whether the records changed.

    May be repeated and come in any order: a recorded file is never replaced, and a file replaces
    the note why there was none.
    """
    values = {**asdict(evidence), "id": evidence.id, "kind": evidence.kind.value}
    if add_once(session, EvidenceRow, **values) is not None:
        return True
    row = session.get_one(EvidenceRow, evidence.id, with_for_update=True, populate_existing=True)
    if row.path or not evidence.path:
        return False
    for column, value in values.items():
        setattr(row, column, value)
    session.flush()
    return True
