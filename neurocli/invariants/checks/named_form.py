"""The Bombieri and the unit form, enclosed: what a rounded root matrix of a certificate stands for."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from math import factorial, prod

import numpy as np

from neurocli.algebra.discs import Discs
from neurocli.architectures.parametrization import Parametrization

#: Forms in more coefficients are left unchecked.
MAX_COEFFICIENTS = 120
_BITS = 192


def enclosed_root(parametrization: Parametrization, metric: str, samples: np.ndarray, root: np.ndarray) -> Discs | None:
    """Discs about a root matrix L' of the exact form, near a rounded one.

    Args:
        metric: `bombieri` or `unit`.
        samples: array (M, inputs), the points at which functions are evaluated.
        root: matrix (coefficients, M * outputs) from values at the samples, approximately the root of the form.

    Returns:
        Discs that contain an L' with <L' f, L' f> equal to the form for all functions of the ambient space; or None.

    Notes:
        With V from coefficients c to values and D the diagonal of the form, L' = D^(1/2) (L V)^(-1) L has
        L' V = D^(1/2), exactly, whatever L with L V regular is.
    """
    from neurocli.algebra.complex_balls import monomial_values, scaled_inverse_product

    ambient = parametrization.ambient
    if ambient is None or metric not in ("bombieri", "unit"):
        return None
    exponents = [e for degree in ambient.degrees for e in _exponents(ambient.variables, degree)]
    outputs = parametrization.program.output_size
    if len(root) != outputs * len(exponents) or len(root) > MAX_COEFFICIENTS:
        return None
    weights = [Fraction(prod(map(factorial, e)), factorial(sum(e))) if metric == "bombieri" else Fraction(1)
               for _ in range(outputs) for e in exponents]
    monomials = monomial_values(samples, exponents, _BITS)
    values = np.zeros((len(samples), outputs, outputs, len(exponents)), dtype=object)
    for k in range(outputs):
        values[:, k, k] = monomials
    return scaled_inverse_product(weights, values.reshape(len(samples) * outputs, -1), root, _BITS)


def _exponents(variables: int, degree: int) -> Iterator[tuple[int, ...]]:
    """Exponent vectors of a degree, in decreasing lexicographic order."""
    for chosen in itertools.combinations_with_replacement(range(variables), degree):
        yield tuple(chosen.count(i) for i in range(variables))
