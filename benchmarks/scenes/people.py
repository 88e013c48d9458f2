"""A worker: the parts of :mod:`anatomy` hung on the joints of :mod:`gait`, moved each frame."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import bpy
import numpy as np
from mathutils import Matrix
from numpy.typing import NDArray

from benchmarks.scenes import anatomy, headgear
from benchmarks.scenes.anatomy import Look
from benchmarks.scenes.gait import FOREARM, STRIDE, Walk, joints
from benchmarks.scenes.shapes import used_points

Array = NDArray[np.float64]
NECK = np.array([0.0, -0.005, 1.462])


@dataclass(frozen=True)
class Gesture:
    """What the hands or the head do from second ``start`` to ``end``."""

    start: float
    end: float
    hands: str = "swing"
    turn: float | None = None
    look: float = 0.0


@dataclass
class Worker:
    """One person of a scene, with the times of its walk and its gestures.

    ``shown``: seconds in which it is there; whoever changes what is on the head is two workers
    one after the other. ``holds``: colour of a helmet in the right hand.
    """

    id: str
    look: Look
    walk: Walk
    gestures: tuple[Gesture, ...] = ()
    shown: tuple[float, float] = (-math.inf, math.inf)
    holds: str = ""
    parts: dict[str, bpy.types.Object] = field(default_factory=dict)
    points: dict[str, Array] = field(default_factory=dict)

    def face(self, head: Array) -> Array:
        """Of the world points of the head those from the chin up: the neck is body."""
        return head[self.points["head"][:, 2] > 0.06]

    @property
    def has_helmet(self) -> bool:
        """Whether the head is covered."""
        return bool(self.look.helmet)

    def build(self) -> None:
        """Make the meshes once; :meth:`pose` only moves them."""
        self.parts["head"] = anatomy.head(self.look, self.id)
        self.parts["torso"] = anatomy.torso(self.look, self.id)
        for side in ("left", "right"):
            for kind in ("thigh", "shin", "arm", "forearm"):
                self.parts[f"{side} {kind}"] = anatomy.limb(kind, self.look, f"{self.id}.{side}")
            self.parts[f"{side} boot"] = anatomy.boot(f"{self.id}.{side}")
        if self.holds:
            self.parts["held"] = headgear.loose_helmet(self.holds, self.id)
        self.points = {part: used_points(thing) for part, thing in self.parts.items()}

    def present(self, t: float) -> bool:
        """Whether the worker is in the scene at second ``t`` (not: in the picture)."""
        since, until = self.shown
        return self.walk.start <= t <= self.walk.end and since <= t < until

    def foot(self, t: float) -> Array:
        """(2,) point of the floor under the pelvis."""
        return self.walk.position(t)

    def pose(self, t: float) -> dict[str, Array]:
        """Move every part to second ``t``; the world points (N, 3) by part, empty when absent."""
        here = self.present(t)
        for thing in self.parts.values():
            thing.hide_render = not here
        if not here:
            return {}
        placed: dict[str, Array] = {}
        for part, matrix in self._matrices(t).items():
            self.parts[part].matrix_world = Matrix(matrix.tolist())
            local = self.points[part]
            placed[part] = local @ matrix[:3, :3].T + matrix[:3, 3]
        return placed

    def _gesture(self, t: float) -> Gesture:
        for gesture in self.gestures:
            if gesture.start <= t < gesture.end:
                return gesture
        return Gesture(0.0, 0.0)

    def _matrices(self, t: float) -> dict[str, Array]:
        gesture = self._gesture(t)
        speed, walked = self.walk.speed(t), self.walk.travelled(t)
        # a standing worker still breathes and shifts: hands that work move with time
        moved = walked if gesture.hands != "reach" else t
        j = joints(walked if speed > 0 else moved, speed, gesture.hands)
        heading = self.walk.heading(t) if gesture.turn is None else gesture.turn
        x, y = self.walk.position(t)
        root = _turn_z(heading) @ np.diag([self.look.height] * 3 + [1.0])
        root[:3, 3] = (x, y, 0.0)
        sway = 0.02 * math.sin(2 * math.pi * walked / STRIDE)
        trunk = _shift(0, 0, 0.02 - j.drop) @ _turn_z(2 * sway) @ _tilt_x(-0.035 * min(speed, 1.0))
        out = {"torso": root @ trunk}
        nod = -0.06 + 0.02 * math.sin(2.1 * t)
        out["head"] = root @ trunk @ _shift(*NECK) @ _turn_z(gesture.look - 2 * sway) @ _tilt_x(nod)
        forward = np.array([0.0, 1.0, 0.0])
        for k, side in enumerate(("left", "right")):
            outward = np.array([(-1.0, 1.0)[k], 0.0, 0.0])
            out[f"{side} thigh"] = root @ _bone(j.hips[k], j.knees[k], forward)
            out[f"{side} shin"] = root @ _bone(j.knees[k], j.ankles[k], forward)
            out[f"{side} arm"] = root @ _bone(j.shoulders[k], j.elbows[k], forward)
            out[f"{side} forearm"] = root @ _bone(j.elbows[k], j.hands[k], forward + 0.3 * outward)
            out[f"{side} boot"] = (
                root @ _shift(*j.ankles[k]) @ _turn_z(-0.12 * outward[0]) @ _tilt_x(j.pitches[k])
            )
        if self.holds:
            # by its brim, crown away from the leg
            hand = _shift(0.02, 0.0, FOREARM + 0.16) @ _turn_y(math.radians(80))
            out["held"] = out["right forearm"] @ hand
        return out


def _bone(start: Array, end: Array, forward: Array) -> Array:
    """(4, 4) frame at ``start`` with z towards ``end`` and y as near ``forward`` as it goes."""
    z = (end - start) / max(float(np.linalg.norm(end - start)), 1e-9)
    y = forward - z * float(forward @ z)
    y /= max(float(np.linalg.norm(y)), 1e-9)
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1], matrix[:3, 2], matrix[:3, 3] = np.cross(y, z), y, z, start
    return matrix


def _shift(x: float, y: float, z: float) -> Array:
    matrix = np.eye(4)
    matrix[:3, 3] = (x, y, z)
    return matrix


def _turn_z(angle: float) -> Array:
    matrix = np.eye(4)
    c, s = math.cos(angle), math.sin(angle)
    matrix[:2, :2] = ((c, -s), (s, c))
    return matrix


def _turn_y(angle: float) -> Array:
    matrix = np.eye(4)
    c, s = math.cos(angle), math.sin(angle)
    matrix[0, 0], matrix[0, 2], matrix[2, 0], matrix[2, 2] = c, s, -s, c
    return matrix


def _tilt_x(angle: float) -> Array:
    matrix = np.eye(4)
    c, s = math.cos(angle), math.sin(angle)
    matrix[1:3, 1:3] = ((c, -s), (s, c))
    return matrix
