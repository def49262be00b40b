"""Arrays of complex balls (FLINT `acb`) as a ring: slow, of any precision, for what doubles cannot decide."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import flint
import numpy as np

from neurocli.algebra.discs import Discs
from neurocli.algebra.rings import Array, ExactRing


@contextlib.contextmanager
def working_precision(bits: int) -> Iterator[None]:
    """Set the precision of FLINT's balls."""
    before = flint.ctx.prec
    flint.ctx.prec = bits
    try:
        yield
    finally:
        flint.ctx.prec = before


class BallRing(ExactRing):
    """Object arrays of `acb`.

    Example:
        >>> ring = BallRing()
        >>> square = ring.multiply(*[ring.about(np.array([1j]), np.array([0.5]))] * 2)
        >>> float(ring.upper(square)[0]) >= 2.25
        True
    """

    def __init__(self) -> None:
        super().__init__(_ball)

    def constant(self, values: Array) -> Array:
        """Numbers as balls, doubles exactly."""
        array = np.asarray(values)
        return _objects([_ball(value) for value in array.ravel().tolist()], array.shape)

    def about(self, middle: Array, radius: np.ndarray) -> Array:
        """Squares that contain the discs of given radii; `middle` holds numbers or balls."""
        radii = np.broadcast_to(radius, middle.shape).ravel().tolist()
        cells = [_ball(z) + flint.acb(flint.arb(0, r), flint.arb(0, r))
                 for z, r in zip(middle.ravel().tolist(), radii, strict=True)]
        return _objects(cells, middle.shape)

    def centres(self, a: Array) -> Array:
        """The midpoints, exactly."""
        return _objects([z.mid() for z in a.ravel().tolist()], a.shape)

    def upper(self, a: Array) -> np.ndarray:
        """Upper bounds for the absolute values, as doubles."""
        bounds = [float(z.abs_upper()) for z in a.ravel().tolist()]
        return np.array(bounds).reshape(a.shape) * (1 + 2.0**-50) + 2.0**-1000

    def discs(self, a: Array) -> Discs:
        """Discs in double precision that contain the balls."""
        flat = a.ravel().tolist()
        middle = np.array([complex(z.mid()) for z in flat], dtype=np.complex128)
        rest = _objects([z - flint.acb(m) for z, m in zip(flat, middle.tolist(), strict=True)], a.shape)
        return Discs(middle.reshape(a.shape), self.upper(rest))


def _ball(value: Any) -> Any:
    if isinstance(value, (flint.acb, float, complex, int)):
        return flint.acb(value)
    if hasattr(value, "denominator"):
        return flint.acb(int(value.numerator)) / int(value.denominator)
    return flint.acb(complex(value))


def _objects(flat: list[Any], shape: tuple[int, ...]) -> Array:
    array = np.empty(len(flat), dtype=object)
    array[:] = flat
    return array.reshape(shape)


def scaled_inverse_product(weights: Sequence[Fraction], values: Array, root: np.ndarray, bits: int) -> Discs | None:
    """Discs about D^(1/2) (L V)^(-1) L, D the diagonal of the weights, or None where L V is not proved regular.

    Args:
        weights: positive rationals.
        values: matrix V, numbers or balls.
        root: matrix L of doubles.
    """
    with working_precision(bits):
        ring = BallRing()
        left = flint.acb_mat(ring.constant(root).tolist())
        try:
            inverse = (left * flint.acb_mat(ring.constant(values).tolist())).inv()
        except ZeroDivisionError:
            return None
        made = (inverse * left).tolist()
        scaled = [[_ball(w).sqrt() * entry for entry in row] for w, row in zip(weights, made, strict=True)]
        return ring.discs(np.array(scaled, dtype=object))


def monomial_values(points: np.ndarray, exponents: Sequence[tuple[int, ...]], bits: int) -> Array:
    """Object array (points, monomials) of balls: the monomials at points of doubles."""
    with working_precision(bits):
        rows = [[_ball(1) for _ in exponents] for _ in points]
        for row, point in zip(rows, points.tolist(), strict=True):
            for j, e in enumerate(exponents):
                for z, power in zip(point, e, strict=True):
                    row[j] *= _ball(z) ** power
        return _objects([entry for row in rows for entry in row], (len(points), len(exponents)))
