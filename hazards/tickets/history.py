"""What happened to a ticket, line by line."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

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
