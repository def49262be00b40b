"""Targets on the discriminant, and at infinity: singular ends have multiplicities, and every path is counted."""

import numpy as np
import pytest

from neurocli.architectures.grammar import parse
from neurocli.architectures.registry import parametrization
from neurocli.numerics.certification import certify, count_certified
from neurocli.numerics.endgame import track_to_the_end
from neurocli.numerics.paths import Paths, ReturnCode, segment
from neurocli.numerics.slices import solve_slice
from neurocli.numerics.special_targets import ends_at


class Line:
    """One unknown, one parameter: G(x; q) from value, derivative in x, derivative in q."""

    unknowns, kernel, data = 1, 0, 1

    def __init__(self, value, in_x, in_q):
        self._parts = value, in_x, in_q

    def evaluate(self, x, q, dq):
        value, in_x, in_q = self._parts
        return value(x, q), in_x(x, q)[:, :, None], in_q(x, q) * dq

    def invariants(self, x):
        return x

    def normalize(self, x):
        return x


def to_one(system, starts):
    x = np.array(starts, dtype=complex)[:, None]
    way = segment(np.zeros(1), np.ones(1))
    return track_to_the_end(system, Paths(x, np.repeat(way[None], len(x), axis=0), np.arange(len(x))))


@pytest.mark.parametrize("power", [2, 3, 5])
def test_merging_paths_end_in_one_singular_point(power):
    # (x - 3)^power = 1 - q
    system = Line(lambda x, q: (x - 3)**power - (1 - q), lambda x, q: power * (x - 3)**(power - 1), lambda x, q: 1 + 0 * x)
    done = to_one(system, 3 + np.exp(2j * np.pi * np.arange(power) / power))
    assert (done.ends.codes == ReturnCode.SINGULAR).all() and (done.windings == power).all()
    assert np.allclose(done.invariants, 3, atol=1e-8)


@pytest.mark.parametrize("power", [1, 2, 3])
def test_poles_are_not_taken_for_singular_points(power):
    # (x - 5)^power (1 - q) = 1: the mean over a loop is 5, but nothing ends there.
    system = Line(lambda x, q: (x - 5)**power * (1 - q) - 1, lambda x, q: power * (x - 5)**(power - 1) * (1 - q),
                  lambda x, q: -(x - 5)**power)
    done = to_one(system, 5 + np.exp(2j * np.pi * np.arange(power) / power))
    assert (done.ends.codes == ReturnCode.AT_INFINITY).all()


def tangent_target(found, seed):
    """An offset for which the slice is tangent to the neurovariety at a point, and that point's function."""
    system, rng = found.system, np.random.default_rng(seed)
    a, b = system.space.random_parameters(rng, 2)
    size = system.data, system.space.size
    directions = rng.standard_normal((system.data, system.unknowns))
    other = rng.standard_normal(size) + 1j * rng.standard_normal(size)

    def tangency(s):
        """Zero where a tangent vector lies in the slice; a second slice removes the directions of the fibre."""
        jacobian = directions @ system.space.evaluation.run((a + s * b)[None]).jacobian[0] @ system.space.coordinates.T
        return np.linalg.det(jacobian @ system.rows.T) / np.linalg.det(jacobian @ other.T)

    s, h = 0.1 + 0.2j, 1e-6
    for _ in range(60):
        s = s - 2 * h * tangency(s) / (tangency(s + h) - tangency(s - h))
    function = system.invariants((a + s * b)[None])[0]
    return function @ system.rows.T, function


def test_a_target_on_the_discriminant():
    # The cubic of singular symmetric matrices: a tangent slice has one double point and one simple one.
    found = solve_slice(parametrization(parse("mlp:3-2-1,r=2")))
    target, function = tangent_target(found, 4)
    done = ends_at(found.system, found.points, found.data, target)
    assert len(done.regular) == 1 and done.multiplicities == (2,) and done.at_infinity == 0
    assert np.linalg.norm(done.singular[0] - function) <= 1e-3 * np.linalg.norm(function)
    assert done.lost == {"SINGULAR": 2}
    assert count_certified(certify(found.system, done.regular, target)) == 1


def test_no_path_is_lost_silently():
    found = solve_slice(parametrization(parse("mlp:3-2-2,r=2")))
    target, _ = tangent_target(found, 1)
    for place in (target, 2 * found.data, np.zeros_like(found.data)):
        done = ends_at(found.system, found.points, found.data, place)
        assert len(done.regular) + sum(done.lost.values()) == found.count
        if not len(done.regular):
            continue
        residual, _, _ = found.system.evaluate(done.regular, place[None], place[None])
        assert np.abs(residual).max(initial=0) <= 1e-8 * np.abs(found.values).max()


# -- the fibre over one function


def fibre_over(spec, weights, **options):
    from neurocli.invariants.fibers import fibers

    return fibers(spec, at=weights, method="monodromy", **options)


def test_the_fibre_over_weights_holds_the_weights():
    from neurocli.invariants.fibers import fibers
    from neurocli.invariants.tracking import Tracking

    weights = [1, 2, 3, 4, 1, 2, 3, 5, 7, 2]
    found = fibre_over("mlp:3-2-2,r=2", weights, tracking=Tracking(certify=True))
    assert (found.value, found.status.value) == ({"dimension": 2, "components": 2, "classes": 1}, "bound")
    assert found.data["certified"] == 2
    for component in found.data["components"]:
        same = fibers("mlp:3-2-2,r=2", equivalent=(weights, component["representative"]), tolerance=1e-9)
        assert same.value["same"]


def test_points_of_a_fibre_that_merge_have_multiplicities():
    # Parallel neurons give a form of rank one, a double point of the cubic: two functions merge, with four points each.
    found = fibre_over("mlp:3-2-1,r=2", [1, 2, 3, 1, 2, 3, 1, 1])
    kinds = [component["kind"] for component in found.data["components"]]
    assert kinds == ["singular, multiplicity 4"] * 2 and found.value["classes"] is None
    assert found.run["failed_paths"] == {"SINGULAR": 8}


def test_points_beyond_the_gauge_are_counted_at_infinity():
    # The node of the quartic has two preimages; one has a vanishing first entry, which the gauge sets to 1.
    found = fibre_over("cnn:2-2,r=2", [1, 0, 0, 1])
    assert found.value["components"] == 1 and found.run["failed_paths"] == {"AT_INFINITY": 1}
