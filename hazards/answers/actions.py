"""Doing a thing once, however often it is asked for under one key."""

import hashlib
from collections.abc import Callable

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.errors import KeyReused
from hazards.answers.tables import AnswerRow
from hazards.upsert import insert

KEPT_S = 7 * 86400
"""For so long a repeated request has the same answer."""


def answer_once(
    session: Session, *, actor: str, place: str, key: str, sent: str, now: float,
    make: Callable[[], str],
) -> str:  # fmt: skip
    """What `make` answers, or what it answered when the same request came before.

    Of requests at once, one makes and the others wait for its answer. What `make` raises undoes
    all, so that the next try starts afresh. place: method and path. sent: the body.
    Raises KeyReused where the key came with another body.
    """
    request = _digest(sent)
    answer_id = _digest("\x1f".join((actor, place, key)))
    row = insert(session, AnswerRow).values(id=answer_id, request=request, body="", at=now)
    if session.scalar(row.on_conflict_do_nothing().returning(AnswerRow.id)) is None:
        found = session.get_one(AnswerRow, answer_id)
        if found.request != request:
            raise KeyReused("this Idempotency-Key came with another request: use a new key")
        return found.body
    body = make()
    session.execute(update(AnswerRow).where(AnswerRow.id == answer_id).values(body=body))
    _forget(session, now)
    return body


def _forget(session: Session, now: float) -> None:
    old = select(AnswerRow.id).where(AnswerRow.at < now - KEPT_S).limit(100)
    session.execute(
        delete(AnswerRow)
        .where(AnswerRow.id.in_(old.with_for_update(skip_locked=True)))
        .execution_options(synchronize_session=False)
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
