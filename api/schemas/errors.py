"""The one form of every error: RFC 9457 problem details."""

from pydantic import BaseModel


class FieldError(BaseModel):
    """place: such as `zones[0].polygon`."""

    place: str
    message: str


class ProblemDetails(BaseModel):
    """title: what the code means and what to do. detail: the particulars. errors: by field. All
    three in Chinese or English, by Accept-Language. code: stable, for translation.
    """

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldError] = []
