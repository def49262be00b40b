"""Strata of subnetworks: dimensions, Jacobian ranks and tangent spans of the notes (P4)."""

from __future__ import annotations

import pytest

from neurocli.architectures.grammar import parse
from neurocli.errors import TooLarge
from neurocli.invariants.dimension import dim
from neurocli.invariants.singularities.strata import strata, subnetwork, subnetwork_widths


def rows(spec, **options):
    result = dim(spec)
    found = strata(parse(spec), result.value, result.status.value == "proved", **options)
    return result.value, {s.widths: s for s in found.found}


#: (spec, hidden widths left, span, dimension of the neurovariety): certified by the span.
CERTIFIED = [
    ("mlp:2-2-1,r=4", (1,), 5, 4), ("mlp:3-2-1,r=3", (1,), 10, 6), ("mlp:3-3-1,r=3", (2,), 10, 9),
    ("mlp:2-2-2,r=3", (1,), 8, 6), ("mlp:2-2-3,r=2", (1,), 9, 8), ("mlp:3-3-3,r=2", (2,), 18, 15),
    ("mlp:3-3-2-1,r=3", (2, 2), 20, 12), ("mlp:2-3-2-1,r=4", (2, 2), 10, 9), ("mlp:2-3-2-1,r=4", (3, 1), 16, 9),
    ("mlp:3-2-2-2,r=2", (1, 2), 12, 10),
]


@pytest.mark.parametrize(("spec", "widths", "span", "dimension"), CERTIFIED)
def test_tangent_spans_certify(spec, widths, span, dimension):
    value, found = rows(spec)
    assert value == dimension and found[widths].span == span and found[widths].singular == "proved"


@pytest.mark.parametrize(("spec", "spans"), [("mlp:2-2-2-1,r=3", {(1, 2): 4, (2, 1): 6}), ("mlp:3-3-2-1,r=2", {(2, 2): 11})])
def test_tangent_spans_that_do_not_decide(spec, spans):
    _, found = rows(spec)
    assert {w: found[w].span for w in spans} == spans
    assert all(found[w].singular == "undecided" for w in spans)


#: Fifteen networks, r = 2..6: with dead weights zero on both sides the rank is the dimension of the subnetwork.
RANKS = ["mlp:2-2-1,r=2", "mlp:2-2-1,r=4", "mlp:2-3-1,r=6", "mlp:3-2-1,r=3", "mlp:3-3-1,r=3", "mlp:2-2-2,r=3",
         "mlp:2-2-3,r=2", "mlp:3-3-3,r=2", "mlp:3-2-2,r=5", "mlp:2-2-2-1,r=3", "mlp:3-3-2-1,r=2", "mlp:2-3-2-1,r=4",
         "mlp:3-2-2-2,r=2", "mlp:3-3-3-1,r=2", "mlp:2-2-2-2,r=3"]


@pytest.mark.parametrize("spec", RANKS)
def test_ranks_at_subnetworks(spec):
    value, found = rows(spec)
    for widths, s in found.items():
        assert s.rank_both == s.dimension == dim(subnetwork(parse(spec), widths)).value
        assert s.rank_both <= s.rank_outgoing <= s.span
        assert s.dimension <= value  # a stratum never exceeds the whole
        assert s.exposed is True


def test_a_rank_with_outgoing_weights_zero_only():
    _, found = rows("mlp:3-3-3,r=2")
    assert (found[(2,)].rank_both, found[(2,)].rank_outgoing) == (10, 13)


def test_a_subnetwork_of_a_singular_one_is_singular():
    _, found = rows("mlp:3-3-2-1,r=3")
    assert found[(1, 1)].span <= 12 and found[(1, 1)].singular == "proved"


def test_depth_and_size():
    assert list(subnetwork_widths((3, 3), 1)) == [(3, 2), (2, 3)]
    assert len(list(subnetwork_widths((3, 3), None))) == 8
    network = parse("mlp:9-30-30-30-1,r=2")
    with pytest.raises(TooLarge, match="26,999 width vectors"):
        strata(network, 100, False)
    assert strata(parse("mlp:2-3-3-1,r=3"), 12, False, depth=1).left == 6


def test_a_deadline_keeps_what_is_done():
    found = strata(parse("mlp:3-3-3-1,r=2"), 12, True, deadline=0.0)
    assert found.found == () and found.left == 8


def test_progress_is_told():
    told = []
    strata(parse("mlp:2-2-2-1,r=3"), 6, True, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_channels_and_algebras_have_subnetworks_too():
    assert subnetwork(parse("cnn:2-2,r=2,channels=1-3-1"), (2,)).spelling == "cnn:2-2,r=2,channels=1-2-1"
    assert subnetwork(parse("clifford:2-3-1,signature=0/1/0,r=2"), (1,)).spelling == "clifford:2-1-1,signature=0/1/0,r=2"
    assert strata(parse("gcnn:C3,layers=2,r=2"), 5, True) is None


def test_seeds_do_not_matter():
    assert rows("mlp:3-3-2,r=2", seed=0)[1] == rows("mlp:3-3-2,r=2", seed=7, prime=2147483629)[1]
