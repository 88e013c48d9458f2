import threading

from people import NOW, settle_in
from sqlalchemy import func, select

from hazards.database import Database
from hazards.notify import actions, queries
from hazards.notify.actions import Notice
from hazards.notify.channels import create_channel
from hazards.notify.tables import MessageRow


def _fill(database: Database, *keys: str, now: float = NOW) -> list[int]:
    made = []
    for key in keys:
        with database.begin() as session:
            made.append(
                actions.enqueue(
                    session, [Notice(key, "overdue", {"n": 1}, ["li", "wang"], "team-a")], now=now
                )
            )
    return made


def _channel(database: Database) -> None:
    settle_in(database)
    with database.begin() as session:
        create_channel(
            session, name="Works", url="dingtalk://secret", person_id=None, unit_id="works"
        )
        create_channel(session, name="Zhao", url="mailto://zhao", person_id="zhao", unit_id=None)


def _claim(database: Database, sender: str, now: float = NOW, limit: int = 20) -> list[MessageRow]:
    with database.begin() as session:
        return actions.claim(session, sender, now=now, limit=limit)


def test_a_message_is_made_once_for_each_channel_and_inbox(database: Database) -> None:
    """The unit's channel above the ticket, both people's inboxes; the same key makes none."""
    _channel(database)
    assert _fill(database, "a", "a", "b") == [3, 0, 3]
    with database.read() as session:
        assert queries.message_counts(session) == {"sent": 4, "waiting": 2}
        assert [m.key for m in queries.inbox(session, "li", before=None, limit=9)] != []


def test_many_senders_send_each_message_once(database: Database) -> None:
    """6 threads claim 40 messages at once; none is claimed twice, none is left."""
    _channel(database)
    _fill(database, *[f"m{n}" for n in range(40)])
    claimed: list[str] = []

    def send(name: str) -> None:
        while rows := _claim(database, name, limit=3):
            for row in rows:
                claimed.append(row.id)
                with database.begin() as session:
                    assert actions.sent(session, row.id, name, now=NOW)

    threads = [threading.Thread(target=send, args=(f"s{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        left = select(func.count()).where(MessageRow.state != "sent")
        assert session.scalar(left) == 0
    assert len(claimed) == len(set(claimed)) == 40


def test_a_refused_message_is_tried_again_with_longer_pauses(database: Database) -> None:
    """30 s, 60 s, …; after the last attempt it has failed and stays to be seen."""
    _channel(database)
    _fill(database, "a")
    now, pauses = NOW, []
    for _ in range(actions.MOST_ATTEMPTS):
        (row,) = _claim(database, "s", now)
        with database.begin() as session:
            assert actions.refused(session, row.id, "s", problem="no route", now=now)
        with database.read() as session:
            row = session.get(MessageRow, row.id)
            pauses.append(row.next_try_at - now)
            assert _claim(database, "s", row.next_try_at - 1) == []
            now = row.next_try_at
    assert pauses[:3] == [30, 60, 120]
    assert max(pauses) == actions.LONGEST_PAUSE_S
    assert (row.state, row.problem) == ("failed", "no route")


def test_a_sender_that_died_is_not_repeated(database: Database) -> None:
    """Its message may have gone out: it is unclear, not sent again; its late word is not taken."""
    _channel(database)
    _fill(database, "a")
    (row,) = _claim(database, "dead")
    later = NOW + actions.CLAIM_S + 1
    assert _claim(database, "other", later) == []
    with database.begin() as session:
        assert not actions.sent(session, row.id, "dead", now=later)
        assert [m.id for m in queries.messages_in(session, "unclear", limit=5)] == [row.id]
