import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from people import NOW, ZONE, settle_in
from sqlalchemy import select

from hazards.database import Database
from hazards.notify import actions
from hazards.notify.actions import Notice
from hazards.notify.channels import create_channel
from hazards.notify.tables import ChannelRow, MessageRow
from service.delivery import Outcome, deliver
from service.message_texts import TEXTS
from service.sender import Sender

SOURCES = [Path(__file__).parents[2] / name for name in ("hazards", "service")]
MINUTE = 60.0


class Receiver:
    """A real HTTP server. behaviour: called with the handler for each message, after its body was
    read."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.behaviour: Callable[[BaseHTTPRequestHandler], None] = accept
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                receiver.got.append(json.loads(self.rfile.read(length)))
                receiver.behaviour(self)

            def log_message(self, *_: object) -> None:
                """Nothing on the terminal."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"json://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def accept(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()


def fail(request: BaseHTTPRequestHandler) -> None:
    request.send_response(503)
    request.end_headers()


def die(request: BaseHTTPRequestHandler) -> None:
    """The message was read, and the connection is cut without an answer."""
    request.connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


def _channel(database: Database, url: str) -> None:
    settle_in(database)
    with database.begin() as session:
        create_channel(session, name="hook", url=url, person_id=None, unit_id="works")


def _tell(database: Database, *keys: str) -> None:
    for key in keys:
        with database.begin() as session:
            actions.enqueue(
                session,
                [Notice(key, "unassigned", {"ticket_id": "t", "title": "东门"}, [], "team-a")],
                now=NOW,
            )


def _messages(database: Database) -> list[tuple[str, int, str]]:
    with database.read() as session:
        rows = session.scalars(select(MessageRow).order_by(MessageRow.key))
        return [(row.state, row.attempts, row.problem) for row in rows]


def _sender(database: Database) -> Sender:
    return Sender(database, ZONE, "zh", deliver)


def test_a_message_arrives_once_with_its_words(database: Database, receiver: Receiver) -> None:
    """In Chinese; further rounds and a second sender send nothing."""
    _channel(database, receiver.url)
    _tell(database, "a", "a")
    for at in (NOW, NOW + MINUTE, NOW + 60 * MINUTE):
        _sender(database).round(at)
    (message,) = receiver.got
    assert message["title"] == "隐患无人负责：东门"
    assert "责任人" in message["message"]
    assert _messages(database) == [("sent", 1, "")]


def test_a_receiver_that_fails_gets_it_later(database: Database, receiver: Receiver) -> None:
    """It waits longer each time, stays visible with the reason, and arrives once in the end."""
    _channel(database, receiver.url)
    _tell(database, "a")
    receiver.behaviour = fail
    sender = _sender(database)
    assert [sender.round(NOW), sender.round(NOW + 10), sender.round(NOW + 31)] == [1, 0, 1]
    state, attempts, problem = _messages(database)[0]
    assert (state, attempts) == ("waiting", 2)
    assert "refuses" in problem
    receiver.behaviour = accept
    assert [sender.round(NOW + 60), sender.round(NOW + 92), sender.round(NOW + 900)] == [0, 1, 0]
    assert _messages(database) == [("sent", 3, "")]


def test_being_offline_is_normal(database: Database) -> None:
    """Nothing listens: the message waits, and nothing in its reason names the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _channel(database, f"json://user:hunter2@127.0.0.1:{port}/secret")
    _tell(database, "a")
    _sender(database).round(NOW)
    state, _, problem = _messages(database)[0]
    assert state == "waiting"
    assert "cannot be reached" in problem
    assert "hunter2" not in problem
    assert "secret" not in problem


def test_a_receiver_that_dies_in_the_middle_is_not_sent_to_twice(
    database: Database, receiver: Receiver
) -> None:
    """It may have arrived: unclear, for people to see, and never sent again by itself."""
    _channel(database, receiver.url)
    _tell(database, "a", "b")
    receiver.behaviour = die
    for at in (NOW, NOW + 60 * MINUTE, NOW + 600 * MINUTE):
        _sender(database).round(at)
    assert len(receiver.got) == 2
    assert [state for state, _, _ in _messages(database)] == ["unclear", "unclear"]


def test_a_slow_answer_is_waited_for(receiver: Receiver) -> None:
    """Longer than Apprise would by itself (4 s)."""
    slow = threading.Event()

    def late(request: BaseHTTPRequestHandler) -> None:
        slow.wait(5.0)
        accept(request)

    receiver.behaviour = late
    assert deliver(receiver.url, "subject", "body").outcome is Outcome.SENT
    assert len(receiver.got) == 1


def test_a_sender_that_loses_the_database_after_sending_sends_once(
    database: Database, receiver: Receiver
) -> None:
    """The message went out, its note did not: it ends as unclear, and is not sent again."""
    _channel(database, receiver.url)
    _tell(database, "a")

    def send_and_die(url: str, subject: str, body: str) -> Any:
        deliver(url, subject, body)
        raise SystemExit

    with pytest.raises(SystemExit):
        Sender(database, ZONE, "zh", send_and_die).round(NOW)
    for at in (NOW + MINUTE, NOW + 3 * MINUTE, NOW + 60 * MINUTE):
        _sender(database).round(at)
    assert len(receiver.got) == 1
    assert _messages(database)[0][0] == "unclear"


def test_a_channel_that_is_gone_gives_up_its_messages(
    database: Database, receiver: Receiver
) -> None:
    """Deleted or switched off, or an address that cannot be read: nothing is sent, the reason is
    there."""
    _channel(database, "nonsense://")
    _tell(database, "a")
    _sender(database).round(NOW)
    assert "cannot be read" in _messages(database)[0][2]
    with database.begin() as session:
        session.scalars(select(ChannelRow)).one().active = False
    _sender(database).round(NOW + MINUTE)
    assert _messages(database)[0][0::2] == ("failed", "the channel is gone")


def test_every_code_has_its_words() -> None:
    """A message that the domain makes and nobody can word would never be sent."""
    notice = re.compile(r'\bNotice\(\s+key=.*?\bcode="([a-z_]+)"', re.DOTALL)
    paths = [path for folder in SOURCES for path in folder.rglob("*.py")]
    codes = {code for path in paths for code in notice.findall(path.read_text("utf-8"))}
    codes |= {"checks_due", "reviews_due", "overdue", "supervised"}
    assert codes == set(TEXTS)
