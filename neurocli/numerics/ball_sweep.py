"""Sweeps of a symmetric matrix in ball arithmetic: least squares on changing sets of columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, arb_mat, ctx, fmpq

#: Rank-one updates are gathered and applied together, as one matrix product: FLINT's dot products
#: are several times faster than as many separate products and subtractions.
_GATHERED = 16
#: Rows are kept in this many strips, each from its diagonal block on: mirrored entries agree up to sign.
_STRIPS = 8


class BallUndecided(Exception):
    """A ball contains 0, so its sign is not known at this precision."""


class BallSweep:
    """The symmetric matrix [[G, b], [b^T, c]] of a least-squares problem, in balls.

    After sweeping the coordinates of a set P, the last column holds the least-squares coefficients
    of P (rows in P) and the correlations with the residual (other rows); the corner holds the
    residual square sum.

    Args:
        gram: G, d rows of d rationals.
        b: d rationals.
        c: one rational.
        samples: the number of rows of the data: that many independent columns leave no residual.
        fits: whether d rational coefficients reproduce the data exactly; asked where the ball of
            the residual contains 0.

    Notes:
        Sweeping k is one rank-one update M - c r with c = M e_k - e_k and r = (e_k^T M)/M_kk + e_k^T.
        The caller sets the working precision (`precision`) around all calls.
    """

    def __init__(self, gram: Sequence[Sequence[Fraction]], b: Sequence[Fraction], c: Fraction,
                 samples: int, fits: Callable[[list[Fraction]], bool]) -> None:
        self.size = len(b)
        self.fits = fits
        self.samples = samples
        rows = [[*row, b[i]] for i, row in enumerate(gram)] + [[*b, c]]
        width = self.size + 1
        self.height = -(-width // _STRIPS)
        self.starts = range(0, width, self.height)
        self.strips = [arb_mat([[ball(entry) for entry in row[start:]] for row in rows[start:start + self.height]])
                       for start in self.starts]
        self.applied: set[int] = set()      # the swept set that the strips stand for
        self.left: list[list[Any]] = []
        self.right: list[list[Any]] = []
        self._column: list[Any] | None = None
        self.exact = False
        self.swept: set[int] = set()

    def sweep(self, k: int) -> None:
        """Sweep coordinate k into the set, or out of it."""
        row = self.row(k)
        pivot = row[k]
        if self.sign(pivot) == 0:
            raise BallUndecided
        left = self.mirror(k, row)
        left[k] = pivot - 1
        right = [entry / pivot for entry in row]
        right[k] = 1 + 1 / pivot
        self.left.append(left)
        self.right.append(right)
        if len(self.left) == _GATHERED:
            self._apply()
            self.applied = self.swept ^ {k}
        self._column = None
        self.swept = self.swept ^ {k}

    def _apply(self) -> None:
        """Subtract the gathered updates from the strips."""
        for number, start in enumerate(self.starts):
            strip = self.strips[number]
            heads = arb_mat([column[start:start + strip.nrows()] for column in self.left]).transpose()
            self.strips[number] = strip - heads * arb_mat([line[start:] for line in self.right])
        self.left, self.right = [], []

    def row(self, i: int) -> list[Any]:
        """Row i of the swept matrix."""
        width = self.size + 1
        own = i // self.height
        inside = i in self.applied
        base = []
        for number in range(own):
            start, strip = self.starts[number], self.strips[number]
            base += [strip[j, i - start] if (start + j in self.applied) == inside else -strip[j, i - start]
                     for j in range(strip.nrows())]
        start, strip = self.starts[own], self.strips[own]
        base += [strip[i - start, j] for j in range(strip.ncols())]
        if not self.left:
            return base
        change = arb_mat([[left[i] for left in self.left]]) * arb_mat(self.right)
        return [base[j] - change[0, j] for j in range(width)]

    def mirror(self, i: int, row: list[Any]) -> list[Any]:
        """Column i from row i: entries mirrored in the diagonal are equal when both or none of their
        indices are swept, and opposite otherwise."""
        inside = i in self.swept
        return [entry if (j in self.swept) == inside else -entry for j, entry in enumerate(row)]

    def column(self) -> list[Any]:
        """The last column without the corner; exact points where the data is fitted exactly."""
        if self._column is None:
            last = self.mirror(self.size, self.row(self.size))
            column, self._corner = last[:-1], last[-1]
            self.exact = False
            if not self._corner > 0:
                guess = [simplest_between(*bounds(column[i])) if i in self.swept else Fraction(0)
                         for i in range(self.size)]
                if self.fits(guess):     # the swept columns are independent: these are the coefficients
                    self.exact, column = True, [ball(entry) for entry in guess]
            self._column = column
        return list(self._column)

    def corner(self) -> Any:
        """The residual square sum."""
        self.column()
        return self._corner

    def sign(self, value: Any) -> int:
        """The sign of a ball.

        Raises:
            BallUndecided: the ball contains 0 and is not the point 0.
        """
        if isinstance(value, (int, Fraction)):
            return (value > 0) - (value < 0)
        if value > 0:
            return 1
        if value < 0:
            return -1
        if value == 0:
            return 0
        raise BallUndecided

    def residual_is_zero(self) -> bool:
        """Whether no residual is left; columns that were swept are independent (nonzero pivots)."""
        if len(self.swept) >= self.samples:
            return True
        self.column()
        return self.exact


class precision:
    """Work at a number of bits inside a `with` block."""

    def __init__(self, bits: int) -> None:
        self.bits = bits

    def __enter__(self) -> None:
        self.before = ctx.prec
        ctx.prec = self.bits

    def __exit__(self, *_: object) -> None:
        ctx.prec = self.before


def ball(value: Fraction | int) -> Any:
    """The smallest ball around a rational at the working precision."""
    value = Fraction(value)
    return arb(fmpq(value.numerator, value.denominator))


def bounds(value: Any) -> tuple[Fraction, Fraction]:
    """The exact end points of a ball.

    Example:
        >>> bounds(ball(Fraction(3, 4)))
        (Fraction(3, 4), Fraction(3, 4))
    """
    if isinstance(value, (int, Fraction)):
        return Fraction(value), Fraction(value)
    centre, radius = _dyadic(value.mid()), _dyadic(value.rad())
    return centre - radius, centre + radius


def simplest_between(low: Fraction, high: Fraction) -> Fraction:
    """The rational of least denominator in a closed interval.

    Example:
        >>> simplest_between(Fraction(314, 100), Fraction(315, 100))
        Fraction(22, 7)
    """
    if low > 0:
        floor = low.numerator // low.denominator
        if floor == low:
            return Fraction(floor)
        if floor + 1 <= high:
            return Fraction(floor + 1)
        return floor + 1 / simplest_between(1 / (high - floor), 1 / (low - floor))
    return Fraction(0) if high >= 0 else -simplest_between(-high, -low)


def _dyadic(value: Any) -> Fraction:
    mantissa, exponent = value.man_exp()
    whole, shift = int(mantissa), int(exponent)
    return Fraction(whole << shift) if shift >= 0 else Fraction(whole, 1 << -shift)
