"""Tickets: what must be done about hazards, by whom and until when."""
