"""The scenes that measure the rules: who does what where and when, as data, without Blender.

Small pictures and few of them a second, since rendering is slow. Places are metres on the floor of
one of the three sets of `scenes.py` (gate, press, exit), times are seconds. `events` says what the
service must report, from the same numbers; boxes and the moment in which a head enters the picture
come from the meshes when a scene is built.
"""

from collections.abc import Iterator
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
    """head: what is worn from which second on, one of helmet, bare, cap, hood. hands: what they
    hold, such as helmet."""

    id: str
    moves: Moves
    head: tuple[tuple[float, str], ...] = ((0.0, "helmet"),)
    hands: str = ""

    @property
    def bare(self) -> list[tuple[float, float]]:
        """Spans in which no helmet is worn."""
        ends = [*(t for t, _ in self.head[1:]), self.moves[-1][0]]
        begins = [max(t, self.moves[0][0]) for t, _ in self.head]
        kinds = [worn for _, worn in self.head]
        return [
            (begin, end)
            for begin, end, worn in zip(begins, ends, kinds, strict=True)
            if worn != "helmet" and end > begin
        ]


@dataclass(frozen=True, slots=True)
class Thing:
    """shape: carton, pallet_truck, bin, door_leaf or cables. size: width, depth, height, metres."""

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
    width: int = 480
    height: int = 270


def events(plot: Plot) -> list[dict[str, Any]]:
    """What must be reported, with seconds from the first picture."""
    bare = sorted((begin, end, p.id) for p in plot.people for begin, end in p.bare)
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
                    _spans(plot, lambda t, p=person: _inside(_place(p.moves, t), CELL))
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
        place = _place(thing.moves, t)
        if place is not None and near - thing.size[1] / 2 < place[1] < far + thing.size[1] / 2:
            half = thing.size[0] / 2
            spans.append((max(left, place[0] - half), min(right, place[0] + half)))
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


def _place(moves: Moves, t: float) -> tuple[float, float] | None:
    if not moves[0][0] <= t <= moves[-1][0]:
        return None
    for (t0, x0, y0), (t1, x1, y1) in pairwise(moves):
        if t0 <= t <= t1:
            share = (t - t0) / max(t1 - t0, 1e-9)
            return x0 + share * (x1 - x0), y0 + share * (y1 - y0)
    return moves[-1][1:]


def _inside(place: tuple[float, float] | None, corners: tuple[Any, Any]) -> bool:
    (x0, y0), (x1, y1) = corners
    return place is not None and x0 <= place[0] <= x1 and y0 <= place[1] <= y1


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


def _walk(begin: float, end: float, y: float = 1.0, *, back: bool = False) -> Moves:
    """Across the picture from left to right."""
    x = -6.0 if not back else 6.0
    return ((begin, x, y), (end, -x, y))


def _stay(begin: float, end: float, x: float, y: float) -> Moves:
    """Comes from the left, stands, leaves to the right."""
    return ((begin, -6.0, y), (begin + 5, x, y), (end - 5, x, y), (end, 6.0, y))


