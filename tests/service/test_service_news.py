"""Open pages hear of what nobody did on a page."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from examples import CAMERA, VIOLATION
from people import ALWAYS, NOW, ZONE, settle_in
from sqlalchemy import select

from api.live import LiveHub
from api.viewer import Event, Subscriber
from core.errors import NotFound
from core.violation import ViolationKind
from hazards.cases import flow
from hazards.database import Database
from hazards.risk.colours import note_blind
from hazards.tickets.tables import TicketRow
from service.news import News
from service.recorder import Recorder
from service.scheduler import Scheduler
from service.spool import Spool


def _listen(database: Database, story: Callable[[News, Subscriber], Awaitable[None]]) -> None:
    """Plays a story on an event loop with one open page."""

    async def play() -> None:
        hub = LiveHub(lambda _camera, _on: None)
        news = News(database, hub)
        news.start(asyncio.get_running_loop())
        with hub.subscribe() as page:
            await story(news, page)

    asyncio.run(play())


async def _heard(page: Subscriber) -> tuple[str, dict[str, object], Event]:
    event = await asyncio.wait_for(page.next(), 20)
    assert event is not None
    name, data = event.text.strip().split("\n")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: ")), event


def test_a_colour_that_changes_by_itself_reaches_the_map(database: Database) -> None:
    """A blind camera, half an hour later: one event for the pages that watch the unit, with the
    grade and since when; the next round has nothing to say."""
    settle_in(database, camera=CAMERA)
    with database.begin() as session:
        note_blind(session, "gate", NOW)

    async def story(news: News, page: Subscriber) -> None:
        scheduler = Scheduler(database, ZONE, on_coloured=news.colours)
        for minutes in (29, 31, 32):
            await asyncio.to_thread(scheduler.round, NOW + minutes * 60)
        name, data, event = await _heard(page)
        assert (name, event.unit_id) == ("colour", "team-a")
        assert data == {"id": "hall", "plan_id": None, "grade": "yellow", "since": NOW + 31 * 60}
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(page.next(), 0.2)

    _listen(database, story)


def test_a_ticket_that_climbs_reaches_the_lists(database: Database) -> None:
    """With the version that it has now; a round in which nothing climbs says nothing."""
    settle_in(database, camera=CAMERA)
    with database.begin() as session:
        flow.take_in(session, [VIOLATION], now=NOW, calendar=ALWAYS)
        session.scalars(select(TicketRow)).one().next_escalation_at = NOW + 3600

    async def story(news: News, page: Subscriber) -> None:
        scheduler = Scheduler(database, ZONE, on_climbed=news.tickets)
        for hours in (0, 2, 2):
            await asyncio.to_thread(scheduler.round, NOW + hours * 3600)
        with database.read() as session:
            ticket = session.scalars(select(TicketRow)).one()
        assert (await _heard(page))[:2] == ("ticket", {"id": ticket.id, "version": ticket.version})
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(page.next(), 0.2)

    _listen(database, story)


def test_a_violation_brings_its_ticket_along(database: Database, spool: Spool) -> None:
    """The page of tickets learns of one that a rule has opened, not only the page of alarms."""
    settle_in(database, camera=CAMERA)

    async def story(news: News, page: Subscriber) -> None:
        recorder = Recorder(database, spool, ZONE, news.hazards)
        spool.put(replace(VIOLATION, kind=ViolationKind.MISSING_HELMET))
        recorder.start()
        heard = [(await _heard(page))[:2] for _ in range(2)]
        await asyncio.to_thread(recorder.stop, 10.0)
        (hazard, shown), (ticket, moved) = heard
        assert (hazard, ticket) == ("hazard", "ticket")
        assert (shown["id"], moved["id"]) == (VIOLATION.id, shown["ticket_id"])

    _listen(database, story)


def test_news_of_what_is_not_recorded_is_told_to_nobody(database: Database) -> None:
    """Evidence may come before its hazard: the recorder is told, and no page hears half of it."""

    async def story(news: News, page: Subscriber) -> None:
        with pytest.raises(NotFound):
            await asyncio.to_thread(news.hazards, ["nobody"])
        await asyncio.to_thread(news.tickets, ["nobody"])
        await asyncio.to_thread(news.colours, ["nobody"])
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(page.next(), 0.2)

    _listen(database, story)


@pytest.fixture
def spool(tmp_path) -> Spool:  # type: ignore[no-untyped-def]
    return Spool(tmp_path / "spool")
