"""Every family: its program against an evaluation by hand, its symmetries as identities."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from neurocli.algebra.matrices import rank
from neurocli.algebra.rings import ComplexFloats, DualNumbers, ExactRing, Floats, PrimeField, prime_field
from neurocli.architectures.clifford import centre, multiplication_table
from neurocli.architectures.grammar import parse
from neurocli.architectures.registry import family, parametrization

F = PrimeField(2**31 - 1)
SPECS = [
    "mlp:2-3-1,r=2",
    "mlp:3-4-1,r=2",
    "mlp:2-3-2-2,r=2/3",
    "mlp:2-3-4-1,act=x^2+x",
    "mlp:2-3-4-1,act=x^2+x,bias",
    "mlp:2-4-1,r=2,bias",
    "mlp:2-2-2-1,r=1/2",
    "mlp:2-2,bias",
    "linear:3-2-4",
    "cnn:3-2-2,r=2,stride=2-1-1",
    "cnn:2x2-2x2,r=2",
    "cnn:3-2-1,r=1/2,channels=1-2-3-1",
    "cnn:3-2,r=3,channels=2-2-2,input=8",
    "gcnn:S3,layers=3,r=2",
    "gcnn:C2xC2,layers=2,act=x^2+x",
    "gcnn:Q8,layers=2,r=2",
    "lightning:3-2-2,a=2-1,t=2",
    "lightning:2-3-2,a=1-2,t=1",
    "lightning:2-2-2,a=1-1,t=2,heads=2",
    "sprecher:2-3-1,phi=2,Phi=2", "sprecher:2-1-2-1,phi=2,Phi=2",
    "sprecher:2-2-2,phi=2,Phi=3",
    "clifford:2-2-1,signature=0/2/0,r=2",
    "clifford:2-1-1,signature=1/0/1,r=3",
    "clifford:2-2-1,signature=2/0/0,r=1",
    "clifford:1-2-1,signature=0/0/1,r=2",
]


def draw(p, samples, seed=1, field=F):
    return (field.random((1, p.parameter_count), seed), field.random((samples, p.program.input_size), seed + 1))


@pytest.mark.parametrize("spec", SPECS)
def test_symmetries_lie_in_the_kernel(spec):
    """J v = 0 at random points modulo p, for every generator: a wrong field fails with probability 1 - 1e-9."""
    p = parametrization(parse(spec))
    theta, x = draw(p, 6)
    jacobian = p.jacobian(F, theta, x).reshape(-1, p.parameter_count)
    tangents = p.orbit_tangents(F, theta[0])
    assert len(tangents) == p.symmetry_dimension
    if len(tangents):
        assert not F.contract("ij,kj->ik", jacobian, tangents).any()


@pytest.mark.parametrize(
    "spec", ["lightning:3-3-3,a=2-2,t=1", "lightning:2-4-3,a=5-1,t=2", "lightning:3-3-3-3,a=1-2-2,t=3"]
)
def test_reduced_networks_have_symmetries_and_the_same_rank(spec):
    network = parse(spec)
    whole, small = parametrization(network), family("lightning").reduce(network)
    assert small.parameter_count < whole.parameter_count and small.equivalent
    ranks = []
    for p in (whole, small):
        theta, x = draw(p, whole.parameter_count)
        jacobian = p.jacobian(F, theta, x).reshape(-1, p.parameter_count)
        assert not F.contract("ij,kj->ik", jacobian, p.orbit_tangents(F, theta[0])).any()
        ranks.append(rank(jacobian, F.p))
    assert ranks[0] == ranks[1]


@pytest.mark.parametrize("spec", SPECS)
def test_free_symmetries_have_full_orbits(spec):
    p = parametrization(parse(spec))
    theta, _ = draw(p, 1)
    free = [s for s in p.symmetries if s.free]
    rows = []
    for symmetry in free:
        for tangent in symmetry.fields(F, p.blocks(theta[0])):
            row = np.zeros(p.parameter_count, dtype=np.uint64)
            for name, value in tangent.items():
                row[p.slices[name][0]] = value.reshape(-1)
            rows.append(row)
    if rows:
        assert rank(np.stack(rows), F.p) == sum(s.dimension for s in free)


@pytest.mark.parametrize("spec", SPECS)
def test_jacobian_is_the_derivative(spec):
    """Complex step against the propagated Jacobian, in floats."""
    p = parametrization(parse(spec))
    generator = np.random.RandomState(3)
    theta = generator.uniform(-1, 1, (1, p.parameter_count))
    x = generator.uniform(-1, 1, (3, p.program.input_size))
    jacobian = p.jacobian(Floats(), theta, x)[:, 0]
    for j in range(0, p.parameter_count, max(1, p.parameter_count // 7)):
        moved = theta.astype(complex)
        moved[0, j] += 1e-30j
        outputs = p.evaluate(ComplexFloats(), moved, x.astype(complex))[0].reshape(3, -1)
        assert np.allclose(outputs.imag.T / 1e-30, jacobian[:, :, j], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("spec", SPECS)
def test_rings_agree(spec):
    """One rational point over Q, modulo two primes (also a 61-bit one), in floats and over dual numbers."""
    p = parametrization(parse(spec))
    integers = (np.arange(p.parameter_count) * 7 % 11 - 5).reshape(1, -1)
    x = (np.arange(2 * p.program.input_size) * 5 % 7 - 3).reshape(2, -1)
    exact_ring = ExactRing(Fraction)
    exact = p.evaluate(exact_ring, exact_ring.constant(integers), exact_ring.constant(x)).ravel()
    for prime in (10007, 2**61 - 1):
        field = prime_field(prime)
        modular = p.evaluate(field, field.constant(integers), field.constant(x)).ravel()
        assert [int(v) for v in modular] == [v.numerator * pow(v.denominator, -1, prime) % prime for v in exact]
    floats = p.evaluate(Floats(), integers.astype(float), x.astype(float)).ravel()
    assert np.allclose(floats, [float(v) for v in exact], rtol=1e-9)
    dual = DualNumbers(Floats())
    values = p.program.values(
        dual,
        [(b, b) for b in p.program.split(integers.astype(float))],
        [(b, 0 * b) for b in p.program.split_inputs(x.astype(float))],
    )
    slope = values[p.program.output][1].ravel()  # the derivative along theta itself
    jacobian = p.jacobian(Floats(), integers.astype(float), x.astype(float))[:, 0]
    assert np.allclose(slope.reshape(2, -1), (jacobian @ integers[0]).T, rtol=1e-8, atol=1e-8)


def test_mlp_by_hand():
    p = parametrization(parse("mlp:2-2-1,r=3"))
    w1, w2, x = np.array([[1, 2], [3, 4]]), np.array([5, 6]), np.array([7, 8])
    theta = np.concatenate([w1.ravel(), w2])[None]
    assert p.evaluate(Floats(), theta.astype(float), x[None].astype(float)).item() == w2 @ (w1 @ x) ** 3


def test_cnn_by_hand():
    """k = (2, 2), r = 2: v0 (w0 x0 + w1 x1)^2 + v1 (w0 x1 + w1 x2)^2."""
    p = parametrization(parse("cnn:2-2,r=2"))
    theta, x = np.array([[2.0, 3.0, 5.0, 7.0]]), np.array([[1.0, 2.0, 4.0]])
    assert p.evaluate(Floats(), theta, x).item() == 5 * (2 + 6) ** 2 + 7 * (4 + 12) ** 2


def test_cnn_2d_with_a_row_is_1d():
    a, b = parametrization(parse("cnn:1x3-1x2,r=2")), parametrization(parse("cnn:3-2,r=2"))
    theta, x = draw(a, 4)
    assert (a.evaluate(F, theta, x).ravel() == b.evaluate(F, theta, x).ravel()).all()


def test_gcnn_of_a_cyclic_group_is_a_circular_convolution():
    p = parametrization(parse("gcnn:C5,layers=1"))
    w, x = np.arange(1.0, 6.0)[None], np.array([[2.0, 7.0, 1.0, 8.0, 3.0]])
    at_identity = sum(w[0, h] * x[0, -h % 5] for h in range(5))
    assert p.evaluate(Floats(), w, x).item() == at_identity


def test_lightning_by_hand():
    p = parametrization(parse("lightning:2-3,a=1,t=2"))
    g = np.random.RandomState(0)
    k, q, v, x = g.rand(1, 2), g.rand(1, 2), g.rand(3, 2), g.rand(2, 2)
    theta = np.concatenate([k.ravel(), q.ravel(), v.ravel()])[None]
    assert np.allclose(p.evaluate(Floats(), theta, x.reshape(1, -1))[0, 0], v @ x @ x.T @ k.T @ q @ x)


def test_softmax_by_hand():
    p = parametrization(parse("softmax:2-2,a=2,t=3"))
    g = np.random.RandomState(0)
    k, q, v, x = g.rand(2, 2), g.rand(2, 2), g.rand(2, 2), g.rand(2, 3)
    scores = np.exp(x.T @ k.T @ q @ x)
    theta = np.concatenate([k.ravel(), q.ravel(), v.ravel()])[None]
    assert np.allclose(p.evaluate(Floats(), theta, x.reshape(1, -1))[0, 0], v @ x @ (scores / scores.sum(axis=0)))


def test_sprecher_by_hand():
    p = parametrization(parse("sprecher:2-2-1,phi=1,Phi=2"))
    lam, eta, phi, outer, x = [2.0, 3.0], 0.5, [1.0, 4.0], [1.0, -1.0, 2.0], [0.3, 0.7]
    total = 0.0
    for q in range(2):
        s = sum(a * (phi[0] + phi[1] * (b + eta * q)) for a, b in zip(lam, x, strict=True)) + q
        total += outer[0] + outer[1] * s + outer[2] * s * s
    theta = np.array([[*lam, eta, *phi, *outer]])
    assert np.isclose(p.evaluate(Floats(), theta, np.array([x])).item(), total)


def bitmask_product(a, b, signature):
    """e_a e_b by counting transpositions: the independent check of galgebra's table."""
    squares = [1] * signature[0] + [-1] * signature[1] + [0] * signature[2]
    sign = 1
    for i in range(len(squares)):
        if b >> i & 1 and bin(a >> (i + 1)).count("1") % 2:
            sign = -sign
    for i, square in enumerate(squares):
        if a & b and a >> i & 1 and b >> i & 1:
            sign *= square
    return (sign, a ^ b) if sign else (0, 0)


