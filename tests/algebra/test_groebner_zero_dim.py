"""Quotient algebras of zero-dimensional ideals: solutions, multiplicities, values, primary pieces."""

from __future__ import annotations

import numpy as np
import pytest

from neurocli.algebra.groebner.f4 import f4
from neurocli.algebra.groebner.fglm import change_order
from neurocli.algebra.groebner.groebner import groebner_basis
from neurocli.algebra.groebner.monomials import MonomialOrder
from neurocli.algebra.groebner.polynomial import Polynomial, System, multiply
from neurocli.algebra.groebner.systems import cyclic, eco, katsura
from neurocli.algebra.groebner.univariate import berlekamp_massey
from neurocli.algebra.groebner.zero_dim import QuotientAlgebra
from neurocli.errors import UsageError

P = 2147483647
X: Polynomial = {(1, 0): 1}
Y: Polynomial = {(0, 1): 1}


def algebra(names: str, p: int, *polynomials: Polynomial) -> QuotientAlgebra:
    return QuotientAlgebra(groebner_basis(System(names, p, polynomials)))


def from_roots(variable: int, n: int, roots: list[int], p: int = P) -> Polynomial:
    """The product of (x - r)."""
    result: Polynomial = {(0,) * n: 1}
    for r in roots:
        result = multiply(result, {tuple(int(i == variable) for i in range(n)): 1, (0,) * n: -r}, p)
    return result


# ideals with known structure: generators in x, y; (dimension of the quotient, distinct solutions)
KNOWN = [
    ([X, Y], 1, 1),
    ([{(2, 0): 1}, Y], 2, 1),
    ([{(2, 0): 1}, {(1, 1): 1}, {(0, 2): 1}], 3, 1),
    ([{(2, 0): 1, (0, 1): -1}, {(0, 2): 1}], 4, 1),  # y = x^2, y^2 = 0
    ([from_roots(0, 2, [1, 2, 3]), from_roots(1, 2, [4, 5])], 6, 6),
    ([from_roots(0, 2, [1, 1, 3]), from_roots(1, 2, [4, 4])], 6, 2),
    ([{(2, 0): 1, (0, 0): 1}, Y], 2, 2),  # -1 is no square modulo 2^31 - 1
    ([{(2, 0): 1, (0, 0): 1}, {(0, 2): 1, (0, 0): 1}], 4, 4),
    ([{(2, 0): 1, (0, 2): 1, (0, 0): -1}, {(2, 0): 1, (0, 1): -1}], 4, 4),
    ([{(0, 1): 1, (2, 0): -1}, {(0, 1): 1}], 2, 1),  # a tangent line
    ([{(0, 2): 1, (3, 0): -1}, {(1, 1): 1}], 5, 1),  # cusp and axes
    ([{(3, 0): 1, (1, 0): -1}, {(1, 1): 1}, {(0, 2): 1}], 4, 3),
]


@pytest.mark.parametrize("generators,dimension,solutions", KNOWN)
def test_known_structure(generators: list[Polynomial], dimension: int, solutions: int) -> None:
    a = algebra("xy", P, *generators)
    assert (a.dimension, a.solutions, a.is_radical) == (dimension, solutions, dimension == solutions)
    pieces = a.primary_pieces()
    assert sum(piece.multiplicity for piece in pieces) == dimension
    assert sum(piece.solutions for piece in pieces) == solutions
    for piece in pieces:
        assert piece.multiplicity % piece.solutions == 0 and piece.is_primary
        smaller = algebra("xy", P, *generators, piece.generator)
        assert (smaller.dimension, smaller.solutions) == (piece.multiplicity, piece.solutions)


def test_conjugate_coordinates_are_split_when_the_form_splits_them() -> None:
    # x^2 = y^2 = -1: four points over F_{p^2}, two conjugate pairs, so two primary pieces
    pieces = algebra("xy", P, {(2, 0): 1, (0, 0): 1}, {(0, 2): 1, (0, 0): 1}).primary_pieces()
    assert [(len(piece.factor) - 1, piece.multiplicity, piece.is_primary) for piece in pieces] == [(2, 2, True)] * 2


