"""Addresses as they may be shown: credentials replaced by ***."""

import re

MASK = "***"
_USERINFO = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)(?P<userinfo>[^\s'\"<>]*)@", re.IGNORECASE)
_ENCODED_USERINFO = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*%3a%2f%2f)(?P<userinfo>[^\s'\"<>]*?)%40", re.IGNORECASE
)
_QUERY = re.compile(
    r"(?P<name>(?:[?&;/]|%3f|%26)[\w-]*(?:user|username|usr|password|passwd|passwort|pass|pwd|psw|"
    r"token|auth|secret|key)(?:=|%3d))(?P<value>(?:(?!%26)[^&;\s'\"<>#])*)",
    re.IGNORECASE,
)
_AUTHORIZATION = re.compile(r"(authorization:\s*)[^\r\n]*", re.IGNORECASE)


def redact(text: str) -> str:
    """The text without the credentials of any address in it.

    `rtsp://admin:geheim@10.0.0.5/1` becomes `rtsp://admin:***@10.0.0.5/1`; values of query
    parameters that name a user, password or token become `***`. A password may hold unescaped
    `@`, `/` and `?`, so everything up to the last `@` of the word counts as one.
    """
    text = _USERINFO.sub(lambda m: f"{m['scheme']}{_masked(m['userinfo'], ':')}@", text)
    text = _ENCODED_USERINFO.sub(
        lambda m: f"{m['scheme']}{_masked(m['userinfo'].replace('%3a', '%3A'), '%3A')}%40", text
    )
    text = _QUERY.sub(lambda m: f"{m['name']}{MASK}", text)
    return _AUTHORIZATION.sub(rf"\1{MASK}", text)


def _masked(userinfo: str, separator: str) -> str:
    user, colon, _ = userinfo.partition(separator)
    return f"{user}{colon}{MASK}" if colon else MASK
