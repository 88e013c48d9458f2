"""Channels: where messages go, and what became of those that went there."""

from collections.abc import Sequence

from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session

from core.errors import Conflict, Incomplete, NotFound
from hazards.ids import new_id
from hazards.notify.actions import Notice, tell_channel
from hazards.notify.tables import ChannelRow, MessageRow
from hazards.site.people import person
from hazards.site.people_tables import PersonRow
from hazards.site.tree import unit, units_within


def channel(session: Session, id: str, *, lock: bool = False) -> ChannelRow:
    """One channel. lock: for an edit. Raises NotFound."""
    row = session.get(ChannelRow, id, with_for_update=lock or None, populate_existing=lock)
    if row is None:
        raise NotFound(f"there is no channel '{id}'")
    return row


def channels(
    session: Session,
    *,
    paths: Sequence[str],
    search: str = "",
    after: tuple[str, str] | None = None,
    limit: int,
) -> list[ChannelRow]:
    """Up to `limit` channels of some sub-trees and their people, by name.

    search: part of a name. after: name and id, to go on. Mask their url before it leaves the
    service.
    """
    people = select(PersonRow.id).where(PersonRow.unit_id.in_(units_within(paths)))
    statement = select(ChannelRow).where(
        or_(ChannelRow.unit_id.in_(units_within(paths)), ChannelRow.person_id.in_(people))
    )
    if search:
        statement = statement.where(ChannelRow.name.icontains(search, autoescape=True))
    if after is not None:
        statement = statement.where(tuple_(ChannelRow.name, ChannelRow.id) > tuple_(*after))
    return list(session.scalars(statement.order_by(ChannelRow.name, ChannelRow.id).limit(limit)))


def home_of(session: Session, *, person_id: str | None, unit_id: str | None) -> str:
    """The unit in which a channel with this owner lies.

    Raises Incomplete (no owner, or two), NotFound (person, unit).
    """
    if person_id is not None and unit_id is None:
        return person(session, person_id).unit_id
    if unit_id is not None and person_id is None:
        return unit(session, unit_id).id
    raise Incomplete("a channel belongs to one person or to one unit: name one of them")


def create_channel(
    session: Session, *, name: str, url: str, person_id: str | None, unit_id: str | None
) -> ChannelRow:
    """An address of a person or a unit. url: in Apprise's words; never answered or logged.

    Raises as home_of does.
    """
    home_of(session, person_id=person_id, unit_id=unit_id)
    row = ChannelRow(
        id=new_id(), name=name, url=url, person_id=person_id, unit_id=unit_id, active=True
    )
    session.add(row)
    session.flush()
    return row


def edit_channel(
    session: Session, id: str, *, name: str, url: str | None, person_id: str | None,
    unit_id: str | None, active: bool,
) -> ChannelRow:  # fmt: skip
    """url: None keeps it. What waits goes to the new address. Raises NotFound, and as home_of."""
    row = channel(session, id, lock=True)
    home_of(session, person_id=person_id, unit_id=unit_id)
    row.name, row.person_id, row.unit_id, row.active = name, person_id, unit_id, active
    if url is not None:
        row.url = url
    session.flush()
    return row


def delete_channel(session: Session, id: str) -> None:
    """What waits for it is given up; what it sent stays. Raises NotFound."""
    session.delete(channel(session, id, lock=True))
    session.flush()


def send_test(session: Session, id: str, *, by: str, now: float) -> MessageRow:
    """One message through this channel alone, by the outbox as any other.

    by: the name of who asks. Raises NotFound, Conflict (switched off).
    """
    row = channel(session, id)
    if not row.active:
        raise Conflict("this channel is switched off: switch it on first")
    notice = Notice(
        key=f"channel_test:{new_id()}",
        code="channel_test",
        details={"channel": row.name, "by": by, "asked_at": now},
        person_ids=[],
        unit_id=row.unit_id or "",
    )
    return tell_channel(session, notice, row, now=now)


def messages_of(session: Session, channel_id: str, *, limit: int) -> list[MessageRow]:
    """What went through a channel or is to go, newest first."""
    statement = select(MessageRow).where(MessageRow.channel_id == channel_id)
    newest = statement.order_by(MessageRow.made_at.desc(), MessageRow.id.desc())
    return list(session.scalars(newest.limit(limit)))
