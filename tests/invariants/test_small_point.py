"""Regular minors at small integers: proved in floating point, and never where the rank is smaller."""

from fractions import Fraction

import numpy as np
import pytest

from neurocli.architectures.grammar import parse
from neurocli.invariants.dimension import dim
from neurocli.invariants.ranks.jacobian_rank import check_rank
from neurocli.invariants.ranks.small_point import minor_is_regular, regular
from neurocli.invariants.ranks.upper_bounds import reduced


def pivots(spec):
    evidence = dim(spec).evidence[0]
    rows, columns = (np.array(evidence[key]) for key in ("rows", "columns"))
    return reduced(parse(spec)), rows // evidence["samples"], rows % evidence["samples"], columns


@pytest.mark.parametrize("spec", ["mlp:10-10-10-1,r=2", "mlp:3-2-2,r=2", "cnn:3-2-2,r=2", "linear:3-2-4"])
def test_minors_of_certificates(spec):
    assert minor_is_regular(*((p := pivots(spec))[0], 0, *p[1:]))


def test_a_larger_minor_is_never_regular():
    parametrization = reduced(parse("mlp:3-2-2,r=2"))  # 10 parameters, rank 8
    for seed in range(20):
        for columns in (np.arange(9), np.arange(1, 10)):
            rows = np.arange(9)
            assert not minor_is_regular(parametrization, seed, rows % 2, rows // 2, columns)


@pytest.mark.parametrize("spec", ["mlp:2-3-1,act=1/3*x^3+x^2", "mlp:2-2-2-2-2-1,r=9"])
def test_fractions_and_large_entries_are_left_to_the_prime(spec):
    found = pivots(spec)
    assert not minor_is_regular(found[0], 0, *found[1:])
    assert check_rank(found[0], dim(spec).evidence[0])


def test_singular_integer_matrices_are_never_proved_regular():
    rng = np.random.default_rng(0)
    for size in (1, 2, 5, 40):
        for scale in (1, 10**5):
            a = rng.integers(-scale, scale + 1, (size, size)).astype(float)
            weights = rng.integers(-3, 4, size - 1)
            a[-1] = weights @ a[:-1] if size > 1 else 0
            assert not regular(a)
            b = a.copy()
            b[-1, -1] += 1
            assert not regular(b) or _determinant(b) != 0
    hilbert = np.array([[1 / (i + j + 1) for j in range(14)] for i in range(14)])
    assert not regular(hilbert)  # regular in fact, but doubles cannot tell
    assert not regular(np.array([[np.nan]])) and not regular(np.array([[np.inf]]))


def _determinant(a):
    rows = [[Fraction(int(v)) for v in row] for row in a]
    value = Fraction(1)
    for i in range(len(rows)):
        pivot = next((k for k in range(i, len(rows)) if rows[k][i]), None)
        if pivot is None:
            return Fraction(0)
        rows[i], rows[pivot] = rows[pivot], rows[i]
        value *= rows[i][i]
        for k in range(i + 1, len(rows)):
            factor = rows[k][i] / rows[i][i]
            rows[k] = [x - factor * y for x, y in zip(rows[k], rows[i], strict=True)]
    return value
