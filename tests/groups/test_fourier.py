"""The group Fourier transform: inverse, Plancherel, invariance, convolution, parity with numpy."""

import json
from fractions import Fraction

import numpy as np
import pytest

from neurocli.errors import DataError
from neurocli.groups.cyclotomic import Cyclotomic, cyclotomic, multiply
from neurocli.groups.determinant import (
    determinant_factors,
    verify_at_a_point,
    verify_by_block_diagonalization,
    verify_by_expansion,
)
from neurocli.groups.fourier import (
    bispectrum,
    convolve,
    fourier_transform,
    fourier_transform_floats,
    inverse_fourier_transform,
    inverse_fourier_transform_floats,
    power_spectrum,
    powers,
    squared_norm,
    translate,
)
from neurocli.groups.irreps import irreps
from neurocli.groups.names import group_by_name
from neurocli.groups.signals import read_signal, signal_from

GROUPS = ["C5", "C6", "D3", "D4", "S3", "A4", "Q8", "Q12", "S4"]


def signal_on(group, seed=0):
    rng = np.random.default_rng(seed)
    i = Cyclotomic.root_of_unity(4)
    return [cyclotomic(Fraction(int(a), int(d))) + i * int(b)
            for a, b, d in rng.integers(1, 9, (group.order, 3))]


@pytest.mark.parametrize("name", GROUPS)
def test_inverse_plancherel_and_invariance(name):
    group = group_by_name(name)
    rhos, x = irreps(group), signal_on(group)
    coefficients = fourier_transform(rhos, x)
    assert all(a == b for a, b in zip(inverse_fourier_transform(rhos, coefficients), x))
    assert sum(powers(rhos, coefficients), cyclotomic(0)) == squared_norm(x)
    moved = translate(group, 2, x)
    shifted = fourier_transform(rhos, moved)
    inverse = group.inverses[2]
    assert shifted == tuple(multiply(c, rho.matrices[inverse]) for c, rho in zip(coefficients, rhos))
    assert power_spectrum(rhos, shifted) == power_spectrum(rhos, coefficients)
    assert shifted != coefficients


@pytest.mark.parametrize("name", ["C5", "D3", "Q8", "A4"])
def test_convolution_theorem(name):
    group = group_by_name(name)
    rhos, x, y = irreps(group), signal_on(group, 1), signal_on(group, 2)
    product = fourier_transform(rhos, convolve(group, x, y))
    transforms = zip(fourier_transform(rhos, x), fourier_transform(rhos, y))
    assert product == tuple(multiply(b, a) for a, b in transforms)


@pytest.mark.parametrize("name", GROUPS)
def test_floats_agree_with_exact(name):
    group = group_by_name(name)
    rhos, x = irreps(group), signal_on(group)
    floats = np.array([complex(v) for v in x])
    batch = np.stack([floats, 2 * floats])
    coefficients = fourier_transform_floats(rhos, batch)
    assert np.allclose(inverse_fourier_transform_floats(rhos, coefficients), batch)
    for rho, exact, c in zip(rhos, power_spectrum(rhos, fourier_transform(rhos, x)), coefficients):
        # The power matrices are similar; their eigenvalues do not depend on the basis.
        ours = np.array([[complex(v) for v in row] for row in exact])
        assert np.allclose(np.poly(c[0] @ c[0].conj().T), np.poly(ours))
        assert rho.dimension == c.shape[-1]


def test_cyclic_groups_have_the_transform_of_numpy():
    group = group_by_name("C12")
    x = np.random.default_rng(0).normal(size=12)
    ours = np.array([c[0, 0] for c in fourier_transform_floats(irreps(group), x)])
    assert np.allclose(ours, np.fft.fft(x))


def test_bispectrum_of_a_cyclic_group_is_the_classical_one():
    group = group_by_name("C7")
    rhos, x = irreps(group), signal_on(group)
    hat = [c[0][0] for c in fourier_transform(rhos, x)]
    for k, l in [(1, 2), (3, 6), (0, 5)]:
        assert bispectrum(rhos[k], rhos[l], x)[0][0] == hat[k] * hat[l] * hat[(k + l) % 7].conjugate()


