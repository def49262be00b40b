"""Boxes as evidence: right ones pass, edited ones are caught, and no solver is called."""

import base64
import copy
import sys

import numpy as np
import pytest

from neurocli.architectures.grammar import parse
from neurocli.architectures.registry import parametrization
from neurocli.errors import DataError, UsageError
from neurocli.invariants.checks import box_certificate
from neurocli.invariants.checks.box_certificate import BoxTest, box_evidence, check_boxes, overlaps
from neurocli.invariants.checks.certificates import verify


def evidence_of(kind, spec, *metric):
    from neurocli.numerics.certification import certify
    from neurocli.numerics.critical import solve_critical
    from neurocli.numerics.slices import solve_slice

    found = (solve_critical if kind == "critical" else solve_slice)(parametrization(parse(spec)), *metric)
    certificates = certify(found.system, found.points, found.data)
    return box_evidence(found.system, found.points, found.data, certificates)


@pytest.fixture(scope="module")
def thirteen():
    return {**evidence_of("critical", "mlp:3-2-1,r=2"), "metric": "generic"}


RECORD = {"spec": "mlp:3-2-1,r=2"}


def doubles(array):
    return np.frombuffer(base64.b64decode(array["doubles"]), "<c16").reshape(array["shape"]).copy()


def changed(evidence, key, change):
    """The evidence with an edited array."""
    evidence = copy.deepcopy(evidence)
    array = doubles(evidence[key])
    change(array)
    evidence[key] = {"shape": evidence[key]["shape"], "doubles": base64.b64encode(array.tobytes()).decode()}
    return evidence


@pytest.mark.parametrize("kind,spec,value", [
    ("critical", "mlp:3-2-1,r=2", 13), ("slice", "mlp:3-2-1,r=2", 3), ("slice", "mlp:2-2-2,r=2", 1),
    ("critical", "cnn:2-2,r=2", None), ("slice", "linear:3-1-3", 6), ("slice", "mlp:2-2-1,act=x^3+x^2,bias", None),
    ("slice", "lightning:2-2,a=1,t=2", None)])
def test_right_boxes_pass(kind, spec, value):
    evidence = evidence_of(kind, spec)
    right, note = check_boxes({"spec": spec}, evidence)
    assert right is not False, note
    assert value is None or evidence["value"] == value


def test_edited_boxes_are_caught(thirteen):
    assert check_boxes(RECORD, thirteen)[0] is True

    def off(array):
        array[4, 2] += 1e-5

    def twice(array):
        array[4] = array[5]

    def nowhere(array):
        array[4] = np.arange(len(array[4]))

    for change in (off, twice, nowhere):
        assert check_boxes(RECORD, changed(thirteen, "points", change))[0] is False
    assert check_boxes(RECORD, changed(thirteen, "target", lambda q: q.__imul__(1.001)))[0] is False
    assert check_boxes(RECORD, changed(thirteen, "matrix", lambda q: q.__imul__(1.001)))[0] is False
    assert check_boxes(RECORD, changed(thirteen, "samples", lambda q: q.__imul__(1.001)))[0] is False
    assert check_boxes(RECORD, {**thirteen, "value": 14})[0] is False
    assert check_boxes({"spec": "mlp:3-2-1,r=3"}, thirteen)[0] is False
    assert check_boxes(RECORD, {**thirteen, "dimension": 6})[0] is False  # no regular minor of that size
    assert check_boxes(RECORD, {**thirteen, "dimension": 4})[0] is None  # boxes of too few equations prove nothing
    with pytest.raises(DataError):
        check_boxes(RECORD, {**thirteen, "radii": thirteen["radii"][1:]})
    with pytest.raises(DataError):
        check_boxes(RECORD, changed(thirteen, "target", lambda q: q.__setitem__(0, np.nan)))


def test_same_function_by_other_parameters_is_no_second_solution(thirteen):
    def swap(points):  # the two neurons exchanged: other parameters, same function
        first = points[0]
        points[1] = np.concatenate([first[3:6], first[:3], first[7:8], first[6:7]])

    right, note = check_boxes(RECORD, changed(thirteen, "points", swap))
    assert right is False and "same function" in note


def test_a_ramified_point_is_no_solution(thirteen):
    def vanish(points):  # both neurons equal: the gradient's combinations may vanish, the rank drops
        points[0, 3:6] = points[0, :3]

    assert check_boxes(RECORD, changed(thirteen, "points", vanish))[0] is False


def test_what_doubles_cannot_decide_is_decided_in_bits(thirteen, monkeypatch):
    wide = {**thirteen, "radii": [0.5] * 13}
    assert check_boxes(RECORD, wide) == (True, "13 boxes, 13 of them in 192 bits")
    monkeypatch.setattr(box_certificate, "_SMALL_RADII", ())
    assert check_boxes(RECORD, wide)[0] is False


