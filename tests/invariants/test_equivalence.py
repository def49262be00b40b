"""Two sets of weights: the group element, refutations, and files of weights that are wrong."""

from __future__ import annotations

import pickle
import random
from fractions import Fraction

import numpy as np
import pytest

from neurocli.algebra.rational_matrices import exact
from neurocli.architectures.actions import generators, move, reflection
from neurocli.architectures.grammar import parse
from neurocli.architectures.registry import parametrization
from neurocli.architectures.weights import read_weights, weights, write_weights
from neurocli.errors import DataError
from neurocli.invariants.fibers import fibers
from neurocli.invariants.fibres.equivalence import as_fractions, check_element, equivalent, group_element
from neurocli.results.result import Status

SPECS = ["mlp:2-3-2-1,r=3", "mlp:3-3-2,r=2", "linear:3-2-3", "cnn:3-2-2,r=2", "cnn:2-2,r=3,channels=1-3-2",
         "gcnn:S3,layers=3,r=2", "lightning:3-2-2,a=2-1,t=2", "clifford:2-2-1,signature=0/2/0,r=2",
         "mlp:2-2-2,act=x^3+x", "mlp:3-3-1,r=2", "mlp:2-2-2,r=2,bias"]


def random_weights(spec: str, seed: int):
    network = parse(spec)
    p, rng = parametrization(network), random.Random(seed)
    return network, p, weights([Fraction(rng.choice([-9, -7, -3, -2, -1, 1, 2, 4, 5, 8]), rng.randint(1, 4))
                                for _ in range(p.parameter_count)], p)


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_group_element_is_found(spec, seed):
    """Acting with a random group element never leaves the fibre, and the element is found again."""
    network, p, a = random_weights(spec, seed)
    moved = move(network, generators(network, seed), p.blocks(a.exact()))
    mirror = reflection(network, moved, seed)
    if mirror is not None:
        moved = move(network, [mirror], moved)
    b = weights(as_fractions(moved), p)
    result = equivalent(network, a, b)
    assert result.value == {"same": True} and result.status is Status.PROVED
    assert check_element(network, group_element(network, p, a, b), a, b)


@pytest.mark.parametrize("spec", SPECS)
def test_other_functions_are_told_apart(spec):
    network, p, a = random_weights(spec, 3)
    values = list(a.values)
    values[-1] += Fraction(1, 10**9)
    result = equivalent(network, a, weights(values, p))
    assert result.value == {"same": False} and result.status is Status.PROVED


def test_a_wrong_element_is_refused():
    network, p, a = random_weights("mlp:2-3-1,r=3", 4)
    motions = generators(network, 4)
    b = weights(as_fractions(move(network, motions, p.blocks(a.exact()))), p)
    assert check_element(network, motions, a, b)
    assert not check_element(network, generators(network, 5), a, b)


def test_the_other_class_is_the_same_function_without_an_element():
    """One lightning layer with a = d' = 1: key and value may be exchanged."""
    p = parametrization(parse("lightning:2-1,a=1,t=2"))
    k, q, v = [2, 3], [1, 5], [7, 1]
    a, b = weights([*k, *q, *v], p), weights([*v, *q, *k], p)
    result = equivalent(p.network, a, b)
    assert result.value["same"] and result.status is Status.PROBABLE and result.data["element"] is None
    assert result.error_probability < 1e-6


def test_parallel_neurons_are_matched_by_their_outgoing_weights():
    p = parametrization(parse("mlp:2-2-1,r=3"))
    a, b = weights([1, 2, 2, 4, 5, 1], p), weights([2, 4, 1, 2, 1, 5], p)
    assert equivalent(p.network, a, b).status is Status.PROVED


def test_floats_within_rounding(tmp_path):
    p = parametrization(parse("mlp:3-4-2,r=2"))
    rng = np.random.default_rng(0)
    a = rng.normal(size=20)
    b = a.copy().reshape(-1)
    b[:3] *= 1.1  # first neuron
    b[12], b[16] = b[12] / 1.21, b[16] / 1.21
    for name, array in (("a", a), ("b", b)):
        np.save(tmp_path / f"{name}.npy", array)
    files = (str(tmp_path / "a.npy"), str(tmp_path / "b.npy"))
    strict = fibers("mlp:3-4-2,r=2", equivalent=files)
    assert strict.value == {"same": False} and "--tolerance" in " ".join(strict.explanation)
    assert 0 < strict.data["relative_difference"] < 1e-12
    loose = fibers("mlp:3-4-2,r=2", equivalent=files, tolerance=1e-9)
    assert loose.value == {"same": True} and loose.status is Status.NUMERICAL
    assert read_weights(files[0], p).values[0] == Fraction(float(a[0]))


