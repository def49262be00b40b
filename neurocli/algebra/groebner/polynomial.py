"""Polynomials: plain dictionaries outside, flat sorted arrays inside the engine.

Outside, a polynomial is a mapping {exponent tuple: coefficient} with `int` or `Fraction`
coefficients, and a `System` is a list of them with variable names and a characteristic.
Inside, a `PolynomialStore` holds many monic polynomials over F_p, one after the other in one array of
keys (packed monomials) and one of coefficients, so that whole matrices are gathered at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from neurocli.algebra.groebner.linear_algebra import Floats, ModularArithmetic
from neurocli.algebra.groebner.monomials import Keys, Packing
from neurocli.errors import UsageError

Coefficient = int | Fraction
Polynomial = dict[tuple[int, ...], Coefficient]


@dataclass(frozen=True)
class System:
    """Generators of an ideal in a polynomial ring.

    Args:
        variables: names, the largest variable first.
        characteristic: 0 for the rationals, or a prime below 2^31.
        polynomials: mappings {exponents: coefficient}; zero terms are allowed.
    """

    variables: tuple[str, ...]
    characteristic: int
    polynomials: tuple[Polynomial, ...]

    def __init__(self, variables: Iterable[str], characteristic: int,
                 polynomials: Iterable[Mapping[tuple[int, ...], Coefficient]]) -> None:
        object.__setattr__(self, "variables", tuple(variables))
        object.__setattr__(self, "characteristic", characteristic)
        object.__setattr__(self, "polynomials", tuple(clean(f, characteristic) for f in polynomials))
        if any(len(e) != self.n for f in self.polynomials for e in f):
            raise UsageError(f"a polynomial has a number of exponents other than {self.n}")

    @property
    def n(self) -> int:
        """Number of variables."""
        return len(self.variables)

    def modulo(self, p: int) -> System:
        """The same generators over F_p.

        Raises:
            ZeroDivisionError: if p divides a denominator.
        """
        return System(self.variables, p, self.polynomials)

    def extended(self, names: Sequence[str], polynomials: Iterable[Polynomial]) -> System:
        """The system with further variables, put first, and further polynomials in all variables."""
        zeros = (0,) * len(names)
        old = [{zeros + e: c for e, c in f.items()} for f in self.polynomials]
        return System(tuple(names) + self.variables, self.characteristic, [*old, *polynomials])


def clean(f: Mapping[tuple[int, ...], Coefficient], characteristic: int) -> Polynomial:
    """The polynomial without zero terms, coefficients reduced into 0..p-1 when p > 0.

    Raises:
        ZeroDivisionError: if p divides a denominator.
    """
    if not characteristic:
        return {e: c for e, c in f.items() if c}
    p = characteristic
    result: Polynomial = {}
    for e, c in f.items():
        if isinstance(c, Fraction):
            if c.denominator % p == 0:
                raise ZeroDivisionError(f"{p} divides the denominator of {c}")
            value = c.numerator * pow(c.denominator, -1, p) % p
        else:
            value = int(c) % p
        if value:
            result[tuple(e)] = value
    return result


def degree(f: Mapping[tuple[int, ...], Coefficient]) -> int:
    """Total degree; -1 for the zero polynomial."""
    return max((sum(e) for e in f), default=-1)


def multiply(f: Polynomial, g: Polynomial, characteristic: int = 0) -> Polynomial:
    """The product of two polynomials in the same variables."""
    result: Polynomial = {}
    for a, c in f.items():
        for b, d in g.items():
            e = tuple(x + y for x, y in zip(a, b))
            result[e] = result.get(e, 0) + c * d
    return clean(result, characteristic)


def add(f: Polynomial, g: Polynomial, characteristic: int = 0, factor: Coefficient = 1) -> Polynomial:
    """The sum f + factor * g."""
    result = dict(f)
    for e, c in g.items():
        result[e] = result.get(e, 0) + factor * c
    return clean(result, characteristic)


def exact_quotient(f: Polynomial, g: Polynomial, characteristic: int = 0) -> Polynomial:
    """The quotient f / g of polynomials that divide.

    Raises:
        ArithmeticError: if g does not divide f.
    """
    lead = max(g)  # lexicographic: any monomial order will do
    if characteristic:
        unit: Coefficient = pow(int(g[lead]), -1, characteristic)
    else:
        unit = 1 / Fraction(g[lead])
    rest, result = clean(f, characteristic), {}
    while rest:
        top = max(rest)
        shift = tuple(a - b for a, b in zip(top, lead))
        if min(shift, default=0) < 0:
            raise ArithmeticError("the polynomials do not divide")
        c = rest[top] * unit
        result[shift] = c
        shifted: Polynomial = {tuple(a + b for a, b in zip(e, shift)): d for e, d in g.items()}
        rest = add(rest, shifted, characteristic, -c)
    return clean(result, characteristic)


def ragged(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The concatenation of the ranges starts[i] .. starts[i] + lengths[i] - 1."""
    ends = np.cumsum(lengths)
    return np.repeat(starts - ends + lengths, lengths) + np.arange(int(ends[-1]) if len(ends) else 0)


