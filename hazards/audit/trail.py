"""The one mechanism that keeps every write: it watches the sessions of a database.

An action says who acts (`acting`), and changes rows as ever. Each row that is written is
collected, also what goes with another one, and appended to the trail just before the commit, so
that the trail's lock is short. A statement that would write past the rows is refused, and `add_new`
stands for the one that is needed: an INSERT that finds its row already there.
"""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, object_session, sessionmaker

from hazards.audit.tables import AuditRow
from hazards.chains.links import SEPARATOR, Head, link, lock_head, move_head, plain
from hazards.tables import Table
from hazards.upsert import insert

CHAIN = "audit"
NOBODY = "system"
"""Who acts where no action has said it: the service itself."""
HIDDEN = "•••"
KEPT = "kept_by_trail"
Row = TypeVar("Row", bound=Table)
_Change = tuple[str, float, str, str, str, dict[str, Any], dict[str, Any]]


def acting(session: Session, actor: str, *, now: float) -> None:
    """Everything that this session writes from here on is done by the actor, until the next call.

    actor: `user:<id>`, `token:<id>`, `camera:<id>`, `sensor:<id>`, `rule:<id>` or `system`.
    now: UTC seconds; without an actor, the trail has the time of the commit.
    """
    session.flush()  # what was done so far belongs to whoever acted before
    session.info["actor"] = actor
    session.info["now"] = now


def add_new(session: Session, table: type[Row], rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Inserts the rows whose keys are free, in one statement, and returns these.

    However many writers add the same row at once, one of them gets it; the others find it
    committed. rows: values by column, the same columns in each.
    """
    statement = insert(session, table).on_conflict_do_nothing().returning(table)
    options = {KEPT: True}
    made = list(session.scalars(statement, [dict(row) for row in rows], execution_options=options))
    for row in made:
        _keep("insert", row)
    return made


def add_once(session: Session, table: type[Row], **values: Any) -> Row | None:
    """As add_new does for one row; None where there was one."""
    made = add_new(session, table, [values])
    return made[0] if made else None


def watch(sessions: "sessionmaker[Session]") -> None:
    """Keeps what the sessions of this maker write."""
    event.listen(sessions, "before_commit", _append)
    event.listen(sessions, "do_orm_execute", _refuse_unkept)


def fields_of(row: AuditRow) -> str:
    """What the hash of a row covers, besides the previous hash."""
    return _fields(
        row.number, row.at, row.actor, row.change, row.subject, row.subject_id, row.before,
        row.after,
    )  # fmt: skip


def _fields(
    number: int, at: float, actor: str, change: str, subject: str, subject_id: str,
    before: dict[str, Any], after: dict[str, Any],
) -> str:  # fmt: skip
    texts = (json.dumps(part, sort_keys=True, ensure_ascii=False) for part in (before, after))
    return SEPARATOR.join([str(number), repr(at), actor, change, subject, subject_id, *texts])


def _refuse_unkept(statement: ORMExecuteState) -> None:
    if not (statement.is_insert or statement.is_update or statement.is_delete):
        return
    table = statement.bind_mapper.class_ if statement.bind_mapper else None
    kept = statement.execution_options.get(KEPT, False)
    if table is not None and not table.UNAUDITED and not kept:
        raise TypeError(f"{table.__name__} is audited: change its rows, or add them by add_new")


def _keep(change: str, row: Table) -> None:
    session = object_session(row)
    if session is None or row.UNAUDITED:
        return
    before, after = _difference(row, change)
    if before or after:
        actor, now = plain(session.info.get("actor", NOBODY)), session.info.get("now", time.time())
        found: list[_Change] = session.info.setdefault("changes", [])
        found.append((actor, now, change, row.__tablename__, _id_of(row), before, after))


def _difference(row: Table, change: str) -> tuple[dict[str, Any], dict[str, Any]]:
    state = inspect(row)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    counter = state.mapper.version_id_col
    for attribute in state.mapper.column_attrs:
        name = attribute.key
        if attribute.columns[0] is counter:
            continue  # it counts the changes, which are all here
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
    if change == "update" and after.keys() <= row.RUNNING:
        return {}, {}
    for values in (before, after):
        for name in row.SECRET & values.keys():
            values[name] = HIDDEN
    return before, after


@event.listens_for(Table, "after_insert", propagate=True)
def _inserted(_mapper: object, _connection: Connection, row: Table) -> None:
    _keep("insert", row)


@event.listens_for(Table, "after_update", propagate=True)
def _updated(_mapper: object, _connection: Connection, row: Table) -> None:
    _keep("update", row)


@event.listens_for(Table, "after_delete", propagate=True)
def _deleted(_mapper: object, _connection: Connection, row: Table) -> None:
    _keep("delete", row)


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
    for actor, now, change, subject, subject_id, before, after in changes:
        number = head.number + 1
        digest = link(
            head.hash, _fields(number, now, actor, change, subject, subject_id, before, after)
        )
        rows.append(
            {
                "number": number,
                "at": now,
                "actor": actor,
                "change": change,
                "subject": subject,
                "subject_id": subject_id,
                "before": before,
                "after": after,
                "hash": digest,
            }
        )
        head = Head(number, digest)
    session.execute(insert(session, AuditRow), rows)
    move_head(session, CHAIN, head)
