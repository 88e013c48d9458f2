"""The outbox. The caller's transaction commits it together with what it tells of."""

from collections.abc import Sequence

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from hazards.ids import derived_id, new_id
from hazards.notify.tables import ChannelRow, MessageRow
from hazards.site.people_tables import UnitRow
from hazards.upsert import insert

CLAIM_S = 120.0
"""A sender that has taken longer is dead; whether its message went out is unclear."""
FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 3600.0
MOST_ATTEMPTS = 12


def enqueue(
    session: Session,
    *,
    key: str,
    code: str,
    details: dict[str, object],
    person_ids: Sequence[str],
    unit_id: str,
    now: float,
) -> int:
    """Messages through every channel of the people, and of the unit and those above it.

    Everybody also finds it in the own inbox on the pages (a message without a channel, `sent` at
    once). Returns how many were made; a second call with the same key makes none.
    """
    path = session.scalar(select(UnitRow.path).where(UnitRow.id == unit_id)) or ""
    above = [part for part in path.split("/") if part]
    channels = session.scalars(
        select(ChannelRow).where(
            ChannelRow.active,
            or_(ChannelRow.person_id.in_(person_ids), ChannelRow.unit_id.in_(above)),
        )
    )
    rows = [
        {"channel_id": row.id, "person_id": row.person_id, "key": f"{key}>{row.id}"}
        for row in channels
    ]
    rows += [
        {"channel_id": None, "person_id": person, "key": f"{key}>inbox:{person}"}
        for person in dict.fromkeys(person_ids)
    ]
    made = 0
    for row in rows:
        inbox = row["channel_id"] is None
        statement = insert(session, MessageRow).values(
            id=derived_id("message", str(row["key"])),
            **row,
            code=code,
            details=details,
            made_at=now,
            state="sent" if inbox else "waiting",
            attempts=0,
            next_try_at=now,
            claimed_by="",
            claimed_until=0.0,
            sent_at=now if inbox else None,
            problem="",
        )
        new = session.scalar(statement.on_conflict_do_nothing().returning(MessageRow.id))
        made += new is not None
    return made


def claim(session: Session, sender: str, *, now: float, limit: int = 20) -> list[MessageRow]:
    """Messages that this sender alone may send now. Commit before sending.

    sender: a name that no other sender has. What a dead sender had claimed becomes `unclear`: it
    may have gone out, so nobody sends it again by itself.
    """
    session.execute(
        update(MessageRow)
        .where(MessageRow.state == "sending", MessageRow.claimed_until < now)
        .values(state="unclear", problem="the sender ended while it was sending")
        .execution_options(synchronize_session=False)
    )
    waiting = (
        select(MessageRow.id)
        .where(MessageRow.state == "waiting", MessageRow.next_try_at <= now)
        .order_by(MessageRow.next_try_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.scalars(waiting))
    claimed = session.scalars(
        update(MessageRow)
        .where(MessageRow.id.in_(ids), MessageRow.state == "waiting")
        .values(
            state="sending",
            attempts=MessageRow.attempts + 1,
            claimed_by=sender,
            claimed_until=now + CLAIM_S,
        )
        .returning(MessageRow)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return sorted(claimed, key=lambda row: (row.next_try_at, row.id))


def sent(session: Session, id: str, sender: str, *, now: float) -> bool:
    """It went out. False where this sender does not have it any more."""
    return _finish(session, id, sender, state="sent", sent_at=now, problem="")


def refused(session: Session, id: str, sender: str, *, problem: str, now: float) -> bool:
    """It did surely not go out: tried again later, `failed` after MOST_ATTEMPTS.

    problem: one sentence without credentials. False where this sender does not have it any more.
    """
    row = session.get(MessageRow, id, populate_existing=True)
    if row is None:
        return False
    pause = min(FIRST_PAUSE_S * 2 ** (row.attempts - 1), LONGEST_PAUSE_S)
    state = "failed" if row.attempts >= MOST_ATTEMPTS else "waiting"
    return _finish(session, id, sender, state=state, next_try_at=now + pause, problem=problem)


def create_channel(
    session: Session, *, name: str, url: str, person_id: str | None, unit_id: str | None
) -> ChannelRow:
    """An address of a person or a unit. url: in Apprise's words; never answered or logged."""
    row = ChannelRow(
        id=new_id(), name=name, url=url, person_id=person_id, unit_id=unit_id, active=True
    )
    session.add(row)
    session.flush()
    return row


def _finish(session: Session, id: str, sender: str, **values: object) -> bool:
    done = session.scalar(
        update(MessageRow)
        .where(MessageRow.id == id, MessageRow.state == "sending", MessageRow.claimed_by == sender)
        .values(**values)
        .returning(MessageRow.id)
        .execution_options(synchronize_session=False)
    )
    return done is not None
