"""Texts and ids as requests may bring them."""

import hashlib
import json
from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from core.site import ID_PATTERN


def fingerprint(*parts: object) -> str:
    """The version of a record by what can be edited of it, where no column counts its changes."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def _plain(text: str) -> str:
    # PostgreSQL stores no NUL, and a line break in a name breaks logs and tables.
    if not text.isprintable():
        raise PydanticCustomError("plain_text", "use printable characters on one line")
    return text


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_plain),
]
"""One line for people to read."""

MaybeLine = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_plain)
]
"""One line, or nothing."""

Address = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(_plain),
]
"""A camera's URL, file or device."""

Id = Annotated[str, StringConstraints(pattern=f"^{ID_PATTERN.pattern}$", max_length=63)]
"""Id of a camera or zone: a-z, 0-9, - and _."""

PathId = Annotated[Id, Path()]
RecordId = Annotated[str, Path(pattern="^[0-9A-Za-z-]{1,64}$")]
"""Id of a hazard or a piece of evidence."""

RecordKey = Annotated[str, StringConstraints(pattern="^[0-9A-Za-z_-]{1,64}$")]
"""Id of any record, in a body or a query."""


def _writable(text: str) -> str:
    if any(not (letter.isprintable() or letter in "\n\t") for letter in text):
        raise PydanticCustomError("plain_text", "use printable characters")
    return text


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=4000),
    AfterValidator(_writable),
]
"""Several lines for people to read; may be empty."""
