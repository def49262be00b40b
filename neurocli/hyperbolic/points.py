"""Finite sets of points of hyperbolic space, exactly.

A point of the d-dimensional hyperbolic space is kept as a positive multiple (Q_0, Q_1..Q_d, W) of
its hyperboloid vector and 1: Q on the ray of the hyperboloid point, W = sqrt(Q_0^2 - |Q|^2).

==========  =================================  ===================
input       Q                                  W
==========  =================================  ===================
Poincare z  (1 + |z|^2, 2 z)                   1 - |z|^2, rational
Klein p     (1, p)                             sqrt(1 - |p|^2)
Lorentz x   x                                  1 on the hyperboloid
==========  =================================  ===================

All predicates are determinants in these rows, so they are rational for Poincare input and sums of
square roots for Klein input.  Rows are scaled to integers one by one: a positive factor of a row
changes no sign.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction
from math import isqrt, lcm
from typing import TYPE_CHECKING, Any

from neurocli.errors import DataError
from neurocli.hyperbolic.roots import RootSum

if TYPE_CHECKING:
    import numpy as np

MODELS = ("poincare", "klein", "lorentz")
#: How far a row of floats may lie off the hyperboloid, relative to its size.
HYPERBOLOID_TOLERANCE = Fraction(1, 10**6)


@dataclasses.dataclass(frozen=True)
class PointSet:
    """A finite set of points of hyperbolic space, exactly and in floating point.

    Args:
        rows: n tuples (Q_0, Q_1..Q_d, W) of integers; W a `RootSum` where it is irrational.
        high, low: arrays (n, d): the Poincare coordinates are `high + low` up to 2^-106 of `high`.
        weight: array (n,): 1 - |z|^2, relative error at most 2^-52.
        model: the model of the input.
    """

    rows: tuple[tuple[Any, ...], ...]
    high: np.ndarray
    low: np.ndarray
    weight: np.ndarray
    model: str

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def dimension(self) -> int:
        """Dimension d of the hyperbolic space."""
        return int(self.high.shape[1])

    def subset(self, chosen: Sequence[int]) -> PointSet:
        """The points with the given indices, in that order."""
        places = list(chosen)
        return PointSet(tuple(self.rows[i] for i in places), self.high[places], self.low[places],
                        self.weight[places], self.model)


def point_set(coordinates: Sequence[Sequence[Any]], model: str = "poincare",
              places: Sequence[str] | None = None) -> PointSet:
    """Points given in one of the models of hyperbolic space, exactly.

    Args:
        coordinates: n rows of d numbers (d + 1, time first, on the hyperboloid): integers, fractions,
            or floats, which stand for the dyadic rationals they are.
        model: "poincare", "klein" or "lorentz".
        places: what to call each row in a complaint; "row 1", ... by default.

    Raises:
        DataError: a point on or outside the ball, off the hyperboloid, repeated, of dimension below
            2, or too few points; the message names the row.

    Example:
        >>> point_set([(0, 0), (Fraction(1, 2), 0), (0, Fraction(1, 3))]).rows[1]
        (5, 4, 0, 3)
    """
    if model not in MODELS:
        raise DataError(f"model {model!r}", f"one of {', '.join(MODELS)}")
    names = list(places) if places is not None else [f"row {i + 1}" for i in range(len(coordinates))]
    width = len(coordinates[0]) if len(coordinates) else 0
    dimension = width - (model == "lorentz")
    if dimension < 2:
        raise DataError(f"dimension {max(dimension, 0)}: points need at least 2 coordinates")
    rows = []
    seen: dict[Any, str] = {}
    for name, given in zip(names, coordinates):
        if len(given) != width:
            raise DataError(f"{name}: {len(given)} coordinates, expected {width}")
        row = _row(given, model, name)
        # Q / Q_0 is the Klein point, one for one with the hyperbolic point in every model.
        key = tuple(Fraction(value, row[0]) for value in row[1:-1])
        if key in seen:
            raise DataError(f"{name}: the same point as {seen[key]}")
        seen[key] = name
        rows.append(row)
    if len(rows) < dimension + 1:
        raise DataError(f"{len(rows)} points: dimension {dimension} needs at least {dimension + 1}")
    high, low, weight = _floats(rows)
    return PointSet(tuple(rows), high, low, weight, model)


def _row(given: Sequence[Any], model: str, name: str) -> tuple[Any, ...]:
    """One point as integers (Q_0, Q_1..Q_d, W)."""
    try:
        values = [Fraction(x) for x in given]
    except (TypeError, ValueError, OverflowError):
        raise DataError(f"{name}: not a finite number") from None
    scale = lcm(*(x.denominator for x in values))
    whole = [x.numerator * (scale // x.denominator) for x in values]
    if model == "poincare":
        square = sum(x * x for x in whole)
        if square >= scale * scale:
            raise DataError(f"{name}: {_where(square, scale)} the unit ball of the Poincare model")
        return (scale * scale + square, *(2 * scale * x for x in whole), scale * scale - square)
    if model == "klein":
        whole = [scale, *whole]
        square = sum(x * x for x in whole[1:])
        if square >= scale * scale:
            raise DataError(f"{name}: {_where(square, scale)} the unit ball of the Klein model")
    form = whole[0] ** 2 - sum(x * x for x in whole[1:])
    if model == "lorentz":
        off = abs(Fraction(form, scale * scale) - 1)
        if whole[0] <= 0 or form <= 0 or off > HYPERBOLOID_TOLERANCE * max(values[0] ** 2, Fraction(1)):
            raise DataError(f"{name}: off the hyperboloid x_0^2 - x_1^2 - ... = 1, x_0 > 0",
                            "the time coordinate comes first")
    return (*whole, RootSum.root(form))


def _where(square: int, scale: int) -> str:
    return "on the boundary of" if square == scale * scale else "outside"


def _floats(rows: Sequence[tuple[Any, ...]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Poincare coordinates Q / (Q_0 + W) as pairs of doubles, and weights 2 W / (Q_0 + W).

    Notes:
        Division of Python integers rounds correctly.  A root W is replaced by an integer quotient
        that agrees with it to 140 bits, far below the errors that `PointSet` promises.
    """
    import numpy as np

    high, low, weight = [], [], []
    for first, *middle, last in rows:
        if isinstance(last, RootSum):
            (radicand,) = last.terms
            shift = max(0, 140 - radicand.bit_length() // 2)
            first, middle = first << shift, [x << shift for x in middle]
            last = last.terms[radicand] * isqrt(radicand << (2 * shift))
        below = first + last
        weight.append(2 * last / below)
        upper = [x / below for x in middle]
        high.append(upper)
        parts = [x.as_integer_ratio() for x in upper]
        low.append([(x * b - a * below) / (b * below) for x, (a, b) in zip(middle, parts)])
    return np.array(high), np.array(low), np.array(weight)
