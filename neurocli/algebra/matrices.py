"""Matrices over F_p and over Z: rank, pivots, kernels (FLINT)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import flint
import numpy as np


@dataclasses.dataclass(frozen=True)
class Rank:
    """A rank with a regular square submatrix of that size.

    Args:
        value: the rank.
        rows: pivot rows, increasing.
        columns: pivot columns, increasing.
    """

    value: int
    rows: tuple[int, ...]
    columns: tuple[int, ...]


def to_flint(matrix: np.ndarray, p: int) -> Any:
    """A FLINT matrix over F_p from an array of residues."""
    rows, columns = matrix.shape
    return flint.nmod_mat(flint.fmpz_mat(rows, columns, matrix.ravel().tolist()), p)  # faster than entry by entry


def rank(matrix: np.ndarray, p: int) -> int:
    """Rank over F_p.

    Args:
        matrix: array (rows, columns) of residues.

    Example:
        >>> rank(np.array([[1, 2], [2, 4]]), 101)
        1
    """
    if 0 in matrix.shape:
        return 0
    return int(to_flint(matrix, p).rank())


def rank_with_pivots(matrix: np.ndarray, p: int) -> Rank:
    """Rank over F_p with pivot rows and columns; the submatrix on them is regular.

    The pivot columns of M span its column space and those of its transpose its row space, and a
    set of independent rows that spans the row space meets independent spanning columns in a
    regular square.

    Example:
        >>> rank_with_pivots(np.array([[0, 0, 0], [0, 1, 2], [0, 2, 4]]), 101)
        Rank(value=1, rows=(1,), columns=(1,))
    """
    if 0 in matrix.shape:
        return Rank(0, (), ())
    m = to_flint(matrix, p)
    columns = _pivots(*m.rref())
    rows = _pivots(*m.transpose().rref())
    return Rank(len(columns), rows, columns)


def _pivots(echelon: Any, value: int) -> tuple[int, ...]:
    """Pivot columns of a reduced echelon form: walk the staircase."""
    pivots, column = [], 0
    for row in range(value):
        while int(echelon[row, column]) == 0:
            column += 1
        pivots.append(column)
        column += 1
    return tuple(pivots)


def is_regular(matrix: np.ndarray, p: int) -> bool:
    """Whether a square matrix over F_p has non-zero determinant."""
    return int(to_flint(matrix, p).det()) != 0


def kernel(matrix: np.ndarray, p: int) -> np.ndarray:
    """A basis of the right kernel over F_p, as rows.

    Example:
        >>> kernel(np.array([[1, 1]]), 101).tolist()
        [[100, 1]]
    """
    columns = matrix.shape[1]
    if 0 in matrix.shape:
        return np.eye(columns, dtype=np.uint64)
    basis, nullity = to_flint(matrix, p).nullspace()
    entries = [[int(basis[i, j]) for i in range(columns)] for j in range(int(nullity))]
    return np.array(entries, dtype=np.uint64).reshape(int(nullity), columns)


def integer_kernel(rows: Sequence[Sequence[int]], columns: int) -> list[list[int]]:
    """A basis of the integer vectors w with row . w = 0 for every row, over Q.

    Example:
        >>> integer_kernel([[1, 1, 0], [0, 1, 1]], 3)
        [[1, -1, 1]]
    """
    if not rows:
        return [[int(i == j) for j in range(columns)] for i in range(columns)]
    basis, nullity = flint.fmpz_mat([list(row) for row in rows]).nullspace()
    vectors = []
    for j in range(int(nullity)):
        vector = [int(basis[i, j]) for i in range(columns)]
        content = int(np.gcd.reduce(np.array([abs(v) for v in vector], dtype=object)))
        lead = next(v for v in vector if v)
        vectors.append([v // content * (1 if lead > 0 else -1) for v in vector])
    return vectors


def rational_rank(rows: Sequence[Sequence[Any]], columns: int) -> int:
    """Rank over Q of a matrix of rationals.

    Example:
        >>> rational_rank([[1, 2], [2, 4]], 2)
        1
    """
    if not rows or not columns:
        return 0
    return int(flint.fmpq_mat(len(rows), columns, [entry for row in rows for entry in row]).rank())
