"""Measurements and rendered test material; nothing in the service imports from here."""
