"""Changes to evidence. The caller's transaction commits them."""

from dataclasses import asdict

from sqlalchemy import and_
from sqlalchemy.orm import Session

from core.evidence import Evidence
from hazards.evidence.tables import EvidenceRow
from hazards.upsert import insert


def record_evidence(session: Session, evidence: Evidence) -> bool:
    """Keeps a file's record; returns whether the records changed.

    May be repeated and come in any order: a recorded file is never replaced, and a file replaces
    the note why there was none.
    """
    values = {**asdict(evidence), "id": evidence.id, "kind": evidence.kind.value}
    statement = insert(session, EvidenceRow).values(values)
    new = statement.excluded
    merged = statement.on_conflict_do_update(
        index_elements=[EvidenceRow.id],
        set_={column: new[column] for column in values if column != "id"},
        where=and_(EvidenceRow.path == "", new.path != ""),
    )
    return session.scalar(merged.returning(EvidenceRow.id)) is not None
