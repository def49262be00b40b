"""Counts by monodromy against known degrees, critical points and fibres; the trace test against gaps."""

import numpy as np
import pytest
from golden_values import rows

from neurocli.architectures.grammar import parse
from neurocli.architectures.registry import parametrization
from neurocli.errors import UsageError
from neurocli.numerics.critical import critical_pairs, solve_critical, track_to_targets
from neurocli.numerics.execution import Execution
from neurocli.numerics.fibers import solve_fiber
from neurocli.numerics.function_space import (
    bombieri_weights,
    coefficient_matrix,
    function_space,
    gaussian,
    monomial_exponents,
)
from neurocli.numerics.metrics import dataset_root
from neurocli.numerics.monodromy import Monodromy, triangle
from neurocli.numerics.paths import ReturnCode
from neurocli.numerics.point_table import PointTable
from neurocli.numerics.slices import solve_slice
from neurocli.numerics.systems import CriticalSystem
from neurocli.numerics.trace_test import PASSES, trace_residual


def network(spec):
    return parametrization(parse(spec))


QUICK = ["mlp:3-3-3,r=2", "mlp:2-2-2-2,r=2", "cnn:2-2-2,r=2", "mlp:3-2-1,r=3", "linear:4-2-3", "mlp:4-2-1,r=2",
         "lightning:2-2,a=2,t=2", "mlp:2-2-1,act=x^3+x^2", "mlp:2-3-1,r=6", "cnn:3-2,r=1,stride=2-1"]


@pytest.mark.parametrize("spec", QUICK)
def test_degree(spec):
    (row,) = [row for row in rows("degree") if row["spec"] == spec]
    found = solve_slice(network(spec), seed=1)
    assert (found.count, found.complete) == (row["value"], True)
    assert found.search.residual < PASSES
    residual, _, _ = found.system.evaluate(found.points, found.data[None], found.data[None])
    assert np.abs(residual).max() < 1e-8 * max(1, np.abs(found.values).max())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("spec", "kind"), [("mlp:3-3-3,r=2", "degree"), ("mlp:2-2-2-2,r=2", "degree"),
                                            ("cnn:2-2-2,r=2", "degree"), ("mlp:3-2-2,r=2", "edd"),
                                            ("mlp:3-2-1,r=3", "edd"), ("cnn:3-3,r=2", "edd")])
def test_every_seed_gives_the_same_count(spec, kind, seed):
    (row,) = [r for r in rows(kind) if r["spec"] == spec and r.get("metric", "generic") == "generic"]
    found = solve_slice(network(spec), seed) if kind == "degree" else solve_critical(network(spec), "generic", seed)
    assert (found.count, found.complete) == (row["value"], True)


@pytest.mark.slow
@pytest.mark.parametrize("row", rows("edd", "numerical"), ids=lambda row: row["spec"])
def test_what_path_tracking_alone_has_found_is_found_again(row):
    found = solve_critical(network(row["spec"]), row["metric"], seed=5)
    assert (found.count, found.complete) == (row["value"], True)


@pytest.mark.parametrize(("spec", "metric"), [
    ("mlp:3-2-1,r=2", "generic"), ("mlp:3-2-1,r=2", "unit"), ("mlp:3-2-1,r=2", "bombieri"), ("cnn:2-2,r=2", "generic"),
    ("mlp:2-2-3,r=2", "generic"), ("cnn:3-2,r=2", "generic"), ("mlp:2-2-2,r=2", "generic"), ("linear:4-2-3", "bombieri"),
    ("lightning:2-1,a=2,t=2", "generic")])
def test_critical_points(spec, metric):
    (row,) = [r for r in rows("edd") if (r["spec"], r["metric"]) == (spec, metric)]
    found = solve_critical(network(spec), metric, seed=2)
    assert (found.count, found.complete) == (row["value"], True)


@pytest.mark.parametrize(("spec", "count"), [("mlp:1-1-1,act=x^3+x^2+x", 4), ("sprecher:2-1-1,phi=2,Phi=1", 6)])
def test_functions_of_several_degrees(spec, count):
    # Real samples on one sphere would not tell 1 from |x|^2. The values are those of Gröbner bases.
    found = solve_critical(network(spec))
    assert found.count == count


