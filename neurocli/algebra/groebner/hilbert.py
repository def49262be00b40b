"""Hilbert series of monomial ideals, and dimension and degree read off them.

For an order that respects degrees, the affine Hilbert function of an ideal (dimension of the
polynomials of degree at most k modulo the ideal) is that of its leading ideal.

Reference: [bigatti-1997]
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Monomials = NDArray[np.int64]


@dataclass(frozen=True)
class HilbertSeries:
    """The Hilbert series K(t) / (1 - t)^n of k[x_1..x_n] modulo a monomial ideal.

    Args:
        numerator: coefficients of K, constant term first.
        n: number of variables.

    Example:
        >>> series = hilbert_series([(2, 0, 0), (1, 1, 0)], 3)
        >>> series.dimension, series.degree, series.function(2)
        (2, 1, 4)
    """

    numerator: tuple[int, ...]
    n: int

    @cached_property
    def _reduced(self) -> tuple[tuple[int, ...], int]:
        """Numerator and exponent after cancelling 1 - t."""
        numerator, exponent = list(self.numerator), self.n
        while exponent and any(numerator) and sum(numerator) == 0:
            quotient, carry = [], 0
            for c in numerator[:-1]:
                carry += c
                quotient.append(carry)
            numerator, exponent = quotient, exponent - 1
        return tuple(numerator), exponent

    @property
    def dimension(self) -> int:
        """Affine (Krull) dimension; -1 for the unit ideal."""
        return self._reduced[1] if any(self.numerator) else -1

    @property
    def degree(self) -> int:
        """Degree: of the projective closure, counting top-dimensional parts with multiplicity.

        For dimension 0 the number of solutions with multiplicity; 0 for the unit ideal.
        """
        return sum(self._reduced[0])

    def function(self, k: int) -> int:
        """The number of standard monomials of degree exactly k."""
        numerator, exponent = self._reduced
        if exponent == 0:
            return numerator[k] if 0 <= k < len(numerator) else 0
        return sum(c * _choose(k - i + exponent - 1, exponent - 1) for i, c in enumerate(numerator) if i <= k)

    def affine_function(self, k: int) -> int:
        """The number of standard monomials of degree at most k."""
        return sum(self.function(i) for i in range(k + 1))

    @property
    def polynomial(self) -> tuple[Fraction, ...]:
        """Coefficients of the Hilbert polynomial (of `function`), constant term first."""
        numerator, exponent = self._reduced
        total = [Fraction(0)] * max(exponent, 1)
        if exponent == 0:
            return tuple(total)
        for i, c in enumerate(numerator):
            # binomial(k - i + exponent - 1, exponent - 1) as a polynomial in k
            term = [Fraction(c)]
            for j in range(1, exponent):
                term = [a + b for a, b in zip([x * Fraction(j - i, j) for x in term] + [Fraction(0)],
                                              [Fraction(0)] + [x / j for x in term])]
            total = [a + b for a, b in zip(total, term)]
        return tuple(total)

    @property
    def regularity_index(self) -> int:
        """The least k from which function and polynomial agree."""
        numerator, exponent = self._reduced
        return max(0, len(numerator) - exponent)


def _choose(n: int, k: int) -> int:
    from math import comb

    return comb(n, k) if n >= 0 else 0


def hilbert_series(monomials: Iterable[Sequence[int]], n: int) -> HilbertSeries:
    """The Hilbert series of the quotient by a monomial ideal.

    Args:
        monomials: generators, as exponent vectors of length n; none for the zero ideal.
        n: number of variables.
    """
    generators = [list(m) for m in monomials]
    rows = np.array(generators, dtype=np.int64).reshape(len(generators), n)
    numerator = _numerator(_minimal(rows))
    while len(numerator) > 1 and numerator[-1] == 0:
        numerator.pop()
    return HilbertSeries(tuple(numerator), n)


def _minimal(rows: Monomials) -> Monomials:
    """The minimal generators, by ascending degree."""
    if len(rows) < 2:
        return rows
    rows = np.unique(rows, axis=0)
    rows = rows[np.argsort(rows.sum(axis=1), kind="stable")]
    keep: list[int] = []
    alive = np.ones(len(rows), dtype=bool)
    for i in range(len(rows)):
        if alive[i]:
            keep.append(i)
            alive[i:] &= ~(rows[i:] >= rows[i]).all(axis=1)
    return rows[keep]


def _numerator(rows: Monomials) -> list[int]:
    """K(t) of a minimal set of generators, splitting by pivots until they are coprime."""
    if not len(rows):
        return [1]
    degrees = rows.sum(axis=1)
    if not degrees.all():
        return [0]
    uses = (rows > 0).sum(axis=0)
    variable = int(uses.argmax())
    if uses[variable] <= 1:
        result = [1]
        for d in degrees.tolist():  # coprime generators: K is the product of 1 - t^d
            result = _add(result, result, d, -1)
        return result
    exponents = np.sort(rows[rows[:, variable] > 0, variable])
    exponent = int(exponents[len(exponents) // 2])
    if ((degrees == exponent) & (rows[:, variable] == exponent)).any():
        # a pure power is in the ideal and no pivot; all other exponents are below it
        exponent = int(exponents[0])
    pivot = np.zeros(rows.shape[1], dtype=np.int64)
    pivot[variable] = exponent
    others = rows[rows[:, variable] < exponent]
    colon = _minimal(np.maximum(rows - pivot, 0))
    return _add(_numerator(np.concatenate([pivot[None], others])), _numerator(colon), exponent, 1)


def _add(a: list[int], b: list[int], shift: int, sign: int) -> list[int]:
    """The polynomial a + sign * t^shift * b."""
    result = a + [0] * (shift + len(b) - len(a))
    for i, c in enumerate(b):
        result[i + shift] += sign * c
    return result
