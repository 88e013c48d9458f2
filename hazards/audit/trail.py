"""The one mechanism that keeps every write: it watches the sessions of a database.

An action says who acts (`acting`), and changes rows as ever. What the session writes is collected
at each flush, and appended to the trail just before the commit, so that the trail's lock is short.
"""

import time
from collections.abc import Iterable
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session, UOWTransaction, sessionmaker

from hazards.audit.tables import AuditRow
from hazards.chains.canonical import canonical
from hazards.chains.links import Head, link, lock_head, move_head, plain
from hazards.tables import Table
from hazards.upsert import insert

CHAIN = "audit"
NOBODY = "system"
"""Who acts where no action has said it: the service itself."""
HIDDEN = "•••"
COVERED = ("number", "at", "actor", "change", "subject", "subject_id", "before", "after")
"""What the hash of a line covers besides the previous one, in this order."""
_Change = tuple[str, float, str, str, str, dict[str, Any], dict[str, Any]]


def acting(session: Session, actor: str, *, now: float) -> None:
    """Everything that this session writes from here on is done by the actor, until the next call.

    actor: `user:<id>`, `token:<id>`, `camera:<id>`, `rule:<id>` or `system`.
    now: UTC seconds; without an actor, the trail has the time of the commit.
    """
    session.flush()  # what was done so far belongs to whoever acted before
    session.info["actor"] = actor
    session.info["now"] = now


def changed_by(session: Session, row: Table, actor: str) -> None:
    """What is not written of this row yet is done by the actor, whoever acts otherwise.

    For one transaction that does what many have caused.
    """
    session.info.setdefault("changed_by", {})[row] = actor


def note(
    session: Session,
    change: str,
    subject: str,
    id: str,
    after: dict[str, Any],
    *,
    actor: str | None = None,
) -> None:
    """Keeps a write that went around the session: an upsert, or an UPDATE of its own.

    change: insert or update. after: what it wrote. actor: None for the one who acts.
    """
    who, now = _acts(session)
    found: list[_Change] = session.info.setdefault("changes", [])
    found.append((plain(actor or who), now, change, subject, id, {}, after))


def note_changes(session: Session, rows: Iterable[Table]) -> None:
    """Keeps what was changed of rows that are written around the session."""
    for row in rows:
        _keep(session, "update", row)


def watch(sessions: "sessionmaker[Session]") -> None:
    """Keeps what the sessions of this maker write."""
    event.listen(sessions, "after_flush", _collect)
    event.listen(sessions, "before_commit", _append)


def _acts(session: Session) -> tuple[str, float]:
    return session.info.get("actor", NOBODY), session.info.get("now", time.time())


def _collect(session: Session, _flush: UOWTransaction) -> None:
    for change, rows in (
        ("insert", session.new), ("update", session.dirty), ("delete", session.deleted)
    ):  # fmt: skip
        for row in rows:
            if isinstance(row, Table) and row.AUDITED:
                _keep(session, change, row)


def _keep(session: Session, change: str, row: Table) -> None:
    before, after = _difference(row, change)
    if before or after:
        who, now = _acts(session)
        actor = plain(session.info.get("changed_by", {}).pop(row, who))
        found: list[_Change] = session.info.setdefault("changes", [])
        found.append((actor, now, change, row.__tablename__, _id_of(row), before, after))


def _difference(row: Table, change: str) -> tuple[dict[str, Any], dict[str, Any]]:
    state = inspect(row)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    columns = state.mapper.column_attrs.keys()
    for name in state.committed_state.keys() & columns if change == "update" else columns:
        if change == "update":
            history = state.attrs[name].history
            if not history.has_changes():
                continue
            old = history.deleted[0] if history.deleted else None
            before[name], after[name] = old, getattr(row, name)
        elif change == "insert":
            after[name] = getattr(row, name)
        else:
            before[name] = getattr(row, name)
    for values in (before, after):
        for name in row.SECRET & values.keys():
            values[name] = HIDDEN
    return before, after


def _id_of(row: Table) -> str:
    identity = inspect(row).identity or inspect(type(row)).primary_key_from_instance(row)
    return "/".join(str(part) for part in identity)


def _append(session: Session) -> None:
    session.flush()
    changes: list[_Change] = session.info.pop("changes", [])
    if not changes:
        return
    head = lock_head(session, CHAIN)
    rows: list[dict[str, Any]] = []
    for actor, now, *rest in changes:
        values = (head.number + 1, round(now, 3), actor, *rest)
        head = Head(head.number + 1, link(head.hash, canonical(COVERED, values)))
        rows.append({**dict(zip(COVERED, values, strict=True)), "hash": head.hash})
    session.execute(insert(session, AuditRow), rows)
    move_head(session, CHAIN, head)
