"""Singular loci: closed forms, ideals, rank strata, single functions; values of the notes and of Macaulay2."""

from __future__ import annotations

import random
import time

import pytest

from neurocli.architectures.grammar import parse
from neurocli.architectures.registry import parametrization
from neurocli.errors import TooLarge, UsageError
from neurocli.invariants.singular_locus import sing
from neurocli.invariants.singularities.reached import reached_dimension
from neurocli.results.result import Status
from neurocli.theorems.singularities import (
    cnn_degree,
    determinantal_degree,
    nodes,
    shift_vectors,
    symmetric_degree,
)

#: (spec, dimension, degree, status): Macaulay2 and msolve for the small ones, theorems for the others.
CLOSED = [
    ("mlp:2-2-3,r=2", 5, 6, "proved"), ("mlp:2-2-1,r=4", 2, 4, "proved"), ("mlp:3-2-1,r=3", 3, 9, "proved"),
    ("mlp:3-2-1,r=2", 3, 4, "proved"), ("linear:3-2-4", 6, 10, "proved"), ("linear:3-1-3", 0, 1, "proved"),
    ("mlp:2-2-2,r=2", -1, 0, "proved"), ("mlp:3-3-1,r=2", -1, 0, "proved"), ("cnn:2-2,r=2", 1, 1, "probable"),
    ("cnn:3-2,r=2", 2, 2, "probable"), ("lightning:2-1,a=2,t=2", 4, 3, "probable"),
    ("cnn:1-2,r=2", -1, 0, "proved"),
]


@pytest.mark.parametrize(("spec", "dimension", "degree", "status"), CLOSED)
def test_closed_forms(spec, dimension, degree, status):
    result = sing(spec)
    assert (result.value["dimension"], result.value["degree"], result.status.value) == (dimension, degree, status)
    assert all(row["dimension"] <= dimension for row in result.value["strata"] if row["singular"] == "proved")


