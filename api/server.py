"""Uvicorn, told about streams that never end by themselves."""

import socket

import uvicorn

from api.live import LiveHub


class Server(uvicorn.Server):
    """Stops promptly: open live tiles and event streams are ended first."""

    def __init__(self, config: uvicorn.Config, hub: LiveHub) -> None:
        super().__init__(config)
        self._hub = hub

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends the streams, then waits for what is being answered."""
        self._hub.close()
        await super().shutdown(sockets)
