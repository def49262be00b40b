"""Exact algebra: prime fields, matrices, polynomials, straight-line programs."""