#: (spec, dimension, scheme degree, reduced degrees)
IDEALS = [
    ("cnn:2-2,r=2", 1, 5, [1]), ("mlp:2-2-3,r=2", 5, 6, [6]), ("mlp:2-2-1,act=x^3+x^2", 3, 6, [1, 5]),
    ("mlp:2-2-1,r=4", 2, 4, [4]), ("mlp:3-2-1,r=2", 3, 4, [4]),
    pytest.param("lightning:2-1,a=2,t=2", 4, 3, [3], marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("spec", "dimension", "scheme", "degrees"), IDEALS)
def test_ideals(spec, dimension, scheme, degrees):
    result = sing(spec, ideal=True, timeout=900)  # a busy machine is no reason to fail
    assert result.method == "ideal" and result.value["dimension"] == dimension
    assert result.data["scheme_degree"] == scheme
    assert [c["degree"] for c in result.value["components"]] == degrees
    assert result.value["degree"] == sum(degrees)


@pytest.mark.parametrize(("spec", "dimension", "degree"), [("mlp:3-2-1,r=3", 3, 9), ("cnn:3-2,r=2", 2, 2)])
def test_ideals_out_of_reach_of_minors_are_answered_by_the_closed_form(spec, dimension, degree):
    result = sing(spec, ideal=True)
    assert (result.value["dimension"], result.value["degree"], result.method) == (dimension, degree, "theorem")


def test_the_ideal_agrees_with_the_built_in_engine():
    result = sing("mlp:2-2-1,act=x^3+x^2", ideal=True, engine="builtin")
    assert [c["degree"] for c in result.value["components"]] == [1, 5]


def test_what_the_network_reaches_of_a_component():
    """Zero cubic part forces parallel neurons, so that the quadratic part has rank at most 1."""
    result = sing("mlp:2-2-1,act=x^3+x^2", ideal=True)
    assert [(c["degree"], c["reached"], c["description"]) for c in result.value["components"]] == [
        (1, 2, "linear space c30 = c21 = c12 = c03 = 0"), (5, 3, "subnetworks with hidden widths 1, degree 5")]
    assert any("reaches a part of dimension 2 of 3" in line for line in result.explanation)
    node = sing("cnn:2-2,r=2", ideal=True)
    assert [(c["dimension"], c["reached"]) for c in node.value["components"]] == [(1, 1)]


@pytest.mark.parametrize(("spec", "zero", "names", "largest", "reached"), [
    ("mlp:2-2-1,r=3", (), ("c30", "c21", "c12", "c03"), 4, 4),  # fills the space
    ("mlp:2-2-1,r=3", ("c30",), ("c30", "c21", "c12", "c03"), 3, 3),
    ("mlp:2-1-1,r=3", ("c30",), ("c30", "c21", "c12", "c03"), 3, 1),  # c (b x2)^3
    ("mlp:2-1-1,r=3", ("c30", "c03"), ("c30", "c21", "c12", "c03"), 2, 0),  # only 0
    ("cnn:2-2,r=2", ("c200", "c002"), ("c200", "c110", "c020", "c011", "c002"), 3, 1),  # x2^2 only: the node
])
def test_dimensions_reached(spec, zero, names, largest, reached):
    from neurocli.algebra.primes import DEFAULT_PRIME
    from neurocli.engines.registry import choose_engine

    found = reached_dimension(parse(spec), zero, names, largest, prime=DEFAULT_PRIME, seed=3,
                              engine=choose_engine("builtin"), deadline=time.monotonic() + 60)
    assert found == reached


def test_rank_strata():
    result = sing("mlp:2-2-1,r=2", ramification=True)
    assert [(s["rank"], s["dimension"], s["rest"]) for s in result.value["strata"]] == [(2, 5, -1), (1, 3, -1), (0, 2, -1)]


def test_rank_strata_of_a_matrix_product():
    """(w2 w1) with w1 in C^2, w2 in C^2: the rank drops to 2 where one of them vanishes."""
    result = sing("linear:2-1-2", ramification=True)
    assert [(s["rank"], s["dimension"]) for s in result.value["strata"]] == [(2, 2), (1, 0), (0, 0)]


@pytest.mark.slow
def test_rank_strata_not_explained_by_subnetworks():
    """(2,2,2), r=2 ramifies where W2 has rank 1, with every neuron alive; at degree 3 with one output it does not."""
    result = sing("mlp:2-2-2,r=2", ramification=True, timeout=60)
    assert result.value["strata"][0] == {"rank": 5, "dimension": 7, "rest": 7, "explained": False}
    thin = sing("mlp:2-2-1,r=3", ramification=True)
    assert [(s["rank"], s["dimension"], s["explained"]) for s in thin.value["strata"]] == [
        (3, 5, True), (2, 5, True), (1, 3, True), (0, 2, True)]


def test_rank_strata_of_large_networks_are_refused():
    with pytest.raises(TooLarge, match="parameters"):
        sing("mlp:4-4-4,r=2", ramification=True)


POINTS = [
    ("cnn:2-2,r=2", [1, 0, 0, 1], "singular", "node", "proved"), ("cnn:3-2,r=2", [1, 2, 0, 5, 3], "smooth", None, "probable"),
    ("mlp:2-2-1,r=4", [1, 2, 3, 4, 1, 0], "singular", "cusp-like", "proved"),
    ("mlp:2-2-3,r=2", [1, 2, 3, 4, 1, 0, 1, 0, 1, 0], "singular", "cusp-like", "proved"),
    ("mlp:2-2-1,act=x^3+x^2", [1, 2, 3, 4, 1, 0], "singular", "cusp-like", "proved"),
    ("linear:3-2-3", [0] * 12, "singular", "vertex", "proved"), ("cnn:2-2,r=2", [0, 0, 1, 1], "singular", "vertex", "proved"),
    ("cnn:1-2,r=2", [0, 1, 1], "smooth", None, "proved"),  # c1 x1^2 + c2 x2^2, a linear space
    ("lightning:2-1,a=2,t=2", [1, 0, 0, 0, 1, 2, 3, 4, 5, 6], "singular", "node", "probable"),
]


@pytest.mark.parametrize(("spec", "values", "verdict", "kind", "status"), POINTS)
def test_one_function(spec, values, verdict, kind, status):
    result = sing(spec, at=values)
    assert (result.value["verdict"], result.value["kind"], result.status.value) == (verdict, kind, status)


RANDOM = ["mlp:2-2-1,r=4", "mlp:2-2-2,r=2", "mlp:3-2-1,r=3", "mlp:3-2-2,r=2", "mlp:2-2-2-2,r=2", "mlp:2-2-1,act=x^3+x^2",
          "lightning:2-1,a=2,t=2", "gcnn:C3,layers=2,r=2", "linear:3-2-3", "mlp:3-2-1,r=2", "cnn:3-3,r=2"]


@pytest.mark.parametrize("spec", RANDOM)
def test_a_random_function_is_smooth(spec):
    rng = random.Random(spec)
    values = [rng.choice([-4, -3, -2, -1, 1, 2, 3, 4, 5, 6]) for _ in range(parametrization(parse(spec)).parameter_count)]
    result = sing(spec, at=values)
    assert result.value["verdict"] == "smooth"
    assert result.data["rank"] == result.data["dim"]


def test_shift_vectors_and_nodes():
    assert shift_vectors((1, 0), (0, 1), (1, 1)) == [(-1, 1), (0, 0)]
    assert shift_vectors((2, 0), (0, 1), (1, 2)) == [(-2, 1), (0, 0)]  # stride 2 before the second layer
    assert shift_vectors((1, 0), (0, 1), (1, 2)) == [(0, 0)]
    assert {n.sizes for n in nodes((3, 2, 2), (1, 1, 1))} == {(3, 1, 1), (2, 2, 1), (2, 1, 2)}
    assert nodes((3, 2), (1, 3)) == []  # too short for stride 3: regular
    (smallest,) = nodes((2, 2), (1, 1))
    assert smallest.sizes == (1, 1) and smallest.offset == 1


def test_degrees_of_determinantal_varieties():
    assert [determinantal_degree(3, 3, s) for s in (0, 1, 2, 3)] == [1, 6, 3, 1]
    assert [symmetric_degree(4, s) for s in (1, 2, 3)] == [8, 10, 4]
    assert [cnn_degree(k, 2) for k in ((2, 2), (3, 2), (3, 3), (2, 2, 2), (3, 3, 3))] == [4, 12, 24, 48, 5760]


def test_questions_exclude_each_other():
    with pytest.raises(UsageError):
        sing("mlp:2-2-1,r=2", ideal=True, ramification=True)
    with pytest.raises(UsageError):
        sing("softmax:2-2,a=1,t=2")


def test_without_a_certificate_nothing_is_claimed():
    result = sing("mlp:3-3-3-1,r=2")
    assert result.status is Status.UNDECIDED and result.value["dimension"] is None
    assert len(result.value["strata"]) == 8
