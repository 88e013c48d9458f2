"""How a worker moves: a path in seconds, and the joints of a walking body on it.

Body frame: x to the right, y forward, z up, origin on the floor under the pelvis (metres).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

THIGH, SHIN, ANKLE = 0.43, 0.42, 0.085
UPPER_ARM, FOREARM = 0.29, 0.25
HIP = np.array([0.095, 0.0, 0.937])
SHOULDER = np.array([0.186, -0.01, 1.405])
STRIDE, STANCE = 1.16, 0.58


@dataclass(frozen=True)
class Walk:
    """Where a worker is: way points (seconds, x, y) joined by straight lines.

    Outside the first and last second the worker is not in the scene. ``turn_s`` smooths the
    heading over that many seconds, so corners are walked round.
    """

    points: tuple[tuple[float, float, float], ...]
    turn_s: float = 0.5

    @property
    def start(self) -> float:
        """Second of the first way point."""
        return self.points[0][0]

    @property
    def end(self) -> float:
        """Second of the last way point."""
        return self.points[-1][0]

    def position(self, t: float) -> Array:
        """(2,) floor position at second ``t``, held at both ends."""
        times = [p[0] for p in self.points]
        i = min(max(bisect_right(times, t) - 1, 0), len(times) - 2)
        (t0, x0, y0), (t1, x1, y1) = self.points[i], self.points[i + 1]
        share = min(max((t - t0) / (t1 - t0), 0.0), 1.0)
        return np.array([x0 + (x1 - x0) * share, y0 + (y1 - y0) * share])

    def travelled(self, t: float) -> float:
        """Metres walked since the start."""
        total = 0.0
        for (t0, x0, y0), (t1, x1, y1) in zip(self.points, self.points[1:], strict=False):
            share = min(max((t - t0) / (t1 - t0), 0.0), 1.0)
            total += share * math.hypot(x1 - x0, y1 - y0)
        return total

    def speed(self, t: float) -> float:
        """Metres a second, averaged over 0.4 s so that stops are not abrupt."""
        return (self.travelled(t + 0.2) - self.travelled(t - 0.2)) / 0.4

    def heading(self, t: float) -> float:
        """Angle of the walking direction; a standing worker keeps looking where he went."""
        for look in (0.0, *(s * k * 0.1 for k in range(1, 120) for s in (-1, 1))):
            before = self.position(t + look - self.turn_s / 2)
            step = self.position(t + look + self.turn_s / 2) - before
            if float(np.hypot(*step)) > 0.05:
                return math.atan2(float(step[1]), float(step[0])) - math.pi / 2
        return 0.0


def bend(root: Array, goal: Array, first: float, second: float, forward: Array) -> Array:
    """The middle joint of a two-bone limb that reaches from ``root`` to ``goal``.

    Law of cosines; ``forward`` says to which side knee or elbow bends.
    """
    line = goal - root
    length = min(float(np.linalg.norm(line)), first + second - 1e-4)
    axis = line / max(float(np.linalg.norm(line)), 1e-9)
    along = (first**2 - second**2 + length**2) / (2 * length)
    out = forward - axis * float(forward @ axis)
    out /= max(float(np.linalg.norm(out)), 1e-9)
    return root + axis * along + out * math.sqrt(max(first**2 - along**2, 0.0))


def foot(phase: float, stride: float) -> tuple[float, float, float]:
    """(forward, lift, pitch) of an ankle at ``phase`` of its step; on the floor until STANCE."""
    reach = STANCE * stride / 2
    if phase < STANCE:
        share = phase / STANCE
        off = max(0.0, (share - 0.7) / 0.3)
        return reach * (1 - 2 * share), 0.06 * off**2, -0.55 * off**2
    share = (phase - STANCE) / (1 - STANCE)
    ease = (1 - math.cos(math.pi * share)) / 2
    lift = 0.06 * (1 - share) + 0.11 * math.sin(math.pi * share)
    return -reach + 2 * reach * ease, lift, -0.55 + 0.8 * share


@dataclass(frozen=True)
class Joints:
    """Body-frame joints of one moment; left is index 0, right is index 1."""

    drop: float
    hips: Array
    knees: Array
    ankles: Array
    pitches: tuple[float, float]
    shoulders: Array
    elbows: Array
    hands: Array


def joints(walked: float, speed: float, hands: str = "swing") -> Joints:
    """Joints after ``walked`` metres at ``speed``; ``hands`` is swing, push, reach or carry."""
    effort = min(speed / 1.0, 1.0)
    stride = STRIDE * effort
    cycle = walked / STRIDE
    rows: dict[str, list[Array]] = {k: [] for k in ("hip", "knee", "ankle", "sh", "el", "hand")}
    pitches: list[float] = []
    drop = (0.020 + 0.016 * math.cos(4 * math.pi * cycle)) * effort + 0.006
    for side, offset in ((-1.0, 0.0), (1.0, 0.5)):
        mirror = np.array([side, 1.0, 1.0])
        ahead, lift, pitch = foot((cycle + offset) % 1.0, stride)
        # the pelvis turns with the step: each hip goes a little way with its foot
        hip = HIP * mirror + np.array([0.0, 0.1 * ahead, -drop])
        ankle = np.array([side * 0.10, ahead - 0.02, ANKLE + lift * effort])
        if float(np.linalg.norm(ankle - hip)) > THIGH + SHIN - 0.004:
            # a planted foot that the leg no longer reaches rolls onto its toes
            flat = ankle[1] - hip[1]
            reach = THIGH + SHIN - 0.004
            ankle[2] = hip[2] - math.sqrt(max(reach**2 - flat**2 - 1e-4, 0.01))
        rows["hip"].append(hip)
        rows["ankle"].append(ankle)
        rows["knee"].append(bend(hip, ankle, THIGH, SHIN, np.array([0.0, 1.0, 0.0])))
        pitches.append(pitch * effort)
        shoulder = SHOULDER * mirror - np.array([0.0, 0.0, drop])
        swing = math.sin(2 * math.pi * (cycle + offset + 0.30)) * effort
        if hands == "push":
            goal = np.array([side * 0.24, 0.42, 1.03])
        elif hands == "reach":
            goal = np.array([side * 0.20, 0.48, 1.12 + 0.10 * math.sin(3 * walked + side)])
        else:
            goal = shoulder + np.array(
                [side * 0.035, 0.06 - 0.26 * swing, -0.505 + 0.08 * abs(swing)]
            )
        rows["sh"].append(shoulder)
        rows["hand"].append(goal)
        rows["el"].append(
            bend(shoulder, goal, UPPER_ARM, FOREARM, np.array([side * 0.15, -1.0, -0.15]))
        )
    return Joints(
        drop,
        np.array(rows["hip"]),
        np.array(rows["knee"]),
        np.array(rows["ankle"]),
        (pitches[0], pitches[1]),
        np.array(rows["sh"]),
        np.array(rows["el"]),
        np.array(rows["hand"]),
    )
