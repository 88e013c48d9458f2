"""What gets in the way, and what stands about: things of a given size that can be moved.

Each is made once, with its origin on the floor under its middle, and fills its size (width, depth,
height, metres) where it can.
"""

from __future__ import annotations

from collections.abc import Callable

import bpy

from benchmarks.scenes import headgear
from benchmarks.scenes.materials import surface
from benchmarks.scenes.plant import BLACK, GREEN, YELLOW, carton
from benchmarks.scenes.shapes import MeshBuilder, Vector


def thing(shape: str, size: Vector, name: str) -> bpy.types.Object:
    """A thing of SHAPES; KeyError for others."""
    m = MeshBuilder()
    SHAPES[shape](m, size)
    return m.build(name, smooth=shape == "cables", bevel=0.0 if shape == "cables" else 0.004)


def _carton(m: MeshBuilder, size: Vector) -> None:
    carton(m, (-size[0] / 2, -size[1] / 2, 0.0), size)


def _pallet_truck(m: MeshBuilder, size: Vector) -> None:
    """A hand pallet truck with its forks towards the door and its handle up."""
    width, depth, height = size
    red, steel = surface("truck", "#c8371f", 0.4, 0.1), surface("truck steel", "#8d9296", 0.35)
    half = width / 2
    for side in (-1, 1):
        low, high = sorted((side * half, side * (half - 0.16)))
        m.box((low, -depth / 2 + 0.35, 0.05), (high, depth / 2, 0.13), red)
    m.box((-half, -depth / 2 + 0.2, 0.05), (half, -depth / 2 + 0.4, 0.45), red)
    m.box((-0.06, -depth / 2 + 0.1, 0.0), (0.06, -depth / 2 + 0.3, 0.2), surface("wheel", BLACK))
    m.box((-0.025, -depth / 2 + 0.15, 0.4), (0.025, -depth / 2 + 0.2, height), steel)
    m.box(
        (-0.2, -depth / 2 + 0.14, height - 0.06),
        (0.2, -depth / 2 + 0.21, height),
        surface("grip", BLACK),
    )


def _bin(m: MeshBuilder, size: Vector) -> None:
    """A wheeled refuse bin with its lid."""
    width, depth, height = size
    body, lid = surface("bin", "#2d5f3f", 0.55, 0.12), surface("bin lid", "#3c3f41", 0.5)
    rings = [(0.06, 0.40), (0.5 * height, 0.46), (height - 0.08, 0.5)]
    m.loft([(z, width * r, depth * r, 0, 0) for z, r in rings], body, power=6.0)
    m.box((-width / 2, -depth / 2, height - 0.08), (width / 2, depth / 2, height), lid)
    for side in (-1, 1):
        low, high = sorted((side * width * 0.40, side * width * 0.3))
        m.box((low, depth * 0.3, 0.0), (high, depth * 0.5, 0.18), surface("wheel", BLACK))


def _door_leaf(m: MeshBuilder, size: Vector) -> None:
    """The leaf of a cabinet or side door that stands open, with its window and handle."""
    width, depth, height = size
    green, steel = surface("door", GREEN, 0.45, 0.1, scale=3.0), surface("steel", "#9a9fa3", 0.35)
    m.box((-width / 2, -depth / 2, 0.02), (width / 2, depth / 2, height), green)
    m.box(
        (-0.12, -depth / 2 - 0.005, height * 0.62),
        (0.12, -depth / 2, height * 0.9),
        surface("gap", "#12261b", 0.8, 0.0),
    )
    m.box((width * 0.36, -depth / 2 - 0.05, 0.98), (width * 0.46, -depth / 2, 1.03), steel)


def _cables(m: MeshBuilder, size: Vector) -> None:
    """A bundle of black cables across the floor, in waves."""
    width, depth, height = size
    rubber = surface("rubber", "#1a1a1c", 0.6, 0.1)
    for k in range(4):
        middle = (k - 1.5) * depth / 4
        for i in range(24):
            x = -width / 2 + width * (i + 0.5) / 24
            y = middle + 0.03 * (1 if (i // 3 + k) % 2 else -1)
            m.ellipsoid(
                (x, y, height / 2), (width / 30, depth / 9, height / 2), rubber, segments=8, rows=6
            )


def _table(m: MeshBuilder, size: Vector) -> None:
    """A table with a helmet on it."""
    width, depth, height = size
    top, leg = surface("table", "#a58a63", 0.7, 0.15), surface("table leg", "#3a3d40", 0.5)
    m.box((-width / 2, -depth / 2, height - 0.04), (width / 2, depth / 2, height), top)
    for x in (-width / 2, width / 2 - 0.05):
        for y in (-depth / 2, depth / 2 - 0.05):
            m.box((x, y, 0.0), (x + 0.05, y + 0.05, height - 0.04), leg)
    base = len(m.vertices)
    headgear.helmet(m, "#f2b705")
    lift = height - headgear.BRIM_Z + 0.02
    m.vertices[base:] = [(x, y, z + lift) for x, y, z in m.vertices[base:]]


def _barrier(m: MeshBuilder, size: Vector) -> None:
    """A closed barrier of steel sheet with a striped board on top."""
    width, depth, height = size
    grey = surface("barrier", "#9aa1a6", 0.5, 0.12)
    m.box((-width / 2, -depth / 2, 0.0), (width / 2, depth / 2, height - 0.2), grey)
    count = max(1, round(width / 0.3))
    paints = (surface(f"paint {YELLOW}", YELLOW, 0.7), surface(f"paint {BLACK}", BLACK, 0.7))
    for k in range(count):
        low, high = (-width / 2 + width * (k + i) / count for i in (0, 1))
        m.box((low, -depth / 2, height - 0.2), (high, depth / 2, height), paints[k % 2])


SHAPES: dict[str, Callable[[MeshBuilder, Vector], None]] = {
    "carton": _carton,
    "pallet_truck": _pallet_truck,
    "bin": _bin,
    "door_leaf": _door_leaf,
    "cables": _cables,
    "table": _table,
    "barrier": _barrier,
}
