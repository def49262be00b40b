"""The predicates in conformal geometric algebra, derived with galgebra.

In the conformal algebra of R^d, of signature (d+1, 1), a point is the null vector
P(z) = e_0 + z + |z|^2/2 e_inf, and the sphere at infinity of the Poincare ball is the vector
S = e_0 - e_inf/2 (centre 0, radius 1, with S^2 = 1).  Then, with T = P_0 ^ ... ^ P_d the blade of the
sphere through d+1 points:

* in-sphere: the coefficient of T ^ P(v) at the pseudoscalar;
* compact: the pencil of the sphere and S is of signature (1, 1), (C.S)^2 > C^2 S^2 for the dual vector C
  of T; without duals: (T ^ S)^2 and T^2 in place of (C.S)^2 and C^2;
* outside the smallest sphere of p_0..p_k: the product (B ^ S) . (B ^ P(v)) of blades, B = P_0 ^ ... ^ P_k.

This is an independent derivation: production code evaluates the determinants of `predicates`.  Here
the products are polynomials worked out by galgebra, kept as exponents and coefficients and evaluated
over the rationals.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from math import lcm
from typing import Any

Terms = tuple[tuple[tuple[int, ...], Fraction], ...]


@dataclasses.dataclass(frozen=True)
class ConformalForm:
    """A polynomial in the coordinates of several points of R^d.

    Args:
        points: number of points.
        dimension: d.
        terms: pairs (exponents, coefficient), variables ordered point by point.
    """

    points: int
    dimension: int
    terms: Terms

    def __call__(self, *points: Sequence[Fraction]) -> Fraction:
        """Evaluate exactly at `points` rows of d rationals."""
        values = [Fraction(x) for point in points for x in point]
        # Homogenize by the common denominator: integers all the way, one fraction at the end.
        scale = lcm(*(x.denominator for x in values))
        degree = max(sum(exponents) for exponents, _ in self.terms)
        powers = [[1, x.numerator * (scale // x.denominator)] for x in [*values, Fraction(1)]]
        for column in powers:
            while len(column) <= degree:
                column.append(column[-1] * column[1])
        total = Fraction(0)
        whole = 0
        for exponents, coefficient in self.terms:
            product = powers[-1][degree - sum(exponents)] * coefficient.numerator
            for column, exponent in zip(powers, exponents):
                if exponent:
                    product *= column[exponent]
            if coefficient.denominator == 1:
                whole += product
            else:
                total += Fraction(product, coefficient.denominator)
        return (whole + total) / powers[-1][degree]


class ConformalAlgebra:
    """The conformal geometric algebra of R^d, with generic points in it.

    Args:
        dimension: d.
        points: number of generic points.
    """

    def __init__(self, dimension: int, points: int) -> None:
        import sympy

        # galgebra prints remarks on some metrics: nothing of it may reach standard output.
        with contextlib.redirect_stdout(io.StringIO()):
            from galgebra.ga import Ga

            metric = sympy.zeros(dimension + 2, dimension + 2)
            for i in range(dimension):
                metric[i, i] = 1
            metric[dimension, dimension + 1] = metric[dimension + 1, dimension] = -1
            names = [f"e_{i + 1}" for i in range(dimension)] + ["e_o", "e_infinity"]
            self._algebra = Ga(" ".join(names), g=metric.tolist())
        self.dimension = dimension
        *axes, origin, infinity = self._algebra.mv()
        self.variables = [[sympy.Symbol(f"z{p}_{i}") for i in range(dimension)] for p in range(points)]
        half = sympy.Rational(1, 2)
        self.points = []
        for z in self.variables:
            vector = origin + half * sum(x * x for x in z) * infinity
            for x, axis in zip(z, axes):
                vector = vector + x * axis
            self.points.append(vector)
        self.ideal = origin - half * infinity

    def wedge(self, vectors: Sequence[Any]) -> Any:
        """The outer product of vectors."""
        blade = vectors[0]
        for vector in vectors[1:]:
            blade = blade ^ vector
        return blade

    def product(self, left: Any, right: Any) -> Any:
        """The scalar part of the geometric product."""
        return (left * right).scalar()

    def top(self, blade: Any) -> Any:
        """The coefficient at e_1 ^ ... ^ e_d ^ e_o ^ e_infinity."""
        return blade.get_coefs(self.dimension + 2)[0]

    def form(self, expression: Any) -> ConformalForm:
        """A scalar expression in the generic points as a polynomial with rational coefficients."""
        import sympy

        flat = [x for z in self.variables for x in z]
        terms = sympy.Poly(sympy.expand(expression), *flat).terms()
        return ConformalForm(len(self.variables), self.dimension, tuple(
            (tuple(int(e) for e in exponents), Fraction(int(c.p), int(c.q))) for exponents, c in terms))


@cache
def in_sphere_form(dimension: int = 2) -> ConformalForm:
    """Positive when the last of d+2 points lies inside the positively oriented sphere of the others.

    Example:
        >>> form = in_sphere_form(2)
        >>> form((0, 0), (1, 0), (0, 1), (Fraction(1, 2), Fraction(1, 2))) > 0
        True
    """
    algebra = ConformalAlgebra(dimension, dimension + 2)
    # The columns (z, 1, |z|^2/2) against (1, z, |z|^2): moving 1 to the front turns d signs, and
    # det (1, z, |z|^2) is negative inside.
    return algebra.form((-1) ** (dimension + 1) * algebra.top(algebra.wedge(algebra.points)))


@cache
def compact_form(dimension: int = 2) -> ConformalForm:
    """Positive when the sphere through d+1 points nests with the sphere at infinity.

    Notes:
        The pseudoscalar I has I I~ = -1 in signature (d+1, 1), so the dual vector C of T has
        C^2 = -T T~, and C.S is plus or minus the coefficient t of T ^ S at I.  With S^2 = 1,
        (C.S)^2 - C^2 S^2 = t^2 + T T~.  A sphere through points of the open ball that is nested with
        the boundary lies inside.
    """
    algebra = ConformalAlgebra(dimension, dimension + 1)
    blade = algebra.wedge(algebra.points)
    crossed = algebra.top(blade ^ algebra.ideal)
    square = algebra.product(blade, blade.rev())
    return algebra.form(crossed**2 + square)


@cache
def outside_form(dimension: int = 2, corners: int = 2) -> ConformalForm:
    """Positive when the last point is outside the smallest hyperbolic sphere through the others.

    Notes:
        The centre of that sphere is in the span of the points, so its vector is in the span of
        P_0..P_k and S, and orthogonal to B = P_0 ^ ... ^ P_k, which contains the points: it is the
        part of S orthogonal to B.  Its product with P(v) is (B ^ S) . (B ^ P(v))~ over B . B~ < 0.
    """
    algebra = ConformalAlgebra(dimension, corners + 1)
    blade = algebra.wedge(algebra.points[:-1])
    value = algebra.product(blade ^ algebra.ideal, (blade ^ algebra.points[-1]).rev())
    return algebra.form(value)
