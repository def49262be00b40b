"""Distance to decision boundaries: the hypersurface formula where it holds, and what is counted where it does not."""

import pytest

from neurocli.errors import UsageError
from neurocli.invariants.ed_degree import edd
from neurocli.theorems.hypersurfaces import hypersurface_count
from neurocli.theorems.lightning_critical import attention_of_middle_rank, chern_from_polar, product_polar_degrees
from neurocli.theorems.segre_veronese import SegreVeronese


@pytest.mark.parametrize(("spec", "value"), [
    ("mlp:3-3-1,r=2", 4), ("mlp:3-2-1,r=2", 2), ("mlp:2-2-1,r=4", 4), ("mlp:3-3-1,r=3", 9), ("mlp:4-4-1,r=3", 21),
    ("mlp:2-3-1,r=3,bias", 9), ("mlp:2-2-2-1,r=2,bias", 16), ("mlp:3-2-2-1,r=2", 4), ("mlp:2-2-2,r=3", 3),
    ("mlp:5-3-1,r=3", 9), ("mlp:3-1-1,r=4", 1)])
def test_the_formula_agrees_with_critical_equations(spec, value):
    proved = edd(spec, boundary=True)
    counted = edd(spec, boundary=True, method="groebner")
    assert (proved.value, proved.status.value, counted.value, counted.status.value) == (
        value, "proved", value, "probable")


@pytest.mark.parametrize(("spec", "value", "bound"), [
    ("cnn:2-2,r=2", 2, 4),  # two planes
    ("mlp:2-2-1,act=x^3+x^2", 7, 9), ("lightning:2-2,a=2,t=2", 12, 21)])
def test_where_the_hypotheses_fail_the_formula_is_a_bound(spec, value, bound):
    result = edd(spec, boundary=True)
    assert (result.value, result.status.value, result.data["upper_bound"]) == (value, "probable", bound)
    with pytest.raises(UsageError, match="upper bound"):
        edd(spec, boundary=True, method="closed-form")


def test_a_degree_lost_modulo_the_prime_proves_nothing():
    lost = "mlp:2-2-1,act=2147483647*x^3+x^2"  # a quadric modulo the default prime, a cubic over Q
    with pytest.raises(UsageError, match="upper bound"):
        edd(lost, boundary=True, method="closed-form")
    assert edd("mlp:2-2-1,act=2147483629*x^3+x^2", boundary=True).value == 7


def test_formula_of_hypersurfaces():
    assert hypersurface_count(2, 2, False) == 4  # an ellipse
    assert hypersurface_count(2, 5, True) == 8  # 2 (n - 1): eigenvalues of a generic quadric
    assert hypersurface_count(1, 4, False) == hypersurface_count(1, 4, True) == 1


def test_other_questions_go_not_with_boundaries():
    for options in ({"polar": True}, {"metric": "unit"}, {"real": 2}, {"project": True}, {"method": "split"}):
        with pytest.raises(UsageError):
            edd("mlp:2-2-1,r=3", boundary=True, **options)


@pytest.mark.parametrize(("d", "out"), [(2, 1), (2, 2), (3, 2)])
def test_attention_of_rank_one_by_the_formula_for_the_middle(d, out):
    # rank one matrices are a Segre variety, and the resolution is an isomorphism
    segre = SegreVeronese((d - 1, d - 1, d * out - 1), (1, 1, 1)).polar_degrees
    assert attention_of_middle_rank(d, out, 1) == tuple(segre)
    assert product_polar_degrees(SegreVeronese((1,), (3,)).polar_degrees, (0, 1)) == tuple(
        SegreVeronese((1, 1), (3, 1)).polar_degrees)


def test_chern_classes_come_back_from_polar_degrees():
    segre = SegreVeronese((2, 1), (2, 3))
    from neurocli.theorems.ed_degrees import polar_from_chern

    assert polar_from_chern(list(chern_from_polar(segre.polar_degrees))) == tuple(segre.polar_degrees)


def test_attention_of_middle_rank_is_proved():
    result = edd("lightning:3-1,a=2,t=2")
    assert (result.value, result.status.value) == (7965, "proved")
    assert result.data["polar_degrees"][-1] == 108 == edd("lightning:3-1,a=2,t=3").data["polar_degrees"][-1]
