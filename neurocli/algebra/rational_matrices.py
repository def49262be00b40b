"""Matrices over Q, exactly: kernels, solutions, rank (FLINT).

Arrays here are numpy arrays of `fmpq` entries, which add and multiply about ten times as fast as
`Fraction`; `exact` makes them and `fractions` reads them back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import Any

import flint
import numpy as np


def exact(values: Any) -> np.ndarray:
    """An array of the same shape with FLINT rationals as entries.

    Example:
        >>> exact([[1, Fraction(1, 2)]])[0, 1] + 1
        3/2
    """
    array = np.asarray(values, dtype=object)
    flat = np.empty(array.size, dtype=object)
    flat[:] = [rational(value) for value in array.ravel().tolist()]
    return flat.reshape(array.shape)


def rational(value: Any) -> Any:
    """One integer or `Fraction` as a FLINT rational."""
    if isinstance(value, Fraction):
        return flint.fmpq(value.numerator, value.denominator)
    return value if isinstance(value, flint.fmpq) else flint.fmpq(int(value))


def quotients(pairs: Sequence[tuple[int, int]]) -> np.ndarray:
    """A vector of FLINT rationals from numerators and denominators."""
    make = flint.fmpq
    flat = np.empty(len(pairs), dtype=object)
    flat[:] = [make(p, q) for p, q in pairs]
    return flat


def fraction(value: Any) -> Fraction:
    """One FLINT rational as a `Fraction`."""
    return value if isinstance(value, Fraction) else Fraction(int(value.p), int(value.q))


def fractions(values: np.ndarray) -> list[Any]:
    """Nested lists of `Fraction` from an array of FLINT rationals."""
    return np.frompyfunc(fraction, 1, 1)(values).tolist()


def _matrix(array: np.ndarray) -> Any:
    rows, columns = array.shape
    return flint.fmpq_mat(rows, columns, array.ravel().tolist())


def _array(matrix: Any) -> np.ndarray:
    result = np.empty((matrix.nrows(), matrix.ncols()), dtype=object)
    for i in range(matrix.nrows()):
        for j in range(matrix.ncols()):
            result[i, j] = matrix[i, j]
    return result


def rank(array: np.ndarray) -> int:
    """Rank over Q.

    Example:
        >>> rank(exact([[1, 2], [2, 4]]))
        1
    """
    return int(_matrix(array).rank()) if array.size else 0


def inverse(array: np.ndarray) -> np.ndarray | None:
    """The inverse of a square matrix, or None when it is singular."""
    matrix = _matrix(array)
    return None if matrix.det() == 0 else _array(matrix.inv())


def left_factor(product: np.ndarray, factor: np.ndarray) -> np.ndarray | None:
    """The matrix G with G factor = product, where the factor has independent rows.

    Returns:
        G, or None when the rows of the factor are dependent or no such matrix exists.

    Example:
        >>> left_factor(exact([[2, 4], [0, 3]]), exact([[1, 2], [0, 1]])).tolist()
        [[2, 0], [0, 3]]
    """
    a, b = _matrix(factor), _matrix(product)
    gram = a * a.transpose()  # regular over Q exactly when the rows are independent
    if gram.det() == 0:
        return None
    g = b * a.transpose() * gram.inv()
    return _array(g) if g * a == b else None


def echelon(rows: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """The non-zero rows of the reduced echelon form, and their pivot columns."""
    if not rows.size:
        return rows[:0], []
    reduced, found = _matrix(rows).rref()
    array = _array(reduced)[:int(found)]
    return array, [next(j for j, value in enumerate(row) if value != 0) for row in array]


def kernel(rows: np.ndarray) -> np.ndarray:
    """A basis of the vectors v with rows . v = 0, as rows in echelon form.

    Example:
        >>> kernel(exact([[1, 1, 0]])).tolist()
        [[-1, 1, 0], [0, 0, 1]]
    """
    n = rows.shape[1]
    reduced, pivots = echelon(rows)
    free = [j for j in range(n) if j not in set(pivots)]
    basis = exact(np.zeros((len(free), n), dtype=np.int64))
    for i, j in enumerate(free):
        basis[i, j] = rational(1)
        for row, pivot in zip(reduced, pivots):
            basis[i, pivot] = -row[j]
    return basis


def modulo(basis: np.ndarray, subspace: np.ndarray) -> np.ndarray:
    """Representatives of a basis of (basis + subspace) / subspace, zero at the subspace's pivots.

    Example:
        >>> modulo(exact([[1, 1], [1, 0]]), exact([[1, 1]])).tolist()
        [[0, 1]]
    """
    reduced, pivots = echelon(subspace)
    rows = basis.copy()
    for row, pivot in zip(reduced, pivots):
        for i in range(len(rows)):
            if rows[i, pivot] != 0:
                rows[i] = rows[i] - rows[i, pivot] * row
    return echelon(rows)[0]


def primitive(vector: Iterable[Any]) -> list[int]:
    """The integer vector without common factor on the same line, first non-zero entry positive.

    Example:
        >>> primitive(exact([0, Fraction(-1, 2), 3]))
        [0, 1, -6]
    """
    entries: Sequence[Fraction] = [fraction(value) for value in vector]
    common = lcm(*(entry.denominator for entry in entries)) if entries else 1
    integers = [int(entry * common) for entry in entries]
    content = gcd(*integers) or 1
    lead = next((value for value in integers if value), 1)
    return [value // content * (1 if lead > 0 else -1) for value in integers]
