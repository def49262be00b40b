"""Degrees: the golden table, invariance under seed, prime, engine and method, proofs, and refusals."""

import golden_values
import pytest

import neurocli
from neurocli.engines.registry import ENGINES, engine
from neurocli.errors import EngineMissing, SpecificationError, TooLarge, UsageError
from neurocli.invariants.degree import degree
from neurocli.results.result import Status

GOLDEN = golden_values.rows("degree")
INSTALLED = [name for name in ENGINES if engine(name).available()]


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: row["spec"])
def test_golden_degree(row):
    result = degree(row["spec"])
    assert result.value == row["value"]
    assert result.status in (Status.PROVED, Status.PROBABLE)
    assert result.data["codimension"] == result.data["ambient"] - result.data["dim"]


@pytest.mark.parametrize("row", golden_values.rows("polar_degrees") + golden_values.rows("polar_degrees_nonzero"),
                         ids=lambda row: row["spec"])
def test_golden_polar_degrees(row):
    result = degree(row["spec"], polar=True)
    found = result.data["polar_degrees"]
    assert (found if row["invariant"] == "polar_degrees" else [d for d in found if d]) == row["value"]
    assert len(found) == result.data["dim"] and found[-1] == result.value


#: Networks with a closed form that slices confirm in well below a second.
CONFIRMED = ["mlp:2-1-1,r=3", "mlp:3-2-1,r=2", "mlp:2-2-3,r=2", "mlp:3-2-2,r=2", "mlp:3-2-1,r=3", "mlp:2-2-1,r=4",
             "mlp:2-3-1,r=6", "mlp:3-3-1,r=3", "mlp:4-3-1,r=2", "mlp:2-2-2,r=3", "mlp:2-3-2,r=4", "mlp:2-3-4,r=3",
             "cnn:2-2,r=2",
             "cnn:2-2-2,r=2", "cnn:3-3,r=2", "cnn:2-2,r=1,stride=2-1", "linear:3-2-3", "linear:4-2-3",
             "lightning:2-1,a=2,t=2",
             "lightning:2-1,a=1,t=2", "lightning:2-2,a=1,t=2", "lightning:2-2,a=2,t=2", "mlp:2-3-2,r=2"]


@pytest.mark.skipif("msolve" not in INSTALLED, reason="msolve is not installed")
@pytest.mark.parametrize("spec", CONFIRMED)
def test_slices_confirm_closed_forms(spec):
    by_theorem, by_slice = degree(spec), degree(spec, method="slice", engine="msolve")
    assert by_slice.method == "slice" and by_theorem.method == "closed-form"
    assert by_slice.value == by_theorem.value


@pytest.mark.slow
@pytest.mark.parametrize("spec", ["lightning:2-2-1,a=1-1,t=2", "mlp:4-2-1,r=3", "mlp:4-2-2,r=2", "mlp:3-4-1,r=4"])
def test_slices_confirm_longer_ones(spec):
    known = {"mlp:3-4-1,r=4": 35}  # corank two of the symmetric 6x6 catalecticant
    assert degree(spec, method="slice").value == known.get(spec) or degree(spec).value


@pytest.mark.parametrize("name", INSTALLED)
@pytest.mark.parametrize("spec", ["mlp:2-2-1,r=4", "mlp:2-2-1,act=x^3+x^2", "cnn:2-2,r=2"])
def test_engines_agree(name, spec):
    result = degree(spec, method="slice", engine=name)
    assert result.value == {"cnn:2-2,r=2": 4}.get(spec, 3)
    assert result.engine["name"] == name


@pytest.mark.parametrize("options", [{"seed": 1}, {"seed": 2**40 + 3}, {"prime": 1073741789}, {"prime": 65521}])
@pytest.mark.parametrize("spec", ["mlp:2-2-3,r=2", "mlp:2-2-1,act=x^3+x^2", "gcnn:C3,layers=2,r=2"])
def test_seed_and_prime_do_not_matter(spec, options):
    assert degree(spec, method="slice", engine="builtin", **options).value == 3


@pytest.mark.parametrize("method", ["slice", "implicit", "hilbert"])
@pytest.mark.parametrize("spec, value", [("cnn:2-2,r=2", 4), ("mlp:2-2-3,r=2", 3), ("mlp:2-1-1,r=4", 4)])
def test_methods_agree(method, spec, value):
    result = degree(spec, method=method)
    assert result.value == value and result.method == method


def test_monodromy_is_numerical():
    result = degree("mlp:2-2-1,act=x^3+x^2", method="monodromy")
    assert (result.value, result.status, result.data["trace_test"]) == (3, Status.NUMERICAL, True)


