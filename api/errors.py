"""Errors on the wire: one table from error class to HTTP status, one form for all of them."""

import math
from collections.abc import Sequence
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.oidc import ProviderAway
from api.problem_titles import language_of, title_of
from api.schemas.errors import FieldError, ProblemDetails
from api.translation import field_sentence, sentence
from core import errors as core
from core.errors import DatabaseAway, WrongLogin

log = structlog.get_logger()


class CsrfRefused(core.DomainError):
    """The request does not come from our own page."""

    code = "csrf"


class RateLimited(core.DomainError):
    """Too many failed sign-ins. retry_after: seconds."""

    code = "rate_limited"

    def __init__(self, retry_after: float) -> None:
        super().__init__("too many failed sign-ins: wait a minute and try again")
        self.retry_after = math.ceil(retry_after)


class InvalidRequest(core.DomainError):
    """One field of a request cannot be used."""

    code = "invalid_request"

    def __init__(self, place: str, message: str) -> None:
        super().__init__(message)
        self.place = place


class Stale(core.DomainError):
    """If-Match names another form than the one of now."""

    code = "stale"


class PreconditionMissing(core.DomainError):
    """An edit without If-Match."""

    code = "precondition_missing"


STATUS: dict[type[core.AnyanError], HTTPStatus] = {
    core.AnyanError: HTTPStatus.INTERNAL_SERVER_ERROR,
    core.SourceError: HTTPStatus.UNPROCESSABLE_ENTITY,
    core.ZoneError: HTTPStatus.UNPROCESSABLE_ENTITY,
    core.SiteFileError: HTTPStatus.UNPROCESSABLE_ENTITY,
    core.ModelError: HTTPStatus.SERVICE_UNAVAILABLE,
    core.DiskFull: HTTPStatus.INSUFFICIENT_STORAGE,
    core.DomainError: HTTPStatus.BAD_REQUEST,
    core.NotFound: HTTPStatus.NOT_FOUND,
    core.Conflict: HTTPStatus.CONFLICT,
    core.SheetRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    core.Incomplete: HTTPStatus.UNPROCESSABLE_ENTITY,
    core.PhotoError: HTTPStatus.UNPROCESSABLE_ENTITY,
    core.PlanFileError: HTTPStatus.UNPROCESSABLE_ENTITY,
    core.Forbidden: HTTPStatus.FORBIDDEN,
    core.NotSignedIn: HTTPStatus.UNAUTHORIZED,
    WrongLogin: HTTPStatus.UNAUTHORIZED,
    ProviderAway: HTTPStatus.SERVICE_UNAVAILABLE,
    CsrfRefused: HTTPStatus.FORBIDDEN,
    RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    InvalidRequest: HTTPStatus.UNPROCESSABLE_ENTITY,
    Stale: HTTPStatus.PRECONDITION_FAILED,
    PreconditionMissing: HTTPStatus.PRECONDITION_REQUIRED,
    DatabaseAway: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The nearest class of the tree counts."""


def install(app: FastAPI) -> None:
    """Answers every error as problem+json."""

    @app.exception_handler(core.AnyanError)
    async def _own(request: Request, error: core.AnyanError) -> Response:
        status = next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)
        language = language_of(request.headers)
        fields = _fields_of(error, language)
        response = problem(status, error.code, error.message, fields, language)
        if isinstance(error, RateLimited):
            response.headers["Retry-After"] = str(error.retry_after)
        return response

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        language = language_of(request.headers)
        fields = [
            FieldError(place=_place(e["loc"]), message=field_sentence(e, language))
            for e in error.errors()
        ]
        detail = "; ".join(f"{field.place}: {field.message}" for field in fields)
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", detail, fields, language)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        missing = error.status_code == HTTPStatus.NOT_FOUND
        code = "not_found" if missing else "invalid_request"
        return problem(
            HTTPStatus(error.status_code), code, error.detail, [], language_of(request.headers)
        )


def problem(
    status: HTTPStatus, code: str, detail: str, errors: Sequence[FieldError], language: str
) -> Response:
    """An error as it goes over the wire. detail: in English, or in the language already."""
    body = ProblemDetails(
        title=title_of(code, language),
        status=status,
        code=code,
        detail=sentence(detail, language),
        errors=list(errors),
    )
    content = body.model_dump_json(exclude=None if errors else {"errors"})
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return Response(content, status, headers, media_type="application/problem+json")


class UnexpectedErrors:
    """ASGI: an error that nobody foresaw is logged here; the browser learns nothing of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            log.exception("request failed", method=scope["method"], path=scope["path"])
            if started:
                raise
            response = problem(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                "internal_error",
                "something went wrong on the server: its log says what",
                [],
                language_of(Headers(scope=scope)),
            )
            await response(scope, receive, send)


def _fields_of(error: core.AnyanError, language: str) -> list[FieldError]:
    found: Sequence[tuple[str, str]] = []
    if isinstance(error, InvalidRequest):
        found = [(error.place, error.message)]
    elif isinstance(error, core.SheetRefused):
        found = error.mistakes
    return [FieldError(place=place, message=sentence(said, language)) for place, said in found]


def _place(location: Sequence[str | int]) -> str:
    """`zones[0].polygon` for ("body", "zones", 0, "polygon")."""
    first, *rest = location
    if not rest or not isinstance(rest[0], str):
        return str(first)
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in rest).removeprefix(".")
