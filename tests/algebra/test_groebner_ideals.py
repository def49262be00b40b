"""Ideal operations on ideals whose answers are known."""

from __future__ import annotations

import pytest

from neurocli.algebra.groebner.basis import GroebnerBasis
from neurocli.algebra.groebner.groebner import groebner_basis
from neurocli.algebra.groebner.ideals import (
    compute_basis,
    elimination_ideal,
    intersection,
    quotient,
    quotient_by_ideal,
    radical_membership,
    saturation,
    saturation_by_ideal,
)
from neurocli.algebra.groebner.polynomial import Polynomial, System, add, exact_quotient, multiply
from neurocli.algebra.groebner.rational import RationalBasis
from neurocli.errors import UsageError

P = 32003
X: Polynomial = {(1, 0, 0): 1}
Y: Polynomial = {(0, 1, 0): 1}
Z: Polynomial = {(0, 0, 1): 1}
ONE: Polynomial = {(0, 0, 0): 1}


def ideal(*polynomials: Polynomial, p: int = P) -> System:
    return System("xyz", p, polynomials)


def product(*factors: Polynomial) -> Polynomial:
    result = ONE
    for f in factors:
        result = multiply(result, f)
    return result


def equal(basis: GroebnerBasis | RationalBasis, *polynomials: Polynomial) -> bool:
    p = basis.characteristic if isinstance(basis, GroebnerBasis) else 0
    return basis.polynomials == compute_basis(ideal(*polynomials, p=p)).polynomials


# (ideal I, f, I : f, I : f^infinity)
XY1 = add(product(X, Y), ONE, factor=-1)
CASES = [
    ([product(X, Y)], X, [Y], [Y]),
    ([product(X, X, Y)], X, [product(X, Y)], [Y]),
    ([product(X, X), product(X, Y)], X, [X, Y], [ONE]),  # (x) with an embedded point
    ([product(X, X), product(X, Y)], Y, [X], [X]),
    ([product(X, X), product(X, Y)], Z, [product(X, X), product(X, Y)], [product(X, X), product(X, Y)]),
    ([product(X, Z), product(Y, Z)], Z, [X, Y], [X, Y]),  # a plane and a line
    ([product(X, Z), product(Y, Z)], X, [Z], [Z]),
    ([product(X, XY1)], X, [XY1], [XY1]),
    ([product(X, X, Y, Y, Y)], product(X, Y), [product(X, Y, Y)], [ONE]),
    ([add(product(Y, Y), product(X, X, X), factor=-1)], X, [add(product(Y, Y), product(X, X, X), factor=-1)],
     [add(product(Y, Y), product(X, X, X), factor=-1)]),
    ([ONE], X, [ONE], [ONE]),
    ([], X, [], []),
    ([X], {}, [ONE], [ONE]),
]


@pytest.mark.parametrize("p", [P, 0])
@pytest.mark.parametrize("generators,f,colon,saturated", CASES)
def test_quotient_and_saturation(generators: list[Polynomial], f: Polynomial, colon: list[Polynomial],
                                 saturated: list[Polynomial], p: int) -> None:
    assert equal(quotient(ideal(*generators, p=p), f), *colon)
    assert equal(saturation(ideal(*generators, p=p), f), *saturated)


def test_by_ideals() -> None:
    # (x, y) and (z) and (x, z^2): two lines and a plane, one of the lines embedded in it
    thick = ideal(product(X, Z), product(Y, Z, Z))
    assert equal(quotient_by_ideal(thick, [X, Y]), product(X, Z), product(Z, Z))
    assert equal(quotient_by_ideal(thick, [X, Z]), product(X, Z), product(Y, Z))
    assert equal(saturation_by_ideal(thick, [Z]), X, Y)
    assert equal(saturation_by_ideal(thick, [X, Y]), product(X, Z), product(Z, Z))
    assert equal(saturation_by_ideal(thick, [X]), Z)
    assert equal(saturation_by_ideal(ideal(product(X, Y)), []), ONE)