def test_a_metric_whose_trace_has_poles_is_called_incomplete_but_counted():
    # The Bombieri metric of the rational normal cubic: critical points go to infinity over finite targets.
    found = solve_critical(network("mlp:2-1-1,r=3"), "bombieri")
    assert (found.count, found.complete) == (3, False)


def test_many_samples_of_one_output_count_like_a_generic_metric():
    inputs = np.random.default_rng(0).standard_normal((8, 3))
    found = solve_critical(network("mlp:3-2-1,r=2"), lambda space: dataset_root(space, inputs))
    assert found.count == 13


def test_too_few_samples_leave_a_positive_dimension():
    inputs = np.random.default_rng(0).standard_normal((3, 3))
    with pytest.raises(UsageError, match=r"local dimension 2"):
        solve_critical(network("mlp:3-2-1,r=2"), lambda space: dataset_root(space, inputs))


@pytest.mark.parametrize(("spec", "points"), [("mlp:2-2-2,r=2", 2), ("mlp:2-2-2-2,r=2", 4), ("cnn:3-2,r=2", 1),
                                              ("mlp:2-2-3,r=2", 2)])
def test_fibres_in_the_gauge(spec, points):
    found = solve_fiber(network(spec))
    assert (found.count, found.even) == (points, True)
    space = function_space(network(spec))
    values = space.evaluation.run(found.points, order=0).outputs
    assert np.abs(values - values[0]).max() < 1e-7 * np.abs(values).max()


def test_a_fibre_of_positive_dimension_is_refused():
    with pytest.raises(UsageError, match="dimension 3"):
        solve_fiber(network("mlp:2-3-2,r=2"))


def test_targets_on_the_real_line_of_a_loss():
    found = solve_critical(network("mlp:2-2-1,r=4"), "generic")
    assert found.count == 13
    targets = np.random.default_rng(3).standard_normal((3, len(found.data)))
    ends = track_to_targets(found, targets)
    assert (ends.codes == ReturnCode.SUCCESS).all()
    values = found.system.invariants(ends.x).reshape(3, 13, -1)
    for row in values:  # a real problem: the conjugate of a critical function is one
        gaps = np.abs(row[:, None] - row.conj()[None]).max(axis=2).min(axis=1)
        assert gaps.max() < 1e-6 * np.abs(row).max()


def test_the_trace_test_notices_one_missing_solution():
    found = solve_slice(network("mlp:3-2-2,r=2"), seed=5)
    assert found.count == 15
    nodes = found.search.nodes
    # The same slice at the other nodes, by tracking.
    traces = []
    for node in nodes:
        ends = track_to_targets(found, node)
        assert (ends.codes == ReturnCode.SUCCESS).all()
        traces.append(found.system.invariants(ends.x))
    scale = np.linalg.norm(traces[0], axis=1).mean()
    places = (0, 1, np.exp(1j * np.pi / 3))
    assert trace_residual(places, [t.sum(axis=0) for t in traces], scale) < PASSES
    for lost in range(15):
        kept = [np.delete(t, lost, axis=0).sum(axis=0) for t in traces]
        assert trace_residual(places, kept, scale) > 1e3 * PASSES


def test_a_limit_stops_the_search_and_says_so():
    calls = iter(range(100))
    found = solve_slice(network("mlp:3-3-3,r=2"), execution=Execution(limit=lambda: next(calls) > 2))
    assert (found.complete, found.search.stop) == (False, "limit")
    assert 1 <= found.count < 30


def test_progress_is_told():
    told = []
    solve_critical(network("cnn:3-2,r=2"), execution=Execution(progress=told.append))
    assert told and all(p.paths >= 0 and p.seconds >= 0 and len(p.solutions) == 3 for p in told)
    assert all(p.estimate >= max(p.solutions) for p in told)


def test_every_start_of_a_search_is_critical():
    space = function_space(network("mlp:3-2-2,r=2"))
    system = CriticalSystem(space, space.coordinates)
    x, q = critical_pairs(system, np.random.default_rng(1), 5)
    gradient, hessian, _ = system.evaluate(x, q, q)
    assert np.abs(gradient).max() < 1e-9 * np.abs(hessian).max()


