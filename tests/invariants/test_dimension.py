"""Dimensions: golden values, bounds that prove them, invariance, and what must not be claimed."""

import itertools

import pytest
from golden_values import rows
from hypothesis import given
from hypothesis import strategies as st

import neurocli
from neurocli.architectures.registry import parametrization
from neurocli.errors import NotProved, TooLarge, UsageError
from neurocli.invariants.dimension import dim
from neurocli.invariants.ranks.jacobian_rank import check_rank, jacobian_rank
from neurocli.results.result import Status


@pytest.mark.parametrize("row", rows("dim"), ids=lambda row: row["spec"])
def test_golden(row):
    result = dim(row["spec"])
    assert result.value == row["value"]
    for key in ("expected", "ambient", "defect"):
        if key in row:
            assert result.data[key] == row[key], key
    assert result.status in (Status.PROVED, Status.CERTIFIED)


def test_nearly_all_golden_rows_are_proved():
    results = [dim(row["spec"]).status for row in rows("dim")]
    assert sum(status is Status.PROVED for status in results) >= 0.9 * len(results)


@pytest.mark.parametrize("spec", [row["spec"] for row in rows("dim") if row["spec"].startswith(("mlp", "cnn", "gcnn"))])
def test_other_prime_and_seed_give_the_same(spec):
    first = dim(spec)
    assert dim(spec, prime=1_000_000_007, seed=3).value == first.value
    assert dim(spec, prime=2**61 - 1, seed=1).value == first.value


def test_unimodality_counterexample():
    """(2,3,4,5,4,6,4,1), r=2 fills; no network with one hidden width smaller by one does."""
    widths = (2, 3, 4, 5, 4, 6, 4, 1)
    whole = dim("mlp:2-3-4-5-4-6-4-1,r=2", prove=True)
    assert whole.data["filling"] and whole.value == 65
    for i in range(1, 7):
        smaller = [w - (j == i) for j, w in enumerate(widths)]
        result = dim(f"mlp:{'-'.join(map(str, smaller))},r=2", prove=True)
        assert result.data["filling"] is False


@pytest.mark.parametrize(
    "spec",
    [
        "mlp:2-2-1,r=3",
        "mlp:3-5-1,r=4",
        "mlp:2-2-1,act=x^3+x^2",
        "mlp:2-2-1,r=2,bias",
        "cnn:2-2-2,r=2",
        "cnn:3-2,act=x^2+x",
        "gcnn:S3,layers=2,r=2",
        "linear:3-2-4",
        "lightning:2-2,a=1,t=2",
        "sprecher:2-2-1,phi=2,Phi=2",
        "clifford:2-1-1,signature=0/1/0,r=2",
        "mlp:3-4-1,act=x^2+x,bias",
    ],
)
def test_expanding_the_map_gives_the_same(spec):
    """Parity of two independent routes: propagated Jacobians mod p, expanded polynomials over Q."""
    assert dim(spec).value == dim(spec, method="symbolic").value


def test_large_network_by_theorem():
    result = dim("mlp:784-512-512-10,r=3")
    assert (result.value, result.status, result.method) == (667648, Status.PROVED, "theorem")
    assert any("Kruskal" in line or "do not increase" in line for line in result.explanation)


def test_theorem_alone_says_when_it_is_only_a_bound():
    result = dim("mlp:2-3-2,r=3", method="theorem")
    assert result.status in (Status.PROVED, Status.BOUND)
    bound = dim("mlp:3-4-2-1,r=2", method="theorem")
    assert bound.status is Status.BOUND and bound.value >= 11


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("mlp:3-5-1,r=4", "Alexander-Hirschowitz"),
        ("mlp:3-4-2-1,r=2", "O(2) acts"),
        ("mlp:2-3-7-4,r=3", "plane curve"),
        ("mlp:3-5-2,r=3", "plane cubics"),
        ("mlp:4-5-3,r=2", "nets of quadrics"),
        ("mlp:3-1-3-1,r=2", "width one"),
    ],
)
def test_defects_are_explained(spec, words):
    result = dim(spec)
    assert result.data["defect"] > 0 and result.status is Status.PROVED
    assert any(words in line for line in result.explanation), result.explanation


