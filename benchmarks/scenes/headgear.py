"""What heads wear: a safety helmet, or what is none: a cap, a hood.

In the frame of the head (see :mod:`anatomy`): origin at the neck's foot, y forward.
"""

from __future__ import annotations

import bpy
import numpy as np
from numpy.typing import NDArray

from benchmarks.scenes.materials import surface
from benchmarks.scenes.shapes import MeshBuilder


def put_on(m: MeshBuilder, helmet_colour: str, cap_colour: str, hood_colour: str) -> None:
    """Add what is worn to a head; empty colours are not worn."""
    if helmet_colour:
        helmet(m, helmet_colour)
    if cap_colour:
        cap(m, cap_colour)
    if hood_colour:
        hood(m, hood_colour)


def loose_helmet(colour: str, name: str) -> bpy.types.Object:
    """A helmet that nobody wears; origin at the middle of its brim, crown along +z."""
    m = MeshBuilder()
    helmet(m, colour)
    m.vertices = [(x, y, z - BRIM_Z) for x, y, z in m.vertices]
    return m.build(f"{name}.helmet")


BRIM_Z = 0.234
"""Height of the brim above the neck's foot, metres."""


def helmet(m: MeshBuilder, colour: str) -> None:
    """A safety helmet: shell, brim all round, longer peak, three ridges, band and strap."""
    shell = surface(f"helmet {colour}", colour, 0.32, 0.06, scale=8.0)
    strap = surface("strap", "#22242a", 0.8, 0.0)
    band = surface("helmet band", "#3a3a3c", 0.8, 0.0)
    m.ellipsoid(
        (0, -0.004, 0.236),
        (0.106, 0.132, 0.118),
        shell,
        lambda u: u[2] > -0.05,
        segments=32,
        rows=20,
    )
    m.ellipsoid((0, 0.008, 0.234), (0.122, 0.158, 0.011), shell, segments=32)
    m.ellipsoid((0, 0.085, 0.232), (0.092, 0.112, 0.011), shell, segments=32)
    m.ellipsoid((0, -0.004, 0.24), (0.014, 0.133, 0.126), shell, lambda u: u[2] > 0.1)
    for side in (-1, 1):
        m.ellipsoid(
            (side * 0.042, -0.006, 0.24), (0.009, 0.118, 0.119), shell, lambda u: u[2] > 0.3
        )
        m.ellipsoid((side * 0.070, 0.018, 0.148), (0.006, 0.010, 0.085), strap)
    m.loft([(0.205, 0.088, 0.105, 0, -0.004), (0.235, 0.092, 0.112, 0, -0.004)], band)
    badge = surface("badge", "#c21f1f", 0.5, 0.0)
    m.ellipsoid((0, 0.118, 0.285), (0.020, 0.010, 0.020), badge)


def cap(m: MeshBuilder, colour: str) -> None:
    """A cloth cap with a peak: close to the skull, no brim at the sides."""
    cloth = surface(f"cap {colour}", colour, 0.9, 0.2, scale=14.0)
    m.ellipsoid(
        (0, -0.008, 0.236), (0.083, 0.103, 0.080), cloth, lambda u: u[2] > -0.05, segments=32
    )
    m.ellipsoid((0, 0.110, 0.236), (0.062, 0.080, 0.007), cloth, segments=32)


def hood(m: MeshBuilder, colour: str) -> None:
    """The hood of a jacket: cloth all round, the face free."""
    cloth = surface(f"cloth {colour}", colour, 0.9, 0.3, scale=9.0, bump=0.02, bump_scale=14.0)
    m.ellipsoid(
        (0, -0.022, 0.185),
        (0.104, 0.128, 0.150),
        cloth,
        _is_hood,
        segments=40,
        rows=30,
        lumps=0.02,
    )


def _is_hood(u: NDArray[np.float64]) -> bool:
    """On the unit sphere: everything but an opening for the face."""
    return not (u[1] > 0.45 and -0.8 < u[2] < 0.62)
