"""Checkers of certificates; none of them calls a solver."""
