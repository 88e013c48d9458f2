"""Changes to evidence. The caller's transaction commits them."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.evidence import Evidence
from hazards.audit.trail import add_new
from hazards.evidence.tables import EvidenceRow


def record_evidence(session: Session, evidence: Sequence[Evidence]) -> list[str]:
    """Keeps the records of files; returns the ids of the violations whose records changed.

    Three statements at most.

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
    rows = [
        {**asdict(file), "id": file.id, "kind": file.kind.value}
        for _, file in sorted(latest.items())
    ]
    changed = add_new(session, EvidenceRow, rows)
    rest = latest.keys() - {row.id for row in changed}
    notes = select(EvidenceRow).where(EvidenceRow.id.in_(rest), EvidenceRow.path == "")
    for row in session.scalars(notes.order_by(EvidenceRow.id).with_for_update()):
        if latest[row.id].path:
            for column, value in asdict(latest[row.id]).items():
                setattr(row, column, value)
            changed.append(row)
    session.flush()
    return [row.violation_id for row in changed]
