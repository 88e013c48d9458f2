"""The service as a whole: state, health, metrics and the description of this interface."""

import hmac
from typing import Any

from fastapi import APIRouter, Request, Response

from api.context import Here
from api.current import system_now
from api.metrics import CONTENT_TYPE, exposition
from api.schemas.system import Coverage, Health, Readiness, System
from api.sign_in import who_is
from core.errors import DatabaseAway

open_to_all = APIRouter(tags=["system"])
router = APIRouter(tags=["system"])


@router.get("/api/system", summary="Version, model and problems")
def system(context: Here) -> System:
    """What every page shows at its edge."""
    return system_now(context.engine, context.settings)


@router.get("/api/coverage", summary="What became of the time in which rules were on")
def coverage(context: Here) -> list[Coverage]:
    """Per camera, zone and rule: judged, cannot tell and why, blind."""
    found = context.engine.coverage()
    return [Coverage.of(camera_id, rule) for camera_id, rules in found.items() for rule in rules]


@router.get("/api/openapi.json", include_in_schema=False)
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
    """For Prometheus, by bearer token or session."""
    token = context.settings.metrics_token
    sent = request.headers.get("Authorization", "")
    if not (token and hmac.compare_digest(sent.encode(), f"Bearer {token}".encode())):
        who_is(request, context)
    return Response(exposition(context.engine), media_type=CONTENT_TYPE)
