"""Routes, one file per part of the domain."""
