"""What one transaction reads again and again, read once.

Only where somebody has asked for it, such as the recorder, which takes many records together:
whoever changes rules and reads them in the same transaction must see the change.
"""

from collections.abc import Callable, Hashable
from typing import TypeVar

from sqlalchemy.orm import Session

Value = TypeVar("Value")


def keep_what_is_read(session: Session) -> None:
    """From here to the end of the session, places, rules and policies stay as they are first
    read."""
    session.info["kept"] = {}


def kept(session: Session, key: Hashable, read: Callable[[], Value]) -> Value:
    """The value that was read before under the key, where the session keeps any."""
    values: dict[Hashable, Value] | None = session.info.get("kept")
    if values is None:
        return read()
    if key not in values:
        values[key] = read()
    return values[key]
