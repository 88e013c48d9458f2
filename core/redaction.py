"""Addresses as they may be shown: credentials replaced by ***."""

import re

MASK = "***"
_USERINFO = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*://)"
    r"(?P<userinfo>[^\s'\"<>]*(?:['\"<>](?:(?!://)\S)*)?)@",
    re.IGNORECASE,
)
_ENCODED_USERINFO = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*%3a%2f%2f)(?P<userinfo>[^\s'\"<>]*?)%40", re.IGNORECASE
)
_LOGIN_NAME = (
    r"(?P<name>(?:[?&;/]|%3f|%26)[\w-]*(?:user|username|usr|password|passwd|passwort|pass|pwd|psw|"
    r"token|auth|secret|key)(?:=|%3d))"
)
_QUERY = re.compile(_LOGIN_NAME + r"(?P<value>(?:(?!%26)[^&;\s'\"<>#])*)", re.IGNORECASE)
_ADDRESS_QUERY = re.compile(_LOGIN_NAME + r"(?P<value>[^&;#]*)", re.IGNORECASE)
_AUTHORIZATION = re.compile(r"(authorization:\s*)[^\r\n]*", re.IGNORECASE)


def redact(text: str) -> str:
    """Free text without the credentials of any address in it.

    `rtsp://admin:geheim@10.0.0.5/1` becomes `rtsp://admin:***@10.0.0.5/1`; values of query
    parameters that name a user, password or token become `***`. A password may hold unescaped
    `@`, `/`, `?` and quotes, so everything up to the last `@` of the word counts as one. Where
    the address ends cannot be told if its password holds a space: see `redact_address`.
    """
    text = _USERINFO.sub(lambda m: f"{m['scheme']}{_masked(m['userinfo'], ':')}@", text)
    text = _redact_encoded(text)
    text = _QUERY.sub(lambda m: f"{m['name']}{MASK}", text)
    return _AUTHORIZATION.sub(rf"\1{MASK}", text)


def redact_address(address: str) -> str:
    """The same for text that is one address and nothing else, whatever its password holds.

    Also where its scheme was forgotten: `admin:geheim@10.0.0.5/1`.
    """
    scheme, separator, rest = address.partition("://")
    if separator:
        userinfo, at, host = rest.rpartition("@")
        address = f"{scheme}://{_masked(userinfo, ':')}@{host}" if at else address
    elif not address.lstrip().startswith(("/", ".", "~")):
        userinfo, at, host = address.rpartition("@")
        address = f"{_masked(userinfo, ':')}@{host}" if ":" in userinfo else address
    address = _redact_encoded(address)
    return _ADDRESS_QUERY.sub(lambda m: f"{m['name']}{MASK}", address)


def _redact_encoded(text: str) -> str:
    return _ENCODED_USERINFO.sub(
        lambda m: f"{m['scheme']}{_masked(m['userinfo'].replace('%3a', '%3A'), '%3A')}%40", text
    )


def _masked(userinfo: str, separator: str) -> str:
    user, colon, _ = userinfo.partition(separator)
    # An @ in front of the first colon ends a login without a colon: none of it is a user name.
    return f"{user}{colon}{MASK}" if colon and "@" not in user else MASK
