"""The three cameras of the demo site: who walks where and when, and what stands around.

Everybody comes in from outside the picture and leaves it, so that a video can be looped.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import bpy
import numpy as np
from mathutils import Matrix
from numpy.typing import NDArray

from benchmarks.scenes import plant, stage
from benchmarks.scenes.anatomy import Look
from benchmarks.scenes.gait import Walk
from benchmarks.scenes.materials import surface
from benchmarks.scenes.people import Gesture, Worker
from benchmarks.scenes.shapes import Vector, used_points
from benchmarks.scenes.stage import View

Array = NDArray[np.float64]
FPS = 12


class Movable(Protocol):
    """A thing that stands or is moved about. ``points``: (N, 3) of its mesh, in its own frame."""

    points: Array

    def build(self) -> None:
        """Make the mesh once."""

    def place(self, t: float) -> Array | None:
        """(2,) floor position of its middle, None while it is not in the scene."""

    def pose(self, t: float) -> Array:
        """Move it to second ``t``; its world points (N, 3), none when absent."""


@dataclass
class Trolley:
    """A loaded trolley that two workers push one after the other along +x; it rests between."""

    pushers: tuple[tuple[Worker, float, float], ...]
    ahead: float = 0.96
    thing: bpy.types.Object | None = None
    points: Array = field(default_factory=lambda: np.zeros((0, 3)))

    def build(self) -> None:
        """See Movable."""
        self.thing = plant.trolley()
        self.points = used_points(self.thing)

    def place(self, t: float) -> Array | None:
        """See Movable."""
        first, last = self.pushers[0], self.pushers[-1]
        if (not first[0].present(t) and t < first[1]) or t > last[0].walk.end or t < first[1]:
            return None
        worker, start, end = first
        for candidate in self.pushers:
            if t >= candidate[1]:
                worker, start, end = candidate
        x, y = worker.foot(min(max(t, start), end))
        return np.array([x + self.ahead, y])

    def pose(self, t: float) -> Array:
        """See Movable."""
        if self.thing is None:
            raise RuntimeError("build the trolley before posing it")
        return moved(self.thing, self.points, self.place(t))


def moved(thing: bpy.types.Object, points: Array, where: Array | None) -> Array:
    """Put a thing onto a floor position (2,), or hide it; its world points (N, 3)."""
    thing.hide_render = where is None
    if where is None:
        return np.zeros((0, 3))
    thing.matrix_world = Matrix.Translation((float(where[0]), float(where[1]), 0.0))
    placed: Array = points + np.array([where[0], where[1], 0.0])
    return placed


@dataclass(frozen=True)
class FloorZone:
    """A polygon on the floor (metres) that becomes a zone of the site file."""

    id: str
    name: str
    kind: str
    corners: tuple[tuple[float, float], ...]
    dwell_s: float


@dataclass
class Scene:
    """One camera: its view, its set, its cast. ``lights`` are where shadows come from:
    points are lamps, a ``sun`` is the direction its light travels along."""

    id: str
    name: str
    seconds: float
    view: View
    furnish: Callable[[], None]
    workers: tuple[Worker, ...]
    lamps: tuple[Vector, ...] = ()
    sun: Vector | None = None
    zones: tuple[FloorZone, ...] = ()
    things: tuple[Movable, ...] = ()

    @property
    def frames(self) -> int:
        """Number of pictures in the video."""
        return round(self.seconds * FPS)

    def build(self) -> None:
        """The whole scene in a fresh Blender file."""
        stage.clear()
        self.view.hang()
        self.furnish()
        for worker in self.workers:
            worker.build()
        for thing in self.things:
            thing.build()


GATE_SUN: Vector = (0.45, 0.50, -1.0)
PRESS_LAMPS: tuple[Vector, ...] = ((-2.0, -1.5, 5.0), (2.5, 1.0, 5.0))
EXIT_LAMPS: tuple[Vector, ...] = ((-1.5, -1.2, 4.6), (2.2, 0.6, 4.6))
PRESS_CELL = ((-1.3, -0.4), (3.2, -0.4), (3.2, 3.4), (-1.3, 3.4))
EXIT_PASSAGE = ((-0.95, 0.1), (0.95, 0.1), (0.95, 3.0), (-0.95, 3.0))


def _furnish_gate() -> None:
    stage.ambient("#bcd4f2", 0.75)
    stage.sun(GATE_SUN, 3.2)
    plant.ground("#85868a")
    plant.fence_and_gate(8.0)
    plant.guard_hut(-7.2, 5.4)
    plant.notice((5.4, 7.95, 1.55), "必须戴安全帽", "#1d57a8", 2.2)
    plant.barrels([(6.3, 7.0), (7.0, 7.2), (6.7, 6.3)], "#2c6a9c")
    for y in (-2.6, 3.9):
        plant.stripe((-14, y), (14, y), 0.12, plant.YELLOW)
    for k in range(9):
        plant.stripe((-1.6 + 0.4 * k, 4.3), (-1.6 + 0.4 * k, 6.4), 0.2, "#e4e4df")


def gate() -> Scene:
    """大门: three helmets and one bare head cross the yard."""
    vest_o, vest_y = "#e8641b", "#c3d321"
    workers = (
        Worker(
            "g1", Look("#f2b705", vest_o, "#2f4a78"), Walk(((0.3, 6.3, 3.6), (10.0, -4.4, -1.8)))
        ),
        Worker(
            "g2",
            Look("#ecece8", vest_y, "#4b5563", "#3a3f4a"),
            Walk(((8.0, -6.6, 3.2), (17.8, 4.6, -2.0))),
        ),
        Worker(
            "g3",
            Look("", vest_o, "#5a5f66", skin="#d8a47c", hair_volume=1.08),
            Walk(((15.2, 6.3, 3.2), (20.1, 0.75, 0.0), (22.4, 0.75, -0.01), (26.4, 4.9, -1.9))),
            (Gesture(20.3, 22.3, turn=math.radians(160), look=0.15),),
        ),
        Worker(
            "g4",
            Look("#c9241c", "", "#3b5f8a", "#2b3550"),
            Walk(((15.9, -6.3, 2.8), (20.4, -0.75, 0.3), (22.4, -0.74, 0.3), (27.1, -6.4, 1.6))),
            (Gesture(20.6, 22.2, turn=math.radians(-130)),),
        ),
    )
    return Scene(
        "gate",
        "大门 Main gate",
        28.0,
        View((0, -6.0, 2.9), (0, 0.2, 0.95), 54),
        _furnish_gate,
        workers,
        sun=GATE_SUN,
    )


def _furnish_press() -> None:
    stage.ambient("#dfe6ea", 0.55)
    for place in PRESS_LAMPS:
        stage.lamp(place, 330, (2.4, 1.2))
    plant.ground("#8c9389")
    plant.wall(5.6, 6.0, "#c9ccc6", "#5f7f86")
    plant.press(0.75, 1.5)
    plant.hatched_frame(PRESS_CELL[0], PRESS_CELL[2], 0.16, plant.YELLOW, plant.BLACK)
    plant.shelf(-4.6, 4.5)
    plant.pallet(3.9, 3.6, 2)
    plant.barrels([(-1.2, 4.9), (-0.5, 5.0)], "#a4362a")
    plant.notice((-1.0, 5.55, 2.35), "冲压区 禁止入内", "#b5161a", 2.1)
    plant.stripe((-14, -2.6), (14, -2.6), 0.1, "#e4e4df")
    plant.stripe((-14, -1.0), (14, -1.0), 0.1, "#e4e4df")


def press() -> Scene:
    """冲压区: one worker passes outside the hatching, another goes in to the press."""
    workers = (
        Worker(
            "p1",
            Look("#ecece8", "#c3d321", "#4b5563"),
            Walk(((0.5, 5.4, -1.25), (9.0, -5.4, -1.25))),
        ),
        Worker(
            "p2",
            Look("#f2b705", "#e8641b", "#2f4a78"),
            Walk(((9.6, -6.4, 0.9), (15.0, -0.12, 1.15), (20.4, -0.13, 1.15), (25.8, -6.4, 0.6))),
            (Gesture(15.2, 20.2, "reach", turn=math.radians(-110), look=-0.2),),
        ),
    )
    cell = FloorZone("press-cell", "冲压区 Press cell", "restricted", PRESS_CELL, 1.0)
    return Scene(
        "press",
        "冲压区 Press shop",
        26.0,
        View((-1.7, -6.5, 3.2), (0.1, 0.9, 0.85), 55),
        _furnish_press,
        workers,
        lamps=PRESS_LAMPS,
        zones=(cell,),
    )


def _furnish_exit() -> None:
    stage.ambient("#e3e6e8", 0.55)
    for place in EXIT_LAMPS:
        stage.lamp(place, 260, (2.4, 0.8))
    plant.ground("#9a9890")
    plant.wall(3.1, 5.0, "#d4d1c6", "#6f8f80")
    plant.exit_door(0.0, 3.1)
    plant.hatched_frame(EXIT_PASSAGE[0], EXIT_PASSAGE[2], 0.12, plant.GREEN, "#dfe3dc")
    plant.words(
        "禁止堵塞",
        (0.0, 0.55, 0.004),
        0.34,
        surface("paint letters", "#dfe3dc", 0.7, 0.2, scale=5.0),
        flat=True,
    )
    plant.extinguishers(1.7, 2.95)
    plant.shelf(2.8, 2.2)
    plant.pallet(-3.6, 2.0, 3)
    plant.barrels([(-2.0, 2.7)], "#2c6a9c")


def exit_() -> Scene:
    """安全出口: a trolley of cartons stands in the passage, a worker passes, it is taken away."""
    first = Worker(
        "e1",
        Look("#f2b705", "#e8641b", "#2f4a78"),
        Walk(((0.2, -5.4, 1.25), (4.6, -0.96, 1.25), (5.4, -0.97, 1.25), (9.8, -5.6, 0.75))),
        (Gesture(0.0, 5.1, "push", turn=-math.pi / 2),),
    )
    passer = Worker(
        "e2", Look("#ecece8", "#c3d321", "#4b5563"), Walk(((7.6, 4.9, -0.75), (14.6, -4.0, -0.75)))
    )
    second = Worker(
        "e3",
        Look("#1f57b8", "#e8641b", "#5a5f66"),
        Walk(((13.4, -5.4, 1.25), (17.5, -0.96, 1.25), (18.2, -0.961, 1.25), (23.8, 5.0, 1.25))),
        (Gesture(17.3, 30.0, "push", turn=-math.pi / 2),),
    )
    passage = FloorZone("exit-east", "东侧安全出口 East exit", "exit", EXIT_PASSAGE, 6.0)
    return Scene(
        "exit",
        "安全出口 Emergency exit",
        24.0,
        View((0.7, -5.6, 3.0), (0.05, 1.0, 1.0), 58),
        _furnish_exit,
        (first, passer, second),
        lamps=EXIT_LAMPS,
        zones=(passage,),
        things=(Trolley(((first, 0.2, 4.6), (second, 18.2, 23.8))),),
    )


SCENES: dict[str, Callable[[], Scene]] = {"gate": gate, "press": press, "exit": exit_}
