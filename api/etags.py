"""ETag and If-Match: who edits, edits what they saw."""

from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Response
from pydantic import BaseModel

from api.errors import PreconditionMissing, Stale
from api.schemas.shapes import fingerprint

Shown = TypeVar("Shown", bound=BaseModel)
WEAK = "W/"


def etag(shown: BaseModel | int | str) -> str:
    """Of a version, or of everything that a schema shows."""
    if isinstance(shown, BaseModel):
        return f'"{fingerprint(shown.model_dump_json())}"'
    return f'"{shown}"'


def tagged(response: Response, shown: Shown, version: int | str | None = None) -> Shown:
    """The answer, with its ETag in the header."""
    response.headers["ETag"] = etag(shown if version is None else version)
    return shown


@dataclass(frozen=True, slots=True)
class Seen:
    """tags: what If-Match names; `*` for whatever is there."""

    tags: frozenset[str]

    def check(self, shown: BaseModel | int | str) -> None:
        """Raises Stale where the caller has seen another form than the one of now."""
        if self.tags.isdisjoint({"*", etag(shown)}):
            raise Stale("somebody has changed this in the meantime: load it again")


def _seen(
    if_match: Annotated[
        str | None, Header(max_length=1000, description="The ETag of what is edited.")
    ] = None,
) -> Seen:
    if if_match is None:
        raise PreconditionMissing("send the ETag of what you edit in the header If-Match")
    # A proxy that compresses may have made the tag a weak one.
    return Seen(frozenset(tag.strip().removeprefix(WEAK) for tag in if_match.split(",")))


Expected = Annotated[Seen, Depends(_seen)]
"""As an edit's argument: `expected.check(row.version)` or `expected.check(shown)`, once the row is
locked. 428 precondition_missing without the header, 412 stale where it does not match."""
