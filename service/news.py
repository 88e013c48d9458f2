"""What changes in the database without a page having asked for it, told to the open pages."""

import asyncio
from collections.abc import Callable, Collection
from typing import Any

from api.current import hazard_news
from api.live import LiveHub
from api.schemas.live import ColourEvent
from hazards.database import Database
from hazards.risk.queries import risk_units_of
from hazards.tickets.queries import tickets_of


class News:
    """Called on any thread once the change is committed; the hub hears of it on its own thread.

    Raises NotFound for a hazard that is not recorded yet, DatabaseAway.
    """

    def __init__(self, database: Database, hub: LiveHub) -> None:
        self._database = database
        self._hub = hub
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """loop: the hub's."""
        self._loop = loop

    def hazards(self, ids: Collection[str]) -> None:
        """Hazards that are new or have changed, and with them their tickets."""
        with self._database.read() as session:
            news = [hazard_news(session, hazard_id) for hazard_id in ids]
        for one in news:
            self._tell(self._hub.publish_hazard, one)
        self.tickets({one.hazard.ticket_id for one in news if one.hazard.ticket_id is not None})

    def tickets(self, ids: Collection[str]) -> None:
        """Tickets that opened, moved or climbed."""
        with self._database.read() as session:
            found = [(row.id, row.version) for row in tickets_of(session, ids)]
        for ticket_id, version in found:
            self._tell(self._hub.publish_ticket, ticket_id, version)

    def colours(self, risk_unit_ids: Collection[str]) -> None:
        """Risk units whose effective grade has changed."""
        with self._database.read() as session:
            rows = risk_units_of(session, risk_unit_ids)
        for row in rows:
            self._tell(self._hub.publish_colour, ColourEvent.of(row), row.unit_id)

    def _tell(self, publish: Callable[..., None], *arguments: Any) -> None:
        assert self._loop
        self._loop.call_soon_threadsafe(publish, *arguments)
