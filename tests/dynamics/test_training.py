"""Gradient flows and the two-step algorithm against the predictions."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from neurocli.dynamics import systems
from neurocli.dynamics.attention import attention_staircase
from neurocli.dynamics.data import Samples, read_samples
from neurocli.dynamics.diagonal import staircase
from neurocli.dynamics.gradient_flow import compare, gradient_flow, plateaus
from neurocli.dynamics.linear import linear_staircase
from neurocli.dynamics.modular_addition import (
    encoding_of_spectrum,
    modular_addition_staircase,
    powers_of_spectrum,
)
from neurocli.dynamics.two_step import two_step
from neurocli.dynamics.utility import leading_utility
from neurocli.errors import DataError, TooLarge, UsageError

HERE = Path(__file__).parent
TWENTY = {1: Fraction(10), 3: Fraction(5), 5: Fraction(5, 2)}


def floats(rows):
    return np.array([[float(entry) for entry in row] for row in rows])


@pytest.mark.parametrize("system", [
    systems.Diagonal(np.array([[1.0, 2], [3, 4]]), np.array([1.0, 2])),
    systems.Linear(np.diag([1.0, 2, 3]), np.ones((2, 3)), 4.0, 2),
    systems.Attention([1, 0.5, 0.2], 4, 2),
    systems.TwoLayer(np.arange(10.0).reshape(5, 2) / 5, np.ones((5, 3)), (0.5, 1, 2, 0, 1), 2, 3),
], ids=lambda system: type(system).__name__)
def test_gradients_are_those_of_the_losses(system):
    theta = np.random.default_rng(3).standard_normal(system.size)
    gradient = system.loss_and_gradient(theta)[1]
    numeric = [(system.loss_and_gradient(theta + e)[0] - system.loss_and_gradient(theta - e)[0]) / 2e-6
               for e in 1e-6 * np.eye(system.size)]
    assert np.allclose(gradient, numeric, rtol=1e-5, atol=1e-5)


def test_diagonal_flow_visits_the_staircase():
    data = read_samples(HERE / "two_inputs.csv")
    found = staircase(data)
    flow = gradient_flow(systems.Diagonal(floats(data.x), floats(data.y)), 1e-10)
    rows = compare(flow, [found.initial_loss, *(jump.loss for jump in found.jumps)])
    assert flow.finished and max(row.error for row in rows) < 0.02
    # the plateau after jump k lies between the predicted times of jumps k and k + 1
    unit = -np.log(1e-10)
    times = [float(jump.time) * unit for jump in found.jumps]
    assert times[0] * 0.9 < rows[1].time < times[1] * 1.1 < rows[2].time < times[2] * 1.1


def test_linear_flow_visits_the_staircase():
    draw = np.random.default_rng(0)
    x = draw.integers(-4, 5, (40, 4))
    y = x @ np.array([[5, 1, 0], [1, 3, 0], [0, 1, 1], [0, 0, 1]])
    data = Samples(tuple(tuple(Fraction(int(v)) for v in row) for row in x),
                   tuple(tuple(Fraction(int(v)) for v in row) for row in y))
    from neurocli.dynamics.linear import covariances

    covariance, cross, power = covariances(data)
    found = linear_staircase(covariance, cross, power)
    flow = gradient_flow(systems.Linear(floats(covariance), floats(cross), float(power), 4), 1e-12)
    assert max(row.error for row in compare(flow, found.losses)) < 0.02


@pytest.mark.parametrize("seed", [0, 1])
def test_attention_flow_visits_the_staircase(seed):
    eigenvalues = [Fraction(n, 25) for n in (24, 12, 8, 6)]
    found = attention_staircase(eigenvalues, 32, np.sqrt(3) * 1e-3)
    flow = gradient_flow(systems.Attention([float(v) for v in eigenvalues], 32, 5), 1e-3, seed)
    rows = compare(flow, found.losses)
    assert max(row.error for row in rows) < 0.02
    assert rows[1].time > found.features[0].time          # the bound of the first jump


@pytest.mark.slow
def test_modular_addition_flow_visits_the_staircase():
    found = modular_addition_staircase(20, powers_of_spectrum(20, TWENTY), np.sqrt(2) * 1e-2)
    flow = gradient_flow(systems.modular_addition(encoding_of_spectrum(20, TWENTY), 18), 1e-2)
    rows = compare(flow, found.losses)
    assert max(row.error for row in rows) < 0.02
    assert all(row.time > feature.time for row, feature in zip(rows[1:], found.features))


def test_small_modular_addition_flow():
    spectrum = {1: Fraction(4), 2: Fraction(2)}
    found = modular_addition_staircase(5, powers_of_spectrum(5, spectrum), np.sqrt(2) * 1e-2)
    flow = gradient_flow(systems.modular_addition(encoding_of_spectrum(5, spectrum), 16), 1e-2, 1)
    assert max(row.error for row in compare(flow, found.losses)) < 0.02


def test_one_neuron_optimum():
    """One neuron on the encoding with |xhat| = 10, 5, 5/2 on Z_20: 0.5995906, below the pure 0.600694."""
    system = systems.modular_addition(encoding_of_spectrum(20, TWENTY), 18)
    first = two_step(system, 1e-2, rounds=1).rounds[0]
    assert abs(first.loss - 0.5995906) < 2e-7
    assert 3.04 < first.utility < 3.042904


def test_two_step_on_a_linear_network_is_the_linear_staircase():
    draw = np.random.default_rng(0)
    x = draw.standard_normal((50, 3))
    y = x @ draw.standard_normal((3, 2))
    found = two_step(systems.TwoLayer(x, y, (0, 1), 4, 2), 1e-6)
    predicted = linear_staircase((x.T @ x / 50).tolist(), (y.T @ x / 50).tolist(), float(np.sum(y * y)) / 50)
    assert [turn.kappa for turn in found.rounds] == [2, 2]
    assert np.allclose([turn.loss for turn in found.rounds], [float(loss) for loss in predicted.losses[1:]], atol=1e-6)
    assert found.reason == "fitted"
    # first jump: the best neuron needs (-log norm)/sigma_1, any start needs longer
    sigma = np.linalg.svd(y.T @ x / 50, compute_uv=False)[0]
    assert found.rounds[0].time >= -np.log(np.sqrt(2) * 1e-6) / sigma


def test_two_step_is_the_same_from_run_to_run():
    system = systems.modular_addition(encoding_of_spectrum(5, {1: Fraction(4)}), 4)
    assert two_step(system, 1e-2, 3, rounds=2) == two_step(system, 1e-2, 3, rounds=2)


def test_kappa_by_exact_expansion():
    one = Fraction(1)
    even = Samples(((one,), (-one,)), ((one,), (one,)))          # E y x = 0, E y x^2 = 1
    odd = Samples(((one,), (-one,)), ((one,), (-one,)))          # E y x = 1
    assert leading_utility(even, (0, one, one, one)).kappa == 3
    assert leading_utility(odd, (0, one, one, one)).kappa == 2
    assert leading_utility(odd, (0, 0, one, one)).kappa == 4
    assert leading_utility(odd, (one, one)).kappa == 2           # targets of mean 0
    with pytest.raises(DataError, match="linear part"):
        leading_utility(even, (one, one))
    with pytest.raises(DataError, match="vanishes"):
        leading_utility(odd, (0, 0, one))
    assert leading_utility(even, (0, one), bias=True).monomial == (1,)
    with pytest.raises(TooLarge):
        leading_utility(Samples(((one,) * 60,) * 50, ((one,),) * 50), (0,) * 12 + (one,))


def test_plateaus_of_a_made_up_curve():
    times = list(range(9))
    losses = [9, 9, 8, 4, 3, 3, 2, 0.5, 0]
    speeds = [0.1, 0.2, 5, 3, 0.1, 0.05, 4, 1, 0.0]
    assert plateaus(times, losses, speeds) == [(0, 9), (5, 3), (8, 0)]


def test_scale_is_checked():
    with pytest.raises(UsageError):
        gradient_flow(systems.Attention([1.0], 2, 1), 0.0)


def test_neurons_that_turn_away_end_the_run():
    """A dormant neuron with 2 a^2 > w^2 cannot reach the opposite sign: its utility ends at 0, and the run says so."""
    x = np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1], [0, 1], [2, 1]])
    y = np.array([[2.0], [0], [0], [2], [0], [4]])
    found = two_step(systems.TwoLayer(x, y, (0, 0, 1), 3, 3), 1e-3, 0)
    assert found.reason == "no utility left" and len(found.rounds) == 1
    # the first plateau is the best a single square with positive sign can do
    assert abs(found.rounds[0].gradient) < 1e-6
