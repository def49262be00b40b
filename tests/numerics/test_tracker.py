"""Paths end where they must, close paths are told apart, and every ending has its code."""

import itertools

import numpy as np
import pytest

from neurocli.architectures.grammar import parse
from neurocli.architectures.registry import parametrization
from neurocli.numerics.balance import balance, scaling_weights
from neurocli.numerics.paths import Paths, ReturnCode, arc, position, reverse, segment
from neurocli.numerics.polynomials import LinearFamily, SparsePolynomials
from neurocli.numerics.tracker import CAUTIOUS, STANDARD, Options, Tracker, solve


class Plane:
    """A square system in the affine plane, given by functions of (x, q)."""

    kernel, data = 0, 1

    def __init__(self, unknowns, value, jacobian, velocity):
        self.unknowns, self._parts = unknowns, (value, jacobian, velocity)

    def evaluate(self, x, q, dq):
        value, jacobian, velocity = self._parts
        return value(x, q), jacobian(x, q), velocity(x, q) * dq

    def invariants(self, x):
        return x

    def normalize(self, x):
        return x


def roots(inner):
    """x^2 = inner(q), one unknown."""
    h = 1e-7
    return Plane(1, lambda x, q: x**2 - inner(q), lambda x, q: 2 * x[:, :, None],
                 lambda x, q: -(inner(q + h) - inner(q - h)) / (2 * h))


def one(a=0.0, b=1.0, x=((1.0,),)):
    x = np.array(x, dtype=complex)
    way = segment(np.array([a], dtype=complex), np.array([b], dtype=complex))
    return Paths(x, np.repeat(way[None], len(x), axis=0), np.arange(len(x)))


def test_a_smooth_path_ends_at_the_solution():
    ends = Tracker(roots(lambda q: 1 + 3 * q)).track(one())
    assert ends.codes[0] == ReturnCode.SUCCESS
    assert abs(ends.x[0, 0] - 2) < 1e-13
    assert ends.errors[0] < 1e-12


@pytest.mark.parametrize("gap", [1e-1, 1e-2, 1e-3, 1e-4])
def test_close_paths_are_not_confused(gap):
    # x^2 = (q - 1/2)^2 + gap^2: the two real paths come as near as 2 gap and turn away.
    system = roots(lambda q: (q - 0.5)**2 + gap**2)
    start = np.sqrt(0.25 + gap**2)
    ends = Tracker(system).track(one(x=((start,), (-start,))))
    assert ends.codes.tolist() == [ReturnCode.SUCCESS] * 2
    assert np.allclose(ends.x[:, 0], [start, -start])


@pytest.mark.parametrize("gap", [1e-2, 1e-3, 1e-4])
def test_paths_that_nearly_cross_keep_their_direction(gap):
    # x^2 = (q - 1/2)^2 - gap^2 passed above or below both branch points: here the path crosses.
    system = roots(lambda q: (q - 0.5)**2 - gap**2)
    start = np.sqrt(0.25 - gap**2)
    way = arc(np.array([0j]), np.array([1 + 0j]), np.array([0.05j]))
    ends = Tracker(system).track(Paths(np.array([[start + 0j]]), way[None], np.arange(1)))
    assert ends.codes[0] == ReturnCode.SUCCESS
    assert np.allclose(ends.x[0, 0], -start)


def test_twenty_roots_on_a_circle_turn_by_one_place():
    # x^20 = q once around 0 in four arcs.
    n = 20
    system = Plane(1, lambda x, q: x**n - q, lambda x, q: n * x[:, :, None]**(n - 1), lambda x, q: -np.ones_like(x))
    x = np.exp(2j * np.pi * np.arange(n) / n)[:, None]
    corners = np.array([1, 1j, -1, -1j, 1])
    for a, b in itertools.pairwise(corners):
        ends = Tracker(system).track(one(a, b, x))
        assert set(ends.codes.tolist()) == {ReturnCode.SUCCESS}
        x = ends.x
    assert np.allclose(x[:, 0], np.exp(2j * np.pi * (np.arange(n) + 1) / n))


def test_a_branch_point_in_the_middle_is_reported():
    ends = Tracker(roots(lambda q: 0.5 - q)).track(one(x=((np.sqrt(0.5),),)))
    assert ends.codes[0] == ReturnCode.STEP_TOO_SMALL
    assert 0.4 < ends.t[0] <= 0.5


def test_a_singular_end_is_no_success():
    assert Tracker(roots(lambda q: 1 - q)).track(one()).codes[0] != ReturnCode.SUCCESS


def test_a_path_to_infinity():
    # (1 - q) x = 1
    system = Plane(1, lambda x, q: (1 - q) * x - 1, lambda x, q: (1 - q)[:, :, None] + 0 * x[:, :, None],
                   lambda x, q: -x)
    ends = Tracker(system, Options(infinity=1e3)).track(one())
    assert ends.codes[0] == ReturnCode.AT_INFINITY


def test_a_start_that_solves_nothing():
    assert Tracker(roots(lambda q: 1 + q)).track(one(x=((5.0,),))).codes[0] == ReturnCode.BAD_START


def test_a_singular_start():
    flat = Plane(1, lambda x, q: 0 * x, lambda x, q: 0 * x[:, :, None], lambda x, q: 0 * x)
    assert Tracker(flat).track(one()).codes[0] == ReturnCode.SINGULAR_START


