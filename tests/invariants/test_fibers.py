"""Generic fibres, fibres over functions, the known group: golden values, theorems against computation."""

from __future__ import annotations

import json
import random
from fractions import Fraction

import pytest

from neurocli.architectures.actions import gauge_stabilizer
from neurocli.architectures.expansion import estimated_terms
from neurocli.architectures.grammar import parse
from neurocli.architectures.network import Network
from neurocli.architectures.registry import parametrization
from neurocli.architectures.weights import Weights
from neurocli.errors import DataError, InternalError, UsageError
from neurocli.invariants.fibers import fibers
from neurocli.invariants.fibres.fibre_ideal import in_gauge
from neurocli.invariants.fibres.fibre_over import computed_fibre
from neurocli.invariants.ranks.hidden_symmetries import hidden_symmetries, rational_jacobian
from neurocli.results.result import Status
from neurocli.theorems.fibres import FibreStatement, fibre_statement

#: (spec, dimension, excess, points in the gauge, classes): the rivals' tables, msolve fibres divided by the finite group.
GOLDEN = [
    ("mlp:2-2-2,r=2", 2, 0, 2, 1), ("mlp:2-2-3,r=2", 2, 0, 2, 1), ("mlp:3-2-2,r=2", 2, 0, 2, 1),
    ("mlp:2-2-2-2,r=2", 4, 0, 4, 1), ("mlp:3-3-3,r=2", 3, 0, 6, 1), ("mlp:2-2-1,r=3", 2, 0, 2, 1),
    ("mlp:3-2-1,r=3", 2, 0, 2, 1), ("mlp:4-4-4,r=2", 4, 0, 24, 1), ("cnn:2-2,r=2", 1, 0, 1, 1),
    ("cnn:3-2,r=2", 1, 0, 1, 1), ("cnn:2-2-2,r=2", 2, 0, 1, 1), ("cnn:3-3,r=2", 1, 0, 1, 1),
    ("cnn:3-3-3,r=2", 2, 0, 1, 1), ("lightning:2-2,a=1,t=2", 2, 0, 1, 1), ("lightning:2-2-2,a=1,t=2", 8, 0, 2, 2),
    ("lightning:2-2-2,a=2,t=2", 14, 0, 1, 1), ("lightning:2-1,a=1,t=2", 2, 0, 2, 2),
    ("mlp:2-3-2,r=2", 6, 3, None, None), ("mlp:3-5-1,r=4", 6, 1, None, None), ("mlp:3-4-5-2,r=2", 14, 5, None, None),
    ("mlp:2-2-1,act=x^3+x^2", 0, 0, 2, 1), ("gcnn:C3,layers=2,r=2", 1, 0, 3, 1), ("cnn:3-3,r=1", 1, 0, 6, 6),
    ("cnn:3-3,r=1,stride=2-1", 1, 0, 1, 1), ("linear:3-2-4", 4, 0, 1, 1), ("mlp:3-3-1,r=2", 6, 0, 8, 1),
    ("mlp:2-2-2,act=x^3+x", 0, 0, 8, 1), ("mlp:4-8-1,r=4", 8, 0, 80640, 2),
]


@pytest.mark.parametrize(("spec", "dimension", "excess", "points", "classes"), GOLDEN)
def test_golden(spec, dimension, excess, points, classes):
    value = fibers(spec).value
    assert (value["dimension"], value["excess"], value["points"], value["classes"]) == (dimension, excess, points, classes)
    wanted = "not-identifiable" if excess else "identifiable" if classes == 1 else "finitely-identifiable"
    assert value["verdict"] == wanted


def test_a_large_network_is_answered_by_theorem():
    result = fibers("mlp:784-512-512-10,r=3")
    assert (result.value["dimension"], result.value["excess"], result.status) == (1024, 0, Status.PROVED)