@pytest.mark.parametrize("name", ["D3", "Q8", "A4"])
def test_bispectrum_is_invariant_and_is_the_transform_of_the_triple_correlation(name):
    group = group_by_name(name)
    rhos, x = irreps(group), signal_on(group)
    left, right = rhos[-1], rhos[1]
    value = bispectrum(left, right, x)
    for a in range(1, group.order, 3):
        assert bispectrum(left, right, translate(group, a, x)) == value
    total = cyclotomic(0)
    table, inverses = group.table, group.inverses
    for g1 in range(group.order):
        for g2 in range(group.order):
            triple = sum((x[g].conjugate() * x[table[g][g1]] * x[table[g][g2]] for g in range(group.order)),
                         cyclotomic(0))
            total += triple * left.matrices[inverses[g1]][0][-1] * right.matrices[inverses[g2]][0][0]
    # Entry ((0, 0), (last, 0)) of the Kronecker product.
    assert value[0][(left.dimension - 1) * right.dimension] == total


def test_bispectrum_separates_what_the_power_spectrum_does_not():
    # On C7 reversing a signal keeps the power spectrum but leaves the orbit.
    group = group_by_name("C7")
    rhos, x = irreps(group), [1, 2, 0, 5, 0, 0, 3]
    y = [x[-g % 7] for g in range(7)]
    assert y not in [list(translate(group, a, x)) for a in range(7)]
    ours, theirs = fourier_transform(rhos, x), fourier_transform(rhos, y)
    assert power_spectrum(rhos, ours) == power_spectrum(rhos, theirs)
    assert bispectrum(rhos[1], rhos[2], x) != bispectrum(rhos[1], rhos[2], y)


def test_wrong_lengths():
    group = group_by_name("D3")
    rhos = irreps(group)
    with pytest.raises(DataError, match="the signal has 5 values, but D3 has 6 elements"):
        fourier_transform(rhos, [1] * 5)
    with pytest.raises(DataError, match="7 values"):
        fourier_transform_floats(rhos, np.ones((2, 7)))
    with pytest.raises(DataError, match="sizes"):
        inverse_fourier_transform(rhos, fourier_transform(irreps(group_by_name("C6")), [1] * 6))


@pytest.mark.parametrize("name, shape", [
    ("S3", [(1, 1), (1, 1), (2, 2)]), ("C6", [(1, 1), (2, 1), (2, 1), (1, 1)]),
    ("Q8", [(1, 1)] * 4 + [(2, 2)]), ("C5", [(1, 1), (4, 1)]), ("C8", [(1, 1), (4, 1), (2, 1), (1, 1)]),
    ("C2xC2xC2", [(1, 1)] * 8), ("D4", [(1, 1)] * 4 + [(2, 2)]),
])
def test_group_determinant_as_a_polynomial_identity(name, shape):
    group = group_by_name(name)
    rhos = irreps(group)
    factors = determinant_factors(group, rhos)
    assert [(f.degree, f.multiplicity) for f in factors] == shape
    assert verify_by_expansion(group, factors, rhos)
    assert verify_by_block_diagonalization(group, rhos) and verify_at_a_point(group, rhos)


def test_group_determinants_of_s3_and_d3_have_the_factors_of_frobenius():
    factors = determinant_factors(group_by_name("D3"), irreps(group_by_name("D3")))
    assert [f.polynomial for f in factors] == [
        "x0 + x1 + x2 + x3 + x4 + x5", "x0 + x1 + x2 - x3 - x4 - x5",
        "x0^2 - x0*x1 - x0*x2 + x1^2 - x1*x2 + x2^2 - x3^2 + x3*x4 + x3*x5 - x4^2 + x4*x5 - x5^2"]


