"""Univariate polynomials over F_p as coefficient lists, constant term first: what minimal polynomials need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from flint import nmod_poly


def berlekamp_massey(sequence: NDArray[np.int64], p: int) -> list[int]:
    """The monic minimal polynomial of a linearly recurrent sequence modulo p, constant term first.

    Args:
        sequence: residues 0..p-1, at least twice as many as the degree.

    Reference: [massey-1969]

    Example:
        >>> berlekamp_massey(np.array([0, 1, 1, 2, 3, 5, 8, 13]), 101)
        [100, 100, 1]
    """
    size = len(sequence) + 2
    connection, previous = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    connection[0] = previous[0] = 1
    length, gap, last = 0, 1, 1
    for k in range(len(sequence)):
        terms = connection[:length + 1] * sequence[k - length:k + 1][::-1] % p
        discrepancy = int(terms.sum()) % p
        if not discrepancy:
            gap += 1
            continue
        factor = discrepancy * pow(last, -1, p) % p
        shifted = previous[:size - gap] * factor % p
        before = connection.copy() if 2 * length <= k else None
        connection[gap:] = (connection[gap:] - shifted) % p
        if before is not None:
            length, previous, last, gap = k + 1 - length, before, discrepancy, 1
        else:
            gap += 1
    return [int(c) for c in connection[:length + 1][::-1]]


def _monic_list(f: nmod_poly) -> list[int]:
    return [int(c) for c in (f * f.leading_coefficient() ** -1).coeffs()] if f.degree() >= 0 else []


def lcm(a: list[int], b: list[int], p: int) -> list[int]:
    """The monic least common multiple."""
    from flint import nmod_poly

    f, g = nmod_poly(a, p), nmod_poly(b, p)
    return _monic_list(f * (g // f.gcd(g)))


def squarefree_part(f: list[int], p: int) -> list[int]:
    """The product of the distinct monic irreducible factors."""
    from flint import nmod_poly

    result = nmod_poly([1], p)
    for factor, _ in nmod_poly(f, p).factor_squarefree()[1]:
        result *= factor
    return _monic_list(result)