def test_lost_paths_are_counted():
    class Broken:
        """A pencil whose paths cannot move: the Jacobian vanishes off the start."""

        unknowns, kernel, data = 1, 0, 1

        def evaluate(self, x, q, dq):
            far = np.abs(q - 1) > 1e-9
            return np.where(far, np.nan, x - 1), np.ones((len(x), 1, 1), dtype=complex), -dq

        def invariants(self, x):
            return x

        def normalize(self, x):
            return x

    from neurocli.numerics.monodromy import search
    from neurocli.numerics.tracker import Tracker

    broken = Broken()
    one = np.ones(1, dtype=complex)
    result = search(Monodromy(broken, np.ones((1, 1), dtype=complex), triangle(one, 2j * one), most_arcs=3),
                    Tracker(broken))
    assert (result.counts, result.complete, result.stop) == ((1, 0, 0), False, "exhausted")
    assert sum(result.failures.values()) >= 2


# -- the set of points, and coordinates


def test_copies_are_found_whatever_the_rounding():
    rng = np.random.default_rng(1)
    points = gaussian(rng, 500, 4)
    table = PointTable(4, 4)
    numbers, new = table.find_or_add(points, points)
    assert numbers == list(range(500)) and all(new)
    again, new = table.find_or_add(points, points * (1 + 1e-10 * gaussian(rng, 500, 4)))
    assert again == numbers and not any(new)
    assert np.allclose(table.trace, points.sum(axis=0))


def test_near_points_are_kept_apart():
    base = gaussian(np.random.default_rng(2), 1, 3)
    table = PointTable(3, 3)
    cluster = np.concatenate([base * (1 + k * 1e-5) for k in range(20)])
    _, new = table.find_or_add(cluster, cluster)
    assert all(new)


@pytest.mark.parametrize("spec", ["mlp:3-2-2,r=2", "cnn:2-2,r=2", "mlp:2-2-1,act=x^3+x^2"])
def test_coefficients_reproduce_the_function(spec):
    space = function_space(network(spec))
    ambient = space.parametrization.ambient
    rng = np.random.default_rng(4)
    theta = space.random_parameters(rng, 3)
    coefficients = space.evaluation.run(theta, order=0).outputs @ coefficient_matrix(space).T
    exponents = [e for d in ambient.degrees for e in monomial_exponents(ambient.variables, d)]
    x = gaussian(rng, 5, ambient.variables)
    monomials = np.prod(x[:, None, :] ** np.array(exponents), axis=-1)
    from neurocli.algebra.rings import ComplexFloats

    truth = space.parametrization.evaluate(ComplexFloats(), theta, x).reshape(3, 5, -1)
    ours = np.einsum("bot,xt->bxo", coefficients.reshape(3, -1, len(exponents)), monomials)
    assert np.allclose(ours, truth, rtol=1e-8, atol=1e-10)


def test_whitened_coordinates_of_a_shallow_network_are_the_bombieri_basis():
    # Schur's lemma: up to scale and a unitary change; so the Gram matrix of coordinates is scalar.
    space = function_space(network("mlp:2-3-1,r=2"), seed=3)
    theta = gaussian(np.random.default_rng(5), 4000, space.parametrization.parameter_count)
    values = space.evaluation.run(theta, order=0).outputs @ coefficient_matrix(space).T
    values *= np.sqrt(bombieri_weights(2, (2,), 1))
    covariance = values.T @ values.conj() / len(values)
    scaled = covariance / np.trace(covariance).real * 3
    assert np.abs(scaled - np.eye(3)).max() < 0.15


@pytest.mark.parametrize(("spec", "dimension"), [("mlp:3-2-1,r=2", 5), ("mlp:3-3-3,r=2", 15), ("cnn:3-3-3,r=2", 7),
                                                 ("linear:3-2-4", 10), ("mlp:2-2-1,act=x^3+x^2", 6)])
def test_dimension_of_the_function_space(spec, dimension):
    space = function_space(network(spec), samples=12 if spec == "cnn:3-3-3,r=2" else None)
    assert space.dimension == dimension


def test_softmax_has_no_algebraic_count():
    with pytest.raises(UsageError, match="not polynomial"):
        function_space(network("softmax:3-3,a=2,t=3"))
