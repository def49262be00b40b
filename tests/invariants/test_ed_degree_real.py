"""Monodromy, real critical points, and a real data set whose minimum is confirmed by gradient descents."""

from pathlib import Path

import numpy as np
import pytest

import neurocli
from neurocli.errors import UsageError
from neurocli.invariants.ed_degree import edd
from neurocli.results.result import Status

TREES = Path(neurocli.__file__).parent / "examples" / "black_cherry_trees.csv"


@pytest.mark.parametrize(("spec", "metric"), [("mlp:2-2-1,r=4", "generic"), ("cnn:2-2,r=2", "generic"),
                                              ("lightning:2-1,a=2,t=2", "generic"), ("mlp:2-2-3,r=2", "samples=6")])
def test_three_ways_agree(spec, metric):
    tracked = edd(spec, metric=metric, method="monodromy")
    assert tracked.status is Status.NUMERICAL
    assert tracked.value == edd(spec, metric=metric).value == edd(spec, metric=metric, method="groebner").value
    assert tracked.data["certified"] == tracked.value


@pytest.mark.slow
def test_where_the_trace_is_not_linear_two_searches_agree():
    tracked = edd("mlp:2-2-1,r=4", metric="bombieri", method="monodromy")
    assert (tracked.value, tracked.status, tracked.data["trace_test"]) == (7, Status.NUMERICAL, False)
    assert tracked.data["agreeing_searches"] == 2
    assert any("need not pass" in line for line in tracked.explanation)


def test_real_eigenvalues_of_symmetric_matrices():
    # critical points on symmetric 3 x 3 matrices of rank 2 drop one of three real eigenvalues
    real = edd("mlp:3-2-1,r=2", metric="bombieri", real=6).data["real"]
    assert (real["minimum"], real["maximum"], real["complex"]) == (3, 3, 3)
    # dropping the eigenvalue of least size among those of its sign is a local minimum, the others are not
    assert 1 <= real["local_minima"]["minimum"] <= real["local_minima"]["maximum"] <= 2
    assert sum(real["by_index"].values()) == 18


def test_real_counts_have_the_parity_of_complex_ones():
    real = edd("cnn:2-2,r=2", real=8).data["real"]
    assert all((int(k) - real["complex"]) % 2 == 0 for k in real["histogram"])
    assert sum(real["histogram"].values()) == 8
    assert edd("cnn:2-2,r=2", real=8).data["real"] == real


def test_all_critical_points_of_measured_trees_and_gradient_descents():
    result = edd("mlp:2-1-1,r=3", metric=f"data={TREES}", solve=True)
    points = result.data["points"]
    assert (result.value, sum(p["real"] for p in points)) == (7, 1)
    best = points[0]
    assert best["kind"] == "local minimum"
    table = np.loadtxt(TREES, delimiter=",", comments=("#", "g"))
    # volume ~ (a girth + b height)^3: descend from 1000 random starts, in scaled units
    scale = np.array([10.0, 100.0])
    x, y = table[:, :2] / scale, table[:, 2]
    w = np.random.default_rng(0).uniform(-3, 3, (1000, 2))
    for _ in range(3000):
        z = w @ x.T
        w = w - 1e-5 * ((z**3 - y) * z**2) @ x
    losses = ((w @ x.T) ** 3 - y) ** 2
    reached = losses.sum(axis=1)
    assert np.isfinite(reached).all()
    assert reached.min() == pytest.approx(best["loss"], rel=1e-6)
    a, b, c = best["parameters"]
    assert (((a * table[:, 0] + b * table[:, 1]) ** 3 * c - y) ** 2).sum() == pytest.approx(best["loss"], rel=1e-8)


def test_inputs_of_different_sizes_lose_no_critical_point():
    # girths of 10 and heights of 80 to the fourth power: unscaled, a saddle is lost in rounding
    result = edd("mlp:2-2-1,r=4", metric=f"data={TREES}", solve=True)
    assert (result.value, result.data["generic"]) == (13, 13)
    table = np.loadtxt(TREES, delimiter=",", comments=("#", "g"))
    for point in result.data["points"]:
        if point["real"]:
            w = np.array(point["parameters"])
            fitted = (table[:, :2] @ w[:4].reshape(2, 2).T) ** 4 @ w[4:]
            assert ((fitted - table[:, 2]) ** 2).sum() == pytest.approx(point["loss"], rel=1e-8)


def test_requests_that_mean_nothing_are_refused():
    with pytest.raises(UsageError, match="one of them"):
        edd("mlp:2-1-1,r=3", real=2, solve=True)
    with pytest.raises(UsageError, match="data"):
        edd("mlp:2-1-1,r=3", solve=True)
    with pytest.raises(UsageError, match="number"):
        edd("mlp:2-1-1,r=3", real=0)
    with pytest.raises(UsageError, match="targets"):
        edd("mlp:2-1-1,r=3", metric=f"data={TREES}", real=2)
    with pytest.raises(UsageError, match="rank"):
        edd("mlp:2-1-1,r=3", rank=2, method="monodromy")
