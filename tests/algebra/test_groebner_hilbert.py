"""Hilbert series of monomial ideals against counting, and of known varieties."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations, product

import pytest

from neurocli.algebra.groebner.groebner import groebner_basis
from neurocli.algebra.groebner.hilbert import hilbert_series
from neurocli.algebra.groebner.polynomial import Polynomial, System


def count(monomials: list[tuple[int, ...]], n: int, degree: int) -> int:
    """Standard monomials of a degree, one by one."""
    return sum(1 for e in product(range(degree + 1), repeat=n) if sum(e) == degree
               and not any(all(a <= b for a, b in zip(m, e)) for m in monomials))


@pytest.mark.parametrize("seed", range(25))
def test_function_counts_standard_monomials(seed: int) -> None:
    rng = random.Random(seed)
    n = rng.randint(1, 4)
    monomials = [tuple(rng.randint(0, 3) for _ in range(n)) for _ in range(rng.randint(0, 7))]
    series = hilbert_series(monomials, n)
    values = [count(monomials, n, k) for k in range(9)]
    assert [series.function(k) for k in range(9)] == values
    assert series.affine_function(5) == sum(values[:6])
    for k in range(series.regularity_index, series.regularity_index + 4):
        assert sum(c * k ** i for i, c in enumerate(series.polynomial)) == series.function(k)
    k = series.regularity_index - 1
    if k >= 0:
        assert sum(c * k ** i for i, c in enumerate(series.polynomial)) != series.function(k)


def test_extreme_ideals() -> None:
    assert (hilbert_series([], 3).dimension, hilbert_series([], 3).degree) == (3, 1)
    assert (hilbert_series([(0, 0)], 2).dimension, hilbert_series([(0, 0)], 2).degree) == (-1, 0)
    assert (hilbert_series([(2, 0), (0, 3)], 2).dimension, hilbert_series([(2, 0), (0, 3)], 2).degree) == (0, 6)
    assert hilbert_series([], 0).degree == 1 and hilbert_series([()], 0).dimension == -1


def minors(rows: int, columns: int) -> System:
    """The 2 x 2 minors of a generic matrix."""
    n = rows * columns

    def term(*positions: tuple[int, int]) -> tuple[int, ...]:
        return tuple(sum(columns * i + j == k for i, j in positions) for k in range(n))

    equations: list[Polynomial] = [
        {term((a, c), (b, d)): 1, term((a, d), (b, c)): -1}
        for a, b in combinations(range(rows), 2) for c, d in combinations(range(columns), 2)]
    return System([f"m{k}" for k in range(n)], 32003, equations)


@pytest.mark.parametrize("rows,columns,degree", [(2, 2, 2), (2, 3, 3), (3, 3, 6), (3, 4, 10)])
def test_segre_varieties(rows: int, columns: int, degree: int) -> None:
    # the cone over P^(r-1) x P^(c-1): dimension r + c - 1, degree binomial(r + c - 2, r - 1)
    basis = groebner_basis(minors(rows, columns))
    assert (basis.dimension, basis.degree) == (rows + columns - 1, degree)


def test_twisted_cubic_has_hilbert_polynomial_3k_plus_1() -> None:
    equations: list[Polynomial] = [{(1, 0, 1, 0): 1, (0, 2, 0, 0): -1}, {(0, 1, 0, 1): 1, (0, 0, 2, 0): -1},
                                   {(1, 0, 0, 1): 1, (0, 1, 1, 0): -1}]
    series = groebner_basis(System("abcd", 101, equations)).hilbert_series
    assert series.polynomial == (Fraction(1), Fraction(3)) and series.numerator == (1, 0, -3, 2)
