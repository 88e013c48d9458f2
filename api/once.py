"""The header Idempotency-Key: a create that is sent again is answered as the first time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request
from pydantic import BaseModel, StringConstraints
from sqlalchemy.orm import Session

from api.caller import Caller
from hazards.answers.actions import answer_once

Shown = TypeVar("Shown", bound=BaseModel)
Key = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$")]


@dataclass(frozen=True, slots=True)
class OneAnswer:
    """place: method and path of the request. key: what the caller chose, None for nothing."""

    place: str
    key: str | None

    def answer(
        self,
        caller: Caller,
        body: BaseModel,
        schema: type[Shown],
        make: Callable[[Session], Shown],
    ) -> Shown:
        """What `make` returns in a transaction of the caller, or returned for the same request.

        Raises KeyReused, and what `make` raises; then nothing is kept.
        """
        with caller.begin() as session:
            if self.key is None:
                return make(session)
            text = answer_once(
                session,
                actor=caller.actor,
                place=self.place,
                key=self.key,
                sent=body.model_dump_json(),
                now=caller.now,
                make=lambda: make(session).model_dump_json(),
            )
        return schema.model_validate_json(text)


def _once(
    request: Request,
    idempotency_key: Annotated[
        Key | None,
        Header(description="The same key and body within 7 days: the same answer, made once."),
    ] = None,
) -> OneAnswer:
    return OneAnswer(f"{request.method} {request.url.path}", idempotency_key)


Once = Annotated[OneAnswer, Depends(_once)]
"""As a route's argument: `once.answer(caller, body, Schema, make)`."""
