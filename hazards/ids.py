"""Ids of records that people make, and of records that follow from others."""

from uuid import NAMESPACE_URL, uuid4, uuid5


def new_id() -> str:
    """A random id."""
    return str(uuid4())


def derived_id(*parts: str) -> str:
    """The same parts give the same id, so that doing a thing twice makes one record."""
    return str(uuid5(NAMESPACE_URL, "anyan:" + "\x1f".join(parts)))
