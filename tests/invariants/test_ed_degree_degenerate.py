"""Degenerate losses: closed formula against decompositions, and the tables of the theory entry by entry."""

import pytest

from neurocli.invariants.ed_degree import edd
from neurocli.results.result import Status
from neurocli.theorems.degenerate_forms import generic_rank_split


def parts(result, where=False):
    return {(p["kind"], p["dimension"], p["degree"]) for p in result.data["split"]
            if where or "singular" not in p["kind"]}


# spec -> rank of a generic form -> critical points on the regular locus
RANKS = {
    "cnn:2-2,r=2": {5: {("regular unramified", 0, 14)}, 4: {("regular unramified", 0, 14)},
                    3: {("interpolating", 0, 4), ("ramified", 0, 10)}, 2: {("interpolating", 1, 4), ("ramified", 0, 4)}},
    "mlp:3-2-1,r=2": {6: {("regular unramified", 0, 13)}, 5: {("interpolating", 0, 3), ("ramified", 0, 10)},
                      4: {("interpolating", 1, 3), ("ramified", 0, 4)}, 3: {("interpolating", 2, 3)}},
    "lightning:2-1,a=2,t=2": {6: {("regular unramified", 0, 14)}, 5: {("interpolating", 0, 4), ("ramified", 0, 10)},
                              4: {("interpolating", 1, 4), ("ramified", 0, 4)}, 3: {("interpolating", 2, 4)}},
}


@pytest.mark.parametrize(("spec", "rank"), [(spec, rank) for spec, table in RANKS.items() for rank in table])
def test_rank_tables(spec, rank):
    proved = edd(spec, rank=rank)
    assert proved.status is Status.PROVED
    assert parts(proved) == RANKS[spec][rank]


@pytest.mark.parametrize(("spec", "rank"), [("cnn:2-2,r=2", 3), ("cnn:2-2,r=2", 2), ("mlp:3-2-1,r=2", 4),
                                            ("lightning:2-1,a=2,t=2", 5)])
def test_the_formula_agrees_with_decompositions(spec, rank):
    computed = edd(spec, rank=rank, method="split")
    assert computed.status is Status.PROBABLE
    assert parts(computed) == RANKS[spec][rank]
    assert computed.value == edd(spec, rank=rank).value


def test_one_lightning_layer_with_three_samples():
    result = edd("lightning:2-1,a=2,t=2", metric="samples=3", method="split")
    assert parts(result, True) == {("regular unramified", 0, 14), ("regular unramified on the singular locus", 0, 10)}
    assert edd("lightning:2-1,a=2,t=2", metric="samples=3").value == 14


def test_one_lightning_layer_with_two_samples():
    result = edd("lightning:2-1,a=2,t=2", metric="samples=2")
    assert parts(result, True) == {("interpolating", 1, 2), ("ramified", 1, 2), ("ramified on the singular locus", 1, 6)}
    losses = {p["kind"]: p["loss"] for p in result.data["split"]}
    assert losses == {"interpolating": "zero", "ramified": "constant", "ramified on the singular locus": "constant"}


def test_one_lightning_layer_with_one_sample():
    result = edd("lightning:2-1,a=2,t=2", metric="samples=1")
    assert parts(result, True) == {("interpolating", 3, 4), ("interpolating on the singular locus", 2, 1),
                                   ("ramified on the singular locus", 2, 1)}


def test_residuals_on_one_sample_leave_lines():
    # the generic formula has no lines: a residual on one sample is critical where its evaluation is conormal
    assert parts(edd("mlp:3-2-1,r=2", metric="samples=3")) == {("interpolating", 2, 3), ("ramified", 1, 3)}
    assert parts(edd("mlp:2-2-1,r=4", metric="samples=2")) == {("interpolating", 2, 3), ("ramified", 1, 2)}


def test_the_singular_locus_of_a_secant_variety():
    # sums of two fifth powers, of codimension two: singular at the powers, a cone over a curve with delta = 8, 5
    result = edd("mlp:2-2-1,r=5", method="split")
    assert parts(result, True) == {("regular unramified", 0, 34), ("regular unramified on the singular locus", 0, 13)}
    assert result.value == edd("mlp:2-2-1,r=5").value


def test_parts_of_every_dimension_are_found():
    from neurocli.algebra.primes import DEFAULT_PRIME
    from neurocli.engines.protocol import NO_LIMITS
    from neurocli.engines.registry import choose_engine
    from neurocli.invariants.critical.degenerate_metrics import Ideals
    from neurocli.invariants.critical.span_model import SpanModel

    model = SpanModel(DEFAULT_PRIME, 3, [], 0, [[0] * 3] * 3, [0] * 3, [None] * 3)
    x, y, z = model.context.gens()
    one = model.context.constant(1)
    # a cone of degree two, a line that crosses it, and the point (3, 5, 7), which is on neither
    point = [x - one * 3, y - one * 5, z - one * 7]
    ideal = [(x * y - z**2) * f * g for f in (x - one, y - one * 2) for g in point]
    found = [size for _, *size in Ideals(model, choose_engine(None), NO_LIMITS, 0).equidimensional(ideal)]
    assert found == [[2, 2], [1, 1], [0, 1]]


def test_no_drop_before_the_dimension():
    polar = (4, 6, 4)
    totals = [sum(p.degree for p in generic_rank_split(polar, r) if p.dimension == 0) for r in range(1, 8)]
    assert totals == [0, 4, 14, 14, 14, 14, 14]


@pytest.mark.parametrize(("spec", "metric", "kind", "count"), [
    ("mlp:3-2-1,r=2", "samples=5", "interpolating", 3), ("mlp:2-1-1,r=2", "samples=2", "interpolating", 2),
    ("mlp:3-1-1,r=2", "samples=5", "regular unramified", 13)])
def test_paths_claim_the_part_that_they_reach(spec, metric, kind, count):
    tracked, whole = edd(spec, metric=metric, method="monodromy"), edd(spec, metric=metric)
    (part,) = tracked.data["split"]
    assert (part["kind"], part["dimension"], part["degree"], tracked.value) == (kind, 0, count, count)
    assert part in whole.data["split"]
    assert tracked.status is Status.BOUND and tracked.value <= whole.value
    assert any("do not reach ramified" in line for line in tracked.explanation)


def test_statistics_of_a_degenerate_loss_are_of_its_unramified_points():
    result = edd("mlp:2-1-1,r=2", metric="samples=2", real=3)
    assert (result.value, result.status, result.data["unramified_only"]) == (2, Status.BOUND, True)


def test_what_is_left_out_on_the_singular_locus_is_said():
    from neurocli.invariants.critical.extras import SINGULAR_LEFT_OUT

    for asked in ({"spec": "mlp:3-2-1,r=2", "rank": 4}, {"spec": "lightning:2-1,a=2,t=2", "metric": "samples=3"}):
        assert SINGULAR_LEFT_OUT in edd(**asked).data["notes"]
    for asked in ({"spec": "mlp:3-2-1,r=2"}, {"spec": "mlp:3-1-1,r=2", "rank": 4},
                  {"spec": "mlp:3-2-1,r=2", "metric": "samples=2"}):
        assert SINGULAR_LEFT_OUT not in edd(**asked).data["notes"]


def test_paths_answer_where_the_equations_have_too_many_solutions():
    result = edd("sprecher:2-1-1,phi=2,Phi=1")
    assert (result.value, result.method) == (6, "monodromy")
    assert "infinitely many solutions" in result.explanation[0]
