"""The power spectrum map: formulas, its own Jacobian rank, and the dimension engine agree."""

import json

import pytest

import neurocli
from neurocli.groups.irreps import irreps
from neurocli.groups.names import group_by_name
from neurocli.groups.power_map import autocorrelation_model, image_dimension, power_map_dimension

GROUPS = ["C1", "C2", "C5", "C6", "C8", "C2xC2", "D3", "D4", "S3", "Q8", "A4"]


@pytest.mark.parametrize("name", GROUPS)
def test_complex_signals(name):
    # Notes on the harmonics of learning: source 2|G|, image |G|, generic fibre of dimension |G|.
    group = group_by_name(name)
    found = power_map_dimension(group, irreps(group))
    n = group.order
    assert (found.source, found.image, found.fibre, found.rank) == (2 * n, n, n, n)


@pytest.mark.parametrize("name", GROUPS)
def test_real_signals(name):
    group = group_by_name(name)
    found = power_map_dimension(group, irreps(group), real=True)
    # By types: matrices M -> M M^dagger over R, C, H have images of dimension d(d+1)/2, d² for a pair, d(d-1)/2.
    by_type = sum((rho.dimension**2 + rho.frobenius_schur * rho.dimension) / 2 for rho in irreps(group))
    assert found.rank == found.image == by_type == image_dimension(group, real=True)
    assert found.fibre == group.order - found.image


@pytest.mark.parametrize("n", range(1, 12))
def test_real_signals_on_cyclic_groups(n):
    group = group_by_name(f"C{n}")
    found = power_map_dimension(group, irreps(group), real=True)
    assert (found.image, found.fibre, found.rank) == (n // 2 + 1, n - n // 2 - 1, n // 2 + 1)


@pytest.mark.parametrize("name", ["C5", "C6", "D3", "Q8"])
@pytest.mark.parametrize("real", [True, False])
def test_the_dimension_engine_agrees(tmp_path, name, real):
    group = group_by_name(name)
    (tmp_path / "map.json").write_text(json.dumps(autocorrelation_model(group, real)))
    result = neurocli.dim(f"poly:{tmp_path / 'map.json'}")
    assert result.value == image_dimension(group, real) and result.status == "proved"
    assert result.data["fibre_dimension"] == power_map_dimension(group, irreps(group), real).fibre


@pytest.mark.parametrize("name", ["S4", "A5"])
def test_larger_groups(name):
    group = group_by_name(name)
    for real in (True, False):
        found = power_map_dimension(group, irreps(group), real)
        assert found.rank == found.image
