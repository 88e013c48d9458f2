"""Handing a message to WeCom, DingTalk, Feishu, mail, a webhook, …: all through Apprise."""

import logging
from dataclasses import dataclass
from enum import StrEnum

from apprise import Apprise, LogCapture
from apprise.url import URLBase

CONNECT_S, ANSWER_S = 5.0, 15.0
_NEVER_ARRIVED = (
    "Failed to establish a new connection", "NameResolutionError", "ConnectTimeout", "SSLError",
    "Connection refused", "Name or service not known", "Temporary failure in name resolution",
    "Network is unreachable", "No route to host",
)  # fmt: skip
"""What the libraries below Apprise say when nothing of a message can have left."""


class Outcome(StrEnum):
    """What is known of a message that was handed over."""

    SENT = "sent"
    REFUSED = "refused"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Delivery:
    """problem: one sentence without a credential, empty where it was sent."""

    outcome: Outcome
    problem: str


def deliver(url: str, subject: str, body: str) -> Delivery:
    """Hands one message over; takes about CONNECT_S and ANSWER_S at most.

    url: in Apprise's words. Apprise only says whether all went well; whether a failed message may
    have arrived follows from what it notes of the failure.
    """
    target = Apprise.instantiate(url, suppress_exceptions=True)
    if not isinstance(target, URLBase):
        return Delivery(Outcome.REFUSED, "the address of the channel cannot be read: correct it")
    target.socket_connect_timeout, target.socket_read_timeout = CONNECT_S, ANSWER_S
    sender = Apprise()
    sender.add(target)
    with LogCapture(level=logging.DEBUG) as notes:  # type: ignore[no-untyped-call]
        if sender.notify(title=subject, body=body):
            return Delivery(Outcome.SENT, "")
        said = notes.getvalue()
    if "Exception:" not in said:
        return Delivery(Outcome.REFUSED, "the receiver refuses it: look at its address and token")
    if any(words in said for words in _NEVER_ARRIVED):
        return Delivery(Outcome.REFUSED, "the receiver cannot be reached: look at the network")
    return Delivery(Outcome.UNCLEAR, "the receiver gave no answer: it may have arrived")
