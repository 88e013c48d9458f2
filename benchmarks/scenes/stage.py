"""Camera, lights and the renderer, and where a world point falls in the picture."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

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

    def turned(self, degrees: float) -> View:
        """The same camera, turned to the right on its bracket."""
        x, y = self.aim[0] - self.place[0], self.aim[1] - self.place[1]
        c, s = math.cos(math.radians(-degrees)), math.sin(math.radians(-degrees))
        aim = (self.place[0] + c * x - s * y, self.place[1] + s * x + c * y, self.aim[2])
        return replace(self, aim=aim)

    def rays(self) -> Array:
        """(H, W, 3) directions of the pixels' rays in the world, not of length 1."""
        focal = self.width / 2 / math.tan(math.radians(self.degrees) / 2)
        y, x = np.mgrid[: self.height, : self.width] + 0.5
        rays = np.stack([x - self.width / 2, self.height / 2 - y, np.full_like(x, -focal)], axis=2)
        turned: Array = rays @ np.array(self._turn()).T
        return turned

    def _turn(self) -> Matrix:
        direction = Vector(self.aim) - Vector(self.place)
        return direction.to_track_quat("-Z", "Y").to_matrix()

    def hang(self) -> None:
        """Put this camera into the Blender scene, in the place of the one that is there."""
        scene = bpy.context.scene
        camera = scene.camera
        if camera is None:
            camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
            scene.collection.objects.link(camera)
        camera.data.sensor_fit = "HORIZONTAL"
        camera.data.angle = math.radians(self.degrees)
        camera.data.clip_start = 0.05
        camera.matrix_world = Matrix.Translation(self.place) @ self._turn().to_4x4()
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


def sun(
    towards: tuple[float, float, float], strength: float, colour: str = "#fff1dc"
) -> bpy.types.Light:
    """Sunlight that travels along ``towards``."""
    light = bpy.data.lights.new("sun", "SUN")
    light.energy, light.color, light.angle = strength, linear(colour)[:3], math.radians(2.0)
    thing = bpy.data.objects.new("sun", light)
    thing.rotation_euler = Vector(towards).to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(thing)
    return light


class Lights:
    """The lights of a furnished set, to be dimmed and to be switched to the camera's infrared."""

    def __init__(self, view: View) -> None:
        self._world = bpy.context.scene.world.node_tree.nodes["Background"]
        self._ambient = float(self._world.inputs["Strength"].default_value)
        self._lamps = [(light, light.energy) for light in bpy.data.lights]
        infrared = bpy.data.lights.new("infrared", "SPOT")
        infrared.spot_size, infrared.spot_blend = math.radians(view.degrees + 8), 0.6
        infrared.shadow_soft_size = 0.04
        thing = bpy.data.objects.new("infrared", infrared)
        thing.location = view.place
        direction = Vector(view.aim) - Vector(view.place)
        thing.rotation_euler = direction.to_track_quat("-Z", "Y").to_euler()
        bpy.context.scene.collection.objects.link(thing)
        self._infrared = infrared
        self.set(1.0, infrared=False)

    def set(self, share: float, *, infrared: bool) -> None:
        """share: of the full light, 0..1; what comes in from everywhere goes down more slowly than
        the lamps do. infrared: only the lamp beside the camera shines."""
        lamps, ambient = max(0.0, (share - 0.15) / 0.85), share
        if infrared:
            lamps, ambient = 0.0, 0.02
        for light, energy in self._lamps:
            light.energy = energy * lamps
        self._world.inputs["Strength"].default_value = self._ambient * ambient
        self._infrared.energy = INFRARED_W if infrared else 0.0


INFRARED_W = 1500.0
