"""Fibres: generic ones, the one over a function, and whether two sets of weights are equivalent."""
