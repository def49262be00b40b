"""Exact numbers a + b*sqrt(d) of one real quadratic field, and the reader of written numbers.

A data set whose entries are rationals and rational multiples of one square root keeps all of
least squares inside Q(sqrt d): sums, products, quotients and signs are exact here.
"""

from __future__ import annotations

import re
from fractions import Fraction
from math import isqrt, sqrt
from typing import Union

from neurocli.errors import DataError

#: An exact real number of this room.
Exact = Union[Fraction, "Surd"]


class Surd:
    """The real number `a + b*sqrt(d)` with rational a, b (b != 0) and squarefree d > 1.

    Notes:
        `Surd.make` returns a plain `Fraction` when b = 0, so that a computation that falls back
        into Q is carried on in Q.  Two surds of different fields cannot be combined.

    Example:
        >>> root = square_root(Fraction(3))
        >>> (1 + root) * (1 - root)
        Fraction(-2, 1)
        >>> print(1 / (2 - root), 7 * root > 12)
        2 + sqrt(3) True
    """

    __slots__ = ("a", "b", "d")

    def __init__(self, a: Fraction, b: Fraction, d: int) -> None:
        self.a, self.b, self.d = a, b, d

    @staticmethod
    def make(a: Fraction, b: Fraction, d: int) -> Exact:
        """The number as a `Fraction` when it is rational, as a `Surd` otherwise."""
        return Surd(a, b, d) if b else a

    def _parts(self, other: object) -> tuple[Fraction, Fraction] | None:
        if isinstance(other, Surd):
            if other.d != self.d:
                raise DataError(f"sqrt({self.d}) and sqrt({other.d}) in one computation",
                                "exact data must lie in one field Q(sqrt(d))")
            return other.a, other.b
        if isinstance(other, (int, Fraction)):
            return Fraction(other), Fraction(0)
        return None

    def __add__(self, other: object) -> Exact:
        parts = self._parts(other)
        return NotImplemented if parts is None else Surd.make(self.a + parts[0], self.b + parts[1], self.d)

    __radd__ = __add__

    def __neg__(self) -> Surd:
        return Surd(-self.a, -self.b, self.d)

    def __sub__(self, other: object) -> Exact:
        parts = self._parts(other)
        return NotImplemented if parts is None else Surd.make(self.a - parts[0], self.b - parts[1], self.d)

    def __rsub__(self, other: object) -> Exact:
        parts = self._parts(other)
        return NotImplemented if parts is None else Surd.make(parts[0] - self.a, parts[1] - self.b, self.d)

    def __mul__(self, other: object) -> Exact:
        parts = self._parts(other)
        if parts is None:
            return NotImplemented
        c, e = parts
        return Surd.make(self.a * c + self.d * self.b * e, self.a * e + self.b * c, self.d)

    __rmul__ = __mul__

    def inverse(self) -> Surd:
        """1/(a + b sqrt d) = (a - b sqrt d)/(a^2 - d b^2); the norm of an irrational is not zero."""
        norm = self.a * self.a - self.d * self.b * self.b
        return Surd(self.a / norm, -self.b / norm, self.d)

    def __truediv__(self, other: object) -> Exact:
        if isinstance(other, Surd):
            return self * other.inverse()
        parts = self._parts(other)
        return NotImplemented if parts is None else Surd.make(self.a / parts[0], self.b / parts[0], self.d)

    def __rtruediv__(self, other: object) -> Exact:
        return NotImplemented if self._parts(other) is None else self.inverse() * other

    def sign(self) -> int:
        """The sign, decided by comparing squares; an irrational number is never zero."""
        positive_a, positive_b = self.a >= 0, self.b > 0
        if positive_a == positive_b:
            return 1 if positive_b else -1
        a_wins = self.a * self.a > self.d * self.b * self.b
        return 1 if a_wins == positive_a else -1

    def __lt__(self, other: object) -> bool:
        return sign(self - other) < 0

    def __gt__(self, other: object) -> bool:
        return sign(self - other) > 0

    def __le__(self, other: object) -> bool:
        return sign(self - other) <= 0

    def __ge__(self, other: object) -> bool:
        return sign(self - other) >= 0

    def __abs__(self) -> Surd:
        return self if self.sign() > 0 else -self

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return (isinstance(other, Surd) and (self.a, self.b, self.d) == (other.a, other.b, other.d))

    def __hash__(self) -> int:
        return hash((self.a, self.b, self.d))

    def __float__(self) -> float:
        # a + b sqrt(d) loses digits when the parts cancel; then the conjugate form keeps them.
        left, right = float(self.a), float(self.b) * sqrt(self.d)
        if left * right < 0:
            return float(self.a * self.a - self.d * self.b * self.b) / (left - right)
        return left + right

    def __str__(self) -> str:
        size = abs(self.b)
        root = f"sqrt({self.d})"
        term = (root if size.numerator == 1 else f"{size.numerator}*{root}")
        term += f"/{size.denominator}" if size.denominator != 1 else ""
        if not self.a:
            return term if self.b > 0 else f"-{term}"
        return f"{self.a} {'+' if self.b > 0 else '-'} {term}"

    def __repr__(self) -> str:
        return f"Surd({self.a!r}, {self.b!r}, {self.d})"


