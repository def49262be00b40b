"""Integrals over Grassmannians by torus localization, exactly.

A torus acts on Gr(k, n) with the coordinate subspaces as fixed points.  For an equivariant class, the
integral is the sum over the fixed points of its value there divided by the product of the tangent weights
(Atiyah-Bott; [ellingsrud-stromme-1996]).  The value of a polynomial in Chern classes of a bundle is
that polynomial in the weights of its fibre, so any weights that make the denominators non-zero do.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations, product
from math import prod


@dataclasses.dataclass(frozen=True)
class FixedPoint:
    """A coordinate subspace: weights of the subspace S, of the quotient Q, and the Euler class of Hom(S, Q)."""

    sub: tuple[int, ...]
    quotient: tuple[int, ...]
    euler: int


def fixed_points(k: int, n: int, shift: int = 0) -> Iterator[FixedPoint]:
    """The fixed points of Gr(k, n), for the weights shift + 1, shift + 2, shift + 4, ... .

    Powers of two: no sum of them that occurs in a denominator vanishes.
    """
    weights = [shift + 2**i for i in range(n)]
    for chosen in combinations(range(n), k):
        sub = tuple(weights[i] for i in chosen)
        quotient = tuple(w for i, w in enumerate(weights) if i not in chosen)
        yield FixedPoint(sub, quotient, prod(q - s for s in sub for q in quotient))


def segre(weights: Sequence[int], top: int) -> list[int]:
    """Segre classes s_0, ..., s_top of a bundle with these weights: s(E) = 1 / c(E).

    Example:
        >>> segre([1, 2], 3)
        [1, -3, 7, -15]
    """
    classes = [1] + [0] * top
    for w in weights:
        for i in range(1, top + 1):
            classes[i] -= w * classes[i - 1]
    return classes


def integrate(spaces: Sequence[tuple[int, int]], integrand: Callable[..., Sequence[int]]) -> list[int]:
    """Several integrals over a product of Grassmannians.

    Args:
        spaces: (k, n) for every factor Gr(k, n).
        integrand: from one `FixedPoint` per factor to the values of the classes there.

    Example:
        >>> integrate([(2, 4)], lambda p: [segre(p.sub, 1)[1]**4])
        [2]
    """
    totals: list[Fraction] = []
    points = [list(fixed_points(k, n, shift=97 * i)) for i, (k, n) in enumerate(spaces)]
    for place in product(*points):
        values = integrand(*place)
        euler = prod(point.euler for point in place)
        totals = totals or [Fraction(0)] * len(values)
        totals = [total + Fraction(value, euler) for total, value in zip(totals, values, strict=True)]
    if any(total.denominator != 1 for total in totals):
        raise ArithmeticError("an integral of integral classes is no integer")
    return [int(total) for total in totals]
