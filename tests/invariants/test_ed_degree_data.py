"""All critical points of the loss of special data: repeated samples, conjugates, evidence."""

import numpy as np
import pytest

from neurocli.errors import UsageError
from neurocli.invariants.ed_degree import edd
from neurocli.results.result import Status


def solved(tmp_path, spec, text):
    path = tmp_path / "data.csv"
    path.write_text(text.replace(" ", "\n"))
    return edd(spec, metric=f"data={path}", solve=True)


def loss(parameters, rows):
    """Of c (a x + b y)^2, written out."""
    a, b, c = parameters
    return sum((c * (a * x + b * y) ** 2 - z) ** 2 for x, y, z in rows)


@pytest.mark.parametrize(("third", "expected"), [
    # z is free at x y, so critical points off the fits have a = 0 or b = 0: the mean at one input, zero at the other
    ((1, -4, 2, -3), [5.5, 25.5]), ((1, 4, 1, 4), [0, 0, 2, 32])])
def test_repeated_samples_hide_no_real_critical_point(tmp_path, third, expected):
    inputs = [(1, 0), (0, 1)] * 2
    rows = [(*x, z) for x, z in zip(inputs, third, strict=True)]
    result = solved(tmp_path, "mlp:2-1-1,r=2", " ".join(",".join(map(str, row)) for row in rows))
    real = [p for p in result.data["points"] if p["real"]]
    assert (result.value, result.status) == (4, Status.NUMERICAL)
    assert [p["loss"] for p in real] == pytest.approx(expected, abs=1e-9)
    for point in real:
        assert loss(point["parameters"], rows) == pytest.approx(point["loss"], abs=1e-8)
        for step in 1e-5 * np.eye(3):  # critical in all parameters
            slope = loss(point["parameters"] + step, rows) - loss(point["parameters"] - step, rows)
            assert abs(slope) < 1e-6 * 1e-5 * 100


def test_ramified_points_are_as_many_as_the_equations_say(tmp_path):
    result = solved(tmp_path, "mlp:3-2-1,r=2", "1,0,0,1 0,1,0,2 0,0,1,-4 1,1,0,3 1,2,1,2")
    number = {p["kind"]: p["degree"] for p in result.data["split"]}
    losses = [p["loss"] for p in result.data["points"]]
    assert (number["interpolating"], number["ramified"], result.value) == (2, 6, 8)
    assert result.status is Status.NUMERICAL and losses.count([0.0, 0.0]) == 2
    assert "complex weights fit" in " ".join(result.explanation)
    assert min(p["loss"] for p in result.data["points"] if p["real"]) == pytest.approx(0.714531, abs=1e-5)


def test_what_is_not_found_is_said(tmp_path, monkeypatch):
    from neurocli.invariants.critical import real_critical_points

    monkeypatch.setattr(real_critical_points, "ramified_points", lambda system, *rest: np.zeros((0, system.unknowns)))
    result = solved(tmp_path, "mlp:2-1-1,r=2", "1,0,1 0,1,-4 1,0,2 0,1,-3")
    assert (result.value, result.status, result.data["not_listed"]) == (2, Status.BOUND, 2)
    assert any("global minimum may be among them" in line for line in result.data["notes"])


def test_complex_points_of_real_data_come_in_pairs(tmp_path):
    result = solved(tmp_path, "mlp:3-1-1,r=2", "1,0,0,1 0,1,0,2 0,0,1,4 1,1,0,3 1,0,1,2")
    losses = [complex(*p["loss"]) for p in result.data["points"] if not p["real"]]
    assert (result.value, result.status) == (13, Status.NUMERICAL)
    assert all(min(abs(v.conjugate() - w) for w in losses) < 1e-6 * abs(v) for v in losses)


def test_lost_conjugates_are_added():
    from neurocli.architectures.grammar import parse
    from neurocli.architectures.registry import parametrization
    from neurocli.invariants.critical.real_critical_points import with_conjugates
    from neurocli.numerics.critical import solve_critical

    solutions = solve_critical(parametrization(parse("mlp:3-1-1,r=2")))
    ends = solutions.points
    single = np.abs(solutions.values.imag).max(axis=1) > 1e-6
    assert not solutions.system.root.imag.any() and single.any()
    assert len(with_conjugates(solutions, ends)) == len(ends)
    without = np.delete(ends, int(np.flatnonzero(single)[0]), axis=0)
    assert len(with_conjugates(solutions, without)) == len(ends)


def test_certified_points_leave_boxes(tmp_path):
    result = solved(tmp_path, "mlp:3-1-1,r=2", "1,0,0,1 0,1,0,2 0,0,1,4 1,1,0,3 1,0,1,2")
    (boxes,) = [e for e in result.evidence if e["kind"] == "krawczyk"]
    assert boxes["value"] == sum(p["certified"] for p in result.data["points"]) > 0


def test_families_of_fits_are_no_list(tmp_path):
    with pytest.raises(UsageError, match="a curve of degree 2"):
        solved(tmp_path, "mlp:3-2-1,r=2", "1,0,0,1 0,1,0,2 0,0,1,-4 1,1,0,3")


@pytest.mark.parametrize("spec", ["mlp:2-2-2-1,r=2", "mlp:2-2-1,r=2", "linear:2-2-2"])
def test_networks_that_fill_their_space_have_one_critical_point_by_paths_too(spec):
    assert edd(spec, method="monodromy").value == edd(spec).value == 1


def test_a_certified_part_is_no_certified_whole():
    from neurocli.invariants.tracking import Tracking

    result = edd("mlp:2-1-1,r=2", metric="samples=2", tracking=Tracking(certify=True))
    assert (result.value, result.status) == (2, Status.BOUND)
    assert "for the unramified ones" in result.data["proof"]
