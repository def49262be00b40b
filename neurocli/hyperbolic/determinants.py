"""Determinants without division, for integers, sums of roots and whole arrays at once, and the
rigorous floating-point filter that decides their signs where it can.

The same expansion serves Python integers, `RootSum`, and numpy arrays (a determinant per entry):
minors of the first rows are kept per set of columns, so a k x k determinant costs k 2^(k-1)
products.  That is exact over any ring and small for the sizes geometry asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

from neurocli.hyperbolic.roots import sign

if TYPE_CHECKING:
    import numpy as np

#: Half a unit in the last place of 1: the relative error of one rounded operation.
UNIT = 2.0**-53
#: Above every error that underflow can add to the determinants below (entries are below 8).
TINY = 1e-290


@cache
def _plan(size: int, columns: int) -> tuple[tuple[tuple[int, tuple[tuple[int, int, bool], ...]], ...], ...]:
    """For each row after the first: (mask, ((column, mask of the minor, minus), ...)) of every minor it ends."""
    levels = []
    for row in range(1, size):
        level = []
        for chosen in combinations(range(columns), row + 1):
            mask = sum(1 << j for j in chosen)
            level.append((mask, tuple((j, mask ^ (1 << j), (row - place) % 2 == 1)
                                      for place, j in enumerate(chosen))))
        levels.append(tuple(level))
    return tuple(levels)


def minors(rows: Sequence[Sequence[Any]], signed: bool = True) -> dict[int, Any]:
    """The maximal minors of a k x n matrix, by bit mask of the columns used.

    Args:
        rows: k rows of n ring elements or arrays.
        signed: False adds every term: permanents of absolute values bound rounding errors.
    """
    columns = len(rows[0])
    minor: dict[int, Any] = {1 << j: rows[0][j] for j in range(columns)}
    for row, level in zip(rows[1:], _plan(len(rows), columns)):
        last, minor = minor, {}
        for mask, ((first, without, minus), *others) in level:
            total = row[first] * last[without]
            if minus and signed:
                total = -total
            for j, without, minus in others:
                if minus and signed:
                    total = total - row[j] * last[without]
                else:
                    total = total + row[j] * last[without]
            minor[mask] = total
    return minor


def determinant(rows: Sequence[Sequence[Any]], signed: bool = True) -> Any:
    """The determinant (or, unsigned, the permanent) of a square matrix over any ring.

    Example:
        >>> determinant([[1, 2], [3, 4]]), determinant([[1, 2], [3, 4]], signed=False)
        (-2, 10)
    """
    return minors(rows, signed)[(1 << len(rows)) - 1]


def cofactors(rows: Sequence[Sequence[Any]]) -> list[Any]:
    """The linear form x -> det(rows; x) of a k x (k+1) matrix, as its k+1 coefficients.

    Example:
        >>> cofactors([[1, 2]])  # det [[1, 2], [x, y]] = y - 2x
        [-2, 1]
    """
    size = len(rows)
    table, full = minors(rows), (1 << (size + 1)) - 1
    return [table[full ^ (1 << j)] if (size - j) % 2 == 0 else -table[full ^ (1 << j)]
            for j in range(size + 1)]


class Independent:
    """A growing list of linearly independent vectors over a ring, with pivot columns.

    Example:
        >>> basis = Independent()
        >>> basis.add([1, 2, 3]), basis.add([2, 4, 6]), basis.add([0, 0, 1]), basis.columns
        (True, False, True, [0, 2])
    """

    def __init__(self) -> None:
        self.vectors: list[Sequence[Any]] = []
        self.columns: list[int] = []

    def add(self, vector: Sequence[Any]) -> bool:
        """Keep the vector when it is independent of those kept so far."""
        for column in range(len(vector)):
            if column in self.columns:
                continue
            chosen = [*self.columns, column]
            if sign(determinant([[v[j] for j in chosen] for v in [*self.vectors, vector]])):
                self.vectors.append(vector)
                self.columns.append(column)
                return True
        return False


def filtered_signs(values: Sequence[Sequence[np.ndarray]],
                   errors: Sequence[Sequence[np.ndarray]]) -> np.ndarray:
    """Signs of many k x k determinants, where floating point proves them.

    Args:
        values: k rows of k arrays of shape (N,): the entries as computed.
        errors: arrays of the same shape: bounds of |computed entry - true entry|.

    Returns:
        int8 array of shape (N,): 1 or -1 where the sign is proved, 0 where it is not.

    Notes:
        Write A for the computed entries, H for the bounds.  The determinant is a signed sum of
        products of entries, so the true one differs from det A by at most
        perm(|A| + H) - perm(|A|).  Evaluating det A in floating point sums each product through at
        most k(k+3)/2 roundings, which adds gamma perm(|A|); the permanents, sums of products of
        non-negative numbers, err relatively by gamma as well.
    """
    import numpy as np

    size = len(values)
    with np.errstate(under="ignore", over="ignore", invalid="ignore"):
        value = determinant(values)
        plain = determinant([[np.abs(x) for x in row] for row in values], signed=False)
        wide = determinant([[np.abs(x) + e for x, e in zip(row, error)]
                            for row, error in zip(values, errors)], signed=False)
        gamma = size * (size + 5) * UNIT
        bound = (wide - plain) + 4 * gamma * wide + TINY
        return (value > bound).astype(np.int8) - (value < -bound).astype(np.int8)
