"""The tree of errors."""

import re

import core.errors
from core.errors import AnyanError


def classes() -> list[type[AnyanError]]:
    found: list[type[AnyanError]] = [AnyanError]
    for each in found:
        found.extend(each.__subclasses__())
    return [c for c in found if c.__module__ == core.errors.__name__]


def test_every_error_has_its_own_code() -> None:
    """Pages translate by code: two errors with one code could not be told apart."""
    codes = [each.code for each in classes()]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z_]+", code) for code in codes)


def test_the_tree_in_the_docstring_is_the_tree_in_the_code() -> None:
    """Each class stands under its parent, and none is missing."""
    drawn: dict[str, str] = {}
    path: list[str] = []
    for line in (core.errors.__doc__ or "").splitlines():
        match = re.match(r"    (?P<lines>[ │├└─]*)(?P<name>[A-Z]\w+)(\s|$)", line)
        if match and match["name"] in vars(core.errors):
            depth = len(match["lines"]) // 4
            path[depth:] = [match["name"]]
            drawn[match["name"]] = path[depth - 1] if depth else "Exception"
    assert drawn == {c.__name__: c.__bases__[0].__name__ for c in classes()}


def test_the_message_is_the_sentence() -> None:
    """What was given to the error is what the user reads."""
    assert AnyanError("look at the cable").message == "look at the cable"
