"""Cyclotomic numbers against complex floats, and the laws of a field."""

import cmath
import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurocli.groups.cyclotomic import (
    ONE,
    ZERO,
    Cyclotomic,
    conjugate_transpose,
    cyclotomic,
    identity,
    inverse,
    kronecker,
    matrix,
    multiply,
    trace,
)
from neurocli.groups.modular import root_of_unity_modulo, splitting_prime

fractions = st.fractions(min_value=-4, max_value=4, max_denominator=6)


@st.composite
def numbers(draw):
    n = draw(st.sampled_from([1, 2, 3, 4, 5, 6, 8, 12, 15]))
    terms = draw(st.lists(st.tuples(fractions, st.integers(0, n - 1)), max_size=3))
    return sum((c * Cyclotomic.root_of_unity(n, k) for c, k in terms), ZERO)


@settings(max_examples=60, deadline=None)
@given(numbers(), numbers(), numbers())
def test_field_laws_and_floats(a, b, c):
    assert (a + b) * c == a * c + b * c
    assert a - b == -(b - a)
    assert cmath.isclose(complex(a * b + c), complex(a) * complex(b) + complex(c), abs_tol=1e-9)
    assert cmath.isclose(complex(a.conjugate()), complex(a).conjugate(), abs_tol=1e-9)
    assert a.descend() == a and Cyclotomic.from_json(a.to_json()) == a
    if b:
        assert a / b * b == a and b * b.inverse() == 1


@settings(max_examples=40, deadline=None)
@given(numbers(), numbers())
def test_reduction_modulo_a_prime_is_a_homomorphism(a, b):
    n = math.lcm(a.conductor, b.conductor)
    p = splitting_prime(n)
    root = root_of_unity_modulo(n, p)
    a, b = a.lift(n), b.lift(n)
    assert (a * b).modulo(p, root) == a.modulo(p, root) * b.modulo(p, root) % p
    assert (a + b).modulo(p, root) == (a.modulo(p, root) + b.modulo(p, root)) % p


def test_embeddings_are_compatible():
    for n in (4, 6, 12, 30, 60):
        for m in (d for d in range(1, n + 1) if n % d == 0):
            assert Cyclotomic.root_of_unity(n, n // m) == Cyclotomic.root_of_unity(m)
            p = splitting_prime(60)
            assert pow(root_of_unity_modulo(60, p), 60 // m, p) == root_of_unity_modulo(m, p)


def test_known_values():
    z5 = Cyclotomic.root_of_unity(5)
    golden = -(z5**2 + z5**3)
    assert golden * golden == golden + 1 and not golden.is_rational
    root5 = 2 * golden - 1
    assert root5 * root5 == 5 and complex(root5).real == pytest.approx(math.sqrt(5))
    # √5 written in a larger field descends to conductor 5; √2 needs 8; i needs 4.
    assert root5.lift(60).descend().conductor == 5
    z8, z6 = Cyclotomic.root_of_unity(8), Cyclotomic.root_of_unity(6)
    assert (z8 + z8.conjugate()).lift(24).descend().conductor == 8
    assert z6.conductor == 6 and z6.descend().conductor == 3
    assert cyclotomic(Fraction(1, 2)).lift(7).to_fraction() == Fraction(1, 2)
    assert str(golden) == "-z5^2 - z5^3" and str(ZERO) == "0" and str(-z5 / 2) == "-1/2*z5"


def test_errors():
    with pytest.raises(ZeroDivisionError):
        ZERO.inverse()
    with pytest.raises(ValueError, match="not rational"):
        Cyclotomic.root_of_unity(3).to_fraction()
    with pytest.raises(ZeroDivisionError):
        inverse(matrix([[1, 2], [2, 4]]))
    for record in ({}, {"conductor": 0, "denominator": 1, "numerators": []}, {"conductor": None}):
        with pytest.raises(ValueError):
            Cyclotomic.from_json(record)


def test_matrices():
    z = Cyclotomic.root_of_unity(3)
    a, b = matrix([[z, 1], [0, 2]]), matrix([[1, z], [Fraction(1, 2), 3]])
    assert multiply(a, inverse(a)) == identity(2) == multiply(inverse(b), b)
    assert trace(kronecker(a, b)) == trace(a) * trace(b)
    assert conjugate_transpose(multiply(a, b)) == multiply(conjugate_transpose(b), conjugate_transpose(a))
    assert multiply(kronecker(a, b), kronecker(b, a)) == kronecker(multiply(a, b), multiply(b, a))
    assert identity(1) == ((ONE,),)
