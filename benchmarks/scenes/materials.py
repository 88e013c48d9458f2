"""Surfaces: a colour with a little dirt and unevenness, so that nothing looks like plastic."""

from __future__ import annotations

import bpy


def linear(colour: str) -> tuple[float, float, float, float]:
    """Scene-linear RGBA of a colour written as on the web (``#rrggbb``)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return r, g, b, 1.0


def surface(
    name: str,
    colour: str,
    roughness: float = 0.7,
    dirt: float = 0.15,
    *,
    scale: float = 6.0,
    bump: float = 0.0,
    bump_scale: float = 40.0,
) -> bpy.types.Material:
    """A painted, worn surface.

    ``dirt`` is how far noise of ``scale`` per metre darkens the colour (0..1); ``bump`` the
    height of folds or grain of ``bump_scale`` per metre. One material per name.
    """
    known = bpy.data.materials.get(name)
    if known is not None:
        return known
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    shader = nodes["Principled BSDF"]
    shader.inputs["Roughness"].default_value = roughness
    shader.inputs["Base Color"].default_value = linear(colour)
    place = nodes.new("ShaderNodeTexCoord")
    if dirt > 0:
        noise = nodes.new("ShaderNodeTexNoise")
        noise.inputs["Scale"].default_value = scale
        noise.inputs["Detail"].default_value = 6.0
        noise.inputs["Roughness"].default_value = 0.65
        links.new(place.outputs["Object"], noise.inputs["Vector"])
        ramp = nodes.new("ShaderNodeMapRange")
        ramp.inputs["From Min"].default_value = 0.3
        ramp.inputs["From Max"].default_value = 0.7
        ramp.inputs["To Min"].default_value = 1.0 - dirt
        ramp.inputs["To Max"].default_value = 1.0 + dirt * 0.4
        links.new(noise.outputs["Fac"], ramp.inputs["Value"])
        mix = nodes.new("ShaderNodeVectorMath")
        mix.operation = "SCALE"
        mix.inputs[0].default_value = linear(colour)[:3]
        links.new(ramp.outputs["Result"], mix.inputs["Scale"])
        links.new(mix.outputs["Vector"], shader.inputs["Base Color"])
    if bump > 0:
        grain = nodes.new("ShaderNodeTexNoise")
        grain.inputs["Scale"].default_value = bump_scale
        grain.inputs["Detail"].default_value = 2.0
        links.new(place.outputs["Object"], grain.inputs["Vector"])
        height = nodes.new("ShaderNodeBump")
        height.inputs["Distance"].default_value = bump
        links.new(grain.outputs["Fac"], height.inputs["Height"])
        links.new(height.outputs["Normal"], shader.inputs["Normal"])
    return material


def glow(name: str, colour: str, strength: float) -> bpy.types.Material:
    """A lit surface: a sign with a lamp inside."""
    known = bpy.data.materials.get(name)
    if known is not None:
        return known
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    shader = material.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = linear(colour)
    shader.inputs["Emission Color"].default_value = linear(colour)
    shader.inputs["Emission Strength"].default_value = strength
    return material
