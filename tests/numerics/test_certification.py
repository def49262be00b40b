"""Certificates hold for what is true, and are refused for what is not."""

import dataclasses

import numpy as np
import pytest
from golden_values import rows

from neurocli.architectures.grammar import parse
from neurocli.architectures.registry import parametrization
from neurocli.numerics.certification import certify, count_certified, real_representative
from neurocli.numerics.critical import solve_critical, track_to_targets
from neurocli.numerics.function_space import function_space
from neurocli.numerics.slices import solve_slice
from neurocli.numerics.special_targets import ends_at
from neurocli.numerics.tracker import CAUTIOUS, Tracker


def network(spec):
    return parametrization(parse(spec))


@pytest.mark.parametrize("row", [row for row in rows("degree") if row["value"] <= 200], ids=lambda row: row["spec"])
def test_certified_degrees(row):
    found = solve_slice(network(row["spec"]), seed=3)
    assert found.complete and found.count == row["value"]
    assert count_certified(certify(found.system, found.points, found.data)) == row["value"]


@pytest.fixture(scope="module")
def critical():
    return solve_critical(network("mlp:2-2-1,r=4"), "generic")


def test_critical_points_are_certified(critical):
    certificates = certify(critical.system, critical.points, critical.data)
    assert count_certified(certificates) == critical.count == 13
    # The target is real: every critical point is proved real or, with its conjugate, proved not to be.
    assert any(c.real for c in certificates) and sum(c.not_real for c in certificates) % 2 == 0


def test_wrong_points_are_not_certified(critical):
    wrong = critical.points * (1 + 1e-3)
    assert not any(c.certified for c in certify(critical.system, wrong, critical.data))


def test_points_of_another_target_are_not_certified(critical):
    assert not any(c.certified for c in certify(critical.system, critical.points, critical.data * 1.001))


def test_infinite_points_are_not_certified(critical):
    bad = critical.points.copy()
    bad[0, 0] = np.nan
    certificates = certify(critical.system, bad, critical.data)
    assert not certificates[0].certified and all(c.certified for c in certificates[1:])


def test_copies_on_one_orbit_count_once(critical):
    # Rescaled and permuted neurons: other parameters, the same function.
    twins = critical.points.copy().reshape(13, -1)
    swapped = np.concatenate([twins[:, 2:4], twins[:, 0:2], twins[:, 5:6], twins[:, 4:5]], axis=1)
    scaled = swapped * np.array([1.5, 1.5, 1, 1, 1.5**-4, 1])
    both = np.concatenate([critical.points, scaled])
    certificates = certify(critical.system, both, critical.data)
    assert all(c.certified for c in certificates)
    assert count_certified(certificates) == 13


def test_a_ramification_point_is_not_certified(critical):
    # Both neurons equal: J drops rank, so the critical equations there say less than they seem to.
    point = critical.points[:1].copy()
    point[0, 2:4] = point[0, 0:2]
    trace = critical.system.space.evaluation.run(point)
    target = (trace.outputs @ critical.system.root.T)[0]
    assert not certify(critical.system, point, target)[0].certified


def test_real_solutions_of_a_real_target(critical):
    rng = np.random.default_rng(8)
    real = nonreal = 0
    for target in rng.standard_normal((3, len(critical.data))):
        ends = track_to_targets(critical, target, runner=Tracker(critical.system, CAUTIOUS))
        points = ends.x
        certificates = certify(critical.system, points, target)
        assert count_certified(certificates) == 13
        values = critical.system.invariants(points)
        for certificate, value in zip(certificates, values, strict=True):
            imaginary = np.abs(value.imag).max() / np.abs(value).max()
            assert not (certificate.real and certificate.not_real)
            assert certificate.not_real == (imaginary > 1e-6)
            if certificate.real:
                assert imaginary < 1e-8
        real += sum(c.real for c in certificates)
        nonreal += sum(c.not_real for c in certificates)
    assert real >= 3 and nonreal >= 3  # the global minimum is real
    assert nonreal % 2 == 0


def test_complex_data_never_have_real_solutions():
    found = solve_slice(network("mlp:3-2-1,r=2"))
    target = found.data * (1 + 0.3j)
    ends = ends_at(found.system, found.points, found.data, target)
    certificates = certify(found.system, ends.regular, target)
    assert len(ends.regular) == count_certified(certificates) == 3 and not ends.lost
    assert not any(c.real for c in certificates)


def test_real_parameters_are_found_along_the_fibre():
    space = function_space(network("mlp:3-2-2,r=2"), real=True)
    rng = np.random.default_rng(1)
    theta = rng.standard_normal(10)
    turned = theta.astype(complex)
    phase = np.exp(0.4j)
    turned[0:3] *= phase
    turned[[6, 8]] *= phase**-2
    found = real_representative(space, turned)
    assert found is not None and not np.iscomplexobj(found)
    before, after = (space.evaluation.run(x[None].astype(complex), order=0).outputs for x in (theta, found))
    assert np.abs(before - after).max() < 1e-6 * np.abs(before).max()
    assert real_representative(space, theta + 1j * rng.standard_normal(10)) is None


def test_certificates_are_plain_data(critical):
    (certificate, *_) = certify(critical.system, critical.points[:1], critical.data)
    assert set(dataclasses.asdict(certificate)) == {"certified", "distinct", "real", "not_real", "radius"}
