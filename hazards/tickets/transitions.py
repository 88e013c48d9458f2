"""The life of a ticket: the one table of what may follow what."""

from dataclasses import dataclass
from enum import StrEnum

from core.errors import WrongTransition


class State(StrEnum):
    """Where a ticket stands."""

    DETECTED = "detected"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    ASSIGNED = "assigned"
    RECTIFIED = "rectified"
    VERIFIED = "verified"
    CLOSED = "closed"


class Tier(StrEnum):
    """What must be done: at once, until a deadline (一般, 较大), or as a major hazard (重大)."""

    ON_THE_SPOT = "on_the_spot"
    GENERAL = "general"
    LARGER = "larger"
    MAJOR = "major"


class Step(StrEnum):
    """What somebody does to a ticket."""

    OPEN = "open"
    CONFIRM = "confirm"
    DISMISS = "dismiss"
    ASSIGN = "assign"
    POSTPONE = "postpone"
    RECTIFY = "rectify"
    REJECT = "reject"
    VERIFY = "verify"
    ACCEPT = "accept"
    CLOSE = "close"
    REOPEN = "reopen"
    MERGE = "merge"
    ESCALATE = "escalate"


_S = State
_ANY_OPEN = (_S.DETECTED, _S.CONFIRMED, _S.ASSIGNED, _S.RECTIFIED, _S.VERIFIED)

TRANSITIONS: dict[tuple[State, Step], State] = {
    (_S.DETECTED, Step.CONFIRM): _S.CONFIRMED,
    (_S.DETECTED, Step.DISMISS): _S.DISMISSED,
    (_S.CONFIRMED, Step.DISMISS): _S.DISMISSED,
    (_S.CONFIRMED, Step.ASSIGN): _S.ASSIGNED,
    (_S.CONFIRMED, Step.RECTIFY): _S.RECTIFIED,
    (_S.ASSIGNED, Step.DISMISS): _S.DISMISSED,
    (_S.ASSIGNED, Step.ASSIGN): _S.ASSIGNED,
    (_S.ASSIGNED, Step.POSTPONE): _S.ASSIGNED,
    (_S.ASSIGNED, Step.RECTIFY): _S.RECTIFIED,
    (_S.RECTIFIED, Step.REJECT): _S.ASSIGNED,
    (_S.RECTIFIED, Step.VERIFY): _S.VERIFIED,
    (_S.VERIFIED, Step.REJECT): _S.ASSIGNED,
    (_S.VERIFIED, Step.ACCEPT): _S.VERIFIED,
    (_S.VERIFIED, Step.CLOSE): _S.CLOSED,
    (_S.CLOSED, Step.REOPEN): _S.CONFIRMED,
    (_S.DISMISSED, Step.REOPEN): _S.DETECTED,
    (_S.CONFIRMED, Step.ESCALATE): _S.CONFIRMED,
    (_S.ASSIGNED, Step.ESCALATE): _S.ASSIGNED,
    **{(state, Step.MERGE): state for state in _ANY_OPEN},
}
"""A camera that merely sees a thing again merges; one that sees it again after it was closed
reopens. What is reopened needs a new plan."""

OPEN_STATES = _ANY_OPEN
UNDONE_STATES = (_S.DETECTED, _S.CONFIRMED, _S.ASSIGNED)
"""Nobody has said yet that it is done; only these are overdue and escalate."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a step cannot do without. capability: of hazards.access.roles; empty where only the
    service takes the step."""

    capability: str
    reason: bool = False
    photos: bool = False


NEEDS: dict[Step, Need] = {
    Step.OPEN: Need("assign"),
    Step.CONFIRM: Need("review"),
    Step.DISMISS: Need("review", reason=True),
    Step.ASSIGN: Need("assign"),
    Step.POSTPONE: Need("assign", reason=True),
    Step.RECTIFY: Need("rectify", photos=True),
    Step.REJECT: Need("verify", reason=True),
    Step.VERIFY: Need("verify"),
    Step.ACCEPT: Need("accept"),
    Step.CLOSE: Need("verify"),
    Step.REOPEN: Need("verify", reason=True),
    Step.MERGE: Need(""),
    Step.ESCALATE: Need(""),
}


def next_state(state: State, step: Step) -> State:
    """Where a step leads. Raises WrongTransition, with what is possible instead."""
    found = TRANSITIONS.get((state, step))
    if found is None:
        raise WrongTransition(
            f"a ticket that is {state} cannot {step}: "
            f"possible now is {', '.join(steps_from(state)) or 'nothing'}"
        )
    return found


def steps_from(state: State) -> list[Step]:
    """What people may do now."""
    return [step for before, step in TRANSITIONS if before is state and NEEDS[step].capability]


def is_overdue(state: State, due_at: float | None, now: float) -> bool:
    """Nobody has said that it is done, and the deadline (UTC seconds) has passed."""
    return state in UNDONE_STATES and due_at is not None and due_at < now
