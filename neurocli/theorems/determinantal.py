"""Determinantal varieties: degrees and polar degrees of matrices and symmetric matrices of bounded rank.

The conormal variety of the matrices of rank at most r consists of pairs (A, B) with A in S1 x S2 and
B in (C^n / S1)* x (C^m / S2)*, S1 and S2 subspaces of dimension r: it is resolved by P(E) x P(F) over
Gr(r, n) x Gr(r, m), E = S1 (x) S2, F = Q1* (x) Q2*.  Pushing forward powers of the hyperplane classes gives

    delta_j = int s_(j + 1 - rank E)(E) s_(...)(F),

evaluated by localization.  For symmetric matrices E = Sym^2 S and F = Sym^2 Q* over Gr(r, n).
"""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Sequence
from functools import cached_property
from itertools import combinations_with_replacement
from math import comb

from neurocli.theorems.grassmannian import FixedPoint, integrate, segre

#: With more fixed points the integrals take longer than seconds.
MAX_FIXED_POINTS = 40_000


class _Cone(abc.ABC):
    """What the two kinds of determinantal varieties share."""

    rank: int

    @property
    def generic_distance_degree(self) -> int:
        """Number of critical points of a generic quadratic distance."""
        return sum(self.polar_degrees)

    @property
    @abc.abstractmethod
    def polar_degrees(self) -> tuple[int, ...]:
        """delta_0, ..., delta_m; the last is the degree."""


@dataclasses.dataclass(frozen=True)
class Determinantal(_Cone):
    """Matrices with `rows` rows and `columns` columns of rank at most `rank`, as a projective variety.

    Example:
        >>> Determinantal(3, 3, 1).polar_degrees
        (3, 6, 12, 12, 6)
    """

    rows: int
    columns: int
    rank: int

    @property
    def dimension(self) -> int:
        """Projective dimension."""
        return self.rank * (self.rows + self.columns - self.rank) - 1

    @property
    def degree(self) -> int:
        """The degree (Giambelli's formula).  Reference: [fulton-1998], example 14.4.14.

        Example:
            >>> Determinantal(3, 4, 2).degree
            6
        """
        r, small, large = self.rank, *sorted((self.rows, self.columns))
        numerator = denominator = 1
        for i in range(small - r):
            numerator *= comb(large + i, r)
            denominator *= comb(r + i, r)
        return numerator // denominator

    @property
    def fixed_points(self) -> int:
        """How many terms the polar degrees are sums of."""
        return comb(self.rows, self.rank) * comb(self.columns, self.rank)

    @cached_property
    def polar_degrees(self) -> tuple[int, ...]:
        n, m, r = self.rows, self.columns, self.rank

        def classes(first: FixedPoint, second: FixedPoint) -> list[int]:
            return _products([s + t for s in first.sub for t in second.sub],
                             [-s - t for s in first.quotient for t in second.quotient], r * (n + m - 2 * r))

        return (0,) * (r * r - 1) + tuple(integrate([(r, n), (r, m)], classes))

    @property
    def frobenius_distance_degree(self) -> int:
        """Critical points of the Frobenius distance: choices of `rank` singular values (Eckart-Young)."""
        return comb(min(self.rows, self.columns), self.rank)

    def __str__(self) -> str:
        return f"{self.rows}x{self.columns} matrices of rank at most {self.rank}"


@dataclasses.dataclass(frozen=True)
class SymmetricDeterminantal(_Cone):
    """Symmetric matrices of size `size` of rank at most `rank`, as a projective variety.

    Example:
        >>> SymmetricDeterminantal(3, 2).polar_degrees
        (0, 0, 4, 6, 3)
    """

    size: int
    rank: int

    @property
    def dimension(self) -> int:
        """Projective dimension."""
        return self.rank * self.size - comb(self.rank, 2) - 1

    @property
    def degree(self) -> int:
        """The degree.  Reference: [harris-tu-1984].

        Example:
            >>> SymmetricDeterminantal(7, 2).degree
            462
        """
        numerator = denominator = 1
        for i in range(self.size - self.rank):
            numerator *= comb(self.size + i, self.size - self.rank - i)
            denominator *= comb(2 * i + 1, i)
        return numerator // denominator

    @property
    def fixed_points(self) -> int:
        """How many terms the polar degrees are sums of."""
        return comb(self.size, self.rank)

    @cached_property
    def polar_degrees(self) -> tuple[int, ...]:
        n, r = self.size, self.rank

        def classes(point: FixedPoint) -> list[int]:
            return _products([s + t for s, t in combinations_with_replacement(point.sub, 2)],
                             [-s - t for s, t in combinations_with_replacement(point.quotient, 2)], r * (n - r))

        return (0,) * (comb(r + 1, 2) - 1) + tuple(integrate([(r, n)], classes))

    @property
    def frobenius_distance_degree(self) -> int:
        """Critical points of the invariant distance: choices of `rank` eigenvalues."""
        return comb(self.size, self.rank)

    def __str__(self) -> str:
        return f"symmetric {self.size}x{self.size} matrices of rank at most {self.rank}"


@dataclasses.dataclass(frozen=True)
class SubspaceVariety:
    """Tuples of forms that depend, all of them, on few linear forms only.

    Args:
        variables: of the forms.
        essential: how many linear forms they depend on, below `variables`.
        degrees: in which degrees there are forms.
        outputs: how many forms of every degree.

    Notes:
        The variety is the image of P(E) over Gr(k, n), E the sum of the S^d(S) (x) C^outputs for S the
        tautological bundle.  A general tuple determines the k-dimensional space, so the map is
        birational and the degree is the integral of the top Segre class of E.

    Example:
        >>> SubspaceVariety(3, 2, (2,), 2).degree, SubspaceVariety(3, 2, (3,), 1).degree
        (15, 15)
    """

    variables: int
    essential: int
    degrees: tuple[int, ...]
    outputs: int

    @property
    def dimension(self) -> int:
        """Projective dimension."""
        k = self.essential
        return k * (self.variables - k) + self.outputs * sum(comb(d + k - 1, d) for d in self.degrees) - 1

    @cached_property
    def degree(self) -> int:
        """The degree, by localization."""
        k, top = self.essential, self.essential * (self.variables - self.essential)

        def top_class(point: FixedPoint) -> list[int]:
            weights = [sum(w) for d in self.degrees for w in combinations_with_replacement(point.sub, d)]
            return [segre(weights * self.outputs, top)[top]]

        return integrate([(k, self.variables)], top_class)[0]

    def __str__(self) -> str:
        return f"forms in {self.variables} variables that depend on {self.essential} linear forms"


def _products(e: Sequence[int], f: Sequence[int], top: int) -> list[int]:
    """s_i(E) s_(top - i)(F) for i = 0, ..., top."""
    first, second = segre(e, top), segre(f, top)
    return [first[i] * second[top - i] for i in range(top + 1)]