class PolynomialStore:
    """Polynomials over F_p as consecutive pieces of two flat arrays, terms in descending order.

    Args:
        packing: how monomials become keys.
        field: arithmetic modulo p.
    """

    def __init__(self, packing: Packing, field: ModularArithmetic) -> None:
        self.packing = packing
        self.field = field
        self._keys: Keys = np.zeros((packing.words, 1 << 12), dtype=np.uint64)
        self._coefficients: Floats = np.zeros(1 << 12)
        self._starts: list[int] = []
        self._lengths: list[int] = []
        self._degrees: list[int] = []
        self._used = 0
        self._frozen: tuple[NDArray[np.int64], ...] | None = None

    def __len__(self) -> int:
        return len(self._starts)

    @property
    def keys(self) -> Keys:
        """All keys, polynomial after polynomial."""
        return self._keys

    @property
    def coefficients(self) -> Floats:
        """All coefficients, as balanced residues."""
        return self._coefficients

    def _columns(self) -> tuple[NDArray[np.int64], ...]:
        if self._frozen is None:
            self._frozen = tuple(np.array(c, dtype=np.int64)
                                 for c in (self._starts, self._lengths, self._degrees))
        return self._frozen

    @property
    def starts(self) -> NDArray[np.int64]:
        """Position of each polynomial's first term."""
        return self._columns()[0]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Number of terms of each polynomial."""
        return self._columns()[1]

    @property
    def degrees(self) -> NDArray[np.int64]:
        """Total degree of each polynomial (the largest, not that of the leading term)."""
        return self._columns()[2]

    def append(self, keys: Keys, coefficients: Floats, total_degree: int | None = None) -> int:
        """Store a polynomial given by descending keys; returns its number."""
        length = keys.shape[1]
        while self._used + length > self._keys.shape[1]:
            self._keys = np.concatenate([self._keys, np.zeros_like(self._keys)], axis=1)
            self._coefficients = np.concatenate([self._coefficients, np.zeros_like(self._coefficients)])
        piece = slice(self._used, self._used + length)
        self._keys[:, piece] = keys
        self._coefficients[piece] = coefficients
        self._starts.append(self._used)
        self._lengths.append(length)
        if total_degree is None:
            exponents = self.packing.unpack(keys[:, :1] if self.packing.order.is_degree_compatible else keys)
            total_degree = int(exponents.sum(axis=1, dtype=np.int64).max(initial=0))
        self._degrees.append(total_degree)
        self._used += length
        self._frozen = None
        return len(self._starts) - 1

    def append_polynomial(self, f: Polynomial, monic: bool = True) -> int:
        """Store a non-zero plain polynomial over F_p, made monic."""
        exponents = np.array(list(f), dtype=np.int64).reshape(len(f), self.packing.order.n)
        keys = self.packing.pack(exponents)
        order = Packing.argsort_descending(keys)
        coefficients = self.field.from_integers(np.array([int(c) for c in f.values()], dtype=np.int64))[order]
        if monic:
            coefficients = self.field.scale(coefficients, self.field.inverse(coefficients[0]))
        return self.append(keys[:, order], coefficients)

    def truncate(self, count: int) -> None:
        """Forget all but the first `count` polynomials."""
        if count < len(self._starts):
            self._used = self._starts[count]
            del self._starts[count:], self._lengths[count:], self._degrees[count:]
            self._frozen = None

    def terms(self, number: int) -> tuple[Keys, Floats]:
        """Keys and coefficients of one polynomial."""
        piece = slice(self._starts[number], self._starts[number] + self._lengths[number])
        return self._keys[:, piece], self._coefficients[piece]

    def degree(self, number: int) -> int:
        """Total degree of one polynomial."""
        return self._degrees[number]

    def lead(self, number: int) -> NDArray[np.int16]:
        """Exponents of the leading monomial."""
        start = self._starts[number]
        return self.packing.unpack(self._keys[:, start:start + 1])[0]

    def polynomial(self, number: int) -> Polynomial:
        """One polynomial as a plain mapping, terms in descending order."""
        return to_polynomial(self.packing, self.field, *self.terms(number))

    def repack(self, packing: Packing) -> None:
        """Change the packing, keeping all polynomials (for wider fields)."""
        fresh = packing.pack(self.packing.unpack(self._keys[:, :self._used]).astype(np.int64))
        self._keys = np.zeros((packing.words, len(self._coefficients)), dtype=np.uint64)
        self._keys[:, :self._used] = fresh
        self.packing = packing


def to_polynomial(packing: Packing, field: ModularArithmetic, keys: Keys, coefficients: Floats) -> Polynomial:
    """A plain mapping from packed terms."""
    exponents = packing.unpack(keys).tolist()
    values = field.canonical(coefficients).tolist()
    return {tuple(e): c for e, c in zip(exponents, values)}
