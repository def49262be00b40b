"""Factors of univariate polynomials over Q (FLINT)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import flint


def factor_degrees(coefficients: Sequence[Fraction]) -> list[tuple[int, int]]:
    """Degrees and multiplicities of the irreducible factors over Q, constant term first.

    Example:
        >>> factor_degrees([Fraction(0), Fraction(0), Fraction(-2), Fraction(0), Fraction(1)])
        [(1, 2), (2, 1)]
    """
    common = lcm(*(c.denominator for c in coefficients))
    polynomial = flint.fmpz_poly([int(c * common) for c in coefficients])
    return sorted((factor.degree(), exponent) for factor, exponent in polynomial.factor()[1])
