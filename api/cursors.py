"""The cursor of hazards and tickets, as a query brings it."""

from api.errors import InvalidRequest
from hazards.cases.queries import Cursor


def before_place(text: str | None) -> Cursor | None:
    """Raises InvalidRequest for what is no `next` of a page."""
    if text is None:
        return None
    try:
        return Cursor.parse(text)
    except ValueError as error:
        raise InvalidRequest("before", "use the `next` of a page of this list") from error
