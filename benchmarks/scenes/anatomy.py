"""The parts of one worker: head, helmet or hair, torso, pelvis, limbs, boots.

Each part is a mesh in its own bone's frame: limbs run along +z from their upper joint, the
head stands on its neck, y is forward.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import bpy
import numpy as np
from numpy.typing import NDArray

from benchmarks.scenes import headgear
from benchmarks.scenes.gait import FOREARM, SHIN, THIGH, UPPER_ARM
from benchmarks.scenes.materials import surface
from benchmarks.scenes.shapes import MeshBuilder, Ring


@dataclass(frozen=True)
class Look:
    """What a worker wears, as colours; empty means none. A head under a ``cap`` or a ``hood`` is
    bare of a helmet."""

    helmet: str = "#f2b705"
    cap: str = ""
    hood: str = ""
    vest: str = "#e8641b"
    jacket: str = "#2f4a78"
    trousers: str = "#2b3550"
    skin: str = "#c98f6d"
    hair: str = "#17110d"
    hair_volume: float = 1.0
    long_hair: bool = False
    height: float = 1.0


def _cloth(colour: str) -> bpy.types.Material:
    return surface(f"cloth {colour}", colour, 0.9, 0.3, scale=9.0, bump=0.02, bump_scale=14.0)


def head(look: Look, name: str) -> bpy.types.Object:
    """Skull, jaw, face, ears, neck; with a helmet or with hair. Origin at the neck's foot."""
    skin = surface(f"skin {look.skin}", look.skin, 0.55, 0.08, scale=30.0)
    lips = surface(f"lips {look.skin}", "#94503f", 0.5, 0.0)
    white = surface("eye", "#e8e4dc", 0.3, 0.0)
    dark = surface("pupil", "#1d1410", 0.3, 0.0)
    strands = look.hair or "#6b5a4a"
    hair = surface(f"hair {strands}", strands, 0.5, 0.4, scale=60.0, bump=0.01, bump_scale=120.0)
    m = MeshBuilder()
    m.loft(
        [
            (-0.03, 0.068, 0.066, 0, -0.015),
            (0.05, 0.056, 0.058, 0, -0.008),
            (0.12, 0.055, 0.06, 0, 0.0),
        ],
        skin,
    )
    # chin to crown: narrow chin in front, wide skull behind
    m.loft(
        [
            (0.075, 0.020, 0.020, 0, 0.068),
            (0.082, 0.038, 0.040, 0, 0.050),
            (0.098, 0.052, 0.062, 0, 0.030),
            (0.125, 0.063, 0.080, 0, 0.014),
            (0.155, 0.070, 0.088, 0, 0.006),
            (0.19, 0.075, 0.094, 0, 0.000),
            (0.225, 0.077, 0.097, 0, -0.003),
            (0.25, 0.074, 0.094, 0, -0.005),
            (0.275, 0.063, 0.080, 0, -0.007),
            (0.295, 0.043, 0.055, 0, -0.008),
            (0.305, 0.018, 0.022, 0, -0.008),
        ],
        skin,
        segments=28,
    )
    m.ellipsoid((0, 0.101, 0.170), (0.015, 0.020, 0.013), skin)
    m.ellipsoid((0, 0.094, 0.192), (0.009, 0.014, 0.026), skin)
    m.ellipsoid((0, 0.082, 0.128), (0.024, 0.013, 0.0075), lips)
    for side in (-1, 1):
        m.ellipsoid((side * 0.031, 0.083, 0.203), (0.014, 0.009, 0.007), white)
        m.ellipsoid((side * 0.031, 0.090, 0.203), (0.0065, 0.004, 0.0065), dark)
        m.ellipsoid((side * 0.032, 0.086, 0.222), (0.021, 0.010, 0.0045), hair)
        m.ellipsoid((side * 0.078, -0.005, 0.185), (0.011, 0.020, 0.032), skin)
    if look.helmet or look.cap or look.hood:
        headgear.put_on(m, look.helmet, look.cap, look.hood)
        m.ellipsoid(
            (0, -0.012, 0.20),
            (0.079, 0.097, 0.075),
            hair,
            lambda u: u[1] < 0.05 and abs(u[2]) < 0.8,
        )
    else:
        volume = look.hair_volume
        if look.hair and look.long_hair:
            m.ellipsoid(
                (0, -0.024, 0.185),
                (0.092 * volume, 0.106 * volume, 0.130 * volume),
                hair,
                _is_long_hair,
                segments=40,
                rows=36,
                lumps=0.035,
            )
        elif look.hair:
            m.ellipsoid(
                (0, -0.012, 0.216),
                (0.086 * volume, 0.106 * volume, 0.101 * volume),
                hair,
                _is_hair,
                segments=40,
                rows=30,
                lumps=0.03,
            )
    return m.build(f"{name}.head")


