"""Uvicorn, told about streams that never end by themselves."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from api.live import LiveHub


class Server(uvicorn.Server):
    """Stops promptly: open live tiles and event streams are ended first."""

    def __init__(self, config: uvicorn.Config, hub: LiveHub) -> None:
        super().__init__(config)
        self._hub = hub

    def stop(self) -> None:
        """Begins to end; returns at once. A second call does not wait for requests."""
        self.force_exit, self.should_exit = self.should_exit, True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to who started the server: uvicorn would end the process with them."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends the streams, then waits for what is being answered."""
        self._hub.close()
        await super().shutdown(sockets)
