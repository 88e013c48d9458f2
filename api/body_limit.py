"""Few requests of ours are large, and nobody makes us keep one that is."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_BYTES = 2**20
LARGE_BYTES = {"/api/v1/photos": 20 * 2**20 + 1}
"""Addresses that take files, with what they take; the place that reads the file says why not."""


class BodyLimit:
    """ASGI: a body beyond the limit ends as 413 where it is read, whatever its length claimed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        read = 0
        limit = LARGE_BYTES.get(scope["path"], BODY_BYTES)

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise HTTPException(
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                    f"the request is larger than {limit >> 20} MB",
                )
            return message

        await self._app(scope, counted, send)
