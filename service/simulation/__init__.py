"""A scripted month of a small works, played through the real domain in seconds."""
