"""A linear slice with real equations through a real function, and all its points, real or not."""

from __future__ import annotations

import numpy as np

from neurocli.architectures.parametrization import Parametrization
from neurocli.numerics.execution import Execution
from neurocli.numerics.function_space import FunctionSpace, function_space, gaussian
from neurocli.numerics.monodromy import triangle
from neurocli.numerics.slices import Problem, solve
from neurocli.numerics.solutions import Solutions
from neurocli.numerics.systems import SliceSystem


def real_slice(space: FunctionSpace, seed: int) -> SliceSystem:
    """Random real linear equations, as many as the dimension, with orthonormal rows."""
    return SliceSystem(space, real_rows(space, seed) + 0j)


def real_rows(space: FunctionSpace, seed: int) -> np.ndarray:
    """An orthonormal real matrix (dimension, size)."""
    rng = np.random.default_rng([seed, 0x4EA1])
    return np.linalg.qr(rng.standard_normal((space.size, space.dimension)))[0].T


def solve_real_slice(parametrization: Parametrization, seed: int = 0,
                     execution: Execution = Execution()) -> Solutions:  # noqa: B008 - frozen
    """All complex functions of a network in a real affine linear space of complementary dimension.

    Args:
        parametrization: the network.
        seed: of all random choices.
        execution: where and how long; see `Execution`.

    Returns:
        The solutions over a real offset; the function of random real weights is one of them.

    Notes:
        Real points are Zariski dense in the space of slices, so a random real slice through a
        random real function is generic, and its points are as many as the degree says.  Only the
        other two nodes of the pencil are complex.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> from neurocli.architectures.registry import parametrization
        >>> found = solve_real_slice(parametrization(parse("mlp:3-2-1,r=2")))
        >>> found.count, found.complete, bool(found.data.imag.any())
        (3, True, False)
    """
    def problem(seed: int) -> Problem:
        space = function_space(parametrization, seed, real=True)
        system = real_slice(space, seed)
        rng = np.random.default_rng([seed, 0x4EA1, 1])

        def fresh(count: int) -> tuple[np.ndarray, np.ndarray]:
            x = space.random_parameters(rng, count)
            return x, system.invariants(x) @ system.rows.T

        start = space.balanced(rng.standard_normal((1, parametrization.parameter_count)).astype(complex))
        here = (system.invariants(start) @ system.rows.T)[0].real + 0j
        there = gaussian(rng, space.dimension)
        there *= np.linalg.norm(here) / np.linalg.norm(there)
        recipe = {"kind": "real-slice", "spec": str(parametrization.network), "seed": seed}
        return Problem(system, start, triangle(here, there), fresh, recipe)

    return solve(problem, seed, execution)
