"""Real ball arithmetic (FLINT `arb`): numbers with rigorous error bounds."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import flint


@contextlib.contextmanager
def balls(precision: int) -> Iterator[Callable[[Any], Any]]:
    """Set the precision in bits and give the function that makes balls of numbers.

    Example:
        >>> with balls(64) as ball:
        ...     bool(ball(1) / 3 * 3 == 1), (ball(1) / 3 * 3).contains(1)
        (False, True)
    """
    before = flint.ctx.prec
    flint.ctx.prec = precision
    try:
        yield _ball
    finally:
        flint.ctx.prec = before


def _ball(value: Any) -> Any:
    if isinstance(value, Fraction):
        return flint.arb(value.numerator) / value.denominator
    return flint.arb(value if isinstance(value, (int, float, flint.arb)) else int(value))


def determinant_excludes_zero(rows: Sequence[Sequence[Any]]) -> bool:
    """Whether the determinant of a square matrix of balls is certainly not zero."""
    determinant = flint.arb_mat([list(row) for row in rows]).det()
    return not determinant.contains(0)


def elimination(matrix: Any, most: int) -> tuple[list[int], list[int]]:
    """Pivot rows and columns of Gaussian elimination in balls, at most `most` of them.

    Args:
        matrix: object array (rows, columns) of balls.

    Notes:
        The pivot is the entry of largest midpoint among those that exclude zero; where there is
        none the elimination ends, which proves nothing about the rest.
    """
    import numpy as np

    work = matrix.copy()
    size = np.frompyfunc(lambda ball: 0.0 if ball.contains(0) else float(abs(ball.mid()).log().mid()), 1, 1)
    rows: list[int] = []
    columns: list[int] = []
    while len(rows) < most:
        free_rows = [i for i in range(work.shape[0]) if i not in rows]
        free_columns = [j for j in range(work.shape[1]) if j not in columns]
        usable = np.frompyfunc(lambda ball: not ball.contains(0), 1, 1)(work[np.ix_(free_rows, free_columns)])
        if not usable.any():
            break
        logs = size(work[np.ix_(free_rows, free_columns)]).astype(float)
        weights = np.where(usable.astype(bool), logs, -np.inf)
        i, j = divmod(int(weights.argmax()), len(free_columns))
        row, column = free_rows[i], free_columns[j]
        rows.append(row)
        columns.append(column)
        rest = [k for k in free_rows if k != row]
        factors = work[rest, column] / work[row, column]
        work[rest] = work[rest] - factors[:, None] * work[row][None, :]
    return rows, columns
