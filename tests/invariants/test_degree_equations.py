"""Equations: the classical ones, counts of every degree, verification, irreducibility, and cones or not."""

from fractions import Fraction
from math import comb

import pytest

import neurocli
from neurocli.errors import TooLarge
from neurocli.invariants.degree import degree
from neurocli.invariants.degrees.equations import Ideal
from neurocli.invariants.ranks.upper_bounds import reduced


def ideal(spec, **options):
    network = neurocli.parse(spec)
    facts = neurocli.dim(network)
    return Ideal(reduced(network), facts.value, facts.status.value == "proved", **options)


def evaluate(polynomial, values):
    total = Fraction(0)
    for exponents, c in polynomial.items():
        term = Fraction(c)
        for value, e in zip(values, exponents, strict=True):
            term *= value**e
        total += term
    return total


def test_symmetric_determinant():
    result = degree("mlp:3-2-1,r=2", equations=4)
    # four times the determinant of the symmetric matrix, whose off-diagonal entries are halved
    assert result.data["equations"] == ["c101^2*c020 - c110*c101*c011 + c200*c011^2 + c110^2*c002 - 4*c200*c020*c002"]
    assert result.data["equation_count"] == {"1": 0, "2": 0, "3": 1, "4": 6}
    assert result.data["coordinates"]["c110"] == "coefficient of x1*x2 in output 1"


def test_razors_edge_example():
    found = ideal("mlp:2-2-1,act=x^3+x^2").equations(3)
    (equation,) = found.system.polynomials
    z = [Fraction(v) for v in (3, -1, 4, 1, -5, 9, 2)]  # four of the cubic part, three of the quadratic part
    rows = [[z[0], z[1] / 3, z[2] / 3], [z[1] / 3, z[2] / 3, z[3]], [z[4], z[5] / 2, z[6]]]
    (a, b, c), (d, e, f), (g, h, i) = rows
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    assert evaluate(equation, z) / determinant in (18, -18)


def test_catalecticant_of_quartics():
    (equation,) = ideal("mlp:2-2-1,r=4").equations(3).system.polynomials
    c = [Fraction(v) for v in (2, 3, -1, 7, 5)]
    a = [x / comb(4, i) for i, x in enumerate(c)]
    hankel = (a[0] * (a[2] * a[4] - a[3]**2) - a[1] * (a[1] * a[4] - a[2] * a[3])
              + a[2] * (a[1] * a[3] - a[2]**2))
    assert evaluate(equation, c) / hankel in (432, -432)


def test_generators_and_counts():
    # the quartic scroll of cnn:2-2: one quadric and three cubics [checked with Macaulay2]
    found = ideal("cnn:2-2,r=2").equations(4)
    assert [max(map(sum, f)) for f in found.system.polynomials] == [2, 3, 3, 3]
    # rational quartic curve: six quadrics, and nothing else generates
    found = ideal("mlp:2-1-1,r=4").equations(3)
    assert found.count == {1: 0, 2: 6, 3: 35 - 13} and len(found.system.polynomials) == 6


def test_counts_do_not_depend_on_prime_or_seed():
    for options in ({}, {"prime": 1073741789}, {"seed": 9}):
        found = ideal("mlp:2-2-3,r=2", **options).equations(3)
        assert found.count == {1: 0, 2: 0, 3: 1}
        assert found.system == ideal("mlp:2-2-3,r=2").equations(3).system


def test_positive_dimensional_fibres():
    # 14 of 15 dimensions with one symmetry more than the gauge knows: the catalecticant, and nothing below it
    found = ideal("mlp:3-5-1,r=4")
    assert found.exact.cut == 1 and found.equations(3).count == {1: 0, 2: 0, 3: 0}
    assert ideal("mlp:2-3-2,r=2").equations(2).count == {1: 0, 2: 0}


def test_verifier_refuses_what_does_not_vanish():
    found = ideal("mlp:3-2-1,r=2")
    (equation,) = found.equations(3).system.polynomials
    assert found.vanishes(equation)
    wrong = dict(equation)
    wrong[next(iter(wrong))] += 1
    assert not found.vanishes(wrong)


def test_irreducible_means_irreducible():
    found = ideal("mlp:3-2-1,r=2")
    (equation,) = found.equations(3).system.polynomials
    assert found.is_irreducible(equation)
    square = {}
    for a, c in equation.items():
        for b, d in equation.items():
            e = tuple(x + y for x, y in zip(a, b, strict=True))
            square[e] = square.get(e, 0) + c * d
    assert not found.is_irreducible(square)
    lifted = {tuple(e + (i == 0) for i, e in enumerate(a)): c for a, c in equation.items()}
    assert not found.is_irreducible(lifted)


def test_affine_varieties_get_inhomogeneous_equations(tmp_path):
    file = tmp_path / "curve.toml"  # the curve (t, t^2 + 1, t^3) is no cone
    file.write_text('variables = ["t"]\npolynomials = ["t", "t^2+1", "t^3"]\n')
    result = degree(f"poly:{file}", equations=2)
    assert result.value == 3 and not result.data["projective"]
    # y1^2 - y2 + 1, y1 y2 - y1 - y3, and y1 y3 - (y2 - 1)^2
    assert result.data["equation_count"]["2"] == 3


def test_refusals_carry_the_estimate():
    with pytest.raises(TooLarge, match="monomials of degree 40"):
        ideal("mlp:3-2-1,r=2").equations(40)


def test_implicit_ideal_is_printed_over_the_rationals():
    result = degree("cnn:2-2,r=2", implicit=True, engine="builtin")
    assert "c110*c011 - 4*c200*c002" in result.data["implicit"] and len(result.data["implicit"]) == 4
