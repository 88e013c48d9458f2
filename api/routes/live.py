"""Live pictures by WebSocket, events by server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import anyio
from fastapi import APIRouter, Request, WebSocket
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocketDisconnect

from api.caller import identify
from api.context import Context, Here
from api.routes.site import require_camera, starting_status
from api.schemas.live import LiveStatus
from api.schemas.shapes import PathId
from api.schemas.site import Status
from api.viewer import Event, Viewer
from core.errors import DatabaseAway, Forbidden, NotFound, NotSignedIn
from hazards.access.roles import Capability
from hazards.access.tables import UserRow
from hazards.site import queries
from hazards.site.people_tables import ROOT
from hazards.site.tree import units_within

router = APIRouter(tags=["live"])
sockets = APIRouter()
"""Sockets check the session themselves: they answer by close code."""

HEARTBEAT_S = 15.0
RECHECK_S = 60.0
"""An open stream counts as use of the session, and ends soon after it."""

WANTS_STILLS = "stills"
"""What a page sends whose browser cannot play the stream."""
GOING_AWAY, RESTARTING, TRY_LATER = 1001, 1012, 1013
NOT_SIGNED_IN, NOT_ALLOWED, NO_CAMERA = 4401, 4403, 4404


@router.get(
    "/api/v1/events",
    summary="What changes, as server-sent events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}},
)
async def events(request: Request, context: Here) -> StreamingResponse:
    """`hazard`, `ticket`, `colour`, `camera` and `system`, of what the caller may see; connect
    again and re-read the lists when it ends."""
    sight = await run_in_threadpool(_sight, request, context)
    return StreamingResponse(
        _events(request, context, sight),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(request: Request, context: Context, sight: "_Sight") -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    with context.engine.hub.subscribe() as subscriber:
        recheck_at = loop.time() + RECHECK_S
        yield ": welcome\n\n"
        while True:
            try:
                event = await asyncio.wait_for(subscriber.next(), HEARTBEAT_S)
            except TimeoutError:
                event = Event(": still here\n\n")
            if event is None:
                return
            if sight.shows(event):
                yield sight.text(event)
            if loop.time() >= recheck_at:
                recheck_at = loop.time() + RECHECK_S
                try:
                    sight = await run_in_threadpool(_sight, request, context)
                except NotSignedIn:
                    return
                except DatabaseAway:
                    # The page goes on without the database; the next check tells.
                    continue


@dataclass(frozen=True, slots=True)
class _Sight:
    """What a page may see now. whole: the whole site, also what is added to it. user_id: of whom
    reviews somewhere, who is not told another's verdict while a second one is due."""

    whole: bool
    units: frozenset[str]
    cameras: frozenset[str]
    user_id: int | None

    def shows(self, event: Event) -> bool:
        """Whether an event is for the page."""
        if self.whole or (event.unit_id is None and event.camera_id is None):
            return True
        return event.unit_id in self.units or event.camera_id in self.cameras

    def text(self, event: Event) -> str:
        """What the page is told."""
        kept_back = self.user_id is not None and self.user_id != event.first_reviewer
        return event.blind if event.blind and kept_back else event.text


def _sight(request: Request, context: Context) -> _Sight:
    caller = identify(request, context)
    with context.database.read() as session:
        watching = replace(caller, paths=tuple(caller.reach(session, Capability.WATCH)))
        reviews = isinstance(caller.row, UserRow) and caller.reach(session, Capability.REVIEW)
        user_id = caller.user.id if reviews else None
        if watching.reaches(session, ROOT):
            return _Sight(True, frozenset(), frozenset(), user_id)
        units = frozenset(session.scalars(units_within(watching.paths)))
        places = queries.camera_paths(session).items()
    seen = frozenset(camera for camera, paths in places if watching.reaches_any(paths))
    return _Sight(False, units, seen, user_id)


@sockets.websocket("/api/v1/cameras/{id}/live")
async def live(socket: WebSocket, id: PathId, context: Here) -> None:
    """One tile. Messages as in api/schemas/live.py."""
    if not _from_our_page(socket):
        await socket.close()
        return
    # Accepted first: a browser sees the close code of an open socket only.
    await socket.accept()
    try:
        enabled = await run_in_threadpool(_is_enabled, socket, context, id)
    except NotSignedIn:
        await socket.close(NOT_SIGNED_IN)
        return
    except Forbidden:
        await socket.close(NOT_ALLOWED)
        return
    except NotFound:
        await socket.close(NO_CAMERA)
        return
    except DatabaseAway:
        await socket.close(TRY_LATER)
        return
    status = context.engine.camera_statuses().get(id) or starting_status(id, enabled=enabled)
    with context.engine.hub.watch(id) as viewer:
        viewer.put_status(LiveStatus(status=Status.of(status)))
        code = await _first(
            lambda: _send(socket, viewer),
            lambda: _listen(socket, viewer),
            lambda: _until_signed_out(socket, context),
        )
    if code is None:
        code = RESTARTING if context.engine.hub.closed else NO_CAMERA
    if code != GOING_AWAY:
        await socket.close(code)


async def _first(*steps: Callable[[], Awaitable[int | None]]) -> int | None:
    """What the first of the steps returns; the others are stopped."""
    results: list[int | None] = []
    async with anyio.create_task_group() as group:

        async def run(step: Callable[[], Awaitable[int | None]]) -> None:
            results.append(await step())
            group.cancel_scope.cancel()

        for step in steps:
            group.start_soon(run, step)
    return results[0]


async def _send(socket: WebSocket, viewer: Viewer) -> int | None:
    """Until the viewer's stream ends."""
    while (message := await viewer.next()) is not None:
        try:
            if isinstance(message, str):
                await socket.send_text(message)
            else:
                await socket.send_bytes(message)
        except WebSocketDisconnect:
            return GOING_AWAY
    return None


async def _listen(socket: WebSocket, viewer: Viewer) -> int:
    """The page may say that it cannot play the stream; otherwise this sees it leave."""
    while (message := await socket.receive())["type"] != "websocket.disconnect":
        viewer.wants_stills |= message.get("text") == WANTS_STILLS
    return GOING_AWAY


async def _until_signed_out(socket: WebSocket, context: Context) -> int:
    while True:
        await asyncio.sleep(RECHECK_S)
        if not await _still_signed_in(socket, context):
            return NOT_SIGNED_IN


async def _still_signed_in(connection: HTTPConnection, context: Context) -> bool:
    try:
        await run_in_threadpool(identify, connection, context)
    except NotSignedIn:
        return False
    except DatabaseAway:
        # The wall goes on without the database; the next check tells.
        return True
    return True


def _is_enabled(socket: WebSocket, context: Context, camera_id: str) -> bool:
    caller = identify(socket, context)
    with context.database.read() as session:
        require_camera(session, caller.able(session, Capability.WATCH), camera_id)
        return queries.camera(session, camera_id).enabled


def _from_our_page(socket: WebSocket) -> bool:
    """Browsers always send Origin; whoever is no browser cannot be misused by a foreign page."""
    origin = socket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == socket.headers.get("host")
