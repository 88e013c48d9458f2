"""The scenes that measure the rules: who does what where and when, as data."""

from benchmarks.scenes.plot import Moves, Person, Plot, Thing


def _walk(begin: float, end: float, y: float = 1.0, *, back: bool = False) -> Moves:
    """Across the picture from left to right."""
    x = -6.0 if not back else 6.0
    return ((begin, x, y), (end, -x, y))


def _stay(begin: float, end: float, x: float, y: float, *, back: bool = False) -> Moves:
    """Comes from the left, stands, leaves to the right or back to the left."""
    return ((begin, -6.0, y), (begin + 5, x, y), (end - 5, x, y), (end, -6.0 if back else 6.0, y))


HELMET, BARE = ((0.0, "helmet"),), ((0.0, "bare"),)
CAP, HOOD = ((0.0, "cap"),), ((0.0, "hood"),)
BOX = (0.6, 0.5, 0.6)
STANDS: Moves = ((8.0, 0.1, 1.4), (50.0, 0.1, 1.4))
HELMETS = (
    Plot("helmets-on", "gate", 20, (Person("a", _walk(0, 10)), Person("b", _walk(6, 18, 0.0)))),
    Plot("helmet-off", "gate", 20, (Person("a", _stay(0, 20, 0.5, 0.6), BARE),)),
    Plot(
        "put-on",
        "gate",
        36,
        (Person("a", _stay(0, 36, 0.0, 0.6), ((0.0, "in hand"), (14.0, "helmet"))),),
    ),
    Plot("in-hand", "gate", 20, (Person("a", _stay(0, 20, 0.5, 0.6), ((0.0, "in hand"),)),)),
    Plot("carried-beside", "gate", 20, (Person("a", _walk(0, 14), hands="helmet"),)),
    Plot(
        "on-table",
        "gate",
        20,
        (Person("a", _stay(0, 20, 0.5, 0.6), BARE),),
        (Thing("table", (0.9, 0.5, 0.8), ((0, 1.3, 0.5), (20, 1.3, 0.5))),),
    ),
    Plot("cap", "gate", 20, (Person("a", _stay(0, 20, 0.3, 0.4), CAP),)),
    Plot("hood", "gate", 20, (Person("a", _stay(0, 20, 0.3, 0.4), HOOD),)),
    Plot(
        "six-bare",
        "gate",
        18,
        tuple(Person(f"p{i}", _walk(i, 11 + i, 0.3 * i - 1), BARE) for i in range(6)),
    ),
    Plot(
        "six-with-one-bare",
        "gate",
        18,
        tuple(
            Person(f"p{i}", _walk(i, 11 + i, 0.3 * i - 1), BARE if i == 3 else HELMET)
            for i in range(6)
        ),
    ),
    Plot(
        "crossing",
        "gate",
        18,
        (Person("a", _walk(0, 14, 0.5), BARE), Person("b", _walk(0, 14, 0.2, back=True))),
    ),
    Plot("far", "gate", 18, (Person("a", _walk(0, 16, 4.4), BARE),)),
    Plot("near", "gate", 16, (Person("a", _walk(0, 15, -3.0), BARE),)),
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
    Plot("walks-in", "press", 24, (Person("a", _stay(0, 24, 0.0, 1.2, back=True)),)),
    Plot("passes-by", "press", 16, (Person("a", _walk(0, 14, -1.2)),)),
    Plot(
        "in-and-out",
        "press",
        30,
        (
            Person(
                "a",
                (
                    (0, -6, -1.2),
                    (6, 0, 0.1),
                    (10, 0, -1.2),
                    (13, 0, 0.1),
                    (23, 0, 0.1),
                    (29, 6, -2),
                ),
            ),
        ),
    ),
    Plot(
        "two-go-in",
        "press",
        30,
        (
            Person("a", _stay(0, 24, -0.9, 1.0, back=True)),
            Person("b", _stay(4, 28, 0.2, 0.1, back=True)),
        ),
    ),
    Plot(
        "behind-the-press",
        "press",
        24,
        (Person("a", ((0, -6, 2.8), (8, 1.4, 2.8), (16, 1.4, 2.8), (23, -6, 2.8))),),
    ),
    Plot(
        "behind-a-barrier",
        "press",
        24,
        (Person("a", ((0, -6, -1.0), (7, 0.2, -1.0), (16, 0.3, -1.0), (23, 6, -1.0))),),
        (Thing("barrier", (3.6, 0.06, 1.1), ((0, 0.3, -1.6), (24, 0.3, -1.6))),),
    ),
)
EXITS = (
    Plot("carton", "exit", 60, things=(Thing("carton", BOX, STANDS),), fps=2),
    Plot(
        "pallet-truck", "exit", 60, things=(Thing("pallet_truck", (0.55, 1.2, 1.2), STANDS),), fps=2
    ),
    Plot("bin", "exit", 60, things=(Thing("bin", (0.45, 0.45, 1.0), STANDS),), fps=2),
    Plot(
        "door-leaf",
        "exit",
        60,
        things=(Thing("door_leaf", (0.9, 0.06, 2.0), ((8.0, 0.5, 1.4), (50.0, 0.5, 1.4))),),
        fps=2,
    ),
    Plot("cables", "exit", 60, things=(Thing("cables", (1.6, 0.3, 0.08), STANDS),), fps=2),
    Plot(
        "slowly",
        "exit",
        90,
        things=(Thing("carton", BOX, ((5, -1.8, 1.2), (45, 0.0, 1.2), (88, 0.0, 1.2))),),
        fps=1,
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
