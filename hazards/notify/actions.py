"""The outbox. The caller's transaction commits it together with what it tells of."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from hazards.ids import derived_id
from hazards.notify.tables import ChannelRow, MessageRow
from hazards.site.tree import units_above
from hazards.upsert import insert_many

CLAIM_S = 120.0
"""A sender that has taken longer is dead; whether its message went out is unclear."""
FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 3600.0
MOST_ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class Notice:
    """What people are told. key: the same one is told once. unit_id: where it is about."""

    key: str
    code: str
    details: dict[str, object]
    person_ids: Sequence[str]
    unit_id: str


def enqueue(session: Session, notices: Sequence[Notice], *, now: float) -> int:
    """Messages through every channel of the people, and of the unit and those above it.

    Everybody also finds it in the own inbox on the pages (a message without a channel, `sent` at
    once). Returns how many were made; a second call with the same key makes none. Three statements,
    however many notices there are.
    """
    if not notices:
        return 0
    above = units_above(session, {notice.unit_id for notice in notices})
    of_person: dict[str, list[ChannelRow]] = {}
    of_unit: dict[str, list[ChannelRow]] = {}
    for channel in session.scalars(
        select(ChannelRow).where(
            ChannelRow.active,
            or_(
                ChannelRow.person_id.in_({p for notice in notices for p in notice.person_ids}),
                ChannelRow.unit_id.in_({unit for units in above.values() for unit in units}),
            ),
        )
    ):
        of_person.setdefault(channel.person_id or "", []).append(channel)
        of_unit.setdefault(channel.unit_id or "", []).append(channel)
    rows = []
    for notice in notices:
        people = list(dict.fromkeys(notice.person_ids))
        channels = [channel for person in people for channel in of_person.get(person, [])]
        for unit in above.get(notice.unit_id, []):
            channels += of_unit.get(unit, [])
        once = {channel.id: channel for channel in channels}.values()
        rows += [_message(notice, row.id, row.person_id, row.id, now) for row in once]
        rows += [_message(notice, None, person, f"inbox:{person}", now) for person in people]
    if not rows:
        return 0
    statement, values = insert_many(session, MessageRow, rows)
    made = statement.on_conflict_do_nothing().returning(MessageRow.id)
    return len(session.scalars(made, values).all())


def tell_channel(
    session: Session, notice: Notice, channel: ChannelRow, *, now: float
) -> MessageRow:
    """A message through one channel alone."""
    row = MessageRow(**_message(notice, channel.id, channel.person_id, channel.id, now))
    session.add(row)
    session.flush()
    return row


def _message(
    notice: Notice, channel_id: str | None, person_id: str | None, place: str, now: float
) -> dict[str, object]:
    key = f"{notice.key}>{place}"
    return {
        "id": derived_id("message", key),
        "key": key,
        "channel_id": channel_id,
        "person_id": person_id,
        "code": notice.code,
        "details": notice.details,
        "made_at": now,
        "state": "waiting" if channel_id else "sent",
        "attempts": 0,
        "next_try_at": now,
        "claimed_by": "",
        "claimed_until": 0.0,
        "sent_at": None if channel_id else now,
        "problem": "",
    }


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


def given_up(session: Session, id: str, sender: str, *, state: str, problem: str) -> bool:
    """Nobody tries it again by itself.

    state: `failed`, or `unclear` where it may have gone out. problem, answer: as of `refused`.
    """
    return _finish(session, id, sender, state=state, problem=problem)


def _finish(session: Session, id: str, sender: str, **values: object) -> bool:
    done = session.scalar(
        update(MessageRow)
        .where(MessageRow.id == id, MessageRow.state == "sending", MessageRow.claimed_by == sender)
        .values(**values)
        .returning(MessageRow.id)
        .execution_options(synchronize_session=False)
    )
    return done is not None