def test_hypersurfaces_are_proved_by_their_equation():
    result = degree("mlp:2-2-1,act=x^3+x^2")
    assert (result.value, result.status, result.method) == (3, Status.PROVED, "slice")
    assert result.evidence[0]["kind"] == "equation"
    # (z0..z3; z4..z6) = cubic and quadratic part: a determinant of 3x3
    assert result.data["equation"] == ("2*c12^2*c20 - 6*c21*c03*c20 - c21*c12*c11 + 9*c30*c03*c11 + 2*c21^2*c02 "
                                       "- 6*c30*c12*c02")


def test_slices_alone_are_not_proofs():
    result = degree("mlp:3-3-3,r=2")
    assert (result.value, result.status, result.method) == (30, Status.PROBABLE, "slice")
    assert len(set(result.data["primes"])) == 2 and len(set(result.data["seeds"])) == 2
    assert result.evidence[0]["coordinates"] == "border matrices of the neurons"
    result = degree("cnn:2-2,r=2", method="hilbert")
    assert result.status is Status.NUMERICAL


def test_filling_networks_have_degree_one():
    for spec in ("mlp:2-2-1,r=3", "mlp:2-3-2,r=2", "linear:2-2-3", "mlp:2-4,r=2".replace(",r=2", "")):
        result = degree(spec, polar=True)
        assert (result.value, result.status, result.data["codimension"]) == (1, Status.PROVED, 0)
        assert result.data["polar_degrees"] == [0] * (result.data["dim"] - 1) + [1]


def test_two_layers_of_lightning():
    result = degree("lightning:2-2-2,a=1-1,t=2")
    assert (result.value, result.status) == (3780, Status.PROVED)
    assert degree("lightning:2-2-1,a=1-1,t=2").value == 180


def test_whole_coordinate_subspaces_are_proved():
    result = degree("cnn:2-2,r=2,channels=1-2-1")  # x1 x3 never occurs, and nothing else is missing
    assert (result.value, result.status, result.data["codimension"]) == (1, Status.PROVED, 1)


def test_large_closed_forms():
    assert degree("cnn:3-3-3,r=2").value == 5760
    assert degree("mlp:5-14-1,r=4").value == 15 and degree("mlp:5-7-1,r=3").value == 15


def test_positive_dimensional_fibres_are_cut_and_images_counted():
    result = degree("sprecher:2-1-1,phi=1,Phi=2", method="slice", engine="builtin")
    slices = [e for e in result.evidence if e["kind"] == "slice"]
    assert result.value == 3 and all(e["images"] == 3 for e in slices)


def test_polar_degrees_by_conormal_slices():
    # the secant variety of the rational normal quartic, a linear section of the symmetric determinant
    result = degree("mlp:2-2-1,r=4", polar=True)
    assert result.data["polar_degrees"] == [0, 4, 6, 3] and result.data["polar_status"] == "probable"


def test_hilbert_function():
    # forms modulo the cubic: C(d + 5, 5) - C(d + 2, 5)
    assert degree("mlp:3-2-1,r=2", hilbert=5).data["hilbert_function"] == [1, 6, 21, 55, 120, 231]


def test_refusals():
    with pytest.raises(UsageError, match="not polynomials"):
        degree("softmax:2-2,a=1,t=2")
    with pytest.raises(UsageError, match="no closed form"):
        degree("mlp:3-3-3,r=2", method="closed-form")
    with pytest.raises(TooLarge, match="139,646,485,582,065 monomials"):
        degree("mlp:3-3-3,r=2", equations=40)
    with pytest.raises(UsageError, match="composite"):
        degree("mlp:3-3-3,r=2", prime=2**31 - 3)
    with pytest.raises(UsageError, match=r"below 2\^31"):
        degree("mlp:3-3-3,r=2", prime=2**61 - 1)
    with pytest.raises(UsageError, match="method"):
        degree("mlp:3-3-3,r=2", method="guess")
    with pytest.raises(SpecificationError):
        degree("mlp:3-3-3,s=2")


def test_missing_engine_is_refused_before_any_work(monkeypatch):
    monkeypatch.setattr("neurocli.engines.msolve.Msolve.path", lambda self: None)
    with pytest.raises(EngineMissing, match="msolve"):
        degree("mlp:3-2-1,r=2", engine="msolve")


def test_public_name_and_record():
    result = neurocli.degree("mlp:3-2-1,r=2", seed=5)
    assert result.to_json()["value"] == 3 and result.seed == 5
    again = neurocli.degree("mlp:2-2-2-2,r=2"), neurocli.degree("mlp:2-2-2-2,r=2")
    records = [r.to_json() for r in again]
    for record in records:
        del record["run"]
    assert records[0] == records[1] and records[0]["value"] == 15
