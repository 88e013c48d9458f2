"""Changes to evidence. The caller's transaction commits them."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import and_
from sqlalchemy.orm import Session

from core.evidence import Evidence
from hazards.evidence.tables import EvidenceRow
from hazards.upsert import insert


def record_evidence(session: Session, evidence: Sequence[Evidence]) -> list[str]:
    """Keeps the records of files, in one statement; returns the ids of the violations whose
    records changed.

    May be repeated and come in any order: a recorded file is never replaced, and a file replaces
    the note why there was none.
    """
    if not evidence:
        return []
    latest: dict[str, Evidence] = {}
    for file in evidence:
        known = latest.get(file.id)
        if known is None or (file.path and not known.path):
            latest[file.id] = file
    statement = insert(session, EvidenceRow)
    new = statement.excluded
    columns = [column.key for column in EvidenceRow.__table__.columns if column.key != "id"]
    merged = statement.on_conflict_do_update(
        index_elements=[EvidenceRow.id],
        set_={column: new[column] for column in columns},
        where=and_(EvidenceRow.path == "", new.path != ""),
    )
    rows = [
        {**asdict(file), "id": file.id, "kind": file.kind.value}
        for _, file in sorted(latest.items())
    ]
    return list(session.scalars(merged.returning(EvidenceRow.violation_id), rows))
