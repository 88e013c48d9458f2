"""The one form of every error: RFC 9457 problem details."""

from pydantic import BaseModel


class FieldError(BaseModel):
    """place: such as `zones[0].polygon`."""

    place: str
    message: str


class ProblemDetails(BaseModel):
    """code: stable, for translation. detail: English, with the next step. errors: by field."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldError] = []