def _is_hair(u: NDArray[np.float64]) -> bool:
    """Short hair on the unit sphere: forehead and ears free, down to the nape behind."""
    line = np.interp(
        u[1], [-0.9, -0.35, -0.1, 0.25, 0.5, 1.0], [-0.85, -0.75, -0.15, -0.05, 0.5, 0.6]
    )
    return bool(u[2] > line)


def _is_long_hair(u: NDArray[np.float64]) -> bool:
    """Hair to the collar on the unit sphere: the face stays free between two strands."""
    line = np.interp(u[1], [0.3, 0.42, 0.62, 1.0], [-0.99, -0.3, 0.52, 0.6])
    return bool(u[2] > line)


def torso(look: Look, name: str) -> bpy.types.Object:
    """Jacket with collar; over it a vest with two reflecting bands and braces."""
    cloth = _cloth(look.jacket)
    rings: list[Ring] = [
        (0.86, 0.165, 0.120, 0, -0.005),
        (0.93, 0.178, 0.126, 0, 0),
        (1.02, 0.168, 0.120, 0, 0.004),
        (1.12, 0.172, 0.122, 0, 0.008),
        (1.24, 0.190, 0.130, 0, 0.008),
        (1.33, 0.196, 0.128, 0, 0.002),
        (1.39, 0.182, 0.114, 0, -0.008),
        (1.435, 0.148, 0.095, 0, -0.014),
        (1.475, 0.105, 0.080, 0, -0.014),
        (1.50, 0.074, 0.074, 0, -0.012),
        (1.525, 0.070, 0.072, 0, -0.010),
    ]
    m = MeshBuilder()
    m.loft(_folds(rings), cloth, power=2.4, segments=28)
    if look.vest:
        hi_vis = surface(
            f"vest {look.vest}", look.vest, 0.8, 0.18, scale=10.0, bump=0.015, bump_scale=16.0
        )
        tape = surface("tape", "#c9cdd0", 0.35, 0.08, scale=20.0)
        zip_ = surface("zip", "#2a2a2a", 0.7, 0.0)

        def paint(z: float, angle: float) -> bpy.types.Material | None:
            ahead = abs((angle - math.pi / 2 + math.pi) % (2 * math.pi) - math.pi)
            if ahead < 0.13 and z < 1.34:
                return zip_
            if ahead < 0.16 + (z - 1.28) * 2.2 and z > 1.28:
                return cloth
            if 0.99 < z < 1.045 or 1.15 < z < 1.205:
                return tape
            behind = math.pi - ahead
            if z > 1.205 and (0.55 < ahead < 0.90 or 0.5 < behind < 0.85):
                return tape
            return None

        fine = [r for r in _folds(rings, 0.0125) if 0.88 < r[0] < 1.455]
        m.loft(
            [(z, rx + 0.011, ry + 0.013, cx, cy) for z, rx, ry, cx, cy in fine],
            hi_vis,
            paint,
            segments=56,
            power=2.4,
        )
    return m.build(f"{name}.torso")


