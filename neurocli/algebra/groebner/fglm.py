"""Change of order for zero-dimensional ideals, by linear algebra in the quotient.

Reference: [fglm-1993]
"""

from __future__ import annotations

import heapq

import numpy as np

from neurocli.algebra.groebner.basis import GroebnerBasis
from neurocli.algebra.groebner.linear_algebra import Floats, RowSpace
from neurocli.algebra.groebner.monomials import MonomialOrder
from neurocli.algebra.groebner.polynomial import Polynomial, add
from neurocli.algebra.groebner.zero_dim import Exponents, QuotientAlgebra, times


def change_order(basis: GroebnerBasis, order: MonomialOrder) -> GroebnerBasis:
    """The reduced Gröbner basis of a zero-dimensional ideal for another order.

    Raises:
        UsageError: if the ideal has infinitely many solutions.

    Reference: [fglm-1993]

    Example:
        >>> from neurocli.algebra.groebner.groebner import groebner_basis
        >>> from neurocli.algebra.groebner.polynomial import System
        >>> f = groebner_basis(System("xy", 101, [{(1, 0): 1, (0, 2): -1}, {(1, 1): 1, (0, 0): -1}]))
        >>> change_order(f, MonomialOrder.lex(2)).leading_monomials
        [(0, 3), (1, 0)]
    """
    algebra = QuotientAlgebra(basis)
    size, n, p, field = algebra.dimension, order.n, basis.characteristic, basis.arithmetic
    if not size:
        return GroebnerBasis.from_polynomials(basis.variables, p, order, basis.polynomials, basis.limits)
    matrices = algebra.multiplication_matrices
    # a row is (coordinates | combination of the new standard monomials that gave it)
    space = RowSpace(field, 2 * size)
    standard: list[Exponents] = []
    vectors: dict[Exponents, Floats] = {}
    result: list[Polynomial] = []
    leads: list[Exponents] = []
    origins: dict[Exponents, tuple[Exponents, int] | None] = {(0,) * n: None}
    candidates = [(order.sort_key((0,) * n), (0,) * n)]
    while candidates:
        basis.limits.check()
        monomial = heapq.heappop(candidates)[1]
        origin = origins[monomial]
        if any(all(a <= b for a, b in zip(lead, monomial)) for lead in leads):
            continue
        if origin is None:
            vector = np.zeros(size)
            vector[0] = 1.0
        else:
            vector = field.matmul(vectors[origin[0]][None], matrices[origin[1]])[0]
        row = np.zeros((1, 2 * size))
        row[0, :size] = vector
        if len(standard) < size:
            row[0, size + len(standard)] = 1.0
        reduced = space.reduce(row)
        if reduced[0, :size].any():
            space.insert(reduced)
            vectors[monomial] = vector
            standard.append(monomial)
            for i in range(n):
                multiple = times(monomial, i)
                if multiple not in origins:
                    origins[multiple] = (monomial, i)
                    heapq.heappush(candidates, (order.sort_key(multiple), multiple))
        else:
            relation = field.canonical(reduced[0, size:]).tolist()
            f: Polynomial = {m: c for m, c in zip(standard, relation) if c}
            result.append(add({monomial: 1}, f, p))
            leads.append(monomial)
    return GroebnerBasis.from_polynomials(basis.variables, p, order, result, basis.limits)
