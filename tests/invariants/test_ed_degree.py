"""Numbers of critical points: the golden table, parity of closed forms and Gröbner bases, metrics, bad input."""

import dataclasses

import pytest
from golden_values import rows

import neurocli
from neurocli.architectures.grammar import parse
from neurocli.errors import DataError, UsageError
from neurocli.invariants.critical.metrics import Metric, bombieri_weight, read_metric
from neurocli.invariants.degree import proved_to_fill
from neurocli.invariants.ed_degree import edd
from neurocli.results.result import Status
from neurocli.theorems.degree_catalogue import known_variety
from neurocli.theorems.determinantal import Determinantal, SubspaceVariety
from neurocli.theorems.ed_degrees import (
    apolar_polar_degrees,
    codimensions_exceed,
    proved_polar_degrees,
    secant_polar_degrees,
    subspace_polar_degrees,
)
from neurocli.theorems.segre_veronese import SegreVeronese

GOLDEN = [(row["spec"], row["metric"], row["value"]) for row in rows("edd")]
#: Rows without a theorem.
COMPUTED = {("mlp:2-2-1,act=x^3+x^2", "generic"), ("mlp:2-2-1,r=4", "unit"), ("mlp:2-2-1,r=4", "bombieri"),
            ("mlp:3-2-1,r=2", "unit")}


@pytest.mark.parametrize(("spec", "metric", "value"), GOLDEN)
def test_golden_values(spec, metric, value):
    result = edd(spec, metric="samples=40" if metric.startswith("dataset") else metric)
    assert result.value == value
    assert result.status is (Status.PROBABLE if (spec, metric) in COMPUTED else Status.PROVED)
    if result.data["polar_degrees"]:
        assert sum(result.data["polar_degrees"]) == value


@pytest.mark.parametrize(("spec", "metric"), [
    ("mlp:2-2-2,r=2", "generic"), ("mlp:2-2-3,r=2", "generic"), ("mlp:2-2-1,r=4", "generic"),
    ("mlp:3-2-1,r=2", "generic"), ("mlp:3-2-1,r=2", "bombieri"), ("mlp:3-2-1,r=3", "generic"),
    ("mlp:3-1-1,r=3", "generic"), ("mlp:3-1-1,r=3", "bombieri"), ("linear:3-2-3", "bombieri"), ("linear:2-1-2", "unit"),
    ("cnn:3-2,r=2", "generic"), ("mlp:2-2-2,r=3", "generic"), ("cnn:2-2,r=1,stride=2-1", "generic"), ("lightning:2-1,a=2,t=2", "generic"),
    ("lightning:2-2,a=1,t=2", "generic"), ("mlp:2-2-3,r=2", "samples=4"), ("mlp:2-1-2,r=2", "bombieri"),
])
def test_closed_forms_agree_with_critical_equations(spec, metric):
    proved, counted = edd(spec, metric=metric), edd(spec, metric=metric, method="groebner")
    assert proved.status is Status.PROVED
    assert counted.status is Status.PROBABLE
    assert counted.value == proved.value


def test_ramified_solutions_are_removed_and_reported():
    removed = edd("mlp:2-2-2,r=2", method="groebner").data["removed"]
    assert removed["rank of W2 at most 1"] == 20  # 22 naive solutions, 11 for each point of the fibre
    other = edd("mlp:3-2-1,r=2", metric="unit").data
    assert other["removed"]["other ramified solutions"] > 0


def test_another_seed_and_prime_give_the_same_count():
    assert edd("mlp:2-2-1,r=4", metric="bombieri", seed=5, prime=65521).value == 7


def test_a_cnn_in_its_own_coefficients_is_no_abstract_variety():
    assert edd("cnn:3-2,r=2", metric="unit").value == 71  # 9 for the Segre-Veronese variety with its invariant metric


def test_many_samples_of_one_output_are_generic():
    proved = edd("mlp:2-2-1,r=4", metric="samples=9")
    assert (proved.value, proved.status) == (13, Status.PROVED)
    few = edd("mlp:2-2-1,r=4", metric="samples=5")
    assert (few.value, few.status) == (13, Status.PROBABLE)


def test_polar_degrees_of_bundles_agree_with_other_resolutions():
    # two forms of degree 1 in one linear form: 2 x 3 matrices of rank one; powers of binary forms
    assert subspace_polar_degrees(SubspaceVariety(3, 1, (1,), 2)) == (0, 3, 4, 3)
    assert subspace_polar_degrees(SubspaceVariety(2, 1, (3,), 1)) == secant_polar_degrees(3, 1) == (4, 3)
    assert not codimensions_exceed(SubspaceVariety(4, 2, (2,), 1))  # symmetric matrices: many dependent forms


def test_polar_degrees_of_forms_with_a_common_apolar_form():
    assert apolar_polar_degrees(4, 1, 3) == SegreVeronese((1, 2), (4, 1)).polar_degrees
    # three binary quadrics with a common apolar one: 3 x 3 matrices of rank two, by another resolution
    assert apolar_polar_degrees(2, 2, 3) == Determinantal(3, 3, 2).polar_degrees
    spec = parse("mlp:2-2-3,r=2")
    assert proved_polar_degrees(spec, known_variety(spec, proved_to_fill))[0] == Determinantal(3, 3, 2).polar_degrees
    assert apolar_polar_degrees(3, 2, 2)[-1] == 6


def test_no_polar_degrees_are_claimed_where_the_layer_is_two_to_one():
    spec = parse("lightning:2-1,a=1,t=2")
    assert proved_polar_degrees(spec, known_variety(spec, proved_to_fill)) is None


