"""Behaviour points: a double-entry ledger that only grows."""
