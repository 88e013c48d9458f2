"""Sentences of errors in the language that the request likes better."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from api.fields_zh import FIELDS
from api.phrases_zh import PHRASES
from api.problem_titles import CHINESE
from api.sentences_zh import SENTENCES

LONGEST = 1000
"""Letters of a sentence that are compared with the templates: an address may have many more."""


def sentence(english: str, language: str) -> str:
    """The sentence of an error. What nobody has translated stays English."""
    return _chinese(english) if language == CHINESE else english


def field_sentence(error: Mapping[str, Any], language: str) -> str:
    """What is wrong with a field. error: one of pydantic's, with type, msg and ctx."""
    if language != CHINESE:
        return str(error["msg"])
    template = FIELDS.get(error["type"])
    if template is None:  # one of our own, whose sentence is its message
        return _chinese(error["msg"])
    values = {name: _chinese(str(value)) for name, value in error.get("ctx", {}).items()}
    return template.format_map(values)


def _chinese(english: str) -> str:
    exact = SENTENCES.get(english) or PHRASES.get(english)
    if exact is not None:
        return exact
    if len(english) > LONGEST:
        return english
    for pattern, template in _patterns():
        found = pattern.fullmatch(english)
        if found is not None:
            return template.format(*(_chinese(value) for value in found.groups()))
    if ", " in english:
        return "、".join(_chinese(part) for part in english.split(", "))
    return english


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """The longest text first: it says most."""
    templates = sorted((SENTENCES | PHRASES).items(), key=lambda pair: -len(pair[0]))
    return [
        (re.compile("(.*)".join(map(re.escape, english.split("{}"))), re.DOTALL), chinese)
        for english, chinese in templates
        if "{}" in english
    ]