def test_metrics_from_files(tmp_path):
    identity = tmp_path / "gram.csv"
    identity.write_text("1,0,0\n0,1/2,0\n0,0,1\n")
    assert read_metric(f"gram={identity}").matrix[1][1] == bombieri_weight((1, 1))
    assert edd("mlp:2-1-1,r=2", metric=f"gram={identity}").value == 2  # the Bombieri metric
    identity.write_text("a,b,c\n1,0,0\n0,1,0\n0,0,1\n")
    assert edd("mlp:2-1-1,r=2", metric=f"gram={identity}").value == edd("mlp:2-1-1,r=2", metric="unit").value == 4
    data = tmp_path / "data.csv"
    data.write_text("x,z,y\n1,0,2\n0,1,3\n1,1,-1\n2,1,4\n")
    assert edd("mlp:2-1-1,r=2", metric=f"data={data}").value == 4


def test_linear_changes_of_the_inputs_keep_the_count(tmp_path):
    # cubes of linear forms are invariant under x -> (x + 2y, y), so the moved Bombieri metric counts 3, not 7
    change = [[1, 0, 0, 0], [6, 1, 0, 0], [12, 4, 1, 0], [8, 4, 2, 1]]
    weights = [bombieri_weight(e) for e in ((3, 0), (2, 1), (1, 2), (0, 3))]
    gram = [[sum(change[k][i] * weights[k] * change[k][j] for k in range(4)) for j in range(4)] for i in range(4)]
    path = tmp_path / "moved.csv"
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in gram))
    assert edd("mlp:2-1-1,r=3", metric=f"gram={path}").value == 3
    gram[0][0] += 1
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in gram))
    assert edd("mlp:2-1-1,r=3", metric=f"gram={path}").value > 3


def test_an_indefinite_matrix_is_allowed_and_said_so(tmp_path):
    path = tmp_path / "gram.csv"
    path.write_text("1,0,0\n0,-3,1\n0,1,2\n")
    result = edd("mlp:2-1-1,r=2", metric=f"gram={path}")
    assert any("complex" in line for line in result.explanation)


def test_special_data_are_told_from_generic_ones(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("1,0,2\n0,1,3\n1,1,-1\n2,1,4\n2,1,5\n")
    assert any("repeat" in line for line in edd("mlp:2-1-1,r=2", metric=f"data={path}").explanation)
    # exact values of (x + y)^2: the target lies on the variety
    path.write_text("1,0,1\n0,1,1\n1,1,4\n2,1,9\n")
    fitted = edd("mlp:2-1-1,r=2", metric=f"data={path}")
    assert (fitted.value, fitted.data["generic"], fitted.data["fitted"]) == (4, 4, True)
    assert any("fitted exactly" in line for line in fitted.explanation)
    solved = edd("mlp:2-1-1,r=2", metric=f"data={path}", solve=True)
    assert any("fitted exactly" in line for line in solved.explanation)
    # five inputs on three lines: forms are seen on three of them, and the answer says why
    path.write_text("1,0,2\n2,0,3\n0,1,-1\n0,2,4\n1,1,7\n")
    special = edd("mlp:2-2-1,r=4", metric=f"data={path}")
    assert (special.method, special.data["form_rank"]) == ("split", 3)
    assert any("rank 5: these data are special" in line for line in special.explanation)


@pytest.mark.parametrize(("text", "message"), [
    ("1,2\n3,4\n", "not symmetric"), ("1,0\n", "square"), ("0,0\n0,0\n", "zero"), ("1,0\n0\n", "different lengths"),
    ("1,nan\nnan,1\n", "row 1"), ("", "no rows")])
def test_bad_gram_matrices_are_refused(tmp_path, text, message):
    path = tmp_path / "gram.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=message):
        read_metric(f"gram={path}")


def test_tables_of_the_wrong_size_are_refused(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("1,0\n0,1\n")
    with pytest.raises(DataError, match="size 2"):
        edd("mlp:2-1-1,r=2", metric=f"gram={path}")
    with pytest.raises(DataError, match="columns"):
        edd("mlp:2-1-1,r=2", metric=f"data={path}")


@pytest.mark.parametrize("text", ["samples=0", "samples=-1", "samples", "frobenius", "gram", "unit=3"])
def test_metrics_that_mean_nothing_are_refused(text):
    with pytest.raises(UsageError):
        read_metric(text)


def test_ranks_must_be_positive_and_generic():
    assert read_metric("generic", 2) == Metric("generic", 2)
    for metric, rank in [("generic", 0), ("unit", 2)]:
        with pytest.raises(UsageError):
            read_metric(metric, rank)


def test_no_closed_form_is_said_so():
    with pytest.raises(UsageError, match="no closed form"):
        edd("mlp:3-3-3,r=2", method="closed-form")


@pytest.mark.parametrize("name", ["edd", "degree"])
def test_certificates_need_the_dimension_of_exact_arithmetic(name, monkeypatch):
    # With a dimension too small fewer equations would be certified than the problem has.
    from neurocli.errors import EngineError
    from neurocli.invariants import certified_count
    from neurocli.invariants.tracking import Tracking

    real = certified_count.require_dimension

    def short_sighted(question, solutions):
        space = dataclasses.replace(solutions.system.space, dimension=solutions.system.space.dimension - 1)
        solutions.system.space = space
        return real(question, solutions)

    place = "critical" if name == "edd" else "degrees"
    monkeypatch.setattr(f"neurocli.invariants.{place}.monodromy.require_dimension", short_sighted)
    with pytest.raises(EngineError, match="in exact arithmetic"):
        getattr(neurocli, name)("mlp:2-2-1,r=4", method="monodromy", tracking=Tracking(certify=True))
