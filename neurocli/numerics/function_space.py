"""Linear coordinates on the functions of a network, from their values at sample points.

The values of a form at enough generic points are linear coordinates on the space of forms, so a
network's function is seen without expanding a single coefficient.  The coordinates are whitened:
over Gaussian parameters their covariance is the identity.  For a fully connected network the law
of the first layer is unitarily invariant, so by Schur's lemma whitening gives, up to scale, the
orthonormal (Bombieri) basis of monomials; for every other family it is the analogue that fits the
span of its own functions.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from math import factorial

import numpy as np

from neurocli.algebra.program import Program
from neurocli.architectures.parametrization import Parametrization
from neurocli.errors import UsageError
from neurocli.numerics.balance import balance, scaling_weights
from neurocli.numerics.evaluation import Evaluation
from neurocli.numerics.threads import one_thread

#: Scalar ambient dimensions up to here are treated in full, larger ones by fewer samples.
FULL_SPAN = 500
_RANK_TOLERANCE = 1e-9
#: Sample points that are tried first; most spans are far smaller than their ambient space.
_FIRST_SAMPLES = 64


@dataclasses.dataclass(frozen=True, eq=False)
class FunctionSpace:
    """The span of a network's functions, seen through samples.

    Args:
        parametrization: the network.
        samples: array (M, inputs) of complex sample points.
        evaluation: the program at these samples.
        coordinates: matrix (k, M * outputs) from sample values to whitened coordinates.
        dimension: dimension of the neurovariety: the rank of the Jacobian at a random point.
        excess: corank of the Jacobian, the dimension of a generic fibre.
        scalings: exponents of the scalings of neurons (see `balance`).
        full: the coordinates separate the whole span (otherwise: a projection of it).
    """

    parametrization: Parametrization
    samples: np.ndarray
    evaluation: Evaluation
    coordinates: np.ndarray
    dimension: int
    excess: int
    full: bool
    scalings: np.ndarray

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return self.coordinates.shape[0]

    def random_parameters(self, rng: np.random.Generator, count: int = 1, real: bool = False) -> np.ndarray:
        """Gaussian parameter points, complex or real ones, balanced."""
        draw = _real_gaussian if real else gaussian
        return self.balanced(draw(rng, count, self.parametrization.parameter_count))

    def balanced(self, x: np.ndarray) -> np.ndarray:
        """The same functions by parameters of least norm."""
        return balance(x, self.scalings)


def gaussian(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Complex Gaussian entries of variance 1."""
    return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)) / np.sqrt(2)


