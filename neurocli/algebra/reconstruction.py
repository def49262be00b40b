"""Rational reconstruction: rationals and integer vectors from residues."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt, lcm


def rational(residue: int, modulus: int) -> Fraction | None:
    """The rational n/d with |n|, d <= sqrt(modulus / 2) that is `residue`, or None.

    Example:
        >>> rational(pow(3, -1, 101) * 2 % 101, 101)
        Fraction(2, 3)
    """
    bound = isqrt(modulus // 2)
    a, b, u, v = modulus, residue % modulus, 0, 1
    while b > bound:
        q = a // b
        a, b, u, v = b, a - q * b, v, u - q * v
    if v == 0 or abs(v) > bound:
        return None
    return Fraction(b, v)


def integer_vector(residues: Sequence[int], modulus: int) -> list[int] | None:
    """An integer vector proportional to the residues, or None when its entries would be too large.

    Example:
        >>> integer_vector([pow(2, -1, 101), 1, 0], 101)
        [1, 2, 0]
    """
    entries = []
    for residue in residues:
        value = rational(residue, modulus)
        if value is None:
            return None
        entries.append(value)
    common = lcm(*(value.denominator for value in entries)) if entries else 1
    if common > isqrt(modulus):
        return None
    return [int(value * common) for value in entries]
