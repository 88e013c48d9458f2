"""Camera, lights and the renderer, and where a world point falls in the picture."""

from __future__ import annotations

import math
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Matrix, Vector
from numpy.typing import NDArray

from benchmarks.scenes.materials import linear

Array = NDArray[np.float64]


@dataclass(frozen=True)
class View:
    """A fixed camera: where it hangs, where it looks, how wide (degrees, horizontal)."""

    place: tuple[float, float, float]
    aim: tuple[float, float, float]
    degrees: float
    width: int = 960
    height: int = 540

    def _turn(self) -> Matrix:
        direction = Vector(self.aim) - Vector(self.place)
        return direction.to_track_quat("-Z", "Y").to_matrix()

    def hang(self) -> None:
        """Put this camera into the Blender scene."""
        camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
        camera.data.sensor_fit = "HORIZONTAL"
        camera.data.angle = math.radians(self.degrees)
        camera.data.clip_start = 0.05
        camera.matrix_world = Matrix.Translation(self.place) @ self._turn().to_4x4()
        scene = bpy.context.scene
        scene.collection.objects.link(camera)
        scene.camera = camera
        scene.render.resolution_x, scene.render.resolution_y = self.width, self.height
        scene.render.resolution_percentage = 100

    def project(self, points: Array) -> Array:
        """(N, 2) pixels, y down, of (N, 3) world points; NaN behind the camera."""
        local = (np.asarray(points, dtype=np.float64) - np.array(self.place)) @ np.array(
            self._turn()
        )
        focal = self.width / 2 / math.tan(math.radians(self.degrees) / 2)
        depth = np.where(local[:, 2] < -0.05, -local[:, 2], np.nan)
        return np.stack(
            [
                self.width / 2 + focal * local[:, 0] / depth,
                self.height / 2 - focal * local[:, 1] / depth,
            ],
            axis=1,
        )


def clear() -> None:
    """An empty scene rendered by Cycles on the CPU: few samples, few bounces, denoised.

    ``use_persistent_data`` keeps what does not move between frames in the renderer.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.use_persistent_data = True
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGB"
    scene.render.image_settings.compression = 10
    scene.view_settings.view_transform = "Standard"
    cycles = scene.cycles
    cycles.device = "CPU"
    cycles.use_adaptive_sampling = False
    cycles.use_denoising = True
    cycles.denoiser = "OPENIMAGEDENOISE"
    cycles.denoising_prefilter = "FAST"
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 3, 2, 1
    cycles.transmission_bounces = cycles.transparent_max_bounces = 1
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect = 4.0
    cycles.seed = 7
    scene.world = bpy.data.worlds.new("world")
    scene.world.use_nodes = True


def ambient(colour: str, strength: float) -> None:
    """Even light from everywhere: the sky, or the white ceiling of a hall."""
    background = bpy.context.scene.world.node_tree.nodes["Background"]
    background.inputs["Color"].default_value = linear(colour)
    background.inputs["Strength"].default_value = strength


def lamp(
    place: tuple[float, float, float],
    watts: float,
    size: tuple[float, float],
    colour: str = "#fff6e6",
) -> None:
    """A ceiling light, a rectangle that shines down."""
    light = bpy.data.lights.new("lamp", "AREA")
    light.shape, light.size, light.size_y = "RECTANGLE", *size
    light.energy, light.color = watts, linear(colour)[:3]
    thing = bpy.data.objects.new("lamp", light)
    thing.location = place
    bpy.context.scene.collection.objects.link(thing)


def sun(towards: tuple[float, float, float], strength: float, colour: str = "#fff1dc") -> None:
    """Sunlight that travels along ``towards``."""
    light = bpy.data.lights.new("sun", "SUN")
    light.energy, light.color, light.angle = strength, linear(colour)[:3], math.radians(2.0)
    thing = bpy.data.objects.new("sun", light)
    thing.rotation_euler = Vector(towards).to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(thing)