def test_a_conjecture_is_no_proof():
    result = fibers("softmax:3-3-3,a=1-1,t=2")
    assert result.value["verdict"] == "identifiable" and result.status is Status.NUMERICAL
    assert any("conjecture" in line for line in result.explanation)


@pytest.mark.parametrize("engine", ["builtin", "msolve"])
def test_engines_agree(engine):
    from neurocli.engines.registry import engine as named

    if not named(engine).available():
        pytest.skip(f"{engine} is not installed")
    for spec, points in (("mlp:2-2-2-2,r=2", 4), ("lightning:2-2-2,a=1,t=2", 2), ("cnn:2-2-2,r=2", 1)):
        assert fibers(spec, engine=engine, method="groebner").value["points"] == points


def test_seeds_and_primes_do_not_matter():
    answers = [fibers("mlp:2-2-2-2,r=2", seed=s, prime=p).value for s, p in ((0, None), (5, 2147483629), (9, 1000003))]
    assert all(answer == answers[0] for answer in answers)


def test_hidden_symmetries_lie_in_the_kernel_and_beyond_the_group():
    network = parametrization(parse("mlp:2-3-2,r=2"))
    hidden = hidden_symmetries(network, 6)
    assert hidden.dimension == 3 and len(hidden.vectors) == 3
    import numpy as np

    flat = np.concatenate([np.array(hidden.point[name], dtype=object).ravel() for name in ("W1", "W2")])
    jacobian = rational_jacobian(network, flat, 12)
    for vector in hidden.vectors:
        v = np.concatenate([np.array(vector.get(name, np.zeros(shape, dtype=int)), dtype=object).ravel()
                            for name, shape in network.program.parameters])
        assert all(x == 0 for x in (jacobian * v).sum(axis=1))
    rows = [np.array(v["W1"], dtype=float) for v in hidden.vectors]
    assert np.linalg.matrix_rank(np.array([r.ravel() for r in rows])) == 3


@pytest.mark.parametrize("spec", ["mlp:2-3-2-1,r=3", "mlp:3-3-1,r=2", "linear:3-2-3", "cnn:2-2,r=3,channels=1-3-2",
                                  "gcnn:S3,layers=3,r=2", "lightning:3-2-2,a=2-1,t=2", "softmax:2-2,a=1,t=2",
                                  "clifford:2-2-1,signature=0/2/0,r=2", "mlp:2-2-2,act=x^3+x", "mlp:2-2-1,r=2,bias"])
def test_the_known_group_is_one(spec):
    result = fibers(spec, symmetries=True)
    assert result.value["verified"] is True
    assert result.data["motions"]


def test_a_wrong_motion_is_caught():
    import dataclasses

    from neurocli.architectures.actions import generators
    from neurocli.invariants.ranks.symmetry_check import keeps_function

    network = parse("mlp:2-2-1,r=3")
    (motion,) = generators(network)
    other = parse("mlp:2-2-1,r=2")  # its outgoing weights are divided by another power
    assert keeps_function(network, parametrization(network), motion)
    moved = dataclasses.replace(motion, scalings=(Fraction(3), Fraction(2)))
    assert keeps_function(other, parametrization(other), moved)
    from neurocli.architectures import actions

    original = actions.exponent
    try:
        actions.exponent = lambda *_: 1
        assert not keeps_function(network, parametrization(network), moved)
    finally:
        actions.exponent = original


# --- the fibre over one function -----------------------------------------------------------------------------

def test_the_node_of_the_smallest_cnn():
    result = fibers("cnn:2-2,r=2", at=[1, 0, 0, 1])
    assert result.value == {"dimension": 1, "components": 2, "classes": 2}
    filters = [c["representative"] for c in result.data["components"]]
    assert filters == [[[1, 0], [0, 1]], [[0, 1], [1, 0]]]