def test_probable_carries_its_risk(monkeypatch):
    """With the theorems taken away the same network is only probable, and --prove refuses it."""
    monkeypatch.setattr("neurocli.invariants.dimension.dimension_bounds", lambda network, rank=None: [])
    result = dim("mlp:3-4-5-2,r=2")
    assert result.value == 28 and result.status is Status.PROBABLE
    assert 0 < result.error_probability < 1e-12
    with pytest.raises(NotProved):
        dim("mlp:3-4-5-2,r=2", prove=True)


def test_wrong_theorem_is_caught(monkeypatch):
    """A theorem below a proved rank is an internal error, never an answer."""
    from neurocli.errors import InternalError
    from neurocli.theorems.bound import Bound

    lie = [Bound("exact", 4, "lie", "a false theorem")]
    monkeypatch.setattr("neurocli.invariants.dimension.dimension_bounds", lambda network, rank=None: lie)
    with pytest.raises(InternalError):
        dim("mlp:3-2-1,r=2")


def test_checker_accepts_and_refuses():
    p = parametrization(neurocli.parse("mlp:3-3-3,r=2"))
    evidence = jacobian_rank(p, 2**31 - 1, 0, 9).evidence()
    assert check_rank(p, evidence)
    assert not check_rank(p, {**evidence, "value": 16})
    assert not check_rank(p, {**evidence, "rows": evidence["rows"][:-1] + [evidence["rows"][0]]})
    assert not check_rank(p, {**evidence, "columns": [*evidence["columns"][:-1], 10**6]})
    swapped = {**evidence, "columns": [c for c in range(18) if c not in (0, 3, 6)]}
    assert isinstance(check_rank(p, swapped), bool)
    small = parametrization(neurocli.parse("mlp:3-2-1,r=2"))
    false = {"value": 6, "prime": 2**31 - 1, "seed": 0, "samples": 8, "rows": list(range(6)), "columns": list(range(6))}
    assert not check_rank(small, false)  # the rank is 5: no regular submatrix of size 6 exists


@given(st.lists(st.integers(1, 4), min_size=2, max_size=4), st.integers(2, 3))
def test_rank_never_exceeds_the_bounds(widths, r):
    text = "mlp:" + "-".join(map(str, widths)) + (f",r={r}" if len(widths) > 2 else "")
    result = dim(text)
    assert result.value <= min(result.data["parameters"], result.data["ambient"])
    assert result.data["defect"] >= 0
    assert result.status is Status.PROVED


def test_dimension_grows_with_the_network():
    """A subnetwork's functions are functions of the network, so its dimension is not larger."""
    values = {}
    for widths in itertools.product((1, 2, 3), repeat=4):
        values[widths] = dim(f"mlp:{'-'.join(map(str, widths))},r=2").value
    for widths, value in values.items():
        for i in range(1, 3):
            smaller = (*widths[:i], widths[i] - 1, *widths[i + 1 :])
            if smaller in values:
                assert values[smaller] <= value, (smaller, widths)


@pytest.mark.parametrize("prime", [4, 15, 2**31, 2**61, 997, 2**64 + 13, -7])
def test_bad_primes(prime):
    with pytest.raises(UsageError):
        dim("mlp:3-2-1,r=2", prime=prime)


def test_refusal_comes_before_the_memory():
    with pytest.raises(TooLarge) as caught:
        dim("mlp:30-300-300-7,act=x^3+x^2", memory_mb=100)
    assert "MB" in caught.value.message


def test_softmax_refuses_what_needs_polynomials():
    with pytest.raises(UsageError):
        dim("softmax:2-2,a=1,t=2", method="symbolic")


