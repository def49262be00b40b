"""Points of a fibre are told apart by proof, and wrong ones are refused."""

import numpy as np
import pytest

from neurocli.architectures.grammar import parse
from neurocli.architectures.registry import parametrization
from neurocli.errors import DataError
from neurocli.numerics.fibers import solve_fiber
from neurocli.numerics.gauge_certification import certify_in_gauge
from neurocli.numerics.slices import solve_slice
from neurocli.numerics.solutions import read_bertini, read_json, write_bertini, write_json


def network(spec):
    return parametrization(parse(spec))


@pytest.fixture(scope="module")
def fibre():
    return solve_fiber(network("mlp:3-2-1,r=2"), real=True)


def test_every_point_of_the_slice_is_certified(fibre):
    certificates = certify_in_gauge(fibre.system, fibre.whole, fibre.data)
    assert (fibre.count, fibre.degree, len(fibre.whole)) == (4, 3, 12)
    assert all(c.certified and c.distinct for c in certificates)
    for certificate, x in zip(certificates, fibre.whole, strict=True):
        assert certificate.real != certificate.not_real
        assert certificate.not_real == (np.abs(x.imag).max() > 1e-6)


def test_copies_count_once_and_wrong_points_not_at_all(fibre):
    twice = np.concatenate([fibre.whole, fibre.whole * (1 + 1e-14)])
    certificates = certify_in_gauge(fibre.system, twice, fibre.data)
    assert sum(c.certified and c.distinct for c in certificates) == 12 and all(c.certified for c in certificates)
    for wrong in (fibre.whole * (1 + 1e-4), np.full_like(fibre.whole, np.nan)):
        assert not any(c.certified or c.real or c.not_real for c in certify_in_gauge(fibre.system, wrong, fibre.data))
    assert not any(c.certified for c in certify_in_gauge(fibre.system, fibre.whole, fibre.data * 1.001))


def test_a_complex_slice_never_claims_reality():
    found = solve_fiber(network("mlp:2-2-2,r=2"))
    certificates = certify_in_gauge(found.system, found.whole, found.data)
    assert all(c.certified and not c.real and not c.not_real for c in certificates)


def test_the_fibre_of_real_weights_holds_a_real_point(fibre):
    values = fibre.system.space.evaluation.run(fibre.points, order=0).outputs
    assert np.abs(values - values[0]).max() <= 1e-7 * np.abs(values).max()
    assert (np.abs(fibre.points.imag).max(axis=1) < 1e-8).any()


@pytest.mark.parametrize(("spec", "degree"), [("mlp:3-3-3,r=2", 30), ("cnn:2-2,r=2", 4),
                                              ("mlp:2-2-1,act=x^3+x^2", 3)])
def test_a_real_slice_has_as_many_points_in_conjugate_pairs(spec, degree):
    found = solve_slice(network(spec), seed=2, real=True)
    assert (found.count, found.complete) == (degree, True) and not found.data.imag.any()
    gaps = np.abs(found.values[:, None] - found.values.conj()[None]).max(axis=2).min(axis=1)
    assert gaps.max() <= 1e-6 * np.abs(found.values).max()
    assert (np.abs(found.values.imag).max(axis=1) <= 1e-8 * np.abs(found.values).max()).any()


def test_a_journal_of_a_fibre_is_continued(tmp_path):
    from neurocli.numerics.execution import Execution

    journal = tmp_path / "f.ndjson"
    first = solve_fiber(network("mlp:2-2-2-2,r=2"), execution=Execution(journal=journal, limit=lambda: True))
    assert not first.even
    again = solve_fiber(network("mlp:2-2-2-2,r=2"), execution=Execution(journal=journal, jobs=2))
    assert (again.count, again.even) == (4, True)


# -- files


def test_files_of_a_fibre_round_trip(tmp_path, fibre):
    write_json(tmp_path / "f.json", fibre)
    points, record = read_json(tmp_path / "f.json")
    assert (points == fibre.points).all() and record["count"] == 4 and record["recipe"]["kind"] == "real-fiber"
    write_bertini(tmp_path / "f", fibre.points)
    assert (read_bertini(tmp_path / "f") == fibre.points).all()
    assert {path.name for path in tmp_path.iterdir()} == {"f", "f.json"}  # nothing half-written is left


def test_files_that_cannot_be_written(tmp_path, fibre):
    with pytest.raises(DataError, match="cannot write"):
        write_json(tmp_path / "no" / "f.json", fibre)


@pytest.mark.parametrize("text", ["", "2\n\n1.0 0.0\n", "1\n\n1.0\n", "1\n\nx 0\n", "1\n\n1e999 0\n",
                                  "2\n\n1 0\n2 0\n\n1 0\n", "-1\n"])
def test_spoiled_bertini_files(tmp_path, text):
    (tmp_path / "bad").write_text(text)
    with pytest.raises(DataError):
        read_bertini(tmp_path / "bad")
