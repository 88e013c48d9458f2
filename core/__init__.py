"""Types and geometry that every part of Anyan shares. NumPy only, no input or output."""
