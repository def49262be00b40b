"""Finite groups, their representations, the group Fourier transform, recovery of a group."""