def test_both_arithmetics_agree(thirteen):
    from neurocli.algebra.complex_balls import BallRing, working_precision
    from neurocli.algebra.discs import DiscRing

    boxes = BoxTest(parametrization(parse("mlp:3-2-1,r=2")).program, thirteen)
    x = boxes.points[:2]
    with working_precision(200):
        ring = BallRing()
        fast = boxes._derivatives(DiscRing(), DiscRing().about(x, np.array([[1e-8]])))
        slow = boxes._derivatives(ring, ring.constant(x))
        for disc, ball in zip(fast, slow, strict=True):
            off = ring.upper(ball - ring.constant(disc.middle))
            assert (off <= disc.radius).all() and disc.radius.max() < 1e-1 * max(1.0, np.abs(disc.middle).max())
    step = 1e-6  # against difference quotients of the gradient
    for j in range(8):
        moved = x.copy()
        moved[:, j] += step
        up = boxes._derivatives(DiscRing(), DiscRing().about(moved, np.array([[0.0]])))[1].middle
        here = boxes._derivatives(DiscRing(), DiscRing().about(x, np.array([[0.0]])))
        slope = (up - here[1].middle) / step
        assert np.allclose(slope, here[3].middle[:, j], rtol=1e-3, atol=1e-3 * np.abs(slope).max())


def test_unproved_dimension_proves_nothing(thirteen, monkeypatch):
    monkeypatch.setattr(box_certificate, "dimension_at_most", lambda *_: 6)
    assert check_boxes(RECORD, thirteen)[0] is None


def test_overlaps():
    from neurocli.algebra.discs import Discs

    middle = np.array([[0, 0], [0, 1], [1, 0], [1e-3, 0]], dtype=complex)
    assert overlaps(Discs(middle, np.full((4, 2), 1e-4))) == []
    assert overlaps(Discs(middle, np.full((4, 2), 6e-4))) == [(0, 3)]
    assert len(overlaps(Discs(middle, np.full((4, 2), np.nan)))) == 6


def test_verification_weighs_the_boxes(thirteen):
    record = {"command": "edd", "spec": "mlp:3-2-1,r=2", "value": 13, "status": "numerical",
              "evidence": [thirteen]}
    assert verify(record).right is True
    assert verify({**record, "status": "bound"}).right is True
    assert verify({**record, "status": "bound", "value": 15}).right is False  # nothing here finds 15
    tracked = {"kind": "monodromy", "metric": "generic", "value": 15}
    found = verify({**record, "value": 15, "evidence": [tracked, thirteen]})
    assert found.right is None and "the other 2 are numerical" in found.note
    assert verify({**record, "value": 14, "evidence": [tracked, thirteen]}).right is False
    assert verify({**record, "status": "proved"}).right is False
    assert verify({**record, "value": 12}).right is False
    assert verify({**record, "command": "degree"}).right is False
    assert verify({**record, "evidence": [{**thirteen, "metric": None}]}).right is None
    assert verify({**record, "evidence": [{**thirteen, "metric": "bombieri"}]}).right is False  # of another form


@pytest.mark.parametrize("metric,value", [("bombieri", 3), ("unit", 13)])
def test_named_forms_are_exact(metric, value):
    """Eckart and Young: symmetric 3x3 matrices of rank at most 2 have three critical points."""
    evidence = {**evidence_of("critical", "mlp:3-2-1,r=2", metric), "metric": metric}
    assert evidence["value"] == value
    assert check_boxes(RECORD, evidence)[0] is True
    assert check_boxes(RECORD, {**evidence, "metric": "samples=7"})[0] is None
    other = "unit" if metric == "bombieri" else "bombieri"
    assert check_boxes(RECORD, {**evidence, "metric": other})[0] is False


def test_the_enclosed_root_is_a_root_of_the_form():
    from math import comb

    from neurocli.invariants.checks.named_form import enclosed_root
    from neurocli.numerics.function_space import function_space
    from neurocli.numerics.metrics import bombieri_root

    network = parametrization(parse("mlp:2-2-2,r=3"))
    space = function_space(network)
    discs = enclosed_root(network, "bombieri", space.samples, bombieri_root(space))
    assert discs.radius.max() < 1e-14
    powers = np.stack([space.samples[:, 0] ** (3 - j) * space.samples[:, 1] ** j for j in range(4)], axis=1)
    values = np.einsum("sm,kl->sklm", powers, np.eye(2)).reshape(-1, 8)
    form = np.diag([1 / comb(3, j) for j in range(4)] * 2)
    root = discs.middle @ values
    assert np.allclose(root.T @ root, form, atol=1e-12)
    assert enclosed_root(network, "generic", space.samples, discs.middle) is None


def test_one_target_for_all():
    from neurocli.numerics.certification import Certificate
    from neurocli.numerics.function_space import function_space
    from neurocli.numerics.slices import generic_slice

    system = generic_slice(function_space(parametrization(parse("mlp:2-2-1,r=2"))), 0)
    with pytest.raises(UsageError):
        box_evidence(system, np.zeros((1, 6)), np.zeros(7), [Certificate(False, False, False, False, 0.0)])


def test_the_checker_calls_no_solver(thirteen):
    import json
    import subprocess

    code = ("import json, sys; from neurocli.invariants.checks.box_certificate import check_boxes; "
            "assert check_boxes({'spec': 'mlp:3-2-1,r=2'}, json.load(sys.stdin))[0]; "
            "print([m for m in sys.modules if m.startswith('neurocli.numerics.')])")
    done = subprocess.run([sys.executable, "-c", code], input=json.dumps(thirteen), capture_output=True, text=True,
                          check=True)
    assert done.stdout.strip() == "['neurocli.numerics.threads']"
