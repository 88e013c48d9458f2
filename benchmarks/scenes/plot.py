"""What a scene that measures the rules consists of, and what follows from it: its truth.

Small pictures and few of them a second, since rendering is slow. Places are metres on the floor of
one of the three sets of `scenes.py` (gate, press, exit), times are seconds. `events` says what the
service must report, from the same numbers; when a head is in the picture follows from the meshes
(`casting.py`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Moves = tuple[tuple[float, float, float], ...]
"""(second, x, y), straight lines between; nothing before the first and after the last."""

PASSAGE = ((-0.95, 0.1), (0.95, 3.0))
CELL = ((-1.3, -0.4), (3.2, 3.4))
"""Lower and upper corner of the exit's passage and of the press cell."""
BLOCKED_SHARE = 0.15
STEP_S = 0.1


@dataclass(frozen=True, slots=True)
class Person:
    """head: what is worn from which second on: helmet, bare, cap, hood, or "in hand" for a bare
    head with the helmet in the hand. hands: what they hold all the time, such as helmet."""

    id: str
    moves: Moves
    head: tuple[tuple[float, str], ...] = ((0.0, "helmet"),)
    hands: str = ""

    def bare(self, t: float) -> bool:
        """Whether somebody is there without a helmet."""
        worn = [kind for since, kind in self.head if since <= t]
        return self.moves[0][0] <= t < self.moves[-1][0] and worn[-1] != "helmet"


@dataclass(frozen=True, slots=True)
class Thing:
    """shape: one of `goods.SHAPES`. size: width, depth, height, metres."""

    shape: str
    size: tuple[float, float, float]
    moves: Moves


@dataclass(frozen=True, slots=True)
class Plot:
    """One scene. lights: (second, share of the full light). shifts: (second, degrees to the right)
    by which the camera is turned from then on. shadow: of something that moves by a window.
    infrared: spans. noise: of the sensor, grey levels.
    """

    id: str
    stage: str
    seconds: float
    people: tuple[Person, ...] = ()
    things: tuple[Thing, ...] = ()
    lights: tuple[tuple[float, float], ...] = ()
    shifts: tuple[tuple[float, float], ...] = ()
    infrared: tuple[tuple[float, float], ...] = ()
    shadow: bool = False
    noise: float = 1.0
    dwell_s: float = 6.0
    fps: int = 5
    width: int = 640
    height: int = 360


def events(plot: Plot, shows: Callable[[str, float], bool]) -> list[dict[str, Any]]:
    """What must be reported, with seconds from the first picture.

    shows: whether the picture of a second shows the head of a person, by id.
    """
    bare = sorted(
        (begin, end, p.id)
        for p in plot.people
        for begin, end in _spans(plot, lambda t, p=p: p.bare(t) and shows(p.id, t))
    )
    found: list[dict[str, Any]] = [
        {
            "kind": "missing_helmet",
            "from": case[0][0],
            "to": max(end for _, end, _ in case),
            "person": ",".join(person for *_, person in case),
        }
        for case in _together(bare)
    ]
    if plot.stage == "press":
        for person in plot.people:
            found += [
                {"kind": "restricted_zone", "from": a, "to": b, "person": person.id, "zone": "cell"}
                for a, b in _visits(
                    _spans(plot, lambda t, p=person: _inside(place(p.moves, t), CELL))
                )
            ]
    if plot.stage == "exit":
        found += [
            {"kind": "blocked_exit", "from": a, "to": b, "person": None, "zone": "passage"}
            for a, b in _spans(plot, lambda t: blocked_share(plot, t) >= BLOCKED_SHARE)
            if b - a >= plot.dwell_s
        ]
    return sorted(found, key=lambda event: event["from"])


def blocked_share(plot: Plot, t: float) -> float:
    """Of the passage's width, 0..1, that things take at a moment."""
    (left, near), (right, far) = PASSAGE
    spans = []
    for thing in plot.things:
        at = place(thing.moves, t)
        if at is not None and near - thing.size[1] / 2 < at[1] < far + thing.size[1] / 2:
            half = thing.size[0] / 2
            spans.append((max(left, at[0] - half), min(right, at[0] + half)))
    total, end = 0.0, left
    for low, high in sorted(span for span in spans if span[1] > span[0]):
        total += max(0.0, high - max(low, end))
        end = max(end, high)
    return total / (right - left)


def _together(bare: list[tuple[float, float, str]]) -> Iterator[list[tuple[float, float, str]]]:
    """Bare heads that come within ten seconds of each other are one case."""
    case: list[tuple[float, float, str]] = []
    for span in bare:
        if case and span[0] - case[-1][0] > 10.0:
            yield case
            case = []
        case.append(span)
    if case:
        yield case


def _visits(spans: Iterator[tuple[float, float]]) -> list[tuple[float, float]]:
    """Stepping out for less than ten seconds is the same visit."""
    visits: list[tuple[float, float]] = []
    for begin, end in spans:
        if visits and begin - visits[-1][1] < 10.0:
            visits[-1] = (visits[-1][0], end)
        else:
            visits.append((begin, end))
    return visits


def place(moves: Moves, t: float) -> tuple[float, float] | None:
    """Where something is at a second; None before it came and after it went."""
    if not moves[0][0] <= t <= moves[-1][0]:
        return None
    for (t0, x0, y0), (t1, x1, y1) in pairwise(moves):
        if t0 <= t <= t1:
            share = (t - t0) / max(t1 - t0, 1e-9)
            return x0 + share * (x1 - x0), y0 + share * (y1 - y0)
    return moves[-1][1:]


def _inside(at: tuple[float, float] | None, corners: tuple[Any, Any]) -> bool:
    (x0, y0), (x1, y1) = corners
    return at is not None and x0 <= at[0] <= x1 and y0 <= at[1] <= y1


def _spans(plot: Plot, test: Any) -> Iterator[tuple[float, float]]:
    since: float | None = None
    for step in range(round(plot.seconds / STEP_S) + 1):
        t = round(step * STEP_S, 3)
        holds = test(t) and t < plot.seconds
        if holds and since is None:
            since = t
        elif not holds and since is not None:
            yield since, t
            since = None
