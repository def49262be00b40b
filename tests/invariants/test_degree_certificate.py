"""Certificates of degrees: right ones are accepted without solving, and every kind of forgery is caught."""

import copy

import pytest

from neurocli.invariants.checks.certificates import verify
from neurocli.invariants.degree import degree

SPECS = ["mlp:3-2-1,r=2", "mlp:2-2-1,act=x^3+x^2", "mlp:2-2-2,r=2", "cnn:2-2-2,r=2", "mlp:2-2-2-2,r=2",
         "cnn:3-2,r=1,stride=2-1", "lightning:2-1,a=1,t=2,heads=2"]


@pytest.fixture(scope="module")
def records():
    return {spec: degree(spec).to_json() for spec in SPECS}


@pytest.fixture(autouse=True)
def no_engine(monkeypatch, records):
    def refuse(*arguments):
        raise AssertionError("a verifier must not solve")

    monkeypatch.setattr("neurocli.engines.registry.choose_engine", refuse)


@pytest.mark.parametrize("spec", SPECS)
def test_right_ones_are_accepted(records, spec):
    found = verify(records[spec])
    proved = records[spec]["status"] == "proved"  # counts of solutions that nobody solves again stay undecided
    assert found.right is (True if proved else None), found


@pytest.mark.parametrize("spec", SPECS)
def test_another_value_is_refused(records, spec):
    forged = copy.deepcopy(records[spec])
    forged["value"] += 1
    assert not verify(forged).right
    for evidence in forged["evidence"]:
        if "value" in evidence:
            evidence["value"] += 1
    assert not verify(forged).right


def test_another_network_is_refused(records):
    forged = {**records["mlp:3-2-1,r=2"], "spec": "mlp:4-2-1,r=2"}
    assert not verify(forged).right


def test_probable_is_not_proved(records):
    assert not verify({**records["mlp:2-2-2-2,r=2"], "status": "proved"}).right


@pytest.mark.parametrize("change", [
    lambda text: text.replace("2*c12^2*c20", "3*c12^2*c20"),  # does not vanish
    lambda text: text.replace("c12", "c21"),
    lambda text: text + " + c12",
    lambda text: "",
    lambda text: "c30^3",  # of the right degree
    lambda text: "(" + text + ")",
])
def test_another_equation_is_refused(records, change):
    forged = copy.deepcopy(records["mlp:2-2-1,act=x^3+x^2"])
    forged["evidence"][0]["equation"] = change(forged["evidence"][0]["equation"])
    assert not verify(forged).right


def test_too_few_linear_equations_are_refused(records):
    forged = copy.deepcopy(records["lightning:2-1,a=1,t=2,heads=2"])
    assert forged["status"] == "proved" and forged["evidence"][0]["kind"] == "equations"
    forged["evidence"][0]["equations"][0] = forged["evidence"][0]["equations"][1]
    assert not verify(forged).right


def test_counts_that_do_not_fit_are_refused(records):
    forged = copy.deepcopy(records["mlp:2-2-2-2,r=2"])
    forged["evidence"][0]["solutions"] += 1
    assert not verify(forged).right
