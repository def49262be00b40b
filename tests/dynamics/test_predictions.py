"""Predicted staircases: golden values and invariances."""

import math
from fractions import Fraction

import numpy as np
import pytest

from neurocli.dynamics.attention import attention_staircase
from neurocli.dynamics.group_composition import group_staircase
from neurocli.dynamics.linear import linear_staircase
from neurocli.dynamics.modular_addition import (
    encoding_of_spectrum,
    modular_addition_staircase,
    powers_of_encoding,
    powers_of_spectrum,
)
from neurocli.dynamics.six_neurons import vanishing_sums, witness_amplitude
from neurocli.errors import DataError
from neurocli.groups.names import group_by_name

TWENTY = {1: Fraction(10), 3: Fraction(5), 5: Fraction(5, 2)}


def test_attention_golden():
    """Plateaus and singular values for D = 4, N = 32, as printed by the authors, and exactly."""
    found = attention_staircase([Fraction(n, 25) for n in (8, 24, 6, 12)], 32)
    assert found.losses == (1, Fraction(5917, 10525), Fraction(834499, 2347075),
                            Fraction(82948247, 368490775), Fraction(60405689, 456928561))
    assert [feature.name for feature in found.features] == [f"component {i}" for i in (2, 4, 1, 3)]
    learned = [float(dict(feature.details)["singular_value"]) for feature in found.features]
    assert np.allclose(learned, [0.029691, 0.056054, 0.079618, 0.100806], atol=5e-7)
    assert found.exact and found.kappa == 3 and found.time_status == "bound"
    assert math.isclose(found.features[0].time, math.sqrt(3) / (32 * 0.96**2), rel_tol=1e-12)


def test_attention_refuses_bad_spectra():
    with pytest.raises(DataError):
        attention_staircase([Fraction(1), Fraction(0)], 4)
    with pytest.raises(DataError):
        attention_staircase([Fraction(1)], 0)


def test_modular_addition_golden():
    found = modular_addition_staircase(20, powers_of_spectrum(20, TWENTY), math.sqrt(2) * 1e-2)
    assert found.losses == (Fraction(21, 32), Fraction(5, 32), Fraction(1, 32), 0)
    assert np.allclose([feature.utility for feature in found.features], [3.042903, 0.380363, 0.0475454], atol=1e-6)
    assert np.allclose([feature.time for feature in found.features], [7.6364, 61.0914, 488.731], atol=1e-3)
    squares = [dict(feature.details)["utility_squared"] for feature in found.features]
    assert [squares[0] / square for square in squares] == [1, 64, 64**2]


def test_modular_ties_are_flagged():
    found = modular_addition_staircase(7, powers_of_spectrum(7, {1: Fraction(2), 2: Fraction(2), 3: Fraction(1)}))
    assert [feature.tie for feature in found.features] == [True, True, False]


def test_exact_powers_of_an_encoding():
    """Parseval exactly, irrational powers over the cyclotomic field, agreement with numpy's FFT."""
    encoding = [Fraction(n) for n in (3, -1, 4, 1, -5, -2, 0)]
    powers = powers_of_encoding(encoding)
    transform = np.abs(np.fft.fft([float(entry) for entry in encoding])) ** 2
    assert all(math.isclose(complex(power).real, 2 * transform[xi] / 7) for xi, power in powers.items())
    found = modular_addition_staircase(7, powers)
    assert found.initial_loss == Fraction(56, 7) and found.losses[-1] == 0 and found.exact


def test_encoding_must_have_mean_zero():
    with pytest.raises(DataError, match="mean"):
        powers_of_encoding([Fraction(1), Fraction(0)])


@pytest.mark.parametrize(("n", "expected"), [(1, False), (2, False), (3, False), (4, False), (5, False), (6, True)])
def test_six_neurons_are_enough_and_five_are_not(n, expected):
    """Over Q(zeta_n): the identity and the condition on the exponents agree, for every choice of phases."""
    found = {(i, j) for i in range(n) for j in range(n) if witness_amplitude(n, i, j) is not None}
    assert found == {(i, j) for i in range(n) for j in range(n) if vanishing_sums(n, i, j)}
    assert bool(found) == expected
    if n == 6:
        assert found == {(1, 4), (2, 5), (4, 1), (5, 2)}
        assert witness_amplitude(6, 1, 4) == Fraction(1, 3)


def test_cyclic_group_is_modular_addition():
    encoding = [Fraction(n) for n in (3, -1, 4, 1, -5, -2)]
    by_group = group_staircase(group_by_name("C6"), encoding)
    by_frequency = modular_addition_staircase(6, powers_of_encoding(encoding))
    assert by_group.losses == by_frequency.losses
    assert np.allclose([f.utility for f in by_group.features], [f.utility for f in by_frequency.features])