CNN_CASES = [("cnn:2-2,r=2", [1, 0, 0, 1]), ("cnn:3-2,r=2", [1, 2, 0, 0, 3]), ("cnn:3-2,r=2", [1, 2, 3, 0, 3]),
             ("cnn:3-3,r=2", [0, 2, 0, 0, 3, 0]), ("cnn:3-3,r=2", [1, 0, 0, 0, 0, 5]), ("cnn:2-2-2,r=2", [1, 0, 0, 1, 1, 2]),
             ("cnn:2-2-2,r=2", [1, 0, 0, 1, 0, 1]), ("cnn:3-2,r=3", [1, 0, 0, 0, 3]), ("cnn:4-2,r=2", [0, 1, 2, 0, 0, 7]),
             ("cnn:3-2,r=2,stride=2-1", [1, 0, 0, 0, 3]), ("cnn:2-3,r=2", [0, 3, 1, 2, 0]), ("cnn:2-2,r=3", [0, 1, 2, 0])]


@pytest.mark.parametrize(("spec", "values"), CNN_CASES)
def test_shift_vectors_count_the_fibre(spec, values):
    """Two roads: zeros at the ends of the filters, and a Gröbner basis."""
    network = parse(spec)
    by_shifts = fibers(network, at=values)
    weights = Weights(tuple(map(Fraction, values)), False, "test")
    computed = computed_fibre(network, weights, None, seed=0, engine=None, timeout=20, memory_mb=None)
    (part,) = [c for c in computed.data["components"] if not c["dead"]]
    assert part["count"] == by_shifts.value["components"]
    assert part["dimension"] == by_shifts.value["dimension"]
    assert all(c["degree"] == part["degree"] for c in by_shifts.data["components"])


def test_representatives_give_the_function():
    result = fibers("mlp:2-2-2,r=2", at=[1, 2, 3, 4, 1, 1, 2, -1])
    (part,) = result.data["components"]
    assert (result.value["components"], result.value["classes"], part["degree"], part["multiplicity"]) == (2, 1, 9, 2)
    for representative in part["representatives"]:
        same = fibers("mlp:2-2-2,r=2", equivalent=([1, 2, 3, 4, 1, 1, 2, -1], representative))
        assert same.value["same"] and same.status is Status.PROVED
    assert len(part["representatives"]) == 2


def test_dead_neurons_give_families():
    result = fibers("mlp:2-2-1,r=4", at=[1, 2, 3, 4, 1, 0])
    assert result.value["dimension"] == 3  # outgoing weight 0: both incoming weights are free, one rescaling
    assert [c["dead"] for c in result.data["components"]] == [[], [[1, 1]], [[1, 2]]]
    # {c_i = 0, l_i free} for either neuron, degree 5 each (l -> t l, c -> c / t^4), and parallel neurons
    # a l, b l with c_1 a^4 + c_2 b^4 = 1, degree 5, where the fibre is not reduced: multiplicity 2
    assert result.data["components"][0]["degree"] == 5 + 5 + 2 * 5


def test_a_function_outside_the_image_has_an_empty_fibre(tmp_path):
    path = tmp_path / "f.json"
    path.write_text(json.dumps({"function": [1, 2, 3, 4, 5]}))
    result = fibers("mlp:2-2-1,r=4", at=str(path))
    assert result.value["dimension"] == -1 and "not in the image" in result.explanation[0]
    assert fibers("mlp:2-2-1,r=3", at={"function": [1, 0, 0, 1]}).value["components"] == 2
    with pytest.raises(DataError, match="expected 5"):
        fibers("mlp:2-2-1,r=4", at={"function": [1, 2]})


def test_questions_exclude_each_other():
    with pytest.raises(UsageError):
        fibers("mlp:2-2-1,r=2", at=[1] * 6, symmetries=True)
    with pytest.raises(UsageError):
        fibers("mlp:2-2-1,r=2", prime=15)


# --- theorems and computation agree --------------------------------------------------------------------------

