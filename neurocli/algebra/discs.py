"""Arrays of complex discs in double precision: midpoint-radius arithmetic with proved rounding errors.

A disc is the set of complex numbers within `radius` of `middle`.  Every operation returns discs that
contain all results of the exact operation on members of the given discs.  The ring has the
interface of `rings.py`, so programs are evaluated over it in batches.

Constants.  u = 2^-53 is the unit roundoff; IEEE doubles, rounding to nearest.
A real inner product of length n, summed in any order, with or without fused operations, has
    |fl(x.y) - x.y| <= n u / (1 - n u) |x|.|y| + n eta,   eta = 2^-1074     [rump-1999, jeannerod-rump-2013].
The real part of a complex product sum over K terms is a real inner product of length 2K of
(Re a, Im a) with (Re b, -Im b); by Cauchy-Schwarz its |x|.|y| is at most sum |a||b|; so is that of
the imaginary part.  Hence the error is at most sqrt(2) (2K u / (1 - 2K u)) sum |a||b| + 4K eta, and for
K <= 2^40 that is below 4K u sum |a||b| + 2^-1000.  Discs add
    |ab - m n| <= |m| s + r |n| + r s     for |a - m| <= r, |b - n| <= s.
A sum of two complex numbers has no underflow and error at most u |fl(a + b)|, part by part.
Radii are sums of products of non-negative doubles.  After k roundings, one after the other, such a
value is at least (1 - u)^k times the true one, up to underflow; multiplying by 1 + 4 (k + 2) u, itself
rounded, makes up for that while k u <= 1/8, and the absolute term `TINY` for underflow.
Overflow gives infinities or NaN: every test of a bound is written so that they fail it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from neurocli.algebra.rings import Scalar

U = 2.0**-53
#: Covers what underflow can lose: fewer than 2^500 products, each less than 2^-1072.
TINY = 2.0**-500


@dataclasses.dataclass(frozen=True, eq=False)
class Discs:
    """An array of discs: middles (complex) and radii (non-negative) of one shape."""

    middle: np.ndarray
    radius: np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array."""
        return self.middle.shape

    @property
    def upper(self) -> np.ndarray:
        """Upper bounds for the absolute values."""
        return _up(size(self.middle) + self.radius, 1)


def size(z: np.ndarray) -> np.ndarray:
    """Upper bounds for |z|, entry by entry.

    Notes:
        Two squares, a sum and a correctly rounded root make four roundings.  Where a square
        underflows, it loses at most 2^-1074, so |z| at most 2^-536.
    """
    return np.sqrt(z.real * z.real + z.imag * z.imag) * (1 + 32 * U) + TINY


def _up(value: np.ndarray, roundings: int) -> np.ndarray:
    """An upper bound of a non-negative value that was computed with so many roundings in a row."""
    return value * (1 + 4 * (roundings + 4) * U) + TINY


class DiscRing:
    """The ring operations on `Discs`, with batches in front.

    Example:
        >>> ring = DiscRing()
        >>> third = ring.constant(Fraction(1, 3))
        >>> whole = ring.add(ring.scale(3, third), ring.constant(-1))
        >>> abs(complex(whole.middle)) <= float(whole.radius) < 1e-14
        True
    """

    def constant(self, values: Any) -> Discs:
        """Discs about numbers: doubles and small integers exactly, other rationals rounded."""
        if isinstance(values, Discs):
            return values
        array = np.asarray(values)
        if array.dtype != object:
            middle = array.astype(np.complex128)
            exact = array.dtype.kind in "bfc" or not (np.abs(array) > 2**53).any()
            return Discs(middle, np.zeros(middle.shape) if exact else _up(size(middle) * U, 1))
        flat = [Fraction(value) for value in array.ravel().tolist()]
        rounded = [_nearest(value) for value in flat]
        middle = np.array(rounded, dtype=np.complex128).reshape(array.shape)
        wrong = np.array([not np.isfinite(r) or Fraction(r) != value for r, value in zip(rounded, flat, strict=True)],
                         dtype=bool).reshape(array.shape)
        return Discs(middle, np.where(wrong, _up(size(middle) * (2 * U), 1), 0.0))

    def add(self, a: Discs, b: Discs) -> Discs:
        """Sums."""
        middle = a.middle + b.middle
        return Discs(middle, _up(a.radius + b.radius + U * size(middle), 4))

    def multiply(self, a: Discs, b: Discs) -> Discs:
        """Products, entry by entry."""
        left, right = size(a.middle), size(b.middle)
        radius = (left + a.radius) * (b.radius + 4 * U * right) + a.radius * right
        return Discs(a.middle * b.middle, _up(radius, 6))

    def scale(self, c: Scalar, a: Discs) -> Discs:
        """A rational multiple."""
        return self.multiply(self.constant(np.array(c, dtype=object)), a)

    def contract(self, subscripts: str, a: Discs, b: Discs) -> Discs:
        """Sums of products, as `einsum` names them."""
        operands, result = subscripts.split("->")
        left, right = operands.split(",")
        lengths = _lengths(left, a.shape) | _lengths(right, b.shape)
        terms = prod(n for letter, n in lengths.items() if letter not in result)
        a_size, b_size = size(a.middle), size(b.middle)
        radius = np.einsum(subscripts, a_size + a.radius, b.radius + (4.0 * terms * U) * b_size)
        radius = radius + np.einsum(subscripts, a.radius, b_size)
        return Discs(np.einsum(subscripts, a.middle, b.middle), _up(radius, terms + 6))

    def sum_last(self, a: Discs) -> Discs:
        """Sums along the last axis."""
        terms = a.shape[-1]
        radius = (a.radius + (2.0 * terms * U) * size(a.middle)).sum(axis=-1)
        return Discs(a.middle.sum(axis=-1), _up(radius, terms + 4))

    def apply(self, move: Callable[[np.ndarray], np.ndarray], a: Discs) -> Discs:
        """A rearrangement of entries."""
        return Discs(move(a.middle), move(a.radius))

    def stack_last(self, arrays: Sequence[Discs]) -> Discs:
        """Arrays side by side along a new last axis."""
        return Discs(np.stack(np.broadcast_arrays(*(a.middle for a in arrays)), axis=-1),
                     np.stack(np.broadcast_arrays(*(a.radius for a in arrays)), axis=-1))

    def elementary(self, name: str, a: Discs) -> Discs:
        """Not offered: discs serve polynomial networks."""
        raise TypeError(f"{name} is no polynomial: it has no value over discs")

    def about(self, middle: np.ndarray, radius: np.ndarray) -> Discs:
        """Discs of given radii."""
        return Discs(middle.astype(np.complex128), np.broadcast_to(radius, middle.shape))

    def upper(self, a: Discs) -> np.ndarray:
        """Upper bounds for the absolute values, as doubles."""
        return a.upper

    def discs(self, a: Discs) -> Discs:
        """The array itself."""
        return a


def _nearest(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _lengths(letters: str, shape: tuple[int, ...]) -> dict[str, int]:
    """Length of every named axis; the axes of `...` stand in front and are not summed over."""
    names = letters.replace("...", "")
    return dict(zip(names, shape[len(shape) - len(names):], strict=True))
