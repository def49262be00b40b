"""Critical points on subnetworks, and what is left of a count when the time is over."""

from pathlib import Path

import numpy as np
import pytest

import neurocli
from neurocli.architectures.grammar import parse
from neurocli.architectures.registry import parametrization
from neurocli.errors import TimeLimit, UsageError
from neurocli.invariants.critical.spurious_points import has_subnetworks
from neurocli.invariants.degrees.question import Found
from neurocli.invariants.ed_degree import _question, edd
from neurocli.invariants.limits import tracked, within
from neurocli.invariants.tracking import Tracking
from neurocli.jobs.messages import tell
from neurocli.results.result import Status

TREES = Path(neurocli.__file__).parent / "examples" / "black_cherry_trees.csv"
DATA = "1,0,2\n0,1,3\n1,1,-1\n2,1,4\n1,2,-2.5\n3,1,1\n1,-1,0.5\n"


def loss_and_slopes(spec, table, theta, step=1e-6):
    """The loss in parameters by the program itself, and its slopes by central differences."""
    from neurocli.numerics.evaluation import Evaluation

    program = parametrization(parse(spec)).program
    x, y = table[:, :program.input_size].astype(complex), table[:, program.input_size:].reshape(-1)

    def loss(t):
        return ((Evaluation(program, x).run(t[None], order=0).outputs[0] - y) ** 2).sum()

    theta = np.asarray(theta, dtype=complex)
    return loss(theta), np.array([(loss(theta + d) - loss(theta - d)) / (2 * step)
                                  for d in step * np.eye(len(theta))])


def test_points_on_subnetworks_are_critical_for_the_parameters_only(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text(DATA)
    table = np.loadtxt(path, delimiter=",")
    result = edd("mlp:2-2-1,r=3", metric=f"data={path}", solve=True)
    found = result.data["subnetwork_points"]
    # seven critical points of rank one forms (Friedland and Ottaviani), and the zero function
    assert sorted(p["subnetwork"] for p in found) == ["0"] + ["1"] * 7
    assert {p["type"] for p in found} == {"spurious"}  # the whole space has no critical point but the target
    assert [p["type"] for p in result.data["points"]] == ["pure"]
    for point in found:
        theta = [complex(*v) if isinstance(v, list) else v for v in point["parameters"]]
        value, slopes = loss_and_slopes("mlp:2-2-1,r=3", table, theta)
        expected = point["loss"] if not isinstance(point["loss"], list) else complex(*point["loss"])
        assert abs(value - expected) < 1e-7 * abs(expected)
        assert np.abs(slopes).max() < 1e-4 * abs(expected)


def test_points_of_a_subnetwork_are_those_of_the_smaller_network(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text(DATA)
    small = edd("mlp:2-1-1,r=3", metric=f"data={path}", solve=True).data["points"]
    large = edd("mlp:2-2-1,r=3", metric=f"data={path}", solve=True).data["subnetwork_points"]
    real = [p["loss"] for p in large if p["real"] and p["subnetwork"] == "1"]
    assert real == pytest.approx([p["loss"] for p in small if p["real"]], rel=1e-9)


def test_of_convolutions_only_the_zero_function_is_spurious(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("1,0,2,1\n0,1,3,-1\n1,1,-1,2\n2,1,4,0.5\n1,-2,1,3\n")
    found = edd("cnn:2-2,r=2", metric=f"data={path}", solve=True).data["subnetwork_points"]
    assert [(p["subnetwork"], p["kind"], p["type"]) for p in found] == [("0", "zero function", "spurious")]


def test_biases_leave_no_dead_neurons():
    assert not has_subnetworks(parse("mlp:2-2-1,r=3,bias"))


def test_files_and_certificates_are_for_counts():
    with pytest.raises(UsageError, match="--certify"):
        edd("mlp:2-1-1,r=3", metric=f"data={TREES}", solve=True, tracking=Tracking(certify=True))


def test_the_number_of_processes_does_not_change_the_statistics():
    one = edd("cnn:2-2,r=2", real=24).data["real"]
    assert edd("cnn:2-2,r=2", real=24, tracking=Tracking(jobs=2)).data["real"] == one


def question(spec="mlp:2-2-1,r=4"):
    return _question(parse(spec), None, 0, None, None, None)


def test_a_method_that_does_not_end_gives_way_to_a_bound():
    import time

    def endless(_):
        time.sleep(60)

    def bounding(_):
        return Found(5, Status.BOUND, "monodromy", (), ("at least 5",), {"limit": True})

    found = within(question(), 1.5, endless, bounding)
    assert (found.value, found.status, found.data["limit"]) == (5, Status.BOUND, True)
    assert "no end" in found.explanation[0]
    with pytest.raises(TimeLimit, match="no bound was reached"):
        within(question(), 0.8, endless, None)


def test_progress_told_before_the_end_is_a_bound():
    import time

    def silent(_):
        time.sleep(60)

    def telling(_):
        tell({"solutions": [7, 9, 4], "loops": 2, "paths": 40, "seconds": 0.1, "estimate": 12})
        tell({"phase": "certifying 9 solutions"})
        time.sleep(60)

    found = tracked(question(), 1.0, telling)
    assert (found.value, found.status) == (9, Status.BOUND)
    assert within(question(), 1.5, silent, telling).value == 9
    with pytest.raises(TimeLimit, match="no bound was reached"):
        tracked(question(), 0.8, silent)
