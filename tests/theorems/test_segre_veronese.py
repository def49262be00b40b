"""Segre-Veronese varieties: golden polar degrees and distance degrees, and identities that tie them together."""

import re
from math import comb

import golden_values
import pytest

from neurocli.theorems.segre_veronese import SegreVeronese


def models():
    """Golden rows about a Segre-Veronese variety, by model."""
    for row in golden_values.ROWS:
        if row.get("model", "").startswith("Segre-Veronese"):
            dimensions = tuple(map(int, re.findall(r"P\^(\d+)", row["model"])))
            degrees = tuple(map(int, re.search(r"O\((.*)\)", row["model"])[1].split(",")))
            yield SegreVeronese(dimensions, degrees), row


def test_golden_rows():
    checked = 0
    for variety, row in models():
        if row["invariant"] == "degree":
            assert variety.degree == row["value"], row
        elif row["invariant"] == "polar_degrees":
            assert list(variety.polar_degrees) == row["value"], row
        elif row["metric"] == "generic":
            assert variety.generic_distance_degree == row["value"], row
        elif row["metric"] == "bombieri":
            assert variety.bombieri_distance_degree == row["value"], row
        checked += 1
    assert checked > 80


@pytest.mark.parametrize("n, r", [(1, 2), (1, 7), (2, 3), (3, 4), (5, 2)])
def test_veronese(n, r):
    variety = SegreVeronese((n,), (r,))
    assert variety.degree == r**n
    # the dual is the discriminant of forms of degree r in n + 1 variables
    assert variety.polar_degrees[0] == (n + 1) * (r - 1) ** n
    eigenvectors = n + 1 if r == 2 else ((r - 1) ** (n + 1) - 1) // (r - 2)
    assert variety.bombieri_distance_degree == eigenvectors


@pytest.mark.parametrize("n, m", [(1, 1), (2, 1), (3, 2), (3, 3)])
def test_segre_is_rank_one_matrices(n, m):
    from neurocli.theorems.determinantal import Determinantal

    variety, matrices = SegreVeronese((n, m), (1, 1)), Determinantal(n + 1, m + 1, 1)
    assert variety.degree == comb(n + m, n) == matrices.degree
    assert variety.polar_degrees == matrices.polar_degrees
    assert variety.bombieri_distance_degree == min(n, m) + 1


def test_order_of_factors_and_points_do_not_matter():
    a, b = SegreVeronese((2, 1, 3), (2, 1, 4)), SegreVeronese((3, 2, 1), (4, 2, 1))
    assert a.polar_degrees == b.polar_degrees and a.bombieri_distance_degree == b.bombieri_distance_degree
    assert SegreVeronese((2, 0, 1), (3, 5, 1)).polar_degrees == SegreVeronese((2, 1), (3, 1)).polar_degrees


def test_hyperdeterminant():
    assert SegreVeronese((1, 1, 1), (1, 1, 1)).polar_degrees[0] == 4
    assert SegreVeronese((2, 2, 2), (1, 1, 1)).polar_degrees[0] == 36