def _folds(rings: list[Ring], step: float = 0.02) -> list[Ring]:
    """The rings resampled every ``step`` metres with small folds, as worn cloth has."""
    table = np.array(rings)
    out: list[Ring] = []
    for z in np.arange(table[0, 0], table[-1, 0] + 1e-9, step):
        rx, ry, cx, cy = (float(np.interp(z, table[:, 0], table[:, k])) for k in (1, 2, 3, 4))
        fold = 0.0016 * math.sin(z * 41) + 0.0012 * math.sin(z * 97 + 1)
        out.append((float(z), rx + fold, ry + 0.7 * fold, cx + 0.3 * fold, cy))
    return out


def limb(kind: str, look: Look, name: str) -> bpy.types.Object:
    """thigh, shin, arm or forearm with hand, along +z from the upper joint."""
    trousers = _cloth(look.trousers)
    sleeve = _cloth(look.jacket)
    skin = surface(f"skin {look.skin}", look.skin, 0.55, 0.08, scale=30.0)
    m = MeshBuilder()
    if kind == "thigh":
        m.ellipsoid((0, -0.01, 0.0), (0.095, 0.105, 0.10), trousers)
        m.loft(
            _folds(
                [
                    (-0.04, 0.08, 0.09, 0, 0),
                    (0.06, 0.093, 0.103, 0, 0),
                    (0.25, 0.079, 0.086, 0, 0.004),
                    (THIGH, 0.062, 0.068, 0, 0),
                ]
            ),
            trousers,
        )
        m.ellipsoid((0, 0, THIGH), (0.062, 0.068, 0.066), trousers)
    elif kind == "shin":
        m.loft(
            _folds(
                [
                    (0.0, 0.061, 0.067, 0, 0),
                    (0.12, 0.062, 0.069, 0, -0.012),
                    (0.30, 0.056, 0.062, 0, -0.006),
                    (SHIN - 0.02, 0.062, 0.070, 0, 0.0),
                ]
            ),
            trousers,
        )
    elif kind == "arm":
        m.ellipsoid((0, 0, 0.015), (0.060, 0.068, 0.064), sleeve)
        m.loft(
            _folds(
                [
                    (0.0, 0.058, 0.066, 0, 0),
                    (0.15, 0.056, 0.058, 0, 0),
                    (UPPER_ARM, 0.049, 0.051, 0, 0),
                ]
            ),
            sleeve,
        )
        m.ellipsoid((0, 0, UPPER_ARM), (0.049, 0.051, 0.051), sleeve)
    else:
        m.loft(
            _folds(
                [
                    (0.0, 0.048, 0.049, 0, 0),
                    (0.10, 0.047, 0.047, 0, 0),
                    (FOREARM - 0.03, 0.041, 0.041, 0, 0),
                ]
            ),
            sleeve,
        )
        m.loft([(FOREARM - 0.05, 0.027, 0.031, 0, 0), (FOREARM + 0.01, 0.027, 0.034, 0, 0)], skin)
        m.ellipsoid((0, 0.0, FOREARM + 0.045), (0.022, 0.044, 0.052), skin)
        for k in range(4):
            m.ellipsoid(
                (0.004, -0.030 + 0.020 * k, FOREARM + 0.105),
                (0.010, 0.0105, 0.040),
                skin,
                segments=10,
                rows=6,
            )
        m.ellipsoid((0.012, 0.048, FOREARM + 0.05), (0.012, 0.014, 0.036), skin, segments=10)
    return m.build(f"{name}.{kind}")


def boot(name: str) -> bpy.types.Object:
    """A work boot with its sole; origin at the ankle, toes towards +y."""
    leather = surface("leather", "#2a2019", 0.55, 0.3, scale=20.0)
    sole = surface("sole", "#15130f", 0.8, 0.2, scale=20.0)
    m = MeshBuilder()
    m.loft([(-0.06, 0.046, 0.056, 0, -0.01), (0.07, 0.052, 0.060, 0, 0.0)], leather)
    m.ellipsoid((0, 0.055, -0.045), (0.049, 0.135, 0.048), leather, lambda u: u[2] > -0.6)
    m.loft([(-0.085, 0.045, 0.135, 0, 0.05), (-0.063, 0.050, 0.142, 0, 0.05)], sole)
    return m.build(f"{name}.boot")