def sign(value: Exact | int) -> int:
    """-1, 0 or 1, exactly."""
    if isinstance(value, Surd):
        return value.sign()
    return (value > 0) - (value < 0)


def square_root(value: Fraction) -> Exact:
    """The square root of a rational that is not negative, in lowest form.

    Raises:
        DataError: the number is negative, or its numerator and denominator are too large to factor
            by trial division.

    Example:
        >>> square_root(Fraction(9, 4)), str(square_root(Fraction(8, 27)))
        (Fraction(3, 2), '2*sqrt(6)/9')
    """
    if value < 0:
        raise DataError(f"sqrt({value}): the number under the root is negative")
    product = value.numerator * value.denominator
    outside, inside = 1, product
    root = isqrt(product)
    if root * root == product:
        return Fraction(root, value.denominator)
    if product > 10**14:
        raise DataError(f"sqrt({value}): too large to bring into lowest form", "use numbers below 10^7")
    factor = 2
    while factor * factor <= inside:
        while inside % (factor * factor) == 0:
            inside //= factor * factor
            outside *= factor
        factor += 1
    return Surd.make(Fraction(0), Fraction(outside, value.denominator), inside)


_TOKEN = re.compile(r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)"
                    r"|(?P<word>sqrt|√)|(?P<mark>[-+*/()]))")
#: A decimal exponent beyond this would build a number of thousands of digits from a few characters.
_LARGEST_EXPONENT = 400


def read_number(text: str) -> Exact:
    """Read a number written with digits, `+ - * /`, brackets and `sqrt`, exactly.

    Args:
        text: such as `-3/7`, `0.25`, `1e-3`, `5*sqrt(3)/7`, `2 - 6*sqrt(3)/25`.

    Returns:
        The exact value: a decimal is the fraction it spells.

    Raises:
        DataError: the text is no such number (nan and infinities included).

    Example:
        >>> read_number("0.25"), str(read_number("157/175 - 6*sqrt(3)/35"))
        (Fraction(1, 4), '157/175 - 6*sqrt(3)/35')
    """
    try:
        return _Reader(text).value()
    except ZeroDivisionError:
        raise DataError(f"number {text.strip()!r}: division by zero") from None


class _Reader:
    """Recursive descent over the tokens of one written number."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self.tokens: list[tuple[str, str]] = []
        place = 0
        if len(self.text) > 4000:
            raise self.fault()
        while place < len(self.text):
            match = _TOKEN.match(self.text, place)
            if match is None:
                raise self.fault()
            self.tokens.append((str(match.lastgroup), match.group(str(match.lastgroup))))
            place = match.end()
        self.place = 0
        self.depth = 0

    def fault(self) -> DataError:
        shown = self.text if len(self.text) <= 40 else self.text[:37] + "..."
        return DataError(f"{shown!r} is not a number", "write 3/7, 0.25, 1e-3 or 2-6*sqrt(3)/25")

    def peek(self) -> str:
        return self.tokens[self.place][1] if self.place < len(self.tokens) else ""

    def take(self, expected: str = "") -> tuple[str, str]:
        if self.place >= len(self.tokens) or (expected and self.peek() != expected):
            raise self.fault()
        self.place += 1
        return self.tokens[self.place - 1]

    def value(self) -> Exact:
        result = self.sum()
        if self.place != len(self.tokens):
            raise self.fault()
        return result

    def sum(self) -> Exact:
        total = self.product()
        while self.peek() in ("+", "-") and self.peek():
            total = total + self.product() if self.take()[1] == "+" else total - self.product()
        return total

    def product(self) -> Exact:
        total = self.factor()
        while self.peek() in ("*", "/") and self.peek():
            total = total * self.factor() if self.take()[1] == "*" else total / self.factor()
        return total

    def factor(self) -> Exact:
        kind, token = self.take()
        self.depth += 1
        if self.depth > 200:
            raise self.fault()
        result: Exact
        if token in ("+", "-"):
            result = self.factor() if token == "+" else -self.factor()
        elif kind == "number":
            exponent = re.search(r"[eE]([+-]?\d+)", token)
            if exponent and (len(exponent[1]) > 5 or abs(int(exponent[1])) > _LARGEST_EXPONENT):
                raise self.fault()
            result = Fraction(token)
        elif kind == "word":
            self.take("(")
            inside = self.sum()
            self.take(")")
            if isinstance(inside, Surd):
                raise DataError(f"{self.text!r}: a root under a root",
                                "data must lie in one field Q(sqrt(d))")
            result = square_root(inside)
        elif token == "(":
            result = self.sum()
            self.take(")")
        else:
            raise self.fault()
        self.depth -= 1
        return result
