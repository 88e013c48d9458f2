"""The application: routes, sign-in before them, one form for errors."""

from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api import errors, pages
from api.body_limit import BodyLimit
from api.caller import known
from api.context import Context
from api.engine import Engine
from api.routes import (
    access,
    audit,
    cases,
    channels,
    evidence,
    inbox,
    ledger,
    live,
    oidc,
    organisation,
    plans,
    points,
    references,
    reports,
    review,
    risk,
    sheets,
    site,
    system,
    ticket_settings,
    tickets,
    users,
    working_time,
)
from api.schemas.errors import ProblemDetails
from api.schemas.live import (
    CameraEvent,
    ColourEvent,
    LiveInit,
    LiveStatus,
    LiveStill,
    LiveTracks,
    TicketEvent,
)
from api.security_headers import SecurityHeaders
from api.settings import ApiSettings
from api.sign_in import signed_in
from hazards.database import Database

_MESSAGES: list[type[BaseModel]] = [
    LiveInit,
    LiveTracks,
    LiveStatus,
    LiveStill,
    CameraEvent,
    TicketEvent,
    ColourEvent,
]


class Application(FastAPI):
    """Its description also holds the messages of the live socket and of the events."""

    def openapi(self) -> dict[str, Any]:
        """As FastAPI describes it, with the messages added."""
        if self.openapi_schema is None:
            described = super().openapi()
            _, messages = models_json_schema(
                [(message, "serialization") for message in _MESSAGES],
                ref_template="#/components/schemas/{model}",
            )
            described["components"]["schemas"] |= messages["$defs"]
        assert self.openapi_schema is not None
        return self.openapi_schema


def describe(version: str) -> Application:
    """All routes, without anything behind them."""
    app = Application(
        title="Anyan",
        version=version,
        openapi_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
        responses={
            "default": {"model": ProblemDetails, "description": "Problem"},
            422: {"model": ProblemDetails, "description": "Problem, with its places"},
        },
        generate_unique_id_function=lambda route: route.name,
    )
    closed = APIRouter(dependencies=[Depends(known)])
    for part in (
        system.router,
        site.router,
        references.router,
        cases.router,
        evidence.router,
        live.router,
        organisation.router,
        users.router,
        audit.router,
        sheets.router,
        review.router,
        tickets.router,
        ticket_settings.router,
        working_time.router,
        reports.router,
        plans.router,
        risk.router,
        points.router,
        ledger.router,
        inbox.router,
        channels.router,
    ):
        closed.include_router(part)
    for open_to_all in (access.open_to_all, oidc.open_to_all, system.open_to_all):
        app.include_router(open_to_all)
    app.include_router(access.router, dependencies=[Depends(signed_in)])
    app.include_router(closed)
    app.include_router(live.sockets)
    app.include_router(pages.open_to_all)
    errors.install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(errors.UnexpectedErrors)
    app.add_middleware(SecurityHeaders)
    return app


def create_app(database: Database, engine: Engine, settings: ApiSettings) -> Application:
    """The application over a migrated database and a running engine."""
    app = describe(settings.version)
    app.state.context = Context(database, engine, settings)
    return app
