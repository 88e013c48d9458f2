"""What a plant is furnished with: floors, walls, paint on the floor, machines, goods, signs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import bpy

from benchmarks.scenes.materials import glow, surface
from benchmarks.scenes.shapes import MeshBuilder, Vector

Point = tuple[float, float]
YELLOW, BLACK, GREEN = "#e5b80b", "#232323", "#0f8a4b"


def ground(colour: str, size: float = 30.0) -> None:
    """The floor, at z = 0."""
    m = MeshBuilder()
    m.polygon(
        [(-size, -size, 0), (size, -size, 0), (size, size, 0), (-size, size, 0)],
        surface(f"floor {colour}", colour, 0.75, 0.22, scale=1.3, bump=0.004, bump_scale=30.0),
    )
    m.build("floor", smooth=False)


def wall(y: float, height: float, upper: str, lower: str, *, low: float = 1.1) -> None:
    """A wall across the whole picture at ``y``, painted darker up to ``low``, with pillars."""
    m = MeshBuilder()
    bright = surface(f"wall {upper}", upper, 0.9, 0.1, scale=1.0)
    dark = surface(f"wall {lower}", lower, 0.7, 0.12, scale=1.5)
    m.box((-20, y, low), (20, y + 0.3, height), bright)
    m.box((-20, y - 0.01, 0), (20, y + 0.3, low), dark)
    m.box((-20, y - 0.03, low - 0.03), (20, y, low + 0.03), surface("rail", "#6d6f70", 0.5))
    m.build("wall", smooth=False)


def stripe(start: Point, end: Point, width: float, colour: str, z: float = 0.003) -> None:
    """A worn line of paint on the floor."""
    (x0, y0), (x1, y1) = start, end
    length = math.hypot(x1 - x0, y1 - y0)
    dx, dy = -(y1 - y0) / length * width / 2, (x1 - x0) / length * width / 2
    m = MeshBuilder()
    m.polygon(
        [
            (x0 - dx, y0 - dy, z),
            (x1 - dx, y1 - dy, z),
            (x1 + dx, y1 + dy, z),
            (x0 + dx, y0 + dy, z),
        ],
        surface(f"paint {colour}", colour, 0.7, 0.3, scale=5.0),
    )
    m.build("stripe", smooth=False)


def hatched_frame(low: Point, high: Point, width: float, first: str, second: str) -> None:
    """A rectangle on the floor in slanting stripes of two colours; ``low``..``high`` outside."""
    m = MeshBuilder()
    paints = [surface(f"paint {c}", c, 0.7, 0.25, scale=5.0) for c in (first, second)]
    (x0, y0), (x1, y1) = low, high
    z, step = 0.004, 0.30
    for horizontal, side in ((True, y0), (True, y1 - width), (False, x0), (False, x1 - width)):
        a, b = (x0, x1) if horizontal else (y0 + width, y1 - width)
        count = max(1, round((b - a) / step))
        for k in range(count):
            s, e = a + (b - a) * k / count, a + (b - a) * (k + 1) / count
            slant_s = 0.0 if k == 0 else width * 0.5
            slant_e = 0.0 if k == count - 1 else width * 0.5
            if horizontal:
                quad = [
                    (s, side, z),
                    (e, side, z),
                    (e + slant_e, side + width, z),
                    (s + slant_s, side + width, z),
                ]
            else:
                quad = [
                    (side + width, s, z),
                    (side + width, e, z),
                    (side, e + slant_e, z),
                    (side, s + slant_s, z),
                ]
            m.polygon(quad, paints[k % 2])
    m.build("hatching", smooth=False)


def words(
    text: str, place: Vector, size: float, material: bpy.types.Material, flat: bool = False
) -> None:
    """Lettering, upright and facing -y, or ``flat`` on the floor; ``place`` is its middle."""
    curve = bpy.data.curves.new("words", "FONT")
    # the CJK face draws its glyphs at about 0.37 of the nominal size
    curve.body, curve.size, curve.align_x, curve.align_y = text, size * 2.7, "CENTER", "CENTER"
    fonts = Path(bpy.utils.system_resource("DATAFILES")) / "fonts"
    for face in sorted(fonts.glob("*CJK*")):
        curve.font = bpy.data.fonts.load(str(face), check_existing=True)
    curve.materials.append(material)
    thing = bpy.data.objects.new("words", curve)
    thing.location = place
    thing.rotation_euler = (0.0 if flat else math.pi / 2, 0.0, 0.0)
    bpy.context.scene.collection.objects.link(thing)


def running_man(m: MeshBuilder, middle: Vector, size: float, white: bpy.types.Material) -> None:
    """The running figure of an exit sign and its doorway, in a plane facing -y."""
    x, y, z = middle

    def stroke(ax: float, az: float, bx: float, bz: float, thick: float) -> None:
        length = math.hypot(bx - ax, bz - az)
        nx, nz = -(bz - az) / length * thick / 2, (bx - ax) / length * thick / 2
        corners = [(ax + nx, az + nz), (ax - nx, az - nz), (bx - nx, bz - nz), (bx + nx, bz + nz)]
        m.polygon([(x + px * size, y, z + pz * size) for px, pz in corners], white)

    m.polygon(
        [
            (x + (0.10 + 0.075 * math.cos(a)) * size, y, z + (0.36 + 0.075 * math.sin(a)) * size)
            for a in (k * math.pi / 8 for k in range(16))
        ],
        white,
    )
    for limb in (
        (0.06, 0.26, -0.06, -0.02, 0.13),
        (-0.06, -0.02, 0.12, -0.16, 0.09),
        (0.12, -0.16, 0.06, -0.38, 0.08),
        (-0.06, -0.02, -0.16, -0.24, 0.09),
        (-0.16, -0.24, -0.36, -0.26, 0.08),
        (0.06, 0.24, 0.22, 0.10, 0.07),
        (0.22, 0.10, 0.34, 0.16, 0.06),
        (0.02, 0.25, -0.18, 0.20, 0.07),
        (-0.18, 0.20, -0.26, 0.06, 0.06),
    ):
        stroke(*limb)


def exit_door(x: float, y: float) -> None:
    """A green double door with panic bars, and the lit sign 安全出口 EXIT over it."""
    green = surface("door", GREEN, 0.45, 0.1, scale=3.0)
    steel = surface("steel", "#9a9fa3", 0.35, 0.1)
    dark = surface("gap", "#12261b", 0.8, 0.0)
    m = MeshBuilder()
    m.box((x - 0.98, y - 0.05, 0), (x + 0.98, y, 2.25), surface("frame", "#3f4a45", 0.6))
    for side in (-1, 1):
        low, high = sorted((x + side * 0.015, x + side * 0.90))
        m.box((low, y - 0.08, 0.02), (high, y - 0.05, 2.15), green)
        m.box((low + 0.08, y - 0.14, 0.98), (high - 0.08, y - 0.10, 1.05), steel)
        middle = (low + high) / 2
        m.box((middle - 0.12, y - 0.09, 1.35), (middle + 0.12, y - 0.075, 1.95), dark)
    m.build("exit door", smooth=False, bevel=0.008)
    lit = glow("exit sign", "#0b8a45", 0.45)
    white = glow("exit letters", "#f4fff8", 0.9)
    board = MeshBuilder()
    board.box((x - 0.75, y - 0.14, 2.38), (x + 0.75, y - 0.02, 2.80), lit)
    running_man(board, (x - 0.54, y - 0.145, 2.59), 0.40, white)
    board.build("exit sign", smooth=False)
    words("安全出口", (x + 0.19, y - 0.15, 2.665), 0.21, white)
    words("EXIT", (x + 0.19, y - 0.15, 2.475), 0.15, white)


def carton(m: MeshBuilder, low: Vector, size: Vector) -> None:
    """A taped cardboard box with a label."""
    card = surface("carton", "#b07c48", 0.9, 0.15, scale=8.0)
    tape = surface("parcel tape", "#d9c79a", 0.4, 0.05)
    label = surface("label", "#e9e9e4", 0.7, 0.05)
    (x, y, z), (w, d, h) = low, size
    m.box(low, (x + w, y + d, z + h), card)
    m.box(
        (x - 0.001, y + d / 2 - 0.03, z + h - 0.10),
        (x + w + 0.001, y + d / 2 + 0.03, z + h + 0.001),
        tape,
    )
    m.box((x + w * 0.55, y - 0.002, z + h * 0.25), (x + w * 0.85, y + 0.01, z + h * 0.6), label)


def pallet(x: float, y: float, layers: int) -> None:
    """Cartons stacked on a wooden pallet; ``x, y`` is its near left corner."""
    m = MeshBuilder()
    wood = surface("wood", "#8d6b42", 0.9, 0.3, scale=9.0)
    for k in range(3):
        m.box((x, y + k * 0.4, 0), (x + 1.2, y + k * 0.4 + 0.12, 0.1), wood)
    m.box((x, y, 0.1), (x + 1.2, y + 0.95, 0.13), wood)
    for layer in range(layers):
        for i in range(2):
            for k in range(2):
                carton(
                    m,
                    (x + 0.02 + i * 0.59, y + 0.02 + k * 0.47, 0.13 + layer * 0.40),
                    (0.57, 0.45, 0.385),
                )
    m.build("pallet", smooth=False, bevel=0.006)


def barrels(places: Sequence[Point], colour: str) -> None:
    """Steel drums with two hoops."""
    for x, y in places:
        m = MeshBuilder()
        paint = surface(f"drum {colour}", colour, 0.4, 0.2, scale=5.0)
        rings = [
            (0.0, 0.28),
            (0.02, 0.29),
            (0.29, 0.29),
            (0.30, 0.30),
            (0.31, 0.29),
            (0.58, 0.29),
            (0.59, 0.30),
            (0.60, 0.29),
            (0.87, 0.29),
            (0.88, 0.28),
        ]
        m.loft([(z, r, r, x, y) for z, r in rings], paint, segments=32)
        m.build("drum")


def shelf(x: float, y: float, width: float = 2.4, levels: int = 3) -> None:
    """A pallet rack with blue posts, orange beams and cartons."""
    m = MeshBuilder()
    post, beam = surface("rack post", "#27508c", 0.5), surface("rack beam", "#d9641e", 0.5)
    for px in (x, x + width):
        for py in (y, y + 0.8):
            m.box((px - 0.04, py - 0.04, 0), (px + 0.04, py + 0.04, 2.9), post)
    for level in range(levels):
        z = 0.15 + level * 0.95
        m.box((x, y - 0.03, z - 0.09), (x + width, y + 0.03, z), beam)
        m.box((x, y, z - 0.03), (x + width, y + 0.8, z), surface("board", "#a58a63", 0.9))
        for k in range(3):
            size = (0.55 + 0.08 * ((k + level) % 3), 0.6, 0.42 + 0.12 * ((k * 2 + level) % 3))
            carton(m, (x + 0.10 + k * 0.76, y + 0.08, z), size)
    m.build("rack", smooth=False, bevel=0.005)


def press(x: float, y: float) -> None:
    """A mechanical press that is served from its -x side: frame, ram, bed, panel, lamp."""
    body = surface("press body", "#3f7f6b", 0.45, 0.15, scale=3.0)
    dark, steel = surface("press dark", "#2b3033", 0.5), surface("press steel", "#a7abad", 0.3)
    m = MeshBuilder()
    m.box((x, y - 0.9, 0), (x + 1.5, y + 0.9, 0.75), body)
    m.box((x + 0.55, y - 0.88, 0.75), (x + 1.48, y - 0.6, 1.9), body)
    m.box((x + 0.55, y + 0.6, 0.75), (x + 1.48, y + 0.88, 1.9), body)
    m.box((x + 1.1, y - 0.6, 0.75), (x + 1.47, y + 0.6, 1.9), dark)
    m.box((x + 0.15, y - 0.9, 1.9), (x + 1.5, y + 0.9, 2.75), body)
    m.box((x + 0.2, y - 0.5, 1.35), (x + 0.9, y + 0.5, 1.9), steel)
    m.box((x + 0.1, y - 0.6, 0.75), (x + 1.0, y + 0.6, 0.87), steel)
    m.box((x - 0.02, y - 0.75, 1.0), (x + 0.10, y - 0.62, 1.65), dark)
    m.box((x - 0.05, y - 0.86, 1.25), (x + 0.12, y - 0.56, 1.65), steel)
    m.box((x + 0.14, y - 0.88, 1.88), (x + 0.152, y + 0.88, 1.98), surface("warn", YELLOW, 0.5))
    m.build("press", smooth=False, bevel=0.02)
    lamp = MeshBuilder()
    for k, (colour, power) in enumerate((("#1f9c3a", 2.0), ("#c98a12", 0.1), ("#b01515", 0.1))):
        z = 2.75 + 0.11 * k
        lamp.loft(
            [(z, 0.05, 0.05, x + 0.3, y - 0.7), (z + 0.1, 0.05, 0.05, x + 0.3, y - 0.7)],
            glow(f"lamp {colour}", colour, power),
        )
    lamp.build("signal lamp")


def notice(middle: Vector, text: str, colour: str, width: float = 1.0) -> None:
    """A coloured board with white lettering, facing -y."""
    x, y, z = middle
    m = MeshBuilder()
    m.box(
        (x - width / 2, y - 0.03, z - 0.2),
        (x + width / 2, y, z + 0.2),
        surface(f"board {colour}", colour, 0.5, 0.05),
    )
    m.build("notice", smooth=False)
    words(text, (x, y - 0.04, z), 0.22, surface("lettering", "#f3f3f0", 0.6, 0.0))


def extinguishers(x: float, y: float) -> None:
    """Two red extinguishers on the wall, under their red sign."""
    m = MeshBuilder()
    red, black = surface("extinguisher", "#b5161a", 0.3, 0.05), surface("hose", BLACK, 0.6)
    for k in range(2):
        cx = x + 0.26 * k
        m.loft(
            [(0.12, 0.08, 0.08, cx, y), (0.55, 0.08, 0.08, cx, y), (0.62, 0.04, 0.04, cx, y)], red
        )
        m.loft([(0.62, 0.03, 0.03, cx, y), (0.70, 0.03, 0.03, cx, y)], black)
    m.build("extinguishers")
    notice((x + 0.13, y + 0.14, 1.35), "灭火器", "#b5161a", 0.85)


def fence_and_gate(y: float) -> None:
    """The yard's wall with two gate posts, a steel gate between them and a striped boom."""
    m = MeshBuilder()
    brick, cap = surface("brick", "#a06a52", 0.9, 0.25, scale=9.0), surface("cap", "#b9b5ab", 0.9)
    for x0, x1 in ((-20, -3.2), (3.2, 20)):
        m.box((x0, y, 0), (x1, y + 0.3, 2.3), brick)
        m.box((x0, y - 0.05, 2.3), (x1, y + 0.35, 2.42), cap)
    for x in (-3.2, 3.2):
        m.box((x - 0.35, y - 0.1, 0), (x + 0.35, y + 0.5, 3.0), cap)
    steel = surface("gate steel", "#5d7488", 0.4, 0.1)
    for k in range(40):
        x = -2.8 + k * 0.1436
        m.box((x, y + 0.1, 0.1), (x + 0.04, y + 0.14, 2.0), steel)
    for z in (0.15, 1.1, 1.95):
        m.box((-2.85, y + 0.08, z), (2.85, y + 0.16, z + 0.07), steel)
    m.build("yard wall", smooth=False)
    boom = MeshBuilder()
    boom.box((-2.75, y - 1.2, 0), (-2.35, y - 0.85, 1.05), surface("boom box", "#d8a414", 0.5))
    for k in range(10):
        paint = surface("boom red", "#c4201f", 0.5) if k % 2 else surface("boom white", "#e8e8e4")
        boom.box((-2.35 + k * 0.5, y - 1.06, 0.88), (-1.85 + k * 0.5, y - 0.98, 0.98), paint)
    boom.build("boom", smooth=False)


