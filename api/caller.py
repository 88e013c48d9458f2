"""Who is asking, what the caller may do and where: what every closed route begins with."""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection

from api.context import Context, Here
from api.sign_in import SAFE, check_csrf, who_is
from core.errors import Forbidden
from hazards.access import queries
from hazards.access.roles import Capability
from hazards.access.tables import MachineTokenRow, UserRow
from hazards.audit.trail import acting
from hazards.database import Database

BEARER = "Bearer "


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in user, or a machine with its token.

    actor: the name in the audit trail. name: for people. now: when the request came, UTC seconds.
    paths: the parts of the organisation in which the caller may do what the route needs; empty
    where the route needs nothing.
    """

    actor: str
    name: str
    now: float
    row: UserRow | MachineTokenRow = field(repr=False)
    database: Database = field(repr=False)
    paths: tuple[str, ...] = ()

    @property
    def user(self) -> UserRow:
        """Who decides. Raises Forbidden for a machine."""
        if isinstance(self.row, UserRow):
            return self.row
        raise Forbidden("only a person may do this: sign in")

    @property
    def person_id(self) -> str:
        """Who the user is at the site. Raises Forbidden where that is nobody."""
        if self.user.person_id is None:
            raise Forbidden("this account belongs to no person of the site: ask the administrator")
        return self.user.person_id

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A transaction whose writes the audit trail keeps under the caller's name."""
        with self.database.begin() as session:
            acting(session, self.actor, now=self.now)
            yield session

    def reaches_any(self, paths: Collection[str]) -> bool:
        """Whether one of some places lies where the caller may do what the route needs."""
        return any(path.startswith(self.paths) for path in paths)

    def reaches(self, session: Session, unit_id: str) -> bool:
        """Whether the caller may do in a unit what the route needs."""
        return queries.reaches(session, self.paths, unit_id)

    def require(self, session: Session, unit_id: str) -> None:
        """Raises Forbidden where the caller may not do in a unit what the route needs."""
        if not self.reaches(session, unit_id):
            raise Forbidden("you may not do this in this part of the site: ask whoever may")

    def reach(self, session: Session, capability: Capability) -> list[str]:
        """The parts of the organisation in which the caller may do something else."""
        if isinstance(self.row, UserRow):
            return queries.visible_paths(session, self.row, capability)
        return queries.machine_paths(session, self.row, capability)

    def can(self, session: Session, capability: Capability, unit_id: str) -> bool:
        """Whether the caller may do something else in a unit."""
        return queries.reaches(session, self.reach(session, capability), unit_id)

    def able(self, session: Session, capability: Capability) -> "Caller":
        """The caller with the paths of a capability. Raises Forbidden where there are none."""
        paths = self.reach(session, capability)
        if not paths:
            raise Forbidden(f"this needs the capability '{capability}': ask the administrator")
        return replace(self, paths=tuple(paths))


def identify(connection: HTTPConnection, context: Context) -> Caller:
    """By bearer token or session cookie. Raises NotSignedIn, DatabaseAway."""
    now = time.time()
    sent = connection.headers.get("Authorization", "")
    if sent.startswith(BEARER):
        with context.database.read() as session:
            row = queries.machine(session, sent.removeprefix(BEARER))
        return Caller(f"token:{row.id}", row.name, now, row, context.database)
    user = who_is(connection, context).row
    return Caller(f"user:{user.id}", user.display_name, now, user, context.database)


def known(request: Request, context: Here) -> Caller:
    """For every route that is not open to all. Raises NotSignedIn, CsrfRefused."""
    caller = identify(request, context)
    if request.method not in SAFE and isinstance(caller.row, UserRow):
        check_csrf(request, who_is(request, context))
    return caller


Known = Annotated[Caller, Depends(known)]
"""As a route's argument: whoever is signed in, whatever they may do."""


def needs(capability: Capability) -> Any:
    """A route's argument, beside Caller in its Annotated: a caller who has the capability.

    403 forbidden for everybody else, before the request is looked at. Where the capability must
    reach a certain unit, the route says `caller.require(session, unit_id)`.
    """

    def able(caller: Known) -> Caller:
        with caller.database.read() as session:
            return caller.able(session, capability)

    return Depends(able)
