"""The address of a channel, in Apprise's words: whether it can be used, and what may be shown."""

from dataclasses import dataclass

from apprise import Apprise
from apprise.url import URLBase

from api.errors import InvalidRequest

HIDDEN = "****"


@dataclass(frozen=True, slots=True)
class Address:
    """service: as people call it, `DingTalk`. masked: `dingtalk://****`; a host is shown only
    where it is no secret itself, as in `mailtos://example.com/****`."""

    service: str
    masked: str


def read_address(url: str) -> Address:
    """Raises InvalidRequest where Apprise does not know such an address."""
    target = Apprise.instantiate(url, suppress_exceptions=True)
    if not isinstance(target, URLBase):
        raise InvalidRequest(
            "url",
            "no service sends to such an address: write it in Apprise's words, such as "
            "wecombot://key or mailtos://user:password@example.com",
        )
    scheme = str(getattr(target, "schema", "") or url.partition("://")[0])
    # Most services keep a token at the place of the host.
    open_host = all("{host}" in template for template in getattr(target, "templates", ()))
    host = f"{target.host}/" if open_host and target.host else ""
    return Address(str(target.service_name), f"{scheme}://{host}{HIDDEN}")


def shown_address(url: str) -> Address:
    """Of what is kept already: one that cannot be read any more hides all but its scheme."""
    try:
        return read_address(url)
    except InvalidRequest:
        scheme, known, _ = url.partition("://")
        return Address("", f"{scheme}://{HIDDEN}" if known else HIDDEN)
