"""Determinantal varieties: golden polar degrees, duality, classical degrees, and an independent count."""

from fractions import Fraction
from math import comb

import golden_values
import pytest

from neurocli.theorems.classical_varieties import RationalNormalSecant
from neurocli.theorems.determinantal import Determinantal, SubspaceVariety, SymmetricDeterminantal
from neurocli.theorems.grassmannian import fixed_points, integrate, segre


def widths(row):
    return tuple(map(int, row["spec"].partition(":")[2].partition(",")[0].split("-")))


def test_golden_rows():
    checked = 0
    for row in golden_values.ROWS:
        if not row["source"].startswith("localization"):
            continue
        shape = widths(row)
        variety = (Determinantal(shape[2], shape[0], shape[1]) if row["spec"].startswith("linear")
                   else SymmetricDeterminantal(shape[0], shape[1]))
        if row["invariant"] == "polar_degrees_nonzero":
            assert [d for d in variety.polar_degrees if d] == row["value"], row
        elif row["invariant"] == "degree":
            assert variety.degree == row["value"], row
        elif row["metric"] == "generic":
            assert variety.generic_distance_degree == row["value"], row
        else:
            assert variety.frobenius_distance_degree == row["value"], row
        checked += 1
    assert checked > 60


@pytest.mark.parametrize("n, m, r", [(3, 3, 1), (3, 3, 2), (4, 3, 2), (5, 4, 2), (5, 2, 1)])
def test_dual_of_rank_r_is_corank_r(n, m, r):
    variety, dual = Determinantal(n, m, r), Determinantal(n, m, min(n, m) - r)
    assert [d for d in variety.polar_degrees if d] == [d for d in reversed(dual.polar_degrees) if d]
    assert variety.polar_degrees[-1] == variety.degree
    assert len(variety.polar_degrees) == variety.dimension + 1
    assert Determinantal(m, n, r).polar_degrees == variety.polar_degrees


@pytest.mark.parametrize("n, r", [(3, 1), (3, 2), (4, 2), (5, 3), (7, 2)])
def test_symmetric_duality_and_degree(n, r):
    variety, dual = SymmetricDeterminantal(n, r), SymmetricDeterminantal(n, n - r)
    assert [d for d in variety.polar_degrees if d] == [d for d in reversed(dual.polar_degrees) if d]
    assert variety.polar_degrees[-1] == variety.degree  # localization against the formula of Harris and Tu
    assert len(variety.polar_degrees) == variety.dimension + 1


def test_virtual_distance_degrees_of_symmetric_matrices():
    found = [SymmetricDeterminantal(n, 2).generic_distance_degree for n in range(3, 8)]
    assert found == [13, 122, 1042, 8683, 72271]


def test_lines_in_space():
    assert integrate([(2, 4)], lambda p: [segre(p.sub, 1)[1] ** 4]) == [2]
    assert integrate([(2, 5)], lambda p: [segre(p.sub, 1)[1] ** 6]) == [5]
    # the integral of a class of too low a degree is zero, whatever the weights
    assert integrate([(2, 4)], lambda p: [segre(p.sub, 1)[1] ** 3]) == [0]
    assert sum(Fraction(1, p.euler) for p in fixed_points(3, 6)) == 0


@pytest.mark.parametrize("n, k", [(3, 1), (4, 2), (5, 2)])
def test_forms_in_few_variables_are_symmetric_matrices(n, k):
    assert SubspaceVariety(n, k, (2,), 1).degree == SymmetricDeterminantal(n, k).degree
    assert SubspaceVariety(n, k, (2,), 1).dimension == SymmetricDeterminantal(n, k).dimension
    assert SubspaceVariety(n, 1, (5,), 1).degree == 5 ** (n - 1)  # the Veronese variety


def test_linear_forms_in_few_variables_are_matrices():
    assert SubspaceVariety(5, 2, (1,), 4).degree == Determinantal(4, 5, 2).degree


def test_secants_of_rational_normal_curves():
    assert [RationalNormalSecant(2 * k, k).degree for k in range(1, 6)] == [k + 1 for k in range(1, 6)]
    # pairs and triples of forms with a common apolar form, counted by slices
    assert [RationalNormalSecant(r, k, m).degree for r, k, m in [(3, 2, 2), (4, 3, 2)]] == [6, 4]
    # the secant variety of a curve of degree r and genus 0 in P^r: chords through a general point of P^3
    assert [RationalNormalSecant(r, 2).degree for r in range(4, 9)] == [comb(r - 1, 2) for r in range(4, 9)]
