"""What a statement shows beside its entries: evidence, appeals, deadlines."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.evidence import EvidenceKind
from hazards.cases.tables import HazardRow
from hazards.evidence.tables import EvidenceRow
from hazards.points.appeals import DAY_S
from hazards.points.policy import policies
from hazards.points.statements import Line
from hazards.points.tables import AppealRow, LedgerEntryRow


class AppealState(StrEnum):
    """Whether an entry can be, or was, objected to."""

    NONE = "none"
    POSSIBLE = "possible"
    OPEN = "open"
    GRANTED = "granted"
    REJECTED = "rejected"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """An entry with its hazard. appeal_until: UTC seconds, None where none is possible at all."""

    entry: LedgerEntryRow
    points: int
    hazard: HazardRow | None
    snapshot_id: str | None
    appeal: AppealRow | None
    appeal_state: AppealState
    appeal_until: float | None


def explained(
    session: Session, account_id: str, lines: Sequence[Line], *, now: float
) -> list[StatementLine]:
    """Four statements, however many lines there are."""
    hazard_ids = {line.entry.hazard_id for line in lines} - {""}
    hazards = {
        row.id: row
        for row in session.scalars(select(HazardRow).where(HazardRow.id.in_(hazard_ids)))
    }
    snapshots = dict(
        session.execute(
            select(EvidenceRow.violation_id, EvidenceRow.id).where(
                EvidenceRow.violation_id.in_(hazard_ids),
                EvidenceRow.kind == EvidenceKind.SNAPSHOT,
                EvidenceRow.path != "",
            )
        ).all()
    )
    keys = [line.entry.key for line in lines]
    appeals = {
        row.entry_key: row
        for row in session.scalars(select(AppealRow).where(AppealRow.entry_key.in_(keys)))
    }
    days = {row.version: int(str(row.body["appeal_days"])) for row in policies(session)}
    found = []
    for line in lines:
        entry, raised = line.entry, appeals.get(line.entry.key)
        appealable = entry.kind == "violation" and entry.debit_id == account_id
        until = entry.at + days[entry.policy] * DAY_S if appealable else None
        found.append(
            StatementLine(
                entry=entry,
                points=line.points,
                hazard=hazards.get(entry.hazard_id),
                snapshot_id=snapshots.get(entry.hazard_id),
                appeal=raised,
                appeal_state=_state(raised, until, now),
                appeal_until=until,
            )
        )
    return found


def _state(raised: AppealRow | None, until: float | None, now: float) -> AppealState:
    if raised is not None:
        return AppealState(raised.state)
    if until is None:
        return AppealState.NONE
    return AppealState.POSSIBLE if now <= until else AppealState.TOO_LATE