@pytest.mark.parametrize(
    ("spec", "value"),
    [("softmax:3-3-3-3,a=1-2-2,t=3", 30), ("softmax:3-1-3,a=2-2,t=3", 14), ("softmax:3-3-3,a=2-2,t=1", 9)],
)
def test_softmax_is_certified(spec, value):
    result = dim(spec)
    assert (result.value, result.status) == (value, Status.CERTIFIED)


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        ("sprecher:1-2-1,phi=2,Phi=2", 5),
        ("sprecher:2-2-1,phi=2,Phi=2", 7),
        ("sprecher:2-3-1,phi=2,Phi=2", 7),
        ("sprecher:2-5-1,phi=2,Phi=2", 7),
        ("sprecher:3-3-1,phi=2,Phi=2", 8),
        ("sprecher:2-3-1,phi=3,Phi=2", 8),
    ],
)
def test_sprecher_ranks(spec, value):
    result = dim(spec)
    assert (result.value, result.status) == (value, Status.PROVED)


def test_sprecher_junctions_cost_two_each():
    """Stacked blocks: two gauges per block and two per junction, settled by computation."""
    result = dim("sprecher:2-2-2-1,phi=2,Phi=2", prove=True)
    assert result.data["parameters"] - result.value == 2 * 2 + 2


def test_piecewise_sprecher_reports_patterns():
    result = dim("sprecher:2-3-1,knots=4")
    assert result.status is Status.BOUND and len(result.data["patterns"]) > 1
    assert max(p["value"] for p in result.data["patterns"]) == result.value <= result.data["expected"]


def test_complex_network_is_twice_the_complex_dimension():
    assert dim("clifford:2-2-1,signature=0/1/0,r=2").value == 2 * dim("mlp:2-2-1,r=2").value
    assert dim("clifford:3-2-2,signature=0/1/0,r=2").value == 2 * dim("mlp:3-2-2,r=2").value


def test_found_vector_fields_prove_what_no_theorem_says(tmp_path):
    """A map with an unnamed symmetry: (a^2+b^2, c) is constant on circles."""
    (tmp_path / "m.toml").write_text('variables = ["a","b","c"]\npolynomials = ["a^2+b^2", "(a^2+b^2)*c", "c"]\n')
    result = dim(neurocli.parse("poly:m.toml", tmp_path), prove=True)
    assert result.value == 2
    assert any(e.get("theorem") == "polynomial vector fields" for e in result.evidence)


@pytest.mark.parametrize(
    ("spec", "value"),
    [("softmax:1-1-1-1,a=1,t=2", 4), ("softmax:2-2-2-2,a=1,t=2", 13), ("softmax:1-1-1,a=1-1,t=2,heads=2", 7)],
)
def test_softmax_beyond_the_digits_of_floats(spec, value):
    """Singular values that spread over more digits than a float holds: elimination in balls decides."""
    result = dim(spec)
    assert (result.value, result.status) == (value, Status.CERTIFIED)


def test_too_few_points_are_a_bound():
    result = dim("mlp:3-5-4-2,r=2", points=1)
    assert result.status is Status.BOUND and result.error_probability is None


@pytest.mark.parametrize(
    ("spec", "value", "defect"),
    [("mlp:1-4-1,r=1", 1, 0), ("mlp:2-3-2,r=1", 4, 0), ("mlp:1-3-1-2,r=1/2", 2, 0), ("mlp:2-1-4-2,r=1/3", 3, 5)],
)
def test_layers_without_activation(spec, value, defect):
    result = dim(spec)
    assert (result.value, result.status, result.data["defect"]) == (value, Status.PROVED, defect)


@pytest.mark.parametrize(
    "spec", ["mlp:100-100-100,r=1000000", "mlp:2-3-3-3-3-3-1,r=1000000", "mlp:784-100-100-10,r=1000000",
             "lightning:3-3,a=2,t=300", "clifford:1-1-1,signature=0/1/1,r=1000000"]
)  # fmt: skip
def test_huge_exponents_and_many_tokens_are_answered(spec):
    result = dim(spec)
    assert result.status is Status.PROVED and result.dumps()


def test_a_prime_in_a_denominator_is_refused():
    with pytest.raises(UsageError, match="divides a denominator"):
        dim("mlp:2-3-2,act=1/2147483647*x^3+x^2")
