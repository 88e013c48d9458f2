"""The one mechanism that keeps every write: it watches the sessions of a database.

An action says who acts (`acting`), and changes rows as ever. Each row that is written is
collected, also what goes with another one, and appended to the trail just before the commit, so
that the trail's lock is short. A statement that would write past the rows is refused, and `add_new`
stands for the one that is needed: an INSERT that finds its row already there.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import Connection, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, object_session, sessionmaker
from sqlalchemy.orm.attributes import get_history, set_committed_value

from hazards.audit.tables import AuditRow
from hazards.chains.append import append
from hazards.chains.links import lock_head, plain
from hazards.tables import Table
from hazards.upsert import insert_many, update_many

CHAIN = "audit"
NOBODY = "system"
"""Who acts where no action has said it: the service itself."""
HIDDEN = "•••"
COVERED = ("number", "at", "actor", "change", "subject", "subject_id", "before", "after")
"""What the hash of a line covers besides the previous one, in this order."""
KEPT = "kept_by_trail"
Row = TypeVar("Row", bound=Table)


@dataclass(slots=True)
class _Line:
    """What one actor did to one row in a transaction; the fields are those of AuditRow."""

    at: float
    actor: str
    change: str
    subject: str
    subject_id: str
    before: dict[str, Any]
    after: dict[str, Any]

    def take_over(self, later: "_Line") -> bool:
        """Whether this line says what the later one says, now."""
        same = (self.at, self.actor) == (later.at, later.actor)
        if not same or later.change != "update" or self.change == "delete":
            return False
        if self.change == "update":
            self.before = later.before | self.before
        self.after |= later.after
        return True


_of_line = attrgetter(*COVERED[1:])


def acting(session: Session, actor: str, *, now: float) -> None:
    """Everything that this session writes from here on is done by the actor, until the next call.

    actor: `user:<id>`, `token:<id>`, `camera:<id>`, `sensor:<id>`, `rule:<id>` or `system`.
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


def add_new(
    session: Session,
    table: type[Row],
    rows: Sequence[Mapping[str, Any]],
    *,
    actor_of: Callable[[Row], str | None] = lambda _: None,
) -> list[Row]:
    """Inserts the rows whose keys are free, in one statement, and returns these.

    However many writers add the same row at once, one of them gets it; the others find it
    committed. rows: values by column, the same columns in each. actor_of: who adds a row, None
    for the one who acts.
    """
    if not rows:
        return []
    statement, values = insert_many(session, table, rows)
    new = statement.on_conflict_do_nothing().returning(table)
    made = list(session.scalars(new, values, execution_options={KEPT: True}))
    for row in made:
        if (actor := actor_of(row)) is not None:
            changed_by(session, row, actor)
        _keep("insert", row)
    return made


def add_once(session: Session, table: type[Row], **values: Any) -> Row | None:
    """As add_new does for one row; None where there was one."""
    made = add_new(session, table, [values])
    return made[0] if made else None


def note(session: Session, change: str, subject: str, id: str, after: dict[str, Any]) -> None:
    """Keeps a change of what is no row: of a file, for one.

    change: insert, update or delete. after: what is true now.
    """
    _add(session, session.info.get("actor", NOBODY), change, subject, id, {}, after)


def store(session: Session, rows: Collection[Table]) -> None:
    """Writes what was changed of locked rows of one table: one statement for all, where a flush has
    one for each."""
    changed = [row for row in rows if inspect(row).modified]
    if not changed:
        return
    for row in changed:
        _keep("update", row)
    keys = {str(column.key) for column in inspect(type(changed[0])).primary_key}
    names = keys.union(*(inspect(row).committed_state for row in changed))
    values = [{name: getattr(row, name) for name in names} for row in changed]
    options = {KEPT: True, "synchronize_session": False}
    with session.no_autoflush:
        statement, parameters = update_many(session, type(changed[0]), values)
        session.execute(statement, parameters, execution_options=options)
    for row, stored in zip(changed, values, strict=True):
        for name, value in stored.items():
            set_committed_value(row, name, value)


def watch(sessions: "sessionmaker[Session]") -> None:
    """Keeps what the sessions of this maker write."""
    event.listen(sessions, "after_flush", _forget_actors)
    event.listen(sessions, "before_commit", _append)
    event.listen(sessions, "do_orm_execute", _refuse_unkept)


def _refuse_unkept(statement: ORMExecuteState) -> None:
    if not (statement.is_insert or statement.is_update or statement.is_delete):
        return
    table = statement.bind_mapper.class_ if statement.bind_mapper else None
    kept = statement.execution_options.get(KEPT, False)
    if table is not None and not table.UNAUDITED and not kept:
        raise TypeError(f"{table.__name__} is audited: change its rows, or add them by add_new")


def _forget_actors(session: Session, _flush: UOWTransaction) -> None:
    session.info.pop("changed_by", None)


def _keep(change: str, row: Table) -> None:
    session = object_session(row)
    if session is None or row.UNAUDITED:
        return
    who = session.info.get("changed_by", {}).pop(row, session.info.get("actor", NOBODY))
    before, after = _difference(row, change)
    if before or after:
        _add(session, who, change, row.__tablename__, _id_of(row), before, after)


def _add(session: Session, actor: str, change: str, subject: str, id: str, *values: Any) -> None:
    """Nobody sees a row between two writes of a transaction: they are one line where they can."""
    at = round(session.info.get("now") or time.time(), 3)
    line = _Line(at, plain(actor), change, subject, id, *values)
    lines: list[_Line] = session.info.setdefault("lines", [])
    last: dict[tuple[str, str], _Line] = session.info.setdefault("last_lines", {})
    known = last.get((subject, id))
    if known is None or not known.take_over(line):
        lines.append(line)
        last[subject, id] = line


@cache
def _columns(table: type[Table]) -> frozenset[str]:
    """Without the counter of changes: they are all here."""
    counter = inspect(table).version_id_col
    columns = inspect(table).column_attrs
    return frozenset(c.key for c in columns if c.columns[0] is not counter)


def _difference(row: Table, change: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns that changed, before and after; what a new row leaves empty is left out."""
    columns = _columns(type(row))
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if change == "insert":
        loaded = inspect(row).dict  # all that is not empty; by attributes it takes thrice as long
        after = {name: value for name in columns if (value := loaded.get(name)) is not None}
    elif change == "delete":
        before = {name: getattr(row, name) for name in columns}
    else:
        for name in inspect(row).committed_state.keys() & columns:
            history = get_history(row, name)
            if history.has_changes():
                before[name] = history.deleted[0] if history.deleted else None
                after[name] = getattr(row, name)
        if after.keys() <= row.RUNNING:
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
    session.info.pop("last_lines", None)
    lines: list[_Line] = session.info.pop("lines", [])
    if not lines:
        return
    append(session, CHAIN, lock_head(session, CHAIN), AuditRow, COVERED, map(_of_line, lines))
