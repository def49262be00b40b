"""Grids, sweeps, claims and their evaluation, searches."""