def _real_gaussian(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.standard_normal(shape) + 0j


def function_space(parametrization: Parametrization, seed: int = 0,
                   samples: int | None = None, real: bool = False) -> FunctionSpace:
    """Whitened coordinates on the span of a network's functions.

    Args:
        parametrization: the network.
        seed: of the sample points and parameters.
        samples: number of sample points, fewer than the span needs: a linear projection of the
            functions. (Default: the whole span, or twice the parameters for huge spans.)
        real: real sample points and coordinates, so that real functions have real coordinates.

    Raises:
        UsageError: the functions are not polynomial, or do not depend on the parameters.

    Notes:
        Sample points are chosen from a pool by pivoting, so that the values at them are well
        conditioned.  The span and the dimension are numerical ranks at random parameters.
    """
    with one_thread():
        return _function_space(parametrization, seed, samples, real)


def _function_space(parametrization: Parametrization, seed: int, samples: int | None, real: bool
                    ) -> FunctionSpace:
    ambient = parametrization.ambient
    if ambient is None:
        raise UsageError(f"{parametrization.network}: the functions are not polynomial",
                         "numerical algebraic geometry needs a polynomial network")
    rng = np.random.default_rng([seed, 0x5A])
    program, outputs = parametrization.program, parametrization.program.output_size
    scalar = -(-ambient.dimension // max(ambient.outputs, 1))
    full = scalar <= FULL_SPAN and samples is None
    wanted = scalar if full else samples or max(-(-(2 * parametrization.parameter_count + 8) // outputs), 8)
    draw = _real_gaussian if real else gaussian
    size = min(_FIRST_SAMPLES, wanted) if full else wanted
    while True:
        points, at_samples = _pivot_samples(program, size, draw, rng)
        if len(points) < size or size == wanted:
            break  # fewer independent points than were looked for: they see the whole span
        size = min(2 * size, wanted)
    _, singular, right = np.linalg.svd(at_samples, full_matrices=False)
    rank = int((singular > _RANK_TOLERANCE * singular[0]).sum())
    whiten = (right[:rank].conj() / singular[:rank, None]) * np.sqrt(len(at_samples) / rank)
    evaluation = Evaluation(program, points)
    jacobian = evaluation.run(gaussian(rng, 1, parametrization.parameter_count)).jacobian @ whiten.T
    spectrum = np.linalg.svd(jacobian[0], compute_uv=False)
    dimension = int((spectrum > 1e-8 * spectrum[0]).sum())
    return FunctionSpace(parametrization, points, evaluation, whiten, dimension,
                         parametrization.parameter_count - dimension, full,
                         scaling_weights(parametrization))


def _pivot_samples(program: Program, wanted: int, draw: Callable[..., np.ndarray], rng: np.random.Generator
                   ) -> tuple[np.ndarray, np.ndarray]:
    """Well conditioned sample points, at most `wanted`, and values of random networks there (draws, M * outputs)."""
    outputs = program.output_size
    pool = _unit_rows(draw(rng, 2 * wanted + 4, program.input_size)) * np.sqrt(program.input_size)
    # Real points of one sphere would satisfy its equation, and so hide functions that are not homogeneous.
    pool *= rng.uniform(0.75, 1.25, (len(pool), 1))
    draws = draw(rng, 2 * wanted * outputs + 20, program.parameter_count)
    values = Evaluation(program, pool).run(draws, order=0).outputs.reshape(len(draws), len(pool), outputs)
    # Scale-free: one wild draw must not decide what counts as zero.
    values /= np.maximum(np.linalg.norm(values, axis=(1, 2), keepdims=True), 1e-300)
    chosen = _pivots(values.transpose(1, 0, 2).reshape(len(pool), -1), wanted)
    return pool[chosen], values[:, chosen].reshape(len(draws), -1)


def coefficient_matrix(space: FunctionSpace) -> np.ndarray:
    """The matrix (ambient, M * outputs) from sample values to coefficients.

    Coefficients are those of the monomials in every degree of the ambient space, degrees
    increasing, exponents in decreasing lexicographic order, output by output.

    Raises:
        UsageError: the samples do not determine the coefficients.
    """
    ambient = space.parametrization.ambient
    assert ambient is not None
    exponents = [e for degree in ambient.degrees for e in monomial_exponents(ambient.variables, degree)]
    table = np.array(exponents, dtype=np.int64).reshape(len(exponents), -1)
    vandermonde = np.prod(space.samples[:, None, :] ** table, axis=-1)
    if len(exponents) > len(space.samples):
        # The span has fewer dimensions than the ambient space: the missing conditions are that
        # the function lies in the span, so coefficients of the span's basis are found first.
        rng = np.random.default_rng(17)
        more = gaussian(rng, len(exponents) + 4, space.samples.shape[1])
        draws = gaussian(rng, space.size + 8, space.parametrization.parameter_count)
        wide = np.prod(more[:, None, :] ** table, axis=-1)
        outputs = space.evaluation.outputs
        there = Evaluation(space.parametrization.program, more).run(draws, order=0).outputs
        there = there.reshape(len(draws), len(more), outputs)
        coefficients = np.linalg.lstsq(wide, there.transpose(1, 0, 2).reshape(len(more), -1), rcond=None)[0]
        coefficients = coefficients.reshape(len(exponents), len(draws), outputs).transpose(2, 0, 1)
        here = space.evaluation.run(draws, order=0).outputs
        matrix = np.linalg.lstsq(here, coefficients.reshape(-1, len(draws)).T, rcond=None)[0].T
        return matrix
    inverse = np.linalg.pinv(vandermonde)
    outputs = space.evaluation.outputs
    matrix = np.zeros((outputs, len(exponents), len(space.samples), outputs), dtype=complex)
    for k in range(outputs):
        matrix[k, :, :, k] = inverse
    return matrix.reshape(outputs * len(exponents), -1)


def monomial_exponents(variables: int, degree: int) -> list[tuple[int, ...]]:
    """Exponent vectors of a degree, in decreasing lexicographic order.

    Example:
        >>> monomial_exponents(2, 2)
        [(2, 0), (1, 1), (0, 2)]
    """
    if variables == 0:
        return [()] if degree == 0 else []
    return [(first, *rest) for first in range(degree, -1, -1)
            for rest in (monomial_exponents(variables - 1, degree - first) if variables > 1
                         else ([()] if first == degree else []))]


def bombieri_weights(variables: int, degrees: Sequence[int], outputs: int) -> np.ndarray:
    """Weights of the squares of the coefficients in the Bombieri product, in the same order.

    Example:
        >>> bombieri_weights(2, (2,), 1).tolist()
        [1.0, 0.5, 1.0]
    """
    weights = []
    for degree in degrees:
        for exponents in monomial_exponents(variables, degree):
            weight = 1.0
            for e in exponents:
                weight *= factorial(e)
            weights.append(weight / factorial(degree))
    return np.array(weights * outputs)


def _unit_rows(points: np.ndarray) -> np.ndarray:
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def _pivots(rows: np.ndarray, wanted: int) -> list[int]:
    """Rows that span the row space, chosen greedily by the largest remainder (pivoted Gram-Schmidt)."""
    rest = rows / np.linalg.norm(rows, axis=1).max()
    chosen: list[int] = []
    for _ in range(min(wanted, len(rows))):
        lengths = np.linalg.norm(rest, axis=1)
        best = int(lengths.argmax())
        if chosen and lengths[best] < _RANK_TOLERANCE * 10:
            break
        chosen.append(best)
        unit = rest[best] / lengths[best]
        rest = rest - np.outer(rest @ unit.conj(), unit)
        rest[best] = 0
    return chosen
