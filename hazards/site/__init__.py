"""Cameras and their zones."""
