"""One lightning layer with several heads: the bounds are attained, and never exceeded."""

import pytest

import neurocli
from neurocli.architectures.grammar import parse
from neurocli.theorems.multi_head import several_heads


@pytest.mark.parametrize("d", [1, 2, 3, 4])
@pytest.mark.parametrize("heads", [2, 3, 4])
def test_the_bounds_are_attained_with_two_tokens(d, heads):
    for a in range(1, d + 1):
        for out in (1, 2, 3):
            result = neurocli.dim(f"lightning:{d}-{out},a={a},t=2,heads={heads}")
            assert result.status.value == "proved", result.spec


@pytest.mark.parametrize("spec,value", [
    ("lightning:4-4,a=4,t=2,heads=4", 112), ("lightning:4-4,a=3,t=2,heads=4", 112), ("lightning:4-1,a=4,t=2,heads=2", 32),
    ("lightning:3-3,a=2,t=3,heads=3", 45), ("lightning:2-3,a=2,t=2,heads=2", 16)])
def test_golden(spec, value):
    assert neurocli.dim(spec).value == value


@pytest.mark.parametrize("t", [1, 3])
def test_no_rank_exceeds_the_bounds(t):
    for heads in (2, 3, 5):
        for d in (1, 2, 3):
            for a in (1, 3):
                spec = f"lightning:{d}-2,a={a},t={t},heads={heads}"
                rank = neurocli.dim(spec, method="rank").value
                assert all(rank <= bound.value for bound in several_heads(parse(spec)))
