"""The rendered demo site: three cameras of a small plant, drawn with Blender from code.

Everything a picture shows is built here, so the footage is ours to publish and the ground
truth comes from the scene itself. Only this package imports ``bpy`` (extra ``scenes``).
"""
