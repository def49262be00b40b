"""Quadratic forms on functions, as root matrices L with q(f) = <L f, L f> for sample values f."""

from __future__ import annotations

import numpy as np

from neurocli.errors import UsageError
from neurocli.numerics.function_space import (
    FunctionSpace,
    bombieri_weights,
    coefficient_matrix,
    gaussian,
)


def generic_root(space: FunctionSpace, seed: int = 0, *, real: bool = False) -> np.ndarray:
    """A metric in general position on the span: a random invertible change of whitened coordinates."""
    rng = np.random.default_rng([seed, 0x6E])
    size = space.size
    mix = rng.standard_normal((size, size)) if real else gaussian(rng, size, size)
    return mix @ space.coordinates / np.sqrt(size)


def gram_root(space: FunctionSpace, gram: np.ndarray) -> np.ndarray:
    """The metric with a Gram matrix in the coefficients of monomials (see `coefficient_matrix`).

    Raises:
        UsageError: the matrix has a wrong size, is not symmetric, or is zero.

    Notes:
        An indefinite form has an imaginary root: the count of complex critical points makes sense
        all the same, "minimum" does not.
    """
    coefficients = coefficient_matrix(space)
    gram = np.asarray(gram)
    size = len(coefficients)
    if gram.shape != (size, size):
        raise UsageError(f"the Gram matrix has shape {gram.shape}, expected ({size}, {size})",
                         "one row for every coefficient of the ambient space")
    if not np.isfinite(gram).all() or not np.allclose(gram, gram.T, rtol=1e-12, atol=0):
        raise UsageError("the Gram matrix is not symmetric", "give a symmetric matrix of numbers")
    values, vectors = np.linalg.eigh(gram)
    keep = np.abs(values) > 1e-12 * float(np.abs(values).max(initial=0))
    if not keep.any():
        raise UsageError("the Gram matrix is zero", "every function would be critical")
    return (np.sqrt(values[keep].astype(complex))[:, None] * vectors[:, keep].T) @ coefficients


def bombieri_root(space: FunctionSpace) -> np.ndarray:
    """The Bombieri metric on coefficients."""
    ambient = space.parametrization.ambient
    assert ambient is not None
    weights = bombieri_weights(ambient.variables, ambient.degrees, space.evaluation.outputs)
    return np.sqrt(weights)[:, None] * coefficient_matrix(space)


def unit_root(space: FunctionSpace) -> np.ndarray:
    """The metric in which monomials are orthonormal."""
    return coefficient_matrix(space)


def dataset_root(space: FunctionSpace, inputs: np.ndarray) -> np.ndarray:
    """The metric of a loss sum_i |f(x_i) - y_i|^2; L f are the values at the inputs, input by input.

    Args:
        inputs: array (S, inputs).

    Raises:
        UsageError: no inputs, or inputs of the wrong length.

    Notes:
        Values at other points are linear in the values at the samples, on the span of the
        network's functions; the matrix is fitted on random networks.
    """
    from neurocli.numerics.evaluation import Evaluation

    program = space.parametrization.program
    if inputs.ndim != 2 or inputs.shape[1] != program.input_size or not len(inputs):
        raise UsageError(f"inputs of shape {inputs.shape}, expected (samples, {program.input_size})",
                         "one row for every sample")
    draws = gaussian(np.random.default_rng(23), 2 * space.size + 8, space.parametrization.parameter_count)
    there = Evaluation(program, inputs.astype(complex)).run(draws, order=0).outputs
    here = space.evaluation.run(draws, order=0).outputs @ space.coordinates.T
    scale = np.linalg.norm(here, axis=1, keepdims=True)
    matrix = np.linalg.lstsq(here / scale, there / scale, rcond=None)[0]
    return matrix.T @ space.coordinates
