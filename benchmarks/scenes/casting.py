"""A plot of the catalogue as a scene: its cast, its goods, its camera; and its truth.

Whatever a plot does not say is chosen here by its place in the list: clothes, skin, height.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from benchmarks.scenes import goods
from benchmarks.scenes.anatomy import Look
from benchmarks.scenes.gait import Walk
from benchmarks.scenes.people import Gesture, Worker
from benchmarks.scenes.plot import (
    BLOCKED_SHARE,
    CELL,
    PASSAGE,
    Person,
    Plot,
    Thing,
    blocked_share,
    events,
    place,
)
from benchmarks.scenes.scenes import SCENES, FloorZone, Scene, moved
from benchmarks.scenes.shapes import used_points
from benchmarks.scenes.truth import HEAD_SHARE, box_of, polygon

Array = NDArray[np.float64]
CELL_DWELL_S = 1.0
LEAST_HEAD = 9 / 416
"""Height of a head as share of the picture's width below which nobody can be asked to judge it:
`smallest_px` of the rule, in the input of the shipped network."""
HELMETS = ("#f2b705", "#ecece8", "#c9241c", "#1f57b8", "#e8641b", "#f2b705")
LOOKS = (
    Look("", vest="#e8641b", jacket="#2f4a78", skin="#d8a47c"),
    Look("", vest="#c3d321", jacket="#4b5563", trousers="#3a3f4a", skin="#b98360", height=0.96),
    Look("", vest="", jacket="#3b5f8a", skin="#c98f6d", hair="#2a1a10", height=1.03),
    Look("", vest="#e8641b", jacket="#5a5f66", trousers="#23262d", skin="#e0b08c"),
    Look("", vest="#c3d321", jacket="#2f4a78", skin="#a9714e", hair_volume=1.06, height=0.98),
    Look("", vest="", jacket="#6a5a48", trousers="#31343c", skin="#c98f6d", height=1.02),
)
TOWARDS_CAMERA = math.radians(160)


@dataclass
class Goods:
    """A thing of the catalogue on its way; see scenes.Movable."""

    plan: Thing
    name: str
    thing: bpy.types.Object | None = None
    points: Array = field(default_factory=lambda: np.zeros((0, 3)))

    def build(self) -> None:
        """Make the mesh once."""
        self.thing = goods.thing(self.plan.shape, self.plan.size, self.name)
        self.points = used_points(self.thing)

    def place(self, t: float) -> Array | None:
        """(2,) floor position of its middle, None while it is not in the scene."""
        where = place(self.plan.moves, t)
        return None if where is None else np.array(where)

    def pose(self, t: float) -> Array:
        """Move it to second ``t``; its world points (N, 3), none when absent."""
        if self.thing is None:
            raise RuntimeError("build a thing before posing it")
        return moved(self.thing, self.points, self.place(t))


def scene_of(plot: Plot) -> Scene:
    """The scene, not yet built."""
    stage_set = SCENES[plot.stage]()
    zones = {
        "gate": (),
        "press": (
            FloorZone("cell", "冲压区 Press cell", "restricted", _corners(CELL), CELL_DWELL_S),
        ),
        "exit": (FloorZone("passage", "通道 Passage", "exit", _corners(PASSAGE), plot.dwell_s),),
    }[plot.stage]
    return replace(
        stage_set,
        id=plot.id,
        name=plot.id,
        seconds=plot.seconds,
        view=replace(stage_set.view, width=plot.width, height=plot.height),
        workers=tuple(w for i, person in enumerate(plot.people) for w in _workers(person, i)),
        things=tuple(Goods(thing, f"{thing.shape} {i}") for i, thing in enumerate(plot.things)),
        zones=zones,
    )


def truth(plot: Plot, scene: Scene) -> dict[str, Any]:
    """The JSON beside the video; ``scene`` must be built."""
    return {
        "width": plot.width,
        "height": plot.height,
        "fps": plot.fps,
        "frames": round(plot.seconds * plot.fps),
        "note": "missing_helmet: 60 % of the bare head's box in the picture, the head large enough "
        "to be judged; restricted_zone: the floor point under the body in the zone; blocked_exit: "
        f"{BLOCKED_SHARE:.0%} of the passage's width covered for its dwell",
        "loops": blocked_share(plot, 0.0) == blocked_share(plot, plot.seconds),
        "events": events(plot, lambda person, t: _head_shows(scene, person, t)),
        "zones": {zone.id: polygon(scene, i) for i, zone in enumerate(scene.zones)},
    }


def _head_shows(scene: Scene, person: str, t: float) -> bool:
    for worker in scene.workers:
        if worker.id == person and (placed := worker.pose(t)):
            found = box_of(worker.face(placed["head"]), scene)
            return (
                found is not None
                and found[1] >= HEAD_SHARE
                and float(found[0][3] - found[0][1]) >= LEAST_HEAD * scene.view.width
            )
    return False


def _workers(person: Person, index: int) -> list[Worker]:
    """One for each thing that is worn on the head, one after the other."""
    moves = person.moves
    walk = Walk(moves)
    gestures = tuple(
        Gesture(since, until, turn=TOWARDS_CAMERA - 0.5 * index)
        for (since, *there), (until, *then) in pairwise(moves)
        if math.dist(there, then) < 0.2
    )
    ends = [*(since for since, _ in person.head[1:]), math.inf]
    return [
        Worker(
            person.id,
            _look(kind, index),
            walk,
            gestures,
            shown=(since, until),
            holds=HELMETS[index % 6] if person.hands == "helmet" or kind == "in hand" else "",
        )
        for (since, kind), until in zip(person.head, ends, strict=True)
    ]


def _look(kind: str, index: int) -> Look:
    look = LOOKS[index % len(LOOKS)]
    match kind:
        case "helmet":
            return replace(look, helmet=HELMETS[index % len(HELMETS)])
        case "cap":
            return replace(look, cap="#3a3d42")
        case "hood":
            return replace(look, hood=look.jacket)
        case _:
            return look


def _corners(box: tuple[Any, Any]) -> tuple[tuple[float, float], ...]:
    (x0, y0), (x1, y1) = box
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)
