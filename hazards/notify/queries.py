"""Reads of messages."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hazards.notify.tables import MessageRow


def inbox(
    session: Session, person_id: str, *, before: float | None, limit: int
) -> list[MessageRow]:
    """What a person was told, newest first, each thing once. before: made_at, to go on."""
    statement = (
        select(MessageRow)
        .where(MessageRow.person_id == person_id, MessageRow.channel_id.is_(None))
        .order_by(MessageRow.made_at.desc(), MessageRow.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(MessageRow.made_at < before)
    return list(session.scalars(statement))


def messages_in(session: Session, state: str, *, limit: int) -> list[MessageRow]:
    """Messages by state, newest first."""
    statement = select(MessageRow).where(MessageRow.state == state)
    return list(session.scalars(statement.order_by(MessageRow.made_at.desc()).limit(limit)))


def message_counts(session: Session) -> dict[str, int]:
    """How many messages are in which state."""
    statement = select(MessageRow.state, func.count()).group_by(MessageRow.state)
    return {state: int(count) for state, count in session.execute(statement)}
