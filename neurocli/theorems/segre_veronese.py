"""Segre-Veronese varieties: degree, polar degrees, and numbers of critical points, in closed form.

X is a product of projective spaces P^(n_1) x ... x P^(n_s) embedded by O(a_1, ..., a_s).  With
c(T_X) = prod (1 + h_j)^(n_j + 1) and hyperplane class H = sum a_j h_j,

    deg c_i = sum over |e| = i of prod C(n_j + 1, e_j) * int prod h_j^(e_j) H^(N - i),   N = dim X,

the polar degrees of the smooth variety X are delta_j = sum_i (-1)^i C(N + 1 - i, j + 1) deg c_i, and the
generic Euclidean distance degree is their sum [dhost-2016].
"""

from __future__ import annotations

import dataclasses
from functools import cached_property
from itertools import product
from math import comb, factorial, prod


@dataclasses.dataclass(frozen=True)
class SegreVeronese:
    """P^(n_1) x ... x P^(n_s) embedded by O(a_1, ..., a_s), or an unramified birational projection of it.

    Args:
        dimensions: n_1, ..., n_s, from 0.
        degrees: a_1, ..., a_s, from 1.

    Example:
        >>> SegreVeronese((1, 1), (2, 1)).polar_degrees
        (4, 6, 4)
    """

    dimensions: tuple[int, ...]
    degrees: tuple[int, ...]

    @property
    def dimension(self) -> int:
        """Projective dimension."""
        return sum(self.dimensions)

    @property
    def degree(self) -> int:
        """The degree: N! prod a_j^(n_j) / n_j!."""
        return self.chern_degree(0)

    def chern_degree(self, i: int) -> int:
        """Degree of the i-th Chern class of the tangent bundle."""
        total = 0
        for e in product(*(range(min(n, i) + 1) for n in self.dimensions)):
            if sum(e) == i:
                rest = [n - k for n, k in zip(self.dimensions, e, strict=True)]
                intersections = factorial(sum(rest)) // prod(map(factorial, rest))
                total += (prod(comb(n + 1, k) for n, k in zip(self.dimensions, e, strict=True)) * intersections
                          * prod(a**k for a, k in zip(self.degrees, rest, strict=True)))
        return total

    @cached_property
    def polar_degrees(self) -> tuple[int, ...]:
        """delta_0, ..., delta_N; the last is the degree, the first that of the dual hypersurface (or 0)."""
        n = self.dimension
        chern = [self.chern_degree(i) for i in range(n + 1)]
        return tuple(sum((-1)**i * comb(n + 1 - i, j + 1) * chern[i] for i in range(n - j + 1))
                     for j in range(n + 1))

    @property
    def generic_distance_degree(self) -> int:
        """Number of critical points of a generic quadratic distance: the sum of the polar degrees."""
        return sum(self.polar_degrees)

    @property
    def bombieri_distance_degree(self) -> int:
        """Number of critical points of the distance in the invariant (Frobenius, Bombieri) metric.

        Notes:
            That of the Segre-Veronese variety itself; a projection of it has another metric.
            Reference: [friedland-ottaviani-2014].

        Example:
            >>> SegreVeronese((2,), (3,)).bombieri_distance_degree
            7
        """
        # The coefficient of prod t_i^(n_i) in the product of
        # (T_i^(n_i + 1) - t_i^(n_i + 1)) / (T_i - t_i), T_i = sum_j a_j t_j - t_i.
        s, bound = len(self.dimensions), self.dimensions
        total = {(0,) * s: 1}
        for i, n in enumerate(self.dimensions):
            form = {_unit(s, j): a - (i == j) for j, a in enumerate(self.degrees) if a - (i == j)}
            factor: dict[tuple[int, ...], int] = {}
            power = {(0,) * s: 1}
            for k in range(n + 1):  # T_i^k t_i^(n - k)
                for e, c in power.items():
                    shifted = tuple(x + (n - k) * (i == j) for j, x in enumerate(e))
                    factor[shifted] = factor.get(shifted, 0) + c
                power = _product(power, form, bound)
            total = _product(total, factor, bound)
        return total.get(tuple(self.dimensions), 0)

    def __str__(self) -> str:
        spaces = " x ".join(f"P^{n}" for n in self.dimensions)
        return f"{spaces} embedded by O({', '.join(map(str, self.degrees))})"


def _unit(size: int, place: int) -> tuple[int, ...]:
    return tuple(int(i == place) for i in range(size))


def _product(f: dict[tuple[int, ...], int], g: dict[tuple[int, ...], int],
             bound: tuple[int, ...]) -> dict[tuple[int, ...], int]:
    """The product without monomials beyond `bound`, which cannot contribute."""
    result: dict[tuple[int, ...], int] = {}
    for a, c in f.items():
        for b, d in g.items():
            e = tuple(x + y for x, y in zip(a, b, strict=True))
            if all(x <= n for x, n in zip(e, bound, strict=True)):
                result[e] = result.get(e, 0) + c * d
    return result
