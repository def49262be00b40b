"""Degrees: slices, elimination, path tracking, equations, polar degrees."""
