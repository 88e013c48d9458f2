"""Hazards: what was seen, and who has taken note."""