def test_wrong_factorizations_are_refused():
    s3, c6 = group_by_name("S3"), group_by_name("C6")
    rhos = irreps(s3)
    assert not verify_by_block_diagonalization(s3, (rhos[0], rhos[0], rhos[2]))
    assert not verify_at_a_point(s3, (rhos[0], rhos[0], rhos[2]))
    assert not verify_at_a_point(s3, irreps(c6))
    assert not verify_by_expansion(s3, determinant_factors(s3, rhos)[:2], rhos)


@pytest.mark.parametrize("name, degrees", [
    ("A5", [(1, 1), (6, 3), (4, 4), (5, 5)]), ("A4", [(1, 1), (2, 1), (3, 3)]),
])
def test_larger_group_determinants(name, degrees):
    group = group_by_name(name)
    rhos = irreps(group)
    factors = determinant_factors(group, rhos)
    assert [(f.degree, f.multiplicity) for f in factors] == degrees
    assert all(f.polynomial is None for f in factors)
    assert verify_by_block_diagonalization(group, rhos) and verify_at_a_point(group, rhos)


@pytest.mark.parametrize("suffix, text", [
    ("csv", "1\n-1/2\n0.25\n"), ("csv", "1, -1/2, 0.25"), ("csv", "re,im\n1,0\n-1/2,0\n1/4,0\n"),
    ("json", '[1, "-1/2", 0.25]'),
    ("json", '[[1, 0], "-1/2", {"conductor": 3, "denominator": 4, "numerators": [1]}]'),
])
def test_signal_files(tmp_path, suffix, text):
    path = tmp_path / f"signal.{suffix}"
    path.write_text(text)
    assert [v.to_fraction() for v in read_signal(path)] == [1, Fraction(-1, 2), Fraction(1, 4)]


def test_signal_arrays_and_complex_values(tmp_path):
    group = group_by_name("C2")
    np.save(tmp_path / "x.npy", np.array([0.5 + 0.25j, -1]))
    i = Cyclotomic.root_of_unity(4)
    assert list(signal_from(group, str(tmp_path / "x.npy"))) == [Fraction(1, 2) + i / 4, -1]
    (tmp_path / "x.csv").write_text("re,im\n1,-1\n0,2\n")
    assert list(signal_from(group, str(tmp_path / "x.csv"))) == [1 - i, 2 * i]


@pytest.mark.parametrize("name, contents, message", [
    ("x.csv", "1,nan,3", "read 'nan'"), ("x.csv", "1,2\n3,4\n5,6\n", "one row, one column"),
    ("x.csv", "re,im\n1\n", "line 2 has 1"), ("x.csv", "1,2/0,3", "divides by zero"),
    ("x.csv", "1,2", "2 values"),
    ("x.csv", "1,2,1e999999999", "expected an integer"),
    ("x.csv", "__import__('os'),1,2", "expected an integer"),
    ("x.json", "[1, 2, NaN]", "expected an integer"), ("x.json", "{", "not JSON"),
    ("x.json", "[1, 2, true]", "True"),
    ("x.json", '{"a": 1}', "a signal is a list"), ("x.json", "[1, 2, [1, 2, 3]]", "pair"),
])
def test_bad_signal_files(tmp_path, name, contents, message):
    (tmp_path / name).write_text(contents)
    with pytest.raises(DataError, match=message):
        signal_from(group_by_name("C3"), str(tmp_path / name))


def test_bad_signal_arrays(tmp_path):
    group = group_by_name("C2")
    np.save(tmp_path / "a.npy", np.array([1.0, np.inf]))
    np.save(tmp_path / "b.npy", np.ones((2, 2)))
    np.save(tmp_path / "c.npy", np.array([{}, {}], dtype=object), allow_pickle=True)
    for name, message in [("a", "value 2 is not finite"), ("b", "one-dimensional"),
                          ("c", "not a plain array"), ("none", "No such file")]:
        with pytest.raises(DataError, match=message):
            signal_from(group, str(tmp_path / f"{name}.npy"))
    assert json.loads(json.dumps([v.to_json() for v in signal_from(group, "1,2")]))[1]["numerators"] == [2]
