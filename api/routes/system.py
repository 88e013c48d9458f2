"""The service as a whole: state, health, metrics and the description of this interface."""

import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from api.caller import Caller, identify, needs
from api.context import Here
from api.current import system_now
from api.metrics import CONTENT_TYPE, exposition
from api.schemas.system import Coverage, Health, Readiness, System
from core.errors import DatabaseAway
from hazards.access.roles import Capability
from hazards.site.queries import camera_paths

open_to_all = APIRouter(tags=["system"])
router = APIRouter(tags=["system"])


@router.get("/api/v1/system", summary="Version, model and problems")
def system(context: Here) -> System:
    """What every page shows at its edge."""
    return system_now(context.engine, context.settings)


@router.get("/api/v1/coverage", summary="What became of the time in which rules were on")
def coverage(caller: Annotated[Caller, needs(Capability.WATCH)], context: Here) -> list[Coverage]:
    """Per camera of the caller's part of the site, zone and rule: judged, cannot tell, blind."""
    with context.database.read() as session:
        places = camera_paths(session)
    return [
        Coverage.of(camera_id, rule)
        for camera_id, rules in context.engine.coverage().items()
        if caller.reaches_any(places.get(camera_id, ()))
        for rule in rules
    ]


@router.get("/api/v1/openapi.json", include_in_schema=False)
def openapi(request: Request) -> dict[str, Any]:
    """The description of all this."""
    description: dict[str, Any] = request.app.openapi()
    return description


@open_to_all.get("/healthz", summary="The process answers")
async def healthz() -> Health:
    """Says nothing about cameras or database."""
    return Health()


@open_to_all.get(
    "/readyz",
    summary="The service watches",
    response_model_exclude_defaults=True,
    responses={503: {"model": Readiness}},
)
def readyz(response: Response, context: Here) -> Readiness:
    """503 with reasons while it does not."""
    reasons = context.engine.ready()
    try:
        context.database.check()
    except DatabaseAway:
        # Anybody may ask, so the answer does not say where the database is.
        reasons = [*reasons, "the database does not answer"]
    if not reasons:
        context.has_been_ready.set()
        return Readiness(status="ready")
    response.status_code = 503
    status = "not ready" if context.has_been_ready.is_set() else "starting"
    return Readiness(status=status, reasons=reasons)


@open_to_all.get("/metrics", include_in_schema=False)
def metrics(request: Request, context: Here) -> Response:
    """For Prometheus, by its bearer token, or for whoever may watch."""
    token = context.settings.metrics_token
    sent = request.headers.get("Authorization", "")
    if not (token and hmac.compare_digest(sent.encode(), f"Bearer {token}".encode())):
        caller = identify(request, context)
        with context.database.read() as session:
            caller.able(session, Capability.WATCH)
    return Response(exposition(context.engine), media_type=CONTENT_TYPE)
