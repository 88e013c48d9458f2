"""What happened to a ticket, line by line."""

from collections.abc import Collection, Sequence

from sqlalchemy import inspect, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from hazards.audit.trail import note_changes
from hazards.tickets.tables import TicketRow, TransitionRow
from hazards.tickets.transitions import State, Step


def write_down(
    session: Session,
    row: TicketRow,
    step: Step,
    before: State | None,
    *,
    actor: str,
    now: float,
    reason: str = "",
    photo_ids: Sequence[str] = (),
) -> None:
    """Adds a line to the history of a locked ticket, which led to the state that it has now.

    before: None where it was opened.
    """
    if before is not None:
        row.version += 1
    session.add(
        TransitionRow(
            ticket_id=row.id,
            number=row.version,
            step=step.value,
            from_state=before.value if before else "",
            to_state=row.state,
            actor=actor,
            at=now,
            reason=reason.strip(),
            photo_ids=list(photo_ids),
        )
    )


def store(session: Session, rows: Collection[TicketRow]) -> None:
    """Writes what was changed of locked tickets: one statement for all, where a flush has one for
    each."""
    changed = [row for row in rows if inspect(row).modified]
    if not changed:
        return
    note_changes(session, changed)
    names = {"id"}.union(*(inspect(row).committed_state for row in changed))
    values = [{name: getattr(row, name) for name in names} for row in changed]
    session.execute(update(TicketRow), values)
    for row, stored in zip(changed, values, strict=True):
        for name, value in stored.items():
            set_committed_value(row, name, value)