def guard_hut(x: float, y: float) -> None:
    """A white hut with a window and a blue band."""
    m = MeshBuilder()
    m.box((x, y, 0), (x + 2.2, y + 2.0, 2.5), surface("hut", "#d9dad6", 0.7, 0.08))
    m.box((x - 0.15, y - 0.25, 2.5), (x + 2.35, y + 2.2, 2.65), surface("hut roof", "#6e7478"))
    m.box((x + 0.3, y - 0.02, 1.05), (x + 1.9, y, 1.95), surface("window", "#26343d", 0.15, 0.0))
    m.box((x - 0.01, y - 0.015, 0.45), (x + 2.21, y, 0.65), surface("band", "#2458a6", 0.6))
    m.build("hut", smooth=False, bevel=0.01)


def trolley() -> bpy.types.Object:
    """A platform trolley with three cartons; +x is ahead, the handle is at x = -0.5."""
    m = MeshBuilder()
    steel, blue = surface("trolley steel", "#8d9296", 0.35), surface("trolley deck", "#2c5fa3", 0.5)
    m.box((-0.5, -0.33, 0.17), (0.5, 0.33, 0.21), blue)
    for x in (-0.38, 0.38):
        for y in (-0.26, 0.26):
            m.box(
                (x - 0.06, y - 0.02, 0.0),
                (x + 0.06, y + 0.02, 0.13),
                surface("wheel", "#1b1b1b", 0.8),
            )
            m.box((x - 0.03, y - 0.03, 0.1), (x + 0.03, y + 0.03, 0.17), steel)
    for y in (-0.27, 0.27):
        m.box((-0.5, y - 0.015, 0.2), (-0.47, y + 0.015, 1.03), steel)
    m.box((-0.5, -0.285, 1.0), (-0.47, 0.285, 1.03), steel)
    carton(m, (-0.44, -0.30, 0.21), (0.46, 0.60, 0.42))
    carton(m, (0.04, -0.29, 0.21), (0.44, 0.57, 0.48))
    carton(m, (-0.40, -0.25, 0.63), (0.52, 0.48, 0.36))
    return m.build("trolley", smooth=False, bevel=0.005)
