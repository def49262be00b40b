"""Exact arithmetic in the cyclotomic fields Q(ζ_n), and small matrices over them.

An element is an integer vector modulo the n-th cyclotomic polynomial with one common denominator.
Fields of different conductors mix: the result lies in the field of the least common multiple.  The
embedding is ζ_n = exp(2πi/n) throughout, so ζ_m = ζ_n^(n/m) whenever m divides n.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from flint import fmpq, fmpq_mat, fmpq_poly, fmpz_poly, nmod

Matrix = tuple[tuple["Cyclotomic", ...], ...]


@lru_cache(maxsize=256)
def cyclotomic_polynomial(n: int) -> Any:
    """The n-th cyclotomic polynomial, as a FLINT polynomial over Q."""
    return fmpq_poly(fmpz_poly.cyclotomic(n))


class Cyclotomic:
    """An element of Q(ζ_n).

    Args:
        conductor: n.
        polynomial: FLINT polynomial p over Q with the element equal to p(ζ_n).

    Example:
        >>> z = Cyclotomic.root_of_unity(5)
        >>> z**4 + z**3 + z**2 + z
        -1
        >>> (1 - z) / (1 - z**2) * (1 - z**2) == 1 - z
        True
    """

    __slots__ = ("conductor", "polynomial")
    __hash__ = None  # type: ignore[assignment]  # one value has many conductors

    def __init__(self, conductor: int, polynomial: Any) -> None:
        modulus = cyclotomic_polynomial(conductor)
        if polynomial.degree() >= modulus.degree():
            polynomial = polynomial % modulus
        self.conductor = conductor
        self.polynomial = polynomial

    @classmethod
    def rational(cls, value: Fraction | int) -> Cyclotomic:
        """A rational number."""
        return cls(1, fmpq_poly([fmpq(value.numerator, value.denominator)]))

    @classmethod
    def root_of_unity(cls, n: int, k: int = 1) -> Cyclotomic:
        """ζ_n^k, in the field of its own order."""
        divisor = math.gcd(n, k)
        n, k = n // divisor, k // divisor % (n // divisor)
        return cls(n, fmpq_poly([0] * k + [1]))

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Cyclotomic:
        """Read what `to_json` wrote.

        Raises:
            ValueError: the record is none.
        """
        try:
            conductor, denominator = int(record["conductor"]), int(record["denominator"])
            numerators = [int(c) for c in record["numerators"]]
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a cyclotomic number: {record!r}") from error
        if conductor < 1 or denominator < 1:
            raise ValueError("conductor and denominator are positive")
        return cls(conductor, fmpq_poly(numerators, denominator))

    def to_json(self) -> dict[str, Any]:
        """Conductor, integer vector of numerators, and the common denominator."""
        numerator = self.polynomial.numer()
        return {"conductor": self.conductor, "denominator": int(self.polynomial.denom()),
                "numerators": [int(c) for c in numerator.coeffs()] or [0]}

    def lift(self, n: int) -> Cyclotomic:
        """The same number in Q(ζ_n), for n a multiple of the conductor."""
        if n == self.conductor:
            return self
        # ζ_m = ζ_n^(n/m); reduction modulo x^n − 1 keeps the exponents below n.
        return Cyclotomic(n, self._substitute(n // self.conductor, n))

    def _substitute(self, a: int, n: int) -> Any:
        """p(x^a) modulo x^n − 1."""
        coefficients = self.polynomial.coeffs()
        if len(coefficients) <= 1:
            return self.polynomial
        spread = [fmpq(0)] * n
        for i, c in enumerate(coefficients):
            spread[a * i % n] += c
        return fmpq_poly(spread)

    def galois(self, a: int) -> Cyclotomic:
        """The image under ζ_n → ζ_n^a, for a prime to the conductor."""
        if self.polynomial.degree() <= 0:
            return self
        return Cyclotomic(self.conductor, self._substitute(a % self.conductor, self.conductor))

    def conjugate(self) -> Cyclotomic:
        """The complex conjugate."""
        return self.galois(-1)

    def _pair(self, other: Cyclotomic) -> tuple[Cyclotomic, Cyclotomic]:
        n = math.lcm(self.conductor, other.conductor)
        return self.lift(n), other.lift(n)

    def __add__(self, other: Cyclotomic | Fraction | int) -> Cyclotomic:
        other = cyclotomic(other)
        if self.conductor == other.conductor:
            return Cyclotomic(self.conductor, self.polynomial + other.polynomial)
        left, right = self._pair(other)
        return Cyclotomic(left.conductor, left.polynomial + right.polynomial)

    __radd__ = __add__

    def __neg__(self) -> Cyclotomic:
        return Cyclotomic(self.conductor, -self.polynomial)

    def __sub__(self, other: Cyclotomic | Fraction | int) -> Cyclotomic:
        return self + -cyclotomic(other)

    def __rsub__(self, other: Cyclotomic | Fraction | int) -> Cyclotomic:
        return cyclotomic(other) + -self

    def __mul__(self, other: Cyclotomic | Fraction | int) -> Cyclotomic:
        other = cyclotomic(other)
        if self.conductor == other.conductor:
            return Cyclotomic(self.conductor, self.polynomial * other.polynomial)
        left, right = self._pair(other)
        return Cyclotomic(left.conductor, left.polynomial * right.polynomial)

    __rmul__ = __mul__

    def inverse(self) -> Cyclotomic:
        """The reciprocal.

        Raises:
            ZeroDivisionError: of zero.
        """
        if not self:
            raise ZeroDivisionError("inverse of zero")
        # The cyclotomic polynomial is irreducible: u·p + v·Φ = 1.
        _, u, _ = self.polynomial.xgcd(cyclotomic_polynomial(self.conductor))
        return Cyclotomic(self.conductor, u)

    def __truediv__(self, other: Cyclotomic | Fraction | int) -> Cyclotomic:
        return self * cyclotomic(other).inverse()

    def __rtruediv__(self, other: Cyclotomic | Fraction | int) -> Cyclotomic:
        return cyclotomic(other) * self.inverse()

    def __pow__(self, exponent: int) -> Cyclotomic:
        base, result = (self, ONE) if exponent >= 0 else (self.inverse(), ONE)
        for bit in f"{abs(exponent):b}":
            result = result * result
            if bit == "1":
                result = result * base
        return result

    def __bool__(self) -> bool:
        return not self.polynomial.is_zero()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (Cyclotomic, Fraction, int)):
            return NotImplemented
        left, right = self._pair(cyclotomic(other))
        return bool(left.polynomial == right.polynomial)

    def __complex__(self) -> complex:
        turn = 2j * cmath.pi / self.conductor
        return sum((int(c.p) / int(c.q) * cmath.exp(turn * k)
                    for k, c in enumerate(self.polynomial.coeffs())), 0j)

    @property
    def is_rational(self) -> bool:
        """Does the number lie in Q?"""
        # 1, ζ, … are a basis, so the vector decides.
        return bool(self.polynomial.degree() <= 0)

    def to_fraction(self) -> Fraction:
        """The number as a fraction.

        Raises:
            ValueError: it is not rational.
        """
        if not self.is_rational:
            raise ValueError(f"{self} is not rational")
        constant = self.polynomial[0]
        return Fraction(int(constant.p), int(constant.q))

    def descend(self) -> Cyclotomic:
        """The same number in the smallest cyclotomic field that holds it.

        Example:
            >>> z = Cyclotomic.root_of_unity(12)
            >>> (z**4 + z**8).descend().conductor, (z**3).descend()
            (1, z4)
        """
        # Q(ζ_a) ∩ Q(ζ_b) = Q(ζ_gcd(a, b)), so going down one prime at a time reaches the smallest.
        if self.is_rational:
            return Cyclotomic(1, self.polynomial)
        n = self.conductor
        for q in (q for q in range(2, n) if n % q == 0):
            found = self._express(n // q)
            if found is not None:
                return found.descend()
        return self

    def _express(self, m: int) -> Cyclotomic | None:
        """The number in Q(ζ_m) when it is there: fixed by the Galois group over that field."""
        n = self.conductor
        fixing = (a for a in range(1, n) if a % m == 1 % m and math.gcd(a, n) == 1)
        if any(self.galois(a) != self for a in fixing):
            return None
        degree = cyclotomic_polynomial(n).degree()
        columns = [Cyclotomic.root_of_unity(m, k).lift(n).polynomial
                   for k in range(cyclotomic_polynomial(m).degree())]
        basis = fmpq_mat(len(columns), degree, [p[i] for p in columns for i in range(degree)])
        target = fmpq_mat(1, degree, [self.polynomial[i] for i in range(degree)])
        # Normal equations: the Gram matrix of independent rational vectors is invertible.
        gram, right = basis * basis.transpose(), basis * target.transpose()
        return Cyclotomic(m, fmpq_poly([gram.solve(right)[i, 0] for i in range(len(columns))]))

    def modulo(self, p: int, root: int) -> int:
        """The image in F_p under ζ_n → root, where root has order n modulo p.

        Raises:
            ZeroDivisionError: p divides the denominator.
        """
        numerator = self.polynomial.numer()
        value = nmod(0, p)
        for c in reversed(numerator.coeffs()):
            value = value * root + int(c) % p
        return int(value / nmod(int(self.polynomial.denom()) % p, p))

    def __str__(self) -> str:
        terms = []
        for k, c in enumerate(self.polynomial.coeffs()):
            if c == 0:
                continue
            root = "" if k == 0 else f"z{self.conductor}" + (f"^{k}" if k > 1 else "")
            size = str(abs(c))
            body = size if not root else root if size == "1" else f"{size}*{root}"
            terms.append(("-" if c < 0 else "+", body))
        if not terms:
            return "0"
        head = ("-" if terms[0][0] == "-" else "") + terms[0][1]
        return head + "".join(f" {sign} {body}" for sign, body in terms[1:])

    __repr__ = __str__


def cyclotomic(value: Cyclotomic | Fraction | int) -> Cyclotomic:
    """`value` as an element of a cyclotomic field."""
    return value if isinstance(value, Cyclotomic) else Cyclotomic.rational(value)


ZERO = Cyclotomic.rational(0)
ONE = Cyclotomic.rational(1)


def matrix(rows: Sequence[Sequence[Cyclotomic | Fraction | int]]) -> Matrix:
    """A matrix with cyclotomic entries.

    Example:
        >>> matrix([[1, 2], [3, 4]])
        ((1, 2), (3, 4))
    """
    return tuple(tuple(cyclotomic(entry) for entry in row) for row in rows)


def identity(n: int) -> Matrix:
    """The identity matrix."""
    return tuple(tuple(ONE if i == j else ZERO for j in range(n)) for i in range(n))


def multiply(a: Matrix, b: Matrix) -> Matrix:
    """The product; zero entries cost nothing, since the matrices at hand are often sparse."""
    width = len(b[0])
    rows = []
    for row in a:
        total: list[Cyclotomic] = [ZERO] * width
        for entry, other in zip(row, b):
            if entry:
                for j, right in enumerate(other):
                    if right:
                        total[j] = total[j] + entry * right
        rows.append(tuple(total))
    return tuple(rows)


def entrywise(function: Callable[..., Cyclotomic], *matrices: Matrix) -> Matrix:
    """The function applied to corresponding entries."""
    return tuple(tuple(function(*entries) for entries in zip(*rows)) for rows in zip(*matrices))


def add(a: Matrix, b: Matrix) -> Matrix:
    """The sum."""
    return entrywise(lambda x, y: x + y, a, b)


def scale(c: Cyclotomic | Fraction | int, a: Matrix) -> Matrix:
    """The multiple c·a."""
    return entrywise(lambda x: c * x, a)


def conjugate_transpose(a: Matrix) -> Matrix:
    """The conjugate transpose."""
    return tuple(tuple(entry.conjugate() for entry in column) for column in zip(*a))


def trace(a: Matrix) -> Cyclotomic:
    """The trace."""
    return sum((a[i][i] for i in range(len(a))), ZERO)


def kronecker(a: Matrix, b: Matrix) -> Matrix:
    """The Kronecker product, the left index slowest."""
    return tuple(tuple(x * y for x in left for y in right) for left in a for right in b)


def inverse(a: Matrix) -> Matrix:
    """The inverse, by Gauss-Jordan elimination.

    Raises:
        ZeroDivisionError: the matrix is singular.
    """
    n = len(a)
    work = [list(row) + list(unit) for row, unit in zip(a, identity(n))]
    for j in range(n):
        pivot = next((i for i in range(j, n) if work[i][j]), None)
        if pivot is None:
            raise ZeroDivisionError("singular matrix")
        work[j], work[pivot] = work[pivot], work[j]
        factor = work[j][j].inverse()
        work[j] = [factor * entry for entry in work[j]]
        for i in range(n):
            if i != j and work[i][j]:
                c = work[i][j]
                work[i] = [x - c * y for x, y in zip(work[i], work[j])]
    return tuple(tuple(row[n:]) for row in work)


def to_complex(a: Matrix) -> list[list[complex]]:
    """The matrix in floats."""
    return [[complex(entry) for entry in row] for row in a]