def test_overflow_ends_a_path():
    system = Plane(1, lambda x, q: np.exp(800 * q) * (x - 1) + np.where(q.real > 0.9, np.inf, 0),
                   lambda x, q: np.exp(800 * q)[:, :, None], lambda x, q: 0 * x)
    code = Tracker(system).track(one()).codes[0]
    assert code in (ReturnCode.NOT_FINITE, ReturnCode.STEP_TOO_SMALL)


def test_no_paths_at_all():
    assert len(Tracker(roots(lambda q: 1 + q)).track(one(x=np.zeros((0, 1))))) == 0


def test_end_points_keep_order_and_labels():
    count = 40
    targets = np.linspace(1, 4, count)
    ways = np.stack([segment(np.array([0j]), np.array([b + 0j])) for b in targets])
    paths = Paths(np.ones((count, 1), dtype=complex), ways, np.arange(count)[::-1])
    ends = Tracker(roots(lambda q: 1 + q), Options(batch=7)).track(paths)
    assert ends.labels.tolist() == list(range(count))[::-1]
    assert np.allclose(ends.x[:, 0], np.sqrt(1 + targets))


def test_the_predictor_has_order_three():
    # The number of steps grows like tolerance^(-1/4): 16 times the aim, half the steps or fewer less.
    system = roots(lambda q: 2 + np.exp(6j * q))
    start = ((np.sqrt(3),),)
    steps = [int(Tracker(system, Options(aim=aim, bend=10, longest_step=1)).track(one(x=start)).steps[0])
             for aim in (2e-2, 2e-6)]
    assert 4 < steps[1] / steps[0] < 18  # (10^4)^(1/4) = 10


def test_a_cautious_tracker_takes_more_steps():
    system = roots(lambda q: 1 + 3j * q)
    assert Tracker(system, CAUTIOUS).track(one()).steps[0] > Tracker(system, STANDARD).track(one()).steps[0]


def test_a_singular_matrix_in_a_batch_spoils_only_itself():
    matrices = np.stack([np.eye(2), np.zeros((2, 2)), np.full((2, 2), np.nan), 2 * np.eye(2)]).astype(complex)
    x = solve(matrices, np.ones((4, 2, 1), dtype=complex))
    assert np.isnan(x[1]).all() and np.isnan(x[2]).all()
    assert np.allclose(x[0], 1) and np.allclose(x[3], 0.5)


def test_arcs_have_their_ends_and_their_derivative():
    rng = np.random.default_rng(0)
    a, b, w = (rng.standard_normal(3) + 1j * rng.standard_normal(3) for _ in range(3))
    way = arc(a, b, w)
    for ours, (first, last) in ((way, (a, b)), (reverse(way), (b, a))):
        assert np.allclose(position(ours[None], np.zeros(1))[0][0], first)
        assert np.allclose(position(ours[None], np.ones(1))[0][0], last)
    t, h = np.array([0.3]), 1e-6
    slope = (position(way[None], t + h)[0] - position(way[None], t - h)[0]) / (2 * h)
    assert np.allclose(position(way[None], t)[1], slope)
    assert np.allclose(position(reverse(way)[None], np.array([0.3]))[0], position(way[None], np.array([0.7]))[0])


def test_balancing_keeps_the_function_and_reaches_the_moment_map():
    network = parametrization(parse("mlp:3-2-2,r=2"))
    weights = scaling_weights(network)
    rng = np.random.default_rng(4)
    x = rng.standard_normal((5, network.parameter_count)) + 1j * rng.standard_normal((5, network.parameter_count))
    x[:, :3] *= 1e3
    y = balance(x, weights)
    samples = rng.standard_normal((4, 3)) + 0j
    from neurocli.algebra.rings import ComplexFloats

    before, after = (network.evaluate(ComplexFloats(), z, samples) for z in (x, y))
    assert np.abs(before - after).max() <= 1e-10 * np.abs(before).max()
    first, last = y[:, :6].reshape(5, 2, 3), y[:, 6:].reshape(5, 2, 2)
    assert np.allclose((np.abs(first)**2).sum(axis=2), 2 * (np.abs(last)**2).sum(axis=1), rtol=1e-6)


def test_sparse_polynomials_differentiate():
    p = SparsePolynomials([{(3, 1): 2, (0, 0): 1}, {(1, 2): -1, (0, 3): 4}])
    x = np.array([[0.3 + 1j, -2.0], [0.0, 1.5]])
    _, slopes = p.evaluate(x)
    h = 1e-6
    for j in range(2):
        d = np.zeros(2)
        d[j] = h
        assert np.allclose(slopes[:, j], (p.evaluate(x + d)[0] - p.evaluate(x - d)[0]) / (2 * h), atol=1e-6)


def test_a_family_is_linear_in_its_data():
    family = LinearFamily([[{(1, 1): 1, (0, 0): 2}], [{(0, 2): 1}]])
    rng = np.random.default_rng(5)
    x = rng.standard_normal((1, 3)) + 0j
    q = family.data_through(x, rng)
    value, _, velocity = family.evaluate(x, q, q)
    assert np.abs(value).max() < 1e-12 and np.abs(velocity).max() < 1e-12
