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
