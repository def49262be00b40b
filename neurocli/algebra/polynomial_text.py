"""Polynomials as people write them: a parser and a printer, with no evaluation of code.

Grammar, with the usual precedence:
    sum     = ["+" | "-"] product { ("+" | "-") product }
    product = factor { ("*" | "/") factor }        (division by a number only)
    factor  = atom [ ("^" | "**") exponent ]
    atom    = number | variable | "(" sum ")"
A number is an integer, a decimal or, by division, a fraction: all are exact rationals.
A polynomial is a mapping from exponent vectors to non-zero rational coefficients.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

from neurocli.errors import SpecificationError

Polynomial = dict[tuple[int, ...], Fraction]

MAX_EXPONENT = 1000
MAX_TERMS = 100_000
#: Products of two terms that one text may cost; a spelling that needs more is refused at once.
MAX_WORK = 200_000
MAX_DIGITS = 200
MAX_NESTING = 50

_TOKEN = re.compile(r"\s*(?:(\d+\.\d+|\d+)|([A-Za-z_]\w*(?:\[\d+\])?)|(\*\*|[-+*/^()]))", re.ASCII)


def parse_polynomial(text: str, variables: Sequence[str], place: str = "polynomial") -> Polynomial:
    """The polynomial that `text` spells.

    Args:
        text: such as ``x^3 + 1/2*x`` or ``(a+b)^2*c``.
        variables: the names that may occur; exponent vectors follow their order.
        place: how error messages name the text.

    Raises:
        SpecificationError: with the column, what stood there and what was expected.

    Example:
        >>> parse_polynomial("(x+1)^2 - 1", ["x"])
        {(2,): Fraction(1, 1), (1,): Fraction(2, 1)}
    """
    return _Parser(text, variables, place).parse()


def format_polynomial(polynomial: Mapping[tuple[int, ...], Fraction | int], variables: Sequence[str]) -> str:
    """The canonical spelling: terms in decreasing degree, then lexicographically.

    Example:
        >>> format_polynomial({(1, 0): Fraction(-1), (1, 1): Fraction(1, 2)}, ["x", "y"])
        '1/2*x*y-x'
    """
    if not polynomial:
        return "0"
    pieces = []
    for exponents in sorted(polynomial, key=lambda e: (-sum(e), [-i for i in e])):
        coefficient = Fraction(polynomial[exponents])
        factors = [v if e == 1 else f"{v}^{e}" for v, e in zip(variables, exponents, strict=True) if e]
        size = abs(coefficient)
        if size != 1 or not factors:
            factors.insert(0, str(size))
        pieces.append(("-" if coefficient < 0 else "+") + "*".join(factors))
    return "".join(pieces).removeprefix("+")


class _Parser:
    def __init__(self, text: str, variables: Sequence[str], place: str) -> None:
        self.text, self.variables, self.place = text, list(variables), place
        self.position, self.depth, self.work = 0, 0, 0
        self.kind, self.token, self.start = "", "", 0
        self._next()

    def _fail(self, expected: str, read: str | None = None) -> SpecificationError:
        shown = read if read is not None else (self.token or "the end")
        return SpecificationError(f"{self.place}, column {self.start + 1}", shown, expected)

    def _next(self) -> None:
        rest = self.text[self.position:]
        self.start = self.position + len(rest) - len(rest.lstrip())
        if not rest.strip():
            self.kind, self.token = "end", ""
            return
        match = _TOKEN.match(self.text, self.position)
        if not match:
            self.token = self.text[self.start:self.start + 10]
            raise self._fail("a number, a variable, an operator or a bracket")
        self.position = match.end()
        self.kind = ("number", "name", "operator")[match.lastindex - 1]  # type: ignore[operator]
        self.token = match.group(match.lastindex)  # type: ignore[arg-type]

    def parse(self) -> Polynomial:
        result = self._sum()
        if self.kind != "end":
            raise self._fail("an operator or the end")
        return result

    def _sum(self) -> Polynomial:
        sign = 1
        while self.token in ("+", "-") and self.kind == "operator":
            sign = -sign if self.token == "-" else sign
            self._next()
        total = {e: sign * c for e, c in self._product().items()}
        while self.kind == "operator" and self.token in ("+", "-"):
            sign = -1 if self.token == "-" else 1
            self._next()
            for exponents, coefficient in self._product().items():
                value = total.get(exponents, Fraction(0)) + sign * coefficient
                if value:
                    total[exponents] = value
                else:
                    total.pop(exponents, None)
        return total

    def _product(self) -> Polynomial:
        result = self._factor()
        while self.kind == "operator" and self.token in ("*", "/"):
            divide = self.token == "/"
            self._next()
            factor = self._factor()
            if divide:
                constant = factor.get((0,) * len(self.variables))
                if constant is None or len(factor) != 1:
                    raise self._fail("a non-zero number after '/'")
                result = {e: c / constant for e, c in result.items()}
            else:
                result = self._times(result, factor)
        return result

    def _factor(self) -> Polynomial:
        base = self._atom()
        if self.kind == "operator" and self.token in ("^", "**"):
            self._next()
            exponent = self._exponent()
            if any(e * exponent > MAX_EXPONENT for key in base for e in key):
                raise self._fail(f"exponents of at most {MAX_EXPONENT}", str(exponent))
            result: Polynomial = {(0,) * len(self.variables): Fraction(1)}
            for _ in range(exponent if len(base) != 1 else 0):
                result = self._times(result, base)
            if len(base) == 1:
                ((key, value),) = base.items()
                self._check_digits(value, exponent)
                result = {tuple(e * exponent for e in key): value**exponent}
            return result
        return base

    def _exponent(self) -> int:
        bracketed = self.kind == "operator" and self.token == "("
        if bracketed:
            self._next()
        if self.kind != "number" or not self.token.isdigit():
            raise self._fail("a non-negative integer exponent")
        if len(self.token) > 6 or int(self.token) > MAX_EXPONENT:
            raise self._fail(f"an exponent of at most {MAX_EXPONENT}")
        exponent = int(self.token)
        self._next()
        if bracketed:
            if self.token != ")":
                raise self._fail(f"an integer of at most {MAX_EXPONENT} and ')'")
            self._next()
        return exponent

    def _atom(self) -> Polynomial:
        zero = (0,) * len(self.variables)
        if self.kind == "number":
            if len(self.token) > MAX_DIGITS:
                raise self._fail(f"a number of at most {MAX_DIGITS} digits", self.token[:20] + "...")
            value = Fraction(self.token)
            self._next()
            return {zero: value} if value else {}
        if self.kind == "name":
            if self.token not in self.variables:
                known = ", ".join(self.variables[:6]) + (", ..." if len(self.variables) > 6 else "")
                raise self._fail(f"a variable ({known})")
            i = self.variables.index(self.token)
            self._next()
            return {(*zero[:i], 1, *zero[i + 1:]): Fraction(1)}
        if self.kind == "operator" and self.token == "(":
            self.depth += 1
            if self.depth > MAX_NESTING:
                raise self._fail(f"at most {MAX_NESTING} nested brackets")
            self._next()
            inner = self._sum()
            if self.token != ")":
                raise self._fail("')'")
            self.depth -= 1
            self._next()
            return inner
        raise self._fail("a number, a variable or '('")

    def _check_digits(self, value: Fraction, exponent: int) -> None:
        if abs(value) == 1:
            return
        bits = max(value.numerator.bit_length(), value.denominator.bit_length()) * exponent
        if bits > 4 * MAX_DIGITS:
            raise self._fail(f"coefficients of at most {MAX_DIGITS} digits", f"{value}^{exponent}")

    def _times(self, a: Polynomial, b: Polynomial) -> Polynomial:
        self.work += len(a) * len(b)
        if len(a) * len(b) > MAX_TERMS or self.work > MAX_WORK:
            raise self._fail(f"a polynomial that takes at most {MAX_WORK} products of terms",
                             f"{len(a)} x {len(b)} terms")
        product: Polynomial = {}
        for left, c in a.items():
            for right, d in b.items():
                exponents = tuple(i + j for i, j in zip(left, right, strict=True))
                if max(exponents, default=0) > MAX_EXPONENT:
                    raise self._fail(f"exponents of at most {MAX_EXPONENT}", str(max(exponents)))
                value = product.get(exponents, Fraction(0)) + c * d
                if value:
                    product[exponents] = value
                    if max(value.numerator.bit_length(), value.denominator.bit_length()) > 8 * MAX_DIGITS:
                        raise self._fail(f"coefficients of at most {MAX_DIGITS} digits")
                else:
                    product.pop(exponents, None)
        return product