def test_residues_of_doubles_are_those_of_the_rationals():
    p = parametrization(parse("mlp:2-2-1,r=2"))
    w = weights([0.1, -3.75e-12, 1e300, 0.0, 5.0, -2.0**-1000], p)
    prime = 2147483647
    assert w.residues(prime).tolist() == [v.numerator * pow(v.denominator, -1, prime) % prime for v in w.values]


def test_writing_and_reading(tmp_path):
    p = parametrization(parse("mlp:2-2-1,r=2,bias"))
    values = [Fraction(i, 7) for i in range(9)]
    path = tmp_path / "w.json"
    path.write_text(write_weights(values, p))
    assert list(read_weights(path, p).values) == values
    (tmp_path / "w.csv").write_text("# weights\n" + ",".join(map(str, values[:4])) + "\n" + "\n".join(map(str, values[4:])))
    assert list(read_weights(tmp_path / "w.csv", p).values) == values


class _Evil:
    def __reduce__(self):
        return (open, ("/tmp/never", "w"))


BAD = {
    "short.json": ("[1, 2, 3]", "3 weights, expected 6"), "nan.json": ("[1, 2, NaN, 4, 5, 6]", "NaN"),
    "inf.json": ("[1, 2, 1e999, 4, 5, 6]", r"\[3\].*inf"), "complex.json": ('["1+2j", 2, 3, 4, 5, 6]', r"\[1\].*1\+2j"),
    "bool.json": ("[true, 2, 3, 4, 5, 6]", "True"), "shape.json": ('{"W1": [[1, 2], [3]], "W2": [[1, 2]]}', r"W1\[2\]: 1"),
    "block.json": ('{"W1": [[1, 2], [3, 4]]}', "no block 'W2'"), "text.json": ("{", "not JSON"),
    "word.csv": ("1,2,x\n4,5,6", "line 1, column 3"), "zero.json": ('["1/0", 2, 3, 4, 5, 6]', "1/0"),
    "deep.json": ("[" * 100000, "nested"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_weights_are_refused_with_their_place(name, tmp_path):
    text, message = BAD[name]
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(DataError, match=message):
        read_weights(path, parametrization(parse("mlp:2-2-1,r=2")))


def test_bad_arrays_are_refused(tmp_path):
    p = parametrization(parse("mlp:2-2-1,r=2"))
    (tmp_path / "pickle.npy").write_bytes(pickle.dumps(_Evil()))
    np.save(tmp_path / "object.npy", np.array([_Evil()] * 6), allow_pickle=True)
    np.save(tmp_path / "complex.npy", np.ones(6) * 1j)
    np.save(tmp_path / "nan.npy", np.array([1, 2, np.nan, 4, 5, 6]))
    np.save(tmp_path / "shape.npy", np.ones((2, 3)))
    (tmp_path / "empty.npy").write_bytes(b"")
    for name, message in (("pickle", "pickle"), ("object", "pickle"), ("complex", "complex"), ("nan", "entry 3"),
                          ("shape", "2x3"), ("empty", "not an array")):
        with pytest.raises(DataError, match=message):
            read_weights(tmp_path / f"{name}.npy", p)
    with pytest.raises(DataError, match="No such file"):
        read_weights(tmp_path / "missing.json", p)


def test_a_large_network_is_compared_exactly():
    spec = "mlp:60-50-40-5,r=3"
    p = parametrization(parse(spec))
    rng = np.random.default_rng(0)
    blocks = {name: rng.normal(size=shape) for name, shape in p.program.parameters}
    order, scale = rng.permutation(50), 2.0 ** rng.integers(-3, 3, 50)
    moved = blocks | {"W1": blocks["W1"][order] * scale[:, None], "W2": blocks["W2"][:, order] / scale**3}
    a, b = (weights(np.concatenate([v.ravel() for v in x.values()]), p) for x in (blocks, moved))
    result = equivalent(p.network, a, b)
    assert result.status is Status.PROVED
    (motion,) = result.data["element"]
    assert [i - 1 for i in motion["permutation"]] == order.tolist()
    assert exact(motion["scalings"]).tolist() == exact([Fraction(s) for s in scale]).tolist()
