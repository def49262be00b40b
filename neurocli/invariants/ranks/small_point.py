"""A regular minor of the Jacobian at small integers, in floating point and yet proved.

At a small integer point the entries of the Jacobian are integers below 2^53, which doubles hold exactly.  Such a
matrix A is regular when |I - R A| < 1 in the maximum norm for some R, here the inverse that LAPACK gives.  That is
several times faster than a determinant modulo a prime, whose numbers go through Python one by one.
"""

from __future__ import annotations

import numpy as np

from neurocli.algebra.primes import derive_seed
from neurocli.algebra.program import Program
from neurocli.algebra.rings import Floats
from neurocli.architectures.parametrization import Parametrization
from neurocli.numerics.threads import one_thread

#: Entries of the point and of the inputs.
_VALUES = np.array([-4.0, -3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 4.0])
_EXACT = 2.0**53


def minor_is_regular(parametrization: Parametrization, seed: int, outputs: np.ndarray, samples: np.ndarray,
                     columns: np.ndarray) -> bool:
    """Whether a square submatrix of the Jacobian over Q is proved to be regular at a small integer point.

    Args:
        seed: of the point and the inputs.
        outputs, samples: output and sample of each row.
        columns: parameter of each column.

    Returns:
        False proves nothing.

    Notes:
        Exactness: at the largest absolute values, with the absolute values of all constants, every number on the
        way to an entry is a positive integer that is a factor of a term of an entry, or a partial sum of one.  So
        when the entries are below 2^53 there, all numbers at the point are integers below 2^53.
        Rounding of the test: an inner product of length n has an error of at most n u |x|.|y| / (1 - n u).
    """
    program = parametrization.program
    if not _integral(program) or not _bounded(program):
        return False
    used, position = np.unique(samples, return_inverse=True)
    rng = np.random.default_rng(derive_seed(seed, "small point"))
    theta = rng.choice(_VALUES, (1, program.parameter_count))
    x = rng.choice(_VALUES, (len(used), program.input_size))
    jacobian = program.jacobian(Floats(), theta, x)[:, 0]
    return regular(jacobian[outputs[:, None], position[:, None], columns])


def regular(a: np.ndarray) -> bool:
    """Whether a square matrix of doubles is proved to be regular.

    Example:
        >>> regular(np.array([[1.0, 2.0], [3.0, 4.0]])), regular(np.array([[1.0, 2.0], [2.0, 4.0]]))
        (True, False)
    """
    n = len(a)
    with np.errstate(all="ignore"), one_thread():
        try:
            inverse = np.linalg.inv(a)
        except np.linalg.LinAlgError:
            return False
        defect = np.abs(inverse @ a - np.eye(n)).sum(axis=1)
        rounding = np.abs(inverse) @ np.abs(a).sum(axis=1)
        return bool(((defect + 2 * n * 2.0**-53 * rounding) * (1 + n * 2.0**-50) + 2.0**-500 < 1).all())


def _integral(program: Program) -> bool:
    """Whether all constants are integers, and all operations keep integers."""
    for step in program.steps:
        data = step.data
        values = [c for _, c in data] if step.name == "polynomial" else data.ravel().tolist() if (
            step.name == "constant") else []
        if step.name in ("exp", "reciprocal") or any(c.denominator != 1 for c in values):
            return False
    return True


def _bounded(program: Program) -> bool:
    largest = float(_VALUES.max())
    bound = program.with_absolute_constants()
    with np.errstate(all="ignore"):
        entries = bound.jacobian(Floats(), np.full((1, program.parameter_count), largest),
                                 np.full((1, program.input_size), largest))
    return bool((entries < _EXACT).all())
