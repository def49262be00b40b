"""Batched values, Jacobians and second derivatives against the program over dual numbers, on every family."""

import numpy as np
import pytest

from neurocli.algebra.rings import ComplexFloats, DualNumbers
from neurocli.architectures.grammar import parse
from neurocli.architectures.registry import parametrization
from neurocli.numerics.certification import to_balls
from neurocli.numerics.contractions import Contraction
from neurocli.numerics.evaluation import Evaluation

SPECS = ["mlp:3-2-2,r=2", "mlp:2-3-2,act=x^3+x^2,bias", "mlp:2-2-2-2,r=3", "linear:3-2-4", "cnn:2-2-2,r=2",
         "cnn:3x3-2x2,channels=1-2-1,r=2", "gcnn:S3,layers=3,r=2", "lightning:2-2-2,a=1-2,t=2",
         "sprecher:2-3-1,phi=2,Phi=2", "clifford:2-2-1,signature=0/2/0,r=2", "softmax:3-3,a=2,t=3"]
POINTS, SAMPLES = 3, 4


def by_dual_numbers(program, theta, samples, weights):
    """Second derivatives of the weighted outputs: the pullback over dual numbers, all directions at once."""
    ring, n = DualNumbers(ComplexFloats()), program.parameter_count
    directions = program.split(np.eye(n)[:, None, :].astype(complex))
    parameters = list(zip(program.split(theta), directions, strict=True))
    inputs = [(a, 0 * a) for a in program.split_inputs(samples)]
    values = program.values(ring, parameters, inputs)
    seed = weights.reshape(len(theta), len(samples), *program.shapes[program.output])
    rows, start = np.zeros((n, len(theta), n), complex), 0
    for (_, shape), gradient in zip(program.parameters, program.pullback(ring, values, (seed, 0 * seed)), strict=False):
        size = int(np.prod(shape))
        if gradient is not None:
            full = np.broadcast_to(gradient[1], (n, len(theta), len(samples), *shape))
            rows[:, :, start:start + size] = full.sum(axis=2).reshape(n, len(theta), size)
        start += size
    return rows.transpose(1, 0, 2)


@pytest.mark.parametrize("spec", SPECS)
def test_derivatives_agree_with_dual_numbers(spec):
    program = parametrization(parse(spec)).program
    rng = np.random.default_rng(1)
    samples = rng.standard_normal((SAMPLES, program.input_size)) + 0j
    shape = (POINTS, program.parameter_count)
    theta = 0.5 * (rng.standard_normal(shape) + 1j * rng.standard_normal(shape))
    weights = rng.standard_normal((POINTS, SAMPLES * program.output_size)) + 0j
    trace = Evaluation(program, samples).run(theta)
    ring = ComplexFloats()
    value = program.evaluate(ring, theta, samples).reshape(POINTS, -1)
    jacobian = program.jacobian(ring, theta, samples).transpose(1, 3, 2, 0).reshape(*shape, -1)
    hessian = by_dual_numbers(program, theta, samples, weights)
    for ours, theirs in ((trace.outputs, value), (trace.jacobian, jacobian), (trace.second(weights), hessian)):
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs).max() <= 1e-12 * max(1.0, np.abs(theirs).max())


@pytest.mark.parametrize("spec", ["mlp:3-2-2,r=2", "cnn:3-2,r=3", "mlp:2-2-1,act=x^3+1/2*x,bias"])
def test_balls_contain_the_floats(spec):
    program = parametrization(parse(spec)).program
    rng = np.random.default_rng(2)
    samples = rng.standard_normal((SAMPLES, program.input_size)) + 0j
    theta = rng.standard_normal((2, program.parameter_count)) + 0j
    weights = rng.standard_normal((2, SAMPLES * program.output_size)) + 0j
    floats = Evaluation(program, samples).run(theta)
    balls = Evaluation(program, to_balls(samples)).run(to_balls(theta, 1e-9))
    for ours, theirs in ((balls.outputs, floats.outputs), (balls.jacobian, floats.jacobian),
                         (balls.second(to_balls(weights)), floats.second(weights))):
        assert all(ball.contains(complex(z)) for ball, z in zip(ours.ravel(), theirs.ravel(), strict=True))
        assert all(float(ball.rad()) < 1e-4 for ball in ours.ravel())


@pytest.mark.parametrize("subscripts", ["ij,jk->ik", "bij,bjk->bki", "bmj,ij->bmi", "ij,k->jk", "bij,bij->b", "ij,kl->ljk"])
def test_contraction_is_einsum(subscripts):
    operands, result = subscripts.split("->")
    left, right = operands.split(",")
    sizes = dict(zip("bijklm", (2, 3, 4, 5, 6, 7), strict=True))
    rng = np.random.default_rng(3)
    a, b = (rng.standard_normal([sizes[c] for c in letters]) for letters in (left, right))
    assert np.allclose(Contraction(left, right, result)(a, b), np.einsum(subscripts, a, b))


def test_a_result_that_no_operand_has_is_refused():
    with pytest.raises(ValueError, match="letter of the result"):
        Contraction("ij", "jk", "iz")
