"""Composition: command line, settings, worker, supervisor."""
