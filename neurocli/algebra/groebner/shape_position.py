"""Solutions of a zero-dimensional ideal in terms of one form, and where a determinant vanishes on them.

If the powers of a linear form T span the quotient algebra, A = F_p[T] / (m) and every variable is a
polynomial in T (the shape lemma).  Then a determinant of polynomials is computed in F_p[T] / (m), and its common
factors with m are the solutions where it vanishes, however large its expansion would be.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import nmod_mat, nmod_poly

from neurocli.algebra.groebner.polynomial import Polynomial
from neurocli.algebra.groebner.zero_dim import QuotientAlgebra


class ShapePosition:
    """Every variable as a polynomial in a generic form.

    Args:
        modulus: the minimal polynomial m of the form.
        variables: one polynomial per variable.
    """

    def __init__(self, modulus: nmod_poly, variables: Sequence[nmod_poly]) -> None:
        self.modulus, self.variables = modulus, list(variables)

    def value(self, f: Polynomial) -> nmod_poly:
        """A polynomial in the variables as a polynomial in T, reduced."""
        p = self.modulus.modulus()
        powers: list[list[nmod_poly]] = [[nmod_poly([1], p)] for _ in self.variables]
        total = nmod_poly([0], p)
        for exponents, coefficient in f.items():
            term = nmod_poly([int(coefficient)], p)
            for place, e in enumerate(exponents):
                while len(powers[place]) <= e:
                    powers[place].append(powers[place][-1] * self.variables[place] % self.modulus)
                if e:
                    term = term * powers[place][e] % self.modulus
            total += term
        return total

    def solutions_off(self, rows: Sequence[Sequence[Polynomial]]) -> tuple[int, bool]:
        """How many solutions (with multiplicity) the determinant of a square matrix does not vanish at.

        Returns:
            Their number, and whether all of them are simple.
        """
        off = self.modulus // _common_part(self.modulus, self._determinant(rows))
        return int(off.degree()), bool(off.gcd(off.derivative()).degree() == 0)

    def _determinant(self, rows: Sequence[Sequence[Polynomial]]) -> nmod_poly:
        # the ring has zero divisors: expansion along rows needs no division
        p, m = self.modulus.modulus(), self.modulus
        minors = {0: nmod_poly([1], p)}
        for row in rows:
            values = [self.value(f) for f in row]
            following: dict[int, nmod_poly] = {}
            for columns, minor in minors.items():
                for k, entry in enumerate(values):
                    if not columns >> k & 1:
                        term = minor * entry % m
                        key = columns | 1 << k
                        if (columns >> k).bit_count() % 2:
                            term = -term
                        following[key] = following[key] + term if key in following else term
            minors = following
        return minors[(1 << len(rows)) - 1]


def _common_part(modulus: nmod_poly, f: nmod_poly) -> nmod_poly:
    """The product of all primary factors of the modulus at whose roots f vanishes."""
    rest, common = modulus, modulus.gcd(f)
    while common.degree() > 0:
        rest = rest // common
        common = rest.gcd(common)
    return modulus // rest


def shape_position(algebra: QuotientAlgebra) -> ShapePosition | None:
    """The variables as polynomials in a random form, or None where its powers do not span the algebra.

    Example:
        >>> from neurocli.algebra.groebner.groebner import groebner_basis
        >>> from neurocli.algebra.groebner.polynomial import System
        >>> squares = System("xy", 101, [{(2, 0): 1, (0, 0): -1}, {(0, 1): 1, (1, 0): -2}])
        >>> shape = shape_position(QuotientAlgebra(groebner_basis(squares)))
        >>> shape.solutions_off([[{(1, 0): 1, (0, 0): -1}]])
        (1, True)
    """
    size, p, field = algebra.dimension, algebra.p, algebra.field
    if not size:
        return None
    matrix = algebra.multiplication_by(algebra.coordinates(algebra.random_form()))
    powers = np.zeros((size + 1, size))
    powers[0, 0] = 1.0
    for k in range(1, size + 1):
        powers[k] = field.matmul(powers[k - 1:k], matrix)[0]
    n = algebra.basis.order.n
    wanted = [algebra.coordinates({tuple(int(i == j) for j in range(n)): 1}) for i in range(n)]
    # rows of `powers` times unknown coefficients: the transposed matrix of the powers below `size`
    table = field.canonical(powers)
    left = nmod_mat(size, size, [int(v) for v in table[:size].T.ravel()], p)
    columns = [table[size], *(field.canonical(w) for w in wanted)]
    right = nmod_mat(size, n + 1, [int(v) for v in np.array(columns).T.ravel()], p)
    if left.rank() < size:
        return None
    solved = left.solve(right)
    column = [[int(solved[i, j]) for i in range(size)] for j in range(n + 1)]
    modulus = nmod_poly([*((-c) % p for c in column[0]), 1], p)
    return ShapePosition(modulus, [nmod_poly(c, p) for c in column[1:]])