@pytest.mark.parametrize(
    "signature", [(0, 1, 0), (0, 2, 0), (1, 1, 0), (0, 0, 1), (1, 0, 1), (3, 0, 1), (0, 0, 2), (1, 3, 0)]
)
def test_clifford_tables(signature):
    table = multiplication_table(signature)
    for a, b in itertools.product(range(len(table)), repeat=2):
        assert table[a][b] == bitmask_product(a, b, signature)


@pytest.mark.parametrize(
    ("signature", "blades"), [((0, 1, 0), [0, 1]), ((0, 2, 0), [0]), ((3, 0, 0), [0, 7]), ((0, 0, 2), [0, 3])]
)
def test_centres(signature, blades):
    assert centre(multiplication_table(signature)) == blades


def test_gauges_meet_orbits_in_points():
    """Where a gauge is complete, its conditions and the orbits are transversal and of the same number."""
    for spec in SPECS:
        p = parametrization(parse(spec))
        if not p.gauge.complete or not p.symmetries:
            continue
        theta, _ = draw(p, 1)
        fixed = sorted(p.slices[name][0].start + i for name, entries in p.gauge.fixed.items() for i, _ in entries)
        for name, entries in p.gauge.fixed.items():
            for i, value in entries:
                theta[0, p.slices[name][0].start + i] = value
        tangents = p.orbit_tangents(F, theta[0])
        assert rank(tangents[:, fixed], F.p) == len(fixed) == rank(tangents, F.p), spec
