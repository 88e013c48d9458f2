"""What the routes work with."""

import threading
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from api.engine import Engine
from api.settings import ApiSettings
from api.sign_in_limit import SignInLimit
from hazards.database import Database


@dataclass(frozen=True, slots=True)
class Context:
    """One per application. has_been_ready: tells a start from a later trouble."""

    database: Database
    engine: Engine
    settings: ApiSettings
    sign_in_limit: SignInLimit = field(default_factory=SignInLimit)
    has_been_ready: threading.Event = field(default_factory=threading.Event)


def _context(connection: HTTPConnection) -> Context:
    context: Context = connection.app.state.context
    return context


Here = Annotated[Context, Depends(_context)]
"""As a route's argument: the application that the request came to."""
