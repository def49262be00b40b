"""Derivatives of a straight-line program in many directions at once, over any ring."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from neurocli.algebra.rings import Array, DualNumbers, Scalar


class Tangents(DualNumbers):
    """Dual numbers whose slope is None where it is exactly zero, so that fixed data costs nothing.

    Example:
        >>> from neurocli.algebra.rings import Floats
        >>> dual = Tangents(Floats())
        >>> x, c = (np.array(3.0), np.array(1.0)), dual.constant(2)
        >>> [float(part) for part in dual.add(dual.multiply(x, x), dual.multiply(c, x))], dual.multiply(c, c)[1]
        ([15.0, 8.0], None)
    """

    def constant(self, values: Array) -> Array:
        """Fixed entries."""
        return self.base.constant(values), None

    def add(self, a: Array, b: Array) -> Array:
        """Sums."""
        return self.base.add(a[0], b[0]), self._sum(a[1], b[1])

    def multiply(self, a: Array, b: Array) -> Array:
        """Products, entry by entry."""
        left = None if a[1] is None else self.base.multiply(a[1], b[0])
        right = None if b[1] is None else self.base.multiply(a[0], b[1])
        return self.base.multiply(a[0], b[0]), self._sum(left, right)

    def scale(self, c: Scalar, a: Array) -> Array:
        """A rational multiple."""
        return self.base.scale(c, a[0]), None if a[1] is None else self.base.scale(c, a[1])

    def contract(self, subscripts: str, a: Array, b: Array) -> Array:
        """Sums of products."""
        left = None if a[1] is None else self.base.contract(subscripts, a[1], b[0])
        right = None if b[1] is None else self.base.contract(subscripts, a[0], b[1])
        return self.base.contract(subscripts, a[0], b[0]), self._sum(left, right)

    def sum_last(self, a: Array) -> Array:
        """Sums along the last axis."""
        return self.base.sum_last(a[0]), None if a[1] is None else self.base.sum_last(a[1])

    def apply(self, move: Callable[[np.ndarray], np.ndarray], a: Array) -> Array:
        """A rearrangement of entries."""
        return self.base.apply(move, a[0]), None if a[1] is None else self.base.apply(move, a[1])

    def stack_last(self, arrays: Sequence[Array]) -> Array:
        """Arrays side by side along a new last axis."""
        slopes = [self.base.scale(0, value) if slope is None else slope for value, slope in arrays]
        return self.base.stack_last([a[0] for a in arrays]), self.base.stack_last(slopes)

    def _sum(self, a: Array | None, b: Array | None) -> Array | None:
        return b if a is None else a if b is None else self.base.add(a, b)
