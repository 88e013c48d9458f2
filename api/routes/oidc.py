"""Sign-in by the site's identity provider, beside local accounts."""

import time
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Cookie, Query
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ValidationError

from api.context import Context, Here
from api.oidc import Attempt, IdentityProvider
from api.sign_in import set_cookie
from core.errors import AnyanError, NotFound, WrongLogin
from hazards.access import actions
from hazards.access.accounts import user_of_subject

open_to_all = APIRouter(tags=["access"])
ATTEMPT_COOKIE = "anyan_oidc"
ATTEMPT_S = 600
PLACE = "/api/v1/oidc"


class SignInWays(BaseModel):
    """provider: whether the site's identity provider may be asked."""

    provider: bool


@open_to_all.get(PLACE, summary="How one may sign in")
def sign_in_ways(context: Here) -> SignInWays:
    """What the sign-in page offers."""
    return SignInWays(provider=context.settings.oidc is not None)


@open_to_all.get(
    f"{PLACE}/login",
    summary="To the identity provider",
    status_code=303,
    response_class=RedirectResponse,
)
def oidc_login(context: Here) -> Response:
    """404 not_found where the site has none."""
    provider = _provider(context)
    try:
        url, attempt = provider.begin()
    except AnyanError as error:
        return _back(error)
    response = RedirectResponse(url, 303)
    response.set_cookie(
        ATTEMPT_COOKIE,
        attempt.model_dump_json().encode().hex(),
        max_age=ATTEMPT_S,
        path=PLACE,
        httponly=True,
        # The way back comes from another site, so a strict cookie would not come along.
        samesite="lax",
        secure=context.settings.secure_cookie,
    )
    return response


@open_to_all.get(
    f"{PLACE}/callback",
    summary="Back from the identity provider",
    status_code=303,
    response_class=RedirectResponse,
)
def oidc_callback(
    context: Here,
    *,
    code: Annotated[str, Query(max_length=2000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
    anyan_oidc: Annotated[str, Cookie(max_length=2000)] = "",
) -> Response:
    """To the pages, signed in; or to the sign-in page, with the code of what went wrong."""
    provider = _provider(context)
    try:
        subject = provider.finish(_attempt(anyan_oidc), code=code, state=state)
        with context.database.begin() as session:
            user = user_of_subject(session, subject)
            if user is None:
                raise WrongLogin("nobody here has this account: ask the administrator")
            new = actions.sign_in(session, user, now=time.time())
    except AnyanError as error:
        return _back(error)
    response = RedirectResponse("/", 303)
    set_cookie(response, new.token, context)
    response.delete_cookie(ATTEMPT_COOKIE, path=PLACE)
    return response


def _provider(context: Context) -> IdentityProvider:
    if context.settings.oidc is None:
        raise NotFound("this site has no identity provider: sign in with a password")
    return IdentityProvider(context.settings.oidc)


def _attempt(cookie: str) -> Attempt:
    try:
        return Attempt.model_validate_json(bytes.fromhex(cookie))
    except (ValueError, ValidationError) as error:
        raise WrongLogin("this sign-in took too long or was begun elsewhere") from error


def _back(error: AnyanError) -> Response:
    """A person waits at a browser, so the answer is a page and no problem+json."""
    response = RedirectResponse(f"/sign-in?{urlencode({'problem': error.code})}", 303)
    response.delete_cookie(ATTEMPT_COOKIE, path=PLACE)
    return response
