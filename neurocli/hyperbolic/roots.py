"""Exact sums of square roots of integers, and their signs.

Klein coordinates p of a point give Poincare coordinates p / (1 + sqrt(1 - |p|^2)), so every
predicate on Klein input is the sign of a polynomial in nested roots.  Such a polynomial is a sum
of rational multiples of square roots, and the sign of that sum is decidable: distinct square
classes are linearly independent over Q (Besicovitch), so zero is recognised exactly, and a sum
that is not zero is separated from zero by enough digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import gcd, isqrt
from typing import Any

#: Digits (bits) of the first approximation; doubled until the sign shows.
FIRST_BITS = 128


class RootSum:
    """An element sum_i c_i sqrt(n_i) of a ring of real numbers, with integers c_i and n_i > 0.

    Args:
        terms: pairs (radicand, coefficient); the radicand 1 carries the integers.

    Example:
        >>> two, three, six = RootSum({2: 1}), RootSum({3: 1}), RootSum({6: 1})
        >>> (two * three - six).sign(), (two + three - 3).sign()
        (0, 1)
    """

    __slots__ = ("terms",)

    def __init__(self, terms: Mapping[int, int] | Iterable[tuple[int, int]]) -> None:
        items = terms.items() if isinstance(terms, Mapping) else terms
        self.terms = {radicand: value for radicand, value in items if value}

    @classmethod
    def root(cls, radicand: int) -> RootSum | int:
        """The square root of a positive integer: an integer when it is one."""
        whole = isqrt(radicand)
        return whole if whole * whole == radicand else cls({radicand: 1})

    def __add__(self, other: Any) -> RootSum:
        terms = dict(self.terms)
        for radicand, value in _terms(other).items():
            terms[radicand] = terms.get(radicand, 0) + value
        return RootSum(terms)

    __radd__ = __add__

    def __neg__(self) -> RootSum:
        return RootSum({radicand: -value for radicand, value in self.terms.items()})

    def __sub__(self, other: Any) -> RootSum:
        return self + (-other)

    def __rsub__(self, other: Any) -> RootSum:
        return (-self) + other

    def __mul__(self, other: Any) -> RootSum:
        terms: dict[int, int] = {}
        for left, a in self.terms.items():
            for right, b in _terms(other).items():
                # sqrt(left right) = g sqrt((left/g)(right/g)): keeps radicands small.
                g = gcd(left, right)
                radicand, value = (left // g) * (right // g), a * b * g
                terms[radicand] = terms.get(radicand, 0) + value
        return RootSum(terms)

    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (int, RootSum)) and (self - other).sign() == 0

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return " + ".join(f"{value}*sqrt({radicand})" for radicand, value in self.terms.items()) or "0"

    def scaled(self, bits: int) -> tuple[int, int]:
        """Integers (value, error) with |2^bits self - value| <= error."""
        value = 0
        for radicand, factor in self.terms.items():
            # isqrt is below the root by less than one unit, so each term errs by < |factor|.
            value += factor * isqrt(radicand << (2 * bits))
        return value, sum(abs(factor) for factor in self.terms.values())

    def sign(self) -> int:
        """The sign, exactly."""
        bits, checked = FIRST_BITS, False
        while True:
            value, error = self.scaled(bits)
            if abs(value) > error:
                return 1 if value > 0 else -1
            if not checked:
                if self.is_zero():
                    return 0
                checked = True
            bits *= 2

    def is_zero(self) -> bool:
        """Whether the sum vanishes.

        Notes:
            Two radicands are of one square class when their product m is a square; then
            sqrt(b) = sqrt(m)/a sqrt(a).  Square roots of different classes are independent over Q,
            so the sum is zero exactly when the sum over each class is.  No factoring is needed.
        """
        classes: list[tuple[int, int, int]] = []  # (representative a, numerator, denominator)
        for radicand, value in self.terms.items():
            for place, (base, numerator, denominator) in enumerate(classes):
                product = base * radicand
                root = isqrt(product)
                if root * root == product:
                    classes[place] = (base, numerator * base + value * root * denominator,
                                      denominator * base)
                    break
            else:
                classes.append((radicand, value, 1))
        return all(numerator == 0 for _, numerator, _ in classes)

    def __float__(self) -> float:
        bits = FIRST_BITS
        while True:
            value, error = self.scaled(bits)
            if abs(value) > error << 64:
                return value / (1 << bits)
            if value == 0 or self.sign() == 0:
                return 0.0
            bits *= 2


def _terms(value: Any) -> Mapping[int, int]:
    return value.terms if isinstance(value, RootSum) else ({1: int(value)} if value else {})


def sign(value: Any) -> int:
    """The sign of an integer or of a sum of roots, exactly.

    Example:
        >>> sign(-7), sign(RootSum({8: 1}) - RootSum({2: 2}))
        (-1, 0)
    """
    if isinstance(value, RootSum):
        return value.sign()
    return (value > 0) - (value < 0)


def quotient(numerator: Any, denominator: Any) -> float:
    """A quotient as a double; the denominator is not small beside the terms it is a sum of.

    Example:
        >>> quotient(10**400, 4 * 10**400), round(quotient(RootSum({2: 1}), 2), 12)
        (0.25, 0.707106781187)
    """
    if isinstance(numerator, RootSum) or isinstance(denominator, RootSum):
        numerator, denominator = (RootSum(_terms(x)).scaled(FIRST_BITS)[0] for x in (numerator, denominator))
    return float(numerator / denominator)
