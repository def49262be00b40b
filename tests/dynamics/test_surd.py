"""Exact numbers of Q(sqrt d) and the reader of written numbers."""

from fractions import Fraction
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurocli.dynamics.surd import Surd, read_number, sign, square_root
from neurocli.errors import DataError

SMALL = st.fractions(min_value=-9, max_value=9, max_denominator=12)


@given(SMALL, SMALL, SMALL, SMALL)
def test_field_laws_and_signs(a, b, c, e):
    left, right = Surd.make(a, b, 3), Surd.make(c, e, 3)
    assert left + right - right == left
    assert left * (right + 1) == left * right + left
    if right:
        assert left / right * right == left
    approximate = float(a) + float(b) * 3**0.5
    if abs(approximate) > 1e-9:
        assert sign(left) == (1 if approximate > 0 else -1)
        assert isclose(float(left), approximate, rel_tol=1e-6)


def test_near_cancellation_is_decided_exactly():
    # 1351/780 is a convergent of sqrt(3) from above, 989/571 another from below.
    root = square_root(Fraction(3))
    assert Fraction(1351, 780) > root > Fraction(989, 571)
    assert isclose(float(root - Fraction(1351, 780)), -1 / (780**2 * (3**0.5 + 1351 / 780)), rel_tol=1e-12)


@pytest.mark.parametrize(("text", "value"), [
    ("3/7", Fraction(3, 7)), (" -0.25 ", Fraction(-1, 4)), ("1e-3", Fraction(1, 1000)),
    ("sqrt(12)", Surd(Fraction(0), Fraction(2), 3)),
    ("2-6*sqrt(3)/25", Surd(Fraction(2), Fraction(-6, 25), 3)),
    ("-(1+sqrt(3))*(1-sqrt(3))", Fraction(2)), ("sqrt(9/4)", Fraction(3, 2)),
])
def test_reading(text, value):
    assert read_number(text) == value


@pytest.mark.parametrize("text", ["", "nan", "inf", "1//2", "2**9", "x", "sqrt(-1)", "1/0",
                                  "__import__('os')",
                                  "sqrt(sqrt(2))", "1 2", "(" * 5000, "1e99999999", "sqrt(2)+sqrt(3)"])
def test_refused(text):
    with pytest.raises(DataError):
        read_number(text)


@given(SMALL, SMALL)
def test_written_form_reads_back(a, b):
    value = Surd.make(a, b, 7)
    assert read_number(str(value)) == value
