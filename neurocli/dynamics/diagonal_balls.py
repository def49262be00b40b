"""The staircase of a large diagonal network, its events certified by ball arithmetic."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from math import lcm
from operator import mul
from typing import Any

from neurocli.dynamics import diagonal
from neurocli.dynamics.data import Samples
from neurocli.errors import DataError
from neurocli.numerics.ball_sweep import BallSweep, BallUndecided, bounds, precision

#: Working precisions tried, in bits.  Radii grow by about one bit per jump.
PRECISIONS = (448, 896, 1792, 3584)


@dataclasses.dataclass(frozen=True)
class Enclosure:
    """A real number between two rationals, kept as the ball it was computed in."""

    ball: Any

    @property
    def low(self) -> Fraction:
        """A rational that is not larger."""
        return bounds(self.ball)[0]

    @property
    def high(self) -> Fraction:
        """A rational that is not smaller."""
        return bounds(self.ball)[1]

    def __float__(self) -> float:
        return float(self.ball)

    def __str__(self) -> str:
        return f"{float(self):.15g}"

    def __bool__(self) -> bool:
        zero = self.ball == 0        # "!=" of a ball holds only when the ball excludes 0
        return not zero


def staircase_in_balls(data: Samples, limit: int = 100_000) -> diagonal.Staircase:
    """The staircase with every event decided by enclosures that cannot overlap.

    Args:
        data: rational inputs and one rational target column.
        limit: largest number of jumps.

    Returns:
        A `Staircase` whose times, losses and coefficients are `Enclosure` records.

    Raises:
        DataError: the data holds square roots.
        Undecided: two events coincide, or a correlation vanishes, at every precision tried.
    """
    if not data.rational:
        raise DataError("ball arithmetic reads rational data only", "--method exact")
    n = len(data.x)
    rows, scale = _integer_rows(data)
    matrix, b, c = _integer_gram(rows, scale)

    def fits(beta: list[Fraction]) -> bool:
        common = lcm(*{entry.denominator for entry in beta})
        whole = [int(entry * common) for entry in beta]
        return all(sum(map(mul, row, whole)) == row[-1] * common for row in rows)

    for bits in PRECISIONS:
        with precision(bits):
            try:
                tableau = BallSweep(matrix, b, c, n, fits)
                index = sum(1 for entry in b if entry)
                jumps, dual = diagonal.follow(tableau, limit)
                return _record(data, jumps, dual, c / 2, index)
            except BallUndecided:
                continue
    raise diagonal.Undecided(f"two events of the staircase agree to {PRECISIONS[-1]} bits")


def _integer_rows(data: Samples) -> tuple[list[list[int]], int]:
    """The rows (x, y) times the least common denominator, and that denominator."""
    rows: list[list[Fraction]] = [[*x, y[0]] for x, y in zip(data.x, data.y)]  # type: ignore[list-item]
    scale = lcm(*{entry.denominator for row in rows for entry in row})
    return [[int(entry * scale) for entry in row] for row in rows], scale


def _integer_gram(rows: list[list[int]], scale: int) -> tuple[list[list[Fraction]], list[Fraction], Fraction]:
    """X^T X/n, X^T y/n and y^T y/n from integer rows."""
    table = _products([list(column) for column in zip(*rows)])
    divisor = len(rows) * scale * scale
    whole = [[Fraction(entry, divisor) for entry in row] for row in table]
    return [row[:-1] for row in whole[:-1]], whole[-1][:-1], whole[-1][-1]


def _products(columns: list[list[int]]) -> list[list[int]]:
    """All inner products of integer columns, in floats when these are exact."""
    import numpy

    largest = max(abs(entry) for column in columns for entry in column)
    if largest * largest * len(columns[0]) < 2**53:
        array = numpy.array(columns, dtype=float)
        return [[int(entry) for entry in row] for row in (array @ array.T).tolist()]
    exact = numpy.array(columns, dtype=object)
    return (exact @ exact.T).tolist()


def _record(data: Samples, jumps: list[diagonal.Jump], dual: list[Any], start: Fraction,
            index: int) -> diagonal.Staircase:
    n, d, _ = data.shape
    enclosed = [dataclasses.replace(jump, time=Enclosure(jump.time), loss=Enclosure(jump.loss),
                                    beta=tuple(Enclosure(entry) for entry in jump.beta)) for jump in jumps]
    # `follow` writes the integer 0 where the residual vanishes, so only an exact zero counts.
    zero = bool(enclosed) and not enclosed[-1].loss
    return diagonal.Staircase(n, d, start, index, tuple(enclosed), tuple(Enclosure(entry) for entry in dual),
                              (), zero, "balls")