@pytest.mark.parametrize("name", ["D3", "Q8", "A4", "C5"])
def test_largest_utility_by_ascent(name):
    """The stated maximum of the utility is reached by gradient ascent and never exceeded."""
    group = group_by_name(name)
    draw = np.random.default_rng(1)
    signal = [Fraction(int(value)) for value in draw.integers(-6, 7, group.order)]
    signal[0] -= sum(signal)
    found = group_staircase(group, signal)
    table = np.array(group.table)
    shifts = np.zeros((group.order, group.order))
    for g in range(group.order):
        shifts[g, table[g]] = [float(value) for value in signal]
    best = 0.0
    for _ in range(6):
        theta = draw.standard_normal((3, group.order))
        for _ in range(1500):
            theta /= np.linalg.norm(theta)
            a, b, c = theta @ shifts.T
            toward = [(2 / group.order**2) * shifts.T @ part for part in (
                np.sum(b * c[table], axis=1), np.sum(a[:, None] * c[table], axis=0),
                np.bincount(table.ravel(), np.outer(a, b).ravel(), group.order))]
            # the power iteration of a trilinear form, shifted so that it climbs
            theta = theta + np.array(toward) / np.linalg.norm(toward)
        theta /= np.linalg.norm(theta)
        a, b, c = theta @ shifts.T
        best = max(best, 2 / group.order**2 * float(np.sum(np.outer(a, b) * c[table])))
    assert math.isclose(best, found.features[0].utility, rel_tol=1e-3)
    assert best <= found.features[0].utility * (1 + 1e-9)


def test_group_powers_add_up():
    signal = [Fraction(n) for n in (1, 2, -3, 4, -5, 1)]
    found = group_staircase(group_by_name("S3"), signal)
    assert found.initial_loss == Fraction(56, 6) and found.losses[-1] == 0
    with pytest.raises(DataError, match="values"):
        group_staircase(group_by_name("S3"), signal[:5])
    with pytest.raises(DataError, match="mean"):
        group_staircase(group_by_name("S3"), [Fraction(1)] * 6)


def test_linear_whitened_is_exact_and_proved():
    zero = Fraction(0)
    eye = [[Fraction(i == j) for j in range(3)] for i in range(3)]
    cross = [[Fraction(3), zero, zero], [zero, Fraction(4, 5), Fraction(3, 5)],
             [zero, Fraction(-3, 10), Fraction(4, 10)]]
    found = linear_staircase(eye, cross, Fraction(11))
    assert found.losses == (Fraction(11, 2), 1, Fraction(1, 2), Fraction(3, 8))
    assert found.time_status == "proved" and found.exact
    assert np.allclose([feature.time for feature in found.features], [1 / 3, 1, 2])
    assert [feature.hessian_index for feature in found.features] == [4, 1, 0]


def test_linear_without_commuting_covariances_is_a_conjecture():
    covariance = [[Fraction(2), Fraction(1)], [Fraction(1), Fraction(3)]]
    found = linear_staircase(covariance, [[Fraction(1), Fraction(2)], [Fraction(0), Fraction(1)]], Fraction(5))
    assert found.time_status == "conjectured" and not found.exact
    gain = np.array([[1, 2], [0, 1]]) @ np.linalg.inv([[2, 1], [1, 3]]) @ np.array([[1, 0], [2, 1]])
    assert np.allclose([float(loss) for loss in found.losses],
                       2.5 - np.concatenate([[0], np.cumsum(np.linalg.eigvalsh(gain)[::-1])]) / 2)


def test_linear_refuses_a_singular_covariance():
    with pytest.raises(DataError, match="singular"):
        linear_staircase([[Fraction(1), Fraction(1)], [Fraction(1), Fraction(1)]], [[Fraction(1), Fraction(1)]], 1)


def test_hessian_index_at_linear_saddles():
    """Against the spectrum of the numerical Hessian at each rank-k saddle."""
    from neurocli.dynamics.systems import Linear

    covariance, cross = np.eye(3), np.diag([3.0, 2.0, 1.0])[:2]
    system = Linear(covariance, cross, 20.0, 3)
    found = linear_staircase(covariance.astype(object).tolist(), cross.astype(object).tolist(), 20.0)
    wide = linear_staircase(covariance.tolist(), cross.tolist(), 20.0, hidden=3)
    assert [found.initial_index, *(f.hessian_index for f in found.features)] == [4, 1, 0]
    for k, expected in enumerate([wide.initial_index, *(f.hessian_index for f in wide.features)]):
        units = np.zeros((3, 5))
        for i in range(k):
            units[i, i] = units[i, 2 + i] = math.sqrt(cross[i, i])
        theta, step = units.ravel(), 1e-5
        slopes = [(system.loss_and_gradient(theta + step * e)[1] - system.loss_and_gradient(theta - step * e)[1])
                  / (2 * step) for e in np.eye(theta.size)]
        assert int(np.sum(np.linalg.eigvalsh(np.array(slopes)) < -1e-6)) == expected


def test_spectrum_encoding_round_trip():
    encoding = encoding_of_spectrum(20, TWENTY)
    transform = np.abs(np.fft.fft(encoding))
    assert np.allclose(transform[[1, 3, 5]], [10, 5, 2.5]) and abs(transform[[0, 2, 4]]).max() < 1e-9
