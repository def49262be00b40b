"""Closed form, Gröbner bases and path tracking on the golden table; sums of polar degrees; orthogonal changes."""

from fractions import Fraction

import pytest
from golden_values import rows

from neurocli.architectures.grammar import parse
from neurocli.invariants.critical.count import critical_counts
from neurocli.invariants.critical.metrics import Metric, bombieri_weight
from neurocli.invariants.degree import proved_to_fill
from neurocli.invariants.dimension import dim
from neurocli.invariants.ed_degree import MAX_GROEBNER, _question, closed_form, edd
from neurocli.results.result import Status
from neurocli.theorems.degree_catalogue import known_variety

GOLDEN = [(row["spec"], row["metric"], row["value"]) for row in rows("edd") if not row["metric"].startswith("dataset")]
#: Beyond these, Gröbner bases and path tracking take minutes.
SOLVED, TRACKED = 250, 100


@pytest.mark.slow
@pytest.mark.parametrize(("spec", "metric", "value"), [row for row in GOLDEN if row[2] <= SOLVED])
def test_every_way_gives_the_golden_value(spec, metric, value):
    ways = {}
    if dim(spec).value <= MAX_GROEBNER:
        ways["groebner"] = edd(spec, metric=metric, method="groebner")
    if value <= TRACKED:
        ways["monodromy"] = edd(spec, metric=metric, method="monodromy")
    assert all(result.value == value for result in ways.values()), {k: v.value for k, v in ways.items()}
    assert all(result.status in (Status.PROBABLE, Status.NUMERICAL) for result in ways.values())


@pytest.mark.parametrize(("spec", "value"), [(spec, value) for spec, metric, value in GOLDEN if metric == "generic"])
def test_generic_counts_are_sums_of_polar_degrees(spec, value):
    question = _question(parse(spec), None, 0, None, None, None)
    theorem = closed_form(question, known_variety(question.network, proved_to_fill), Metric("generic"))
    if theorem is not None and theorem.polar is not None:
        assert sum(theorem.polar) == theorem.value == value
    else:  # all other rows are counted
        assert (spec, value) in {("mlp:2-2-1,act=x^3+x^2", 39), ("mlp:2-2-2,r=2", 1)}


@pytest.mark.parametrize("spec", ["cnn:2-2,r=2", "mlp:2-2-1,r=4", "lightning:2-1,a=2,t=2"])
def test_polar_degrees_by_slices_add_up_to_critical_equations(spec):
    from neurocli.invariants.degrees.polar_degrees import _by_slices

    question = _question(parse(spec), None, 0, None, None, None)
    known = known_variety(question.network, proved_to_fill)
    slices = _by_slices(question, edd(spec).data["polar_degrees"][-1])
    counted = critical_counts(question, known, Metric("generic"))[-1]
    assert sum(slices.values) == counted.value


def rotated(gram, degree):
    """A Gram matrix on binary forms after (x, y) -> (3x - 4y, 4x + 3y) / 5."""
    c, s = Fraction(3, 5), Fraction(4, 5)

    def times(f, g):
        product = [Fraction(0)] * (len(f) + len(g) - 1)
        for i, a in enumerate(f):
            for j, b in enumerate(g):
                product[i + j] += a * b
        return product

    columns = []  # images of x^(d - k) y^k in the coefficients of x^d, x^(d - 1) y, ...
    for k in range(degree + 1):
        image = [Fraction(1)]
        for factor in [[c, -s]] * (degree - k) + [[s, c]] * k:
            image = times(image, factor)
        columns.append(image)
    n = degree + 1
    return [[sum(columns[i][a] * gram[a][b] * columns[j][b] for a in range(n) for b in range(n)) for j in range(n)]
            for i in range(n)]


def matrix_file(path, gram):
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in gram))
    return f"gram={path}"


@pytest.mark.parametrize(("spec", "degree"), [("mlp:2-2-1,r=4", 4), ("mlp:2-1-1,r=3", 3)])
def test_orthogonal_changes_of_the_inputs(tmp_path, spec, degree):
    n = degree + 1
    bombieri = [[bombieri_weight((degree - i, i)) if i == j else Fraction(0) for j in range(n)] for i in range(n)]
    assert rotated(bombieri, degree) == bombieri  # the metric is preserved, exactly
    unit = [[Fraction(int(i == j)) for j in range(n)] for i in range(n)]
    assert rotated(unit, degree) != unit  # but the count of the moved one is the same, since the network is
    turned = edd(spec, metric=matrix_file(tmp_path / "turned.csv", rotated(unit, degree)))
    assert turned.value == edd(spec, metric="unit").value
    named = edd(spec, metric=matrix_file(tmp_path / "bombieri.csv", bombieri), method="groebner")
    assert named.value == edd(spec, metric="bombieri").value
