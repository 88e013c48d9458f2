"""Meshes from rings and ellipsoids: the only two shapes that workers are made of, and boxes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import bpy
import numpy as np
from numpy.typing import NDArray

Vector = tuple[float, float, float]
Ring = tuple[float, float, float, float, float]
"""One cross-section of a loft: z, radius in x, radius in y, centre x, centre y (metres)."""


@dataclass
class MeshBuilder:
    """Collects vertices and faces with a material each, then becomes one Blender object."""

    vertices: list[Vector] = field(default_factory=list)
    faces: list[tuple[int, ...]] = field(default_factory=list)
    slots: list[int] = field(default_factory=list)
    materials: list[bpy.types.Material] = field(default_factory=list)

    def slot(self, material: bpy.types.Material) -> int:
        """Index of ``material`` in this mesh, added when new."""
        if material not in self.materials:
            self.materials.append(material)
        return self.materials.index(material)

    def face(self, corners: Sequence[int], material: bpy.types.Material) -> None:
        """One polygon from vertex indices."""
        self.faces.append(tuple(corners))
        self.slots.append(self.slot(material))

    def loft(
        self,
        rings: Sequence[Ring],
        material: bpy.types.Material,
        paint: Callable[[float, float], bpy.types.Material | None] | None = None,
        segments: int = 24,
        power: float = 2.0,
    ) -> None:
        """A skin over elliptical rings, closed at both ends.

        ``paint(z, angle)`` may name another material for a face (stripes on a vest);
        angle 0 is +x, pi/2 is +y (forward). ``power`` above 2 makes the section squarer.
        """
        base = len(self.vertices)
        for z, rx, ry, cx, cy in rings:
            for k in range(segments):
                angle = 2 * math.pi * k / segments
                c, s = math.cos(angle), math.sin(angle)
                swell = (abs(c) ** power + abs(s) ** power) ** (-1 / power)
                self.vertices.append((cx + rx * c * swell, cy + ry * s * swell, z))
        for i in range(len(rings) - 1):
            for k in range(segments):
                a, b = base + i * segments + k, base + i * segments + (k + 1) % segments
                chosen = None
                if paint is not None:
                    middle = (rings[i][0] + rings[i + 1][0]) / 2
                    chosen = paint(middle, 2 * math.pi * (k + 0.5) / segments)
                self.face((a, b, b + segments, a + segments), chosen or material)
        self.face([base + k for k in reversed(range(segments))], material)
        top = base + (len(rings) - 1) * segments
        self.face([top + k for k in range(segments)], material)

    def ellipsoid(
        self,
        centre: Vector,
        radii: Vector,
        material: bpy.types.Material,
        keep: Callable[[NDArray[np.float64]], bool] | None = None,
        *,
        segments: int = 24,
        rows: int = 14,
        lumps: float = 0.0,
    ) -> None:
        """An ellipsoid; ``keep`` gets a face's centre on the unit sphere and may drop it.

        ``lumps`` pushes the surface in and out by that share (hair, cloth).
        """
        base = len(self.vertices)
        sphere: list[NDArray[np.float64]] = []
        for i in range(rows + 1):
            polar = math.pi * i / rows
            for k in range(segments):
                angle = 2 * math.pi * k / segments
                unit = np.array(
                    [
                        math.sin(polar) * math.cos(angle),
                        math.sin(polar) * math.sin(angle),
                        math.cos(polar),
                    ]
                )
                wave = math.sin(9 * unit[0] + 4 * unit[2]) * math.sin(8 * unit[1] - 5 * unit[2])
                sphere.append(unit)
                x, y, z = np.array(centre) + unit * np.array(radii) * (1 + lumps * wave)
                self.vertices.append((float(x), float(y), float(z)))
        for i in range(rows):
            for k in range(segments):
                corners = (
                    i * segments + k,
                    (i + 1) * segments + k,
                    (i + 1) * segments + (k + 1) % segments,
                    i * segments + (k + 1) % segments,
                )
                middle = np.mean([sphere[c] for c in corners], axis=0)
                if keep is None or keep(middle):
                    self.face([base + c for c in corners], material)

    def box(self, low: Vector, high: Vector, material: bpy.types.Material) -> None:
        """An axis-aligned box between two corners."""
        base = len(self.vertices)
        (x0, y0, z0), (x1, y1, z1) = low, high
        self.vertices += [
            (x0, y0, z0),
            (x1, y0, z0),
            (x1, y1, z0),
            (x0, y1, z0),
            (x0, y0, z1),
            (x1, y0, z1),
            (x1, y1, z1),
            (x0, y1, z1),
        ]
        for quad in (
            (3, 2, 1, 0),
            (4, 5, 6, 7),
            (0, 1, 5, 4),
            (1, 2, 6, 5),
            (2, 3, 7, 6),
            (3, 0, 4, 7),
        ):
            self.face([base + q for q in quad], material)

    def polygon(self, corners: Sequence[Vector], material: bpy.types.Material) -> None:
        """One flat polygon (paint on the floor, a sign)."""
        base = len(self.vertices)
        self.vertices += list(corners)
        self.face(range(base, base + len(corners)), material)

    def build(self, name: str, smooth: bool = True, bevel: float = 0.0) -> bpy.types.Object:
        """The finished object, linked into the scene."""
        mesh = bpy.data.meshes.new(name)
        mesh.from_pydata(self.vertices, [], self.faces)
        for material in self.materials:
            mesh.materials.append(material)
        mesh.polygons.foreach_set("material_index", self.slots)
        mesh.polygons.foreach_set("use_smooth", [smooth] * len(self.faces))
        mesh.update()
        thing = bpy.data.objects.new(name, mesh)
        bpy.context.scene.collection.objects.link(thing)
        if bevel > 0:
            modifier = thing.modifiers.new("bevel", "BEVEL")
            modifier.width, modifier.segments = bevel, 2
        return thing


def used_points(thing: bpy.types.Object) -> NDArray[np.float64]:
    """(N, 3) vertices of the object that belong to a face, in its own coordinates."""
    used = sorted({v for polygon in thing.data.polygons for v in polygon.vertices})
    return np.array([thing.data.vertices[v].co[:] for v in used], dtype=np.float64)
