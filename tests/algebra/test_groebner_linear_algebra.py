"""Modular linear algebra in floating point must be exact to the last unit."""

from __future__ import annotations

import numpy as np
import pytest
from flint import nmod_mat
from scipy.sparse import csr_array

from neurocli.algebra.groebner.linear_algebra import BLOCK, TERMS, ModularArithmetic, RowSpace, TriangularSolver

PRIMES = [2, 3, 101, 65521, (1 << 23) + 9, 2147483629, 2147483647]


def random_matrix(rng: np.random.Generator, shape: tuple[int, ...], p: int) -> np.ndarray:
    return ModularArithmetic(p).from_integers(rng.integers(0, p, shape))


@pytest.mark.parametrize("p", PRIMES)
def test_product_equals_flint(p: int) -> None:
    rng, field = np.random.default_rng(p), ModularArithmetic(p)
    a, b = random_matrix(rng, (7, 2 * TERMS + 5), p), random_matrix(rng, (2 * TERMS + 5, 6), p)
    expected = nmod_mat(field.canonical(a).tolist(), p) * nmod_mat(field.canonical(b).tolist(), p)
    assert field.canonical(field.matmul(a, b)).tolist() == [[int(c) for c in row] for row in expected.tolist()]


@pytest.mark.parametrize("p", [(1 << 23) - 15, 2147483647])
def test_sums_of_the_largest_residues_are_exact(p: int) -> None:
    field, half = ModularArithmetic(p), float(p // 2)
    for sign in (1, -1):
        product = field.matmul(np.full((1, 3 * TERMS), half), np.full((3 * TERMS, 1), sign * half))
        assert field.canonical(product)[0, 0] == sign * 3 * TERMS * (p // 2) ** 2 % p


@pytest.mark.parametrize("p", PRIMES)
@pytest.mark.parametrize("shape,rank", [((40, 30), 30), ((90, 60), 17), ((5, 50), 5)])
def test_row_space_equals_flint_rref(p: int, shape: tuple[int, int], rank: int) -> None:
    rng, field = np.random.default_rng(rank), ModularArithmetic(p)
    rows = field.matmul(random_matrix(rng, (shape[0], rank), p), random_matrix(rng, (rank, shape[1]), p))
    space = RowSpace(field, shape[1])
    independent = space.insert(rows[:20]) + [20 + i for i in space.insert(rows[20:])]
    expected, expected_rank = nmod_mat(field.canonical(rows).tolist(), p).rref()
    assert space.rank == expected_rank == len(independent)
    own = field.canonical(space.rows[np.argsort(space.pivots)]).tolist()
    assert own == [[int(c) for c in row] for row in expected.tolist()[:expected_rank]]
    again = RowSpace(field, shape[1])
    again.insert(rows[sorted(independent)])
    assert again.rank == space.rank
    assert not space.reduce(rows).any()


@pytest.mark.parametrize("p", [101, 2147483647])
@pytest.mark.parametrize("n,extra,density", [(1, 0, 1.0), (BLOCK, 3, 0.5), (3 * BLOCK + 5, 40, 0.05),
                                             (3 * TERMS, 7, 0.9)])
def test_triangular_solver_solves(p: int, n: int, extra: int, density: float) -> None:
    rng, field = np.random.default_rng(n), ModularArithmetic(p)
    lower = random_matrix(rng, (n + extra, n), p) * (rng.random((n + extra, n)) < density)
    lower[:n] = np.tril(lower[:n], -1)
    y = random_matrix(rng, (n, 5), p)
    panel = np.concatenate([y, random_matrix(rng, (extra, 5), p)])
    panel[:n] = field.balance(y + field.matmul(lower[:n], y))
    tail = panel[n:].copy()
    TriangularSolver(field, csr_array(lower)).solve(panel)
    assert (field.canonical(panel[:n]) == field.canonical(y)).all()
    expected = field.balance(tail - field.matmul(lower[n:], y))
    assert (field.canonical(panel[n:]) == field.canonical(expected)).all()