BARE, CAP, HOOD = ((0.0, "bare"),), ((0.0, "cap"),), ((0.0, "hood"),)
BOX = (0.6, 0.5, 0.6)
STANDS: Moves = ((8.0, 0.1, 1.4), (50.0, 0.1, 1.4))
HELMETS = (
    Plot("helmets-on", "gate", 20, (Person("a", _walk(0, 10)), Person("b", _walk(6, 18, 0.0)))),
    Plot("helmet-off", "gate", 20, (Person("a", _stay(0, 20, 0.5, 0.6), BARE),)),
    Plot(
        "put-on",
        "gate",
        36,
        (Person("a", _stay(0, 36, 0.0, 0.6), ((0.0, "bare"), (14.0, "helmet"))),),
    ),
    Plot("in-hand", "gate", 20, (Person("a", _stay(0, 20, 0.5, 0.6), BARE, hands="helmet"),)),
    Plot("carried-beside", "gate", 20, (Person("a", _walk(0, 14), hands="helmet"),)),
    Plot("cap", "gate", 20, (Person("a", _stay(0, 20, 0.3, 0.4), CAP),)),
    Plot("hood", "gate", 20, (Person("a", _stay(0, 20, 0.3, 0.4), HOOD),)),
    Plot(
        "six-bare",
        "gate",
        30,
        tuple(Person(f"p{i}", _walk(i * 1.5, 16 + i * 1.5, 0.3 * i - 1), BARE) for i in range(6)),
    ),
    Plot(
        "six-with-one-bare",
        "gate",
        30,
        tuple(
            Person(f"p{i}", _walk(i * 1.5, 16 + i * 1.5, 0.3 * i - 1), BARE if i == 3 else HELMET)
            for HELMET in (((0.0, "helmet"),),)
            for i in range(6)
        ),
    ),
    Plot(
        "crossing",
        "gate",
        18,
        (Person("a", _walk(0, 14, 0.5), BARE), Person("b", _walk(0, 14, 0.2, back=True))),
    ),
    Plot("far", "gate", 20, (Person("a", _walk(0, 18, 6.5), BARE),)),
    Plot("near", "gate", 14, (Person("a", _walk(0, 10, -3.2), BARE),)),
    Plot(
        "night",
        "gate",
        20,
        (Person("a", _stay(0, 20, 0.2, 0.4), BARE),),
        lights=((0.0, 0.2),),
        noise=8.0,
    ),
)
ZONES = (
    Plot("walks-in", "press", 24, (Person("a", _stay(0, 24, 0.5, 1.2)),)),
    Plot("passes-by", "press", 16, (Person("a", _walk(0, 14, -1.2)),)),
    Plot(
        "in-and-out",
        "press",
        40,
        (
            Person(
                "a",
                ((0, -6, -1), (8, 0, 0.2), (14, 0, -1), (18, 0, 0.2), (30, 0, 0.4), (38, 6, 0.4)),
            ),
        ),
    ),
    Plot(
        "two-go-in",
        "press",
        30,
        (Person("a", _stay(0, 24, 0.2, 1.0)), Person("b", _stay(4, 28, 1.6, 1.8))),
    ),
    Plot("behind-the-press", "press", 24, (Person("a", _stay(0, 24, 1.4, 3.0)),)),
)
EXITS = (
    Plot("carton", "exit", 60, things=(Thing("carton", BOX, STANDS),), fps=2),
    Plot(
        "pallet-truck", "exit", 60, things=(Thing("pallet_truck", (0.55, 1.2, 1.2), STANDS),), fps=2
    ),
    Plot("bin", "exit", 60, things=(Thing("bin", (0.45, 0.45, 1.0), STANDS),), fps=2),
    Plot("door-leaf", "exit", 60, things=(Thing("door_leaf", (0.9, 0.06, 2.0), STANDS),), fps=2),
    Plot("cables", "exit", 60, things=(Thing("cables", (1.6, 0.3, 0.08), STANDS),), fps=2),
    Plot(
        "slowly",
        "exit",
        90,
        things=(Thing("carton", BOX, ((5, -1.8, 1.2), (45, 0.0, 1.2), (88, 0.0, 1.2))),),
        fps=2,
    ),
    Plot(
        "in-parts",
        "exit",
        90,
        things=(
            Thing("carton", (0.22, 0.3, 0.3), ((8, -0.6, 1.2), (88, -0.6, 1.2))),
            Thing("carton", (0.22, 0.3, 0.3), ((40, 0.5, 1.2), (88, 0.5, 1.2))),
        ),
        fps=2,
    ),
    Plot(
        "partly-beside",
        "exit",
        60,
        things=(Thing("carton", (1.0, 0.6, 0.8), ((8, -1.1, 1.4), (58, -1.1, 1.4))),),
        fps=2,
    ),
    Plot(
        "beside",
        "exit",
        60,
        things=(Thing("carton", BOX, ((8, -1.5, 1.4), (58, -1.5, 1.4))),),
        fps=2,
    ),
    Plot("lights", "exit", 90, lights=((0.0, 1.0), (20.0, 0.2), (50.0, 1.0)), fps=2),
    Plot(
        "lights-and-carton",
        "exit",
        90,
        things=(Thing("carton", BOX, ((30, 0.1, 1.4), (80, 0.1, 1.4))),),
        lights=((0.0, 1.0), (15.0, 0.2), (55.0, 1.0)),
        fps=2,
    ),
    Plot("infrared", "exit", 120, infrared=((30.0, 90.0),), fps=2),
    Plot("shadows", "exit", 120, shadow=True, fps=2),
    Plot(
        "shaken",
        "exit",
        60,
        shifts=tuple((10 + 2.0 * i, 0.3 * (-1) ** i) for i in range(10)),
        fps=2,
    ),
    Plot("shifted", "exit", 60, shifts=((20.0, 1.5),), fps=2),
    Plot("turned-away", "exit", 60, shifts=((20.0, 25.0),), fps=2),
    Plot("waits-there", "exit", 90, (Person("a", _stay(5, 85, 0.0, 1.2)),), fps=2),
    Plot(
        "ghost",
        "exit",
        60,
        things=(Thing("carton", BOX, ((0.0, 0.1, 1.4), (5.5, 0.1, 1.4))),),
        fps=2,
    ),
)
PLOTS: dict[str, Plot] = {plot.id: plot for plot in (*HELMETS, *ZONES, *EXITS)}