def test_small_fields_may_fail_to_separate_and_say_so() -> None:
    # nine points over F_3, but a form has only three values: pieces of three points, not primary
    points = algebra("xy", 3, {(3, 0): 1, (1, 0): -1}, {(0, 3): 1, (0, 1): -1})
    pieces = points.primary_pieces()
    assert points.solutions == 9 and [piece.solutions for piece in pieces] == [3, 3, 3]
    assert not any(piece.is_primary for piece in pieces)


def test_inseparable_looking_powers_over_a_small_field() -> None:
    a = algebra("x", 3, {(9,): 1, (0,): -2})  # x^9 - 2 = (x - 2)^9
    assert (a.dimension, a.solutions) == (9, 1)
    assert a.distinct_values({(1,): 1}) == 1


def test_values_and_minimal_polynomials() -> None:
    grid = algebra("xy", P, from_roots(0, 2, [1, 2, 3]), from_roots(1, 2, [1, 2, 3]))
    total: Polynomial = {**X, **Y}
    assert grid.distinct_values(total) == 5
    assert grid.minimal_polynomial(total) == [c for _, c in sorted(
        (e[0], c) for e, c in from_roots(0, 1, [2, 3, 4, 5, 6]).items())]
    assert grid.distinct_values({(1, 1): 1}) == 6
    assert grid.minimal_polynomial({(0, 0): 7}) == [P - 7, 1]
    assert grid.minimal_polynomial({}) == [0, 1]
    fat = algebra("xy", P, {(3, 0): 1}, Y)
    assert fat.minimal_polynomial(X) == [0, 0, 0, 1] and fat.distinct_values(X) == 1


@pytest.mark.parametrize("system", [cyclic(5, P), katsura(5, P), eco(7, P)])
def test_multiplication_matrices_commute_and_satisfy_the_equations(system: System) -> None:
    a = QuotientAlgebra(groebner_basis(system))
    field, matrices = a.field, a.multiplication_matrices
    assert (field.canonical(field.matmul(matrices[0], matrices[1]))
            == field.canonical(field.matmul(matrices[1], matrices[0]))).all()
    f: Polynomial = {tuple(int(i == 0) + int(i == 2) for i in range(system.n)): 3, (0,) * system.n: 4}
    expected = 3 * field.matmul(matrices[0], matrices[2]) + 4 * np.eye(a.dimension)
    assert (field.canonical(a.multiplication_by(a.coordinates(f))) == field.canonical(field.balance(expected))).all()
    for g in system.polynomials:
        assert not a.coordinates(g).any()


def test_cyclic_roots_are_counted() -> None:
    a = QuotientAlgebra(groebner_basis(cyclic(6, P)))
    assert (a.dimension, a.solutions) == (156, 156)
    assert a.distinct_values({(1,) * 6: 1}) == 1  # the product is 1


@pytest.mark.parametrize("system", [katsura(3, P), cyclic(5, P), eco(6, P), katsura(3, 101),
                                    System("xy", 5, [{(2, 0): 1, (0, 1): -1}, {(0, 2): 1}])])
def test_change_of_order_there_and_back(system: System) -> None:
    graded = groebner_basis(system)
    lex = change_order(graded, MonomialOrder.lex(system.n))
    assert change_order(lex, graded.order).polynomials == graded.polynomials
    assert lex.degree == graded.degree


def test_change_of_order_agrees_with_f4() -> None:
    order = MonomialOrder.elimination(4, [0, 1])
    assert change_order(groebner_basis(katsura(3, P)), order).polynomials == f4(katsura(3, P), order).polynomials


def test_the_empty_set_and_infinite_sets() -> None:
    empty = algebra("xy", P, {(0, 0): 1})
    assert (empty.dimension, empty.solutions, empty.primary_pieces()) == (0, 0, [])
    assert empty.distinct_values(X) == 0
    assert change_order(empty.basis, MonomialOrder.lex(2)).is_unit
    with pytest.raises(UsageError):
        algebra("xy", P, X)


def test_berlekamp_massey_finds_short_recurrences() -> None:
    assert berlekamp_massey(np.zeros(6, dtype=np.int64), 7) == [1]
    assert berlekamp_massey(np.array([1, 3, 2, 6, 4, 5, 1, 3]), 7) == [4, 1]  # powers of 3
    assert berlekamp_massey(np.array([5, 0, 0, 0, 0, 0]), 7) == [0, 1]