#: Sizes for which a fibre is counted in well below a second: unknowns in the gauge, points, terms of the map.
MOST_UNKNOWNS, MOST_POINTS, MOST_TERMS = 12, 24, 5000


def random_spec(rng: random.Random, family: str) -> str:
    """A small network of a family for which there are theorems on the fibres."""
    def sizes(most: int, count: int) -> str:
        return "-".join(str(rng.randint(1, most)) for _ in range(count))

    if family == "mlp":
        return f"mlp:{rng.randint(2, 5)}-{sizes(4, 1)}-{sizes(6, 1)},r={rng.randint(2, 5)}"
    if family == "linear":
        return f"linear:{sizes(5, rng.randint(3, 4))}"
    if family == "lightning":
        return f"lightning:{sizes(3, 1)}-{sizes(5, 1)},a={rng.randint(1, 3)},t={rng.randint(2, 4)}"
    layers = rng.randint(2, 3)
    stride = f",stride={sizes(3, layers)}" if rng.random() < 0.5 else ""
    return f"cnn:{sizes(4, layers)},r={rng.randint(1, 4)}{stride}"


def within_reach(network: Network, statement: FibreStatement) -> bool:
    """Whether there is something to count, and little of it."""
    parameters = parametrization(network)
    return (parameters.gauge.complete and 1 <= len(in_gauge(parameters).free) <= MOST_UNKNOWNS
            and statement.classes * gauge_stabilizer(network) <= MOST_POINTS
            and estimated_terms(parameters) <= MOST_TERMS)


def compared(spec: str) -> bool:
    """Count the points of a fibre and compare with a proved theorem; False when one of the two is missing."""
    network = parse(spec)
    statement = fibre_statement(network)
    if statement is None or not statement.proved or not within_reach(network, statement):
        return False
    result = fibers(network, timeout=5)
    assert result.value["excess"] == 0, spec  # finitely many classes: no family beyond the group
    counts = [e["value"] for e in result.evidence if isinstance(e, dict) and e["kind"] == "fibre-count"]
    if not counts:  # the limit of time: no verdict of the computation
        return False
    assert counts == [statement.classes * gauge_stabilizer(network)], spec
    assert result.value["verdict"] == ("identifiable" if statement.classes == 1 else "finitely-identifiable"), spec
    return True


def compare(wanted: dict[str, int], seed: int, draws: int) -> dict[str, int]:
    """Compare different random networks until every family has as many as wanted, or the draws are used up."""
    done = {}
    for family, count in wanted.items():
        rng, seen, done[family] = random.Random(f"{family} {seed}"), set(), 0
        for _ in range(draws):
            spelling = parse(random_spec(rng, family)).spelling
            if done[family] < count and spelling not in seen:
                seen.add(spelling)
                done[family] += compared(spelling)
    return done


def test_verdicts_agree_with_the_theorems():
    wanted = {"mlp": 6, "cnn": 8, "linear": 6, "lightning": 6}
    assert compare(wanted, 1, 200) == wanted


def test_a_wrong_theorem_is_noticed(monkeypatch):
    import dataclasses

    from neurocli.invariants.fibres import generic_fibre

    def wrong(network: Network) -> FibreStatement | None:
        statement = fibre_statement(network)
        return statement and dataclasses.replace(statement, classes=statement.classes + 1)

    monkeypatch.setattr(generic_fibre, "fibre_statement", wrong)
    for spec in ("mlp:2-2-2,r=2", "cnn:3-2,r=2", "linear:3-2-3", "lightning:2-2,a=1,t=2"):
        with pytest.raises(InternalError, match="classes computed"):
            fibers(spec)


@pytest.mark.slow
def test_verdicts_agree_with_the_theorems_on_300_networks():
    wanted = {"mlp": 60, "cnn": 160, "linear": 40, "lightning": 40}
    done = compare(wanted, 2, 3000)
    assert sum(done.values()) >= 300, done
