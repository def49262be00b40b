"""One-dimensional functions given at knots: piecewise linear, or monotone cubic (PCHIP)."""

from __future__ import annotations

import dataclasses
from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from neurocli.errors import DataError

Array = np.ndarray[Any, np.dtype[np.float64]]
#: Fewest and most knots of a spline.
KNOTS = (2, 4096)


@dataclasses.dataclass(frozen=True)
class Spline:
    """A function by its values at increasing knots.

    Args:
        knots: strictly increasing, 2 to 4096 of them.
        values: one per knot.
        kind: "linear" or "cubic" (shape-preserving Hermite, scipy's PchipInterpolator).
        monotone: an inner function phi: 0 left of the knots and 1 right of them.  Otherwise an outer
            function Phi, extended by straight lines.

    Raises:
        DataError: knots that do not increase, counts that do not fit, an unknown kind.

    Example:
        >>> half = Fraction(1, 2)
        >>> inner = Spline((0, half, 1), (0, Fraction(3, 4), 1), monotone=True)
        >>> inner(Fraction(1, 4)), inner(-1), inner(2)
        (Fraction(3, 8), 0, 1)
    """

    knots: tuple[Any, ...]
    values: tuple[Any, ...]
    kind: str = "linear"
    monotone: bool = False

    def __post_init__(self) -> None:
        if not KNOTS[0] <= len(self.knots) <= KNOTS[1]:
            raise DataError(f"{len(self.knots)} knots; a spline has {KNOTS[0]} to {KNOTS[1]}")
        if len(self.values) != len(self.knots):
            raise DataError(f"{len(self.knots)} knots and {len(self.values)} values")
        if self.kind not in ("linear", "cubic"):
            raise DataError(f"spline kind {self.kind!r}", "linear or cubic")
        for k, (left, right) in enumerate(zip(self.knots, self.knots[1:]), 1):
            if not left < right:
                raise DataError(f"knots do not increase: knot {k} is {left}, knot {k + 1} is {right}")

    def __call__(self, x: Any) -> Any:
        """The value at one point, exactly for exact knots, values and x (piecewise linear only)."""
        if self.kind != "linear":
            raise DataError("cubic splines are evaluated in floats only")
        if self.monotone and x < self.knots[0]:
            return 0
        if self.monotone and x > self.knots[-1]:
            return 1
        k = min(max(bisect_right(self.knots, x) - 1, 0), len(self.knots) - 2)
        return self.values[k] + self.slopes[k] * (x - self.knots[k])

    @cached_property
    def slopes(self) -> tuple[Any, ...]:
        """The slope of every cell."""
        return tuple((b - a) / (right - left) if isinstance(right - left, float)
                     else Fraction(b - a) / Fraction(right - left)
                     for a, b, left, right in zip(self.values, self.values[1:], self.knots, self.knots[1:]))

    def at(self, x: Array) -> Array:
        """Values at an array of floats, entry by entry the same for every shape."""
        if self.kind == "cubic":
            return self._cubic_at(x)
        knots, values = self._floats
        if self.monotone:
            return np.interp(x, knots, values, left=0.0, right=1.0)
        found = np.interp(x, knots, values)
        low, high = x < knots[0], x > knots[-1]
        if low.any():
            found[low] = values[0] + (values[1] - values[0]) / (knots[1] - knots[0]) * (x[low] - knots[0])
        if high.any():
            found[high] = values[-1] + (values[-1] - values[-2]) / (knots[-1] - knots[-2]) * (x[high] - knots[-1])
        return found

    def bounds(self, low: Any, high: Any) -> tuple[Any, Any]:
        """The least and greatest value on an interval, exact for exact piecewise linear splines.

        Notes:
            A piecewise linear function takes its extremes at the ends and at knots inside; a cubic one
            also where its derivative, a quadratic in each cell, vanishes.
        """
        if self.kind == "cubic":
            return self._cubic_bounds(float(low), float(high))
        ends = [self(low), self(high)]
        if self.monotone:
            # phi jumps from 0 to its first value at the first knot, so it is not continuous there
            return min(ends), max(ends)
        inside = self.values[bisect_right(self.knots, low):bisect_right(self.knots, high)]
        return min(*ends, *inside), max(*ends, *inside)

    @cached_property
    def _floats(self) -> tuple[Array, Array]:
        return np.array([float(k) for k in self.knots]), np.array([float(v) for v in self.values])

    @cached_property
    def _pchip(self) -> Any:
        from scipy.interpolate import PchipInterpolator

        return PchipInterpolator(*self._floats, extrapolate=False)

    def _cubic_at(self, x: Array) -> Array:
        knots = self._floats[0]
        found: Array = self._pchip(np.clip(x, knots[0], knots[-1]))
        low, high = x < knots[0], x > knots[-1]
        if self.monotone:
            found[low], found[high] = 0.0, 1.0
            return found
        slope = self._pchip.derivative()
        found[low] += float(slope(knots[0])) * (x[low] - knots[0])
        found[high] += float(slope(knots[-1])) * (x[high] - knots[-1])
        return found

    def _cubic_bounds(self, low: float, high: float) -> tuple[float, float]:
        knots, _ = self._floats
        spots = [low, high, *(float(k) for k in knots if low < k < high)]
        slope = self._pchip.derivative()
        spots += [float(root) for root in np.atleast_1d(slope.roots(extrapolate=False))
                  if np.isfinite(root) and low < root < high]
        found = self.at(np.array(spots))
        return float(found.min()), float(found.max())


def uniform_knots(low: Any, high: Any, count: int) -> tuple[Any, ...]:
    """`count` equally spaced knots, exact for exact ends."""
    return tuple(low + (high - low) * Fraction(k, count - 1) if not isinstance(low + high, float)
                 else low + (high - low) * k / (count - 1) for k in range(count))


def exact_values(values: Sequence[Any]) -> tuple[Fraction, ...]:
    """Numbers as the fractions they are."""
    return tuple(Fraction(value) for value in values)