@pytest.mark.parametrize("p", [P, 0])
def test_intersection(p: int) -> None:
    assert equal(intersection(ideal(X, p=p), ideal(Y, Z, p=p)), product(X, Y), product(X, Z))
    assert equal(intersection(ideal(product(X, X), p=p), ideal(product(X, Y), p=p)), product(X, X, Y))
    assert equal(intersection(ideal(p=p), ideal(X, p=p)))
    assert equal(intersection(ideal(ONE, p=p), ideal(X, Z, p=p)), X, Z)


def test_intersections_contain_products_and_lie_in_both() -> None:
    first = ideal(add(product(X, Y), Z), product(X, X))
    second = ideal(add(Y, Z), product(X, Z))
    common = intersection(first, second)
    assert isinstance(common, GroebnerBasis)
    a, b = groebner_basis(first), groebner_basis(second)
    assert all(a.contains(f) and b.contains(f) for f in common.polynomials)
    assert all(common.contains(multiply(f, g)) for f in first.polynomials for g in second.polynomials)


def test_elimination_of_the_rational_quartic() -> None:
    # (s^4, s^3 t, s t^3, t^4): the image is cut out by one quadric and three cubics
    names = ("s", "t", "a", "b", "c", "d")
    images = [(4, 0), (3, 1), (1, 3), (0, 4)]
    for p in (P, 0):
        graph = System(names, p, [{(*e, 0, 0, 0, 0): -1, (0, 0, *(int(i == k) for i in range(4))): 1}
                                  for k, e in enumerate(images)])
        image = elimination_ideal(graph, ["s", "t"])
        assert image.variables == ("a", "b", "c", "d")
        assert sorted(max(map(sum, f)) for f in image.polynomials) == [2, 3, 3, 3]
        quadric: Polynomial = {(0, 1, 1, 0): 1, (1, 0, 0, 1): -1}
        assert image.polynomials[0] == (quadric if not p else {e: c % p for e, c in quadric.items()})
        if isinstance(image, GroebnerBasis):
            assert (image.dimension, image.degree) == (2, 4)
        else:
            assert image.status == "probable"


def test_elimination_over_q_keeps_rational_coefficients() -> None:
    # x = t/3 + 1/7, y = t^2/2
    system = System("txy", 0, [{(0, 1, 0): 21, (1, 0, 0): -7, (0, 0, 0): -3}, {(0, 0, 1): 2, (2, 0, 0): -1}])
    (f,) = elimination_ideal(system, "t").polynomials
    for t in range(-3, 4):
        from fractions import Fraction

        x, y = Fraction(t, 3) + Fraction(1, 7), Fraction(t * t, 2)
        assert sum(c * x ** a * y ** b for (a, b), c in f.items()) == 0
    assert len(f) == 4


def test_eliminating_nothing_everything_and_nonsense() -> None:
    assert elimination_ideal(ideal(X, Y), []).polynomials == [Y, X]
    assert elimination_ideal(ideal(X, Y), "xyz").polynomials == []
    assert elimination_ideal(ideal(ONE), "xyz").polynomials == [{(): 1}]
    with pytest.raises(UsageError):
        elimination_ideal(ideal(X), "w")
    with pytest.raises(UsageError):
        intersection(ideal(X), System("ab", P, []))


def test_a_variable_named_t_is_no_obstacle() -> None:
    system = System("ty", P, [{(1, 1): 1}])
    assert saturation(system, {(1, 0): 1}).polynomials == [{(0, 1): 1}]


def test_radical_membership() -> None:
    fat = ideal(product(X, X), product(Y, Y, Y, Z))
    for f, holds in ((X, True), (product(Y, Z), True), (Y, False), (add(X, product(Y, Z)), True), (ONE, False)):
        assert radical_membership(fat, f).holds is holds
        assert radical_membership(fat, f).status == "proved"
        rational = radical_membership(ideal(*fat.polynomials, p=0), f)
        assert (rational.holds, rational.status) == (holds, "probable")


def test_exact_quotient() -> None:
    f, g = add(product(X, Y), Z), add(X, ONE, factor=5)
    assert exact_quotient(multiply(f, g), g) == f
    with pytest.raises(ArithmeticError):
        exact_quotient(f, g)
