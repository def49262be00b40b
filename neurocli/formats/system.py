"""Polynomial systems as every format and engine takes them, in one canonical form.

>>> circle = PolynomialSystem(("x", "y"), 0, ({(0, 0): -1, (2, 0): 1, (0, 2): Fraction(2, 2)},))
>>> circle.polynomials[0]
{(2, 0): 1, (0, 2): 1, (0, 0): -1}
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from neurocli.algebra.primes import is_prime
from neurocli.errors import DataError, UsageError
from neurocli.results.result import plain

Exponents = tuple[int, ...]
Coefficient = int | Fraction
Polynomial = dict[Exponents, Coefficient]

SCHEMA = 1
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
#: Names that mean nothing else in any of the systems: one letter, or letters and numbers.
_PLAIN_NAME = re.compile(r"[A-Za-z]|[A-Za-z]+[0-9]+(_[0-9]+)*", re.ASCII)


@dataclasses.dataclass(frozen=True)
class PolynomialSystem:
    """Polynomials in named variables over Q or F_p.

    Args:
        variables: names of letters, digits and underscores, the largest variable first.
        characteristic: 0, or a prime.
        polynomials: mappings from exponents to coefficients. Rational coefficients are reduced
            modulo the characteristic; zero terms are dropped; zero polynomials are kept, since a
            map may have zero coordinates.
        comment: lines for the reader of a file: spec, seed, version, command.

    Raises:
        UsageError: no variables, bad or repeated names, a characteristic that is no prime, wrong
            numbers of exponents, or a denominator divisible by the characteristic.

    Notes:
        Terms are in descending degree reverse lexicographic order, so equal systems are written as
        equal files whatever order their terms were given in.
    """

    variables: tuple[str, ...]
    characteristic: int
    polynomials: tuple[Polynomial, ...]
    comment: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        variables = tuple(self.variables)
        if not variables:
            raise UsageError("a polynomial system needs a variable")
        for name in variables:
            if not _NAME.fullmatch(name):
                raise UsageError(f"variable {name!r}: expected letters, digits and underscores")
        if len(set(variables)) < len(variables):
            raise UsageError("a polynomial system names a variable twice")
        if self.characteristic and not is_prime(self.characteristic):
            raise UsageError(f"characteristic {self.characteristic}: expected 0 or a prime")
        canonical = tuple(_canonical(polynomial, len(variables), self.characteristic)
                          for polynomial in self.polynomials)
        object.__setattr__(self, "variables", variables)
        object.__setattr__(self, "polynomials", canonical)
        lines = tuple(line for text in self.comment for line in text.splitlines())
        object.__setattr__(self, "comment", lines)

    @property
    def generators(self) -> tuple[Polynomial, ...]:
        """The polynomials that are not zero."""
        return tuple(polynomial for polynomial in self.polynomials if polynomial)

    def over(self, characteristic: int) -> PolynomialSystem:
        """The same polynomials modulo a prime."""
        return dataclasses.replace(self, characteristic=characteristic)

    def renamed(self, variables: Iterable[str]) -> PolynomialSystem:
        """The same polynomials in other names."""
        return dataclasses.replace(self, variables=tuple(variables))

    def with_comment(self, *lines: str) -> PolynomialSystem:
        """The same system with other comment lines."""
        return dataclasses.replace(self, comment=lines)

    def reordered(self, variables: Sequence[str]) -> PolynomialSystem:
        """The same polynomials with the variables in another order.

        Raises:
            UsageError: not the same variables.
        """
        if sorted(variables) != sorted(self.variables):
            raise UsageError("the new order must name the same variables")
        places = [self.variables.index(name) for name in variables]
        moved = tuple({tuple(exponents[place] for place in places): coefficient
                       for exponents, coefficient in polynomial.items()} for polynomial in self.polynomials)
        return dataclasses.replace(self, variables=tuple(variables), polynomials=moved)

    def graph(self, prefix: str = "y") -> PolynomialSystem:
        """The ideal of the graph of the map that the polynomials define.

        Returns:
            The system y_i - f_i in the old variables, then one new variable for each polynomial;
            eliminating the old ones leaves the equations of the closure of the image.
        """
        while any(name.startswith(prefix) for name in self.variables):
            prefix += "y"
        count, new = len(self.variables), len(self.polynomials)
        equations = []
        for place, polynomial in enumerate(self.polynomials):
            unit = (0,) * count + tuple(int(other == place) for other in range(new))
            equation: Polynomial = {exponents + (0,) * new: -coefficient
                                    for exponents, coefficient in polynomial.items()}
            equations.append(equation | {unit: 1})
        names = self.variables + tuple(f"{prefix}{place + 1}" for place in range(new))
        return PolynomialSystem(names, self.characteristic, tuple(equations), self.comment)

    def to_json(self) -> dict[str, Any]:
        """The system in JSON types; see `from_json`."""
        return {"format": "neurocli-system", "schema": SCHEMA, "variables": list(self.variables),
                "characteristic": plain(self.characteristic), "comment": list(self.comment),
                "polynomials": [[[list(exponents), plain(coefficient)]
                                 for exponents, coefficient in polynomial.items()]
                                for polynomial in self.polynomials]}

    def dumps(self) -> str:
        """The system as a JSON file with one polynomial on a line."""
        record = self.to_json()
        polynomials = ",\n".join(json.dumps(polynomial) for polynomial in record.pop("polynomials"))
        head = json.dumps(record, sort_keys=True)
        return f'{head[:-1]}, "polynomials": [\n{polynomials}\n]}}\n'

    @classmethod
    def from_json(cls, record: Any) -> PolynomialSystem:
        """Read what `to_json` wrote.

        Raises:
            DataError: not such a record, of another schema, or with wrong contents.
        """
        if not isinstance(record, Mapping) or record.get("format") != "neurocli-system":
            raise DataError("not a polynomial system of neurocli")
        if record.get("schema") != SCHEMA:
            raise DataError(f"schema {record.get('schema')!r}, expected {SCHEMA}")
        try:
            polynomials = []
            for terms in record["polynomials"]:
                polynomial: Polynomial = {}
                for exponents, coefficient in terms:
                    if not all(type(exponent) is int for exponent in exponents):
                        raise ValueError(f"exponents {exponents!r}")
                    if tuple(exponents) in polynomial:
                        raise ValueError(f"monomial {exponents!r} twice")
                    polynomial[tuple(exponents)] = read_coefficient(coefficient)
                polynomials.append(polynomial)
            comment = tuple(str(line) for line in record.get("comment", []))
            return cls(tuple(record["variables"]), int(record["characteristic"]), tuple(polynomials), comment)
        except (KeyError, TypeError, ValueError, UsageError) as error:
            raise DataError(f"polynomial system: {error}") from None

    @classmethod
    def loads(cls, text: str) -> PolynomialSystem:
        """Read what `dumps` wrote."""
        try:
            record = json.loads(text)
        except ValueError as error:
            raise DataError(f"polynomial system: {error}") from None
        return cls.from_json(record)


def read_coefficient(value: Any) -> Coefficient:
    """An integer or a rational, from a JSON integer or a string of digits.

    Raises:
        ValueError: anything else; no floats, no exponents, no spaces.

    Example:
        >>> read_coefficient("-3/6"), read_coefficient(4)
        (Fraction(-1, 2), 4)
    """
    if type(value) is int:
        return value
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]+(/[0-9]*[1-9][0-9]*)?", value, re.ASCII):
        return Fraction(value) if "/" in value else int(value)
    raise ValueError(f"coefficient {value!r}")


def degrevlex(exponents: Exponents) -> tuple[int, ...]:
    """A sorting key: ascending keys are descending monomials of the degree reverse lexicographic order.

    Example:
        >>> sorted([(0, 0, 1), (1, 0, 1), (0, 2, 0), (2, 0, 0)], key=degrevlex)
        [(2, 0, 0), (0, 2, 0), (1, 0, 1), (0, 0, 1)]
    """
    return (-sum(exponents), *reversed(exponents))


def spell(polynomial: Polynomial, names: Sequence[str], power: str = "^", rational: str = "{}/{}") -> str:
    """A polynomial as text: collected terms, every product and power written out.

    Args:
        rational: how a fraction is spelled from its numerator and denominator.

    Example:
        >>> spell({(2, 0): 1, (1, 1): Fraction(-1, 2), (0, 0): -3}, "xy")
        'x^2-1/2*x*y-3'
    """
    pieces = []
    for exponents, coefficient in polynomial.items():
        factors = [name if exponent == 1 else f"{name}{power}{exponent}"
                   for name, exponent in zip(names, exponents, strict=True) if exponent]
        size = abs(coefficient)
        if size != 1 or not factors:
            factors.insert(0, rational.format(size.numerator, size.denominator)
                           if isinstance(size, Fraction) else str(size))
        pieces.append(("-" if coefficient < 0 else "+") + "*".join(factors))
    return "".join(pieces).removeprefix("+") or "0"


def plain_names(system: PolynomialSystem) -> PolynomialSystem:
    """The system in names that mean nothing else in any computer algebra system.

    Names such as `x`, `a12` or `W1_2_1` stay; if there are others (`pi`, `end`, `ideal`), all become
    x1, x2, ..., and the comment says which is which.
    """
    if all(_PLAIN_NAME.fullmatch(name) for name in system.variables):
        return system
    names = tuple(f"x{place + 1}" for place in range(len(system.variables)))
    legend = ", ".join(f"{new} = {old}" for new, old in zip(names, system.variables))
    return dataclasses.replace(system, variables=names, comment=(*system.comment, f"variables: {legend}"))


def comment_block(system: PolynomialSystem, mark: str) -> str:
    """The comment of a system as lines that begin with `mark`."""
    return "".join(f"{mark} {line}\n" for line in system.comment)


def _canonical(polynomial: Mapping[Exponents, Coefficient], count: int, characteristic: int) -> Polynomial:
    terms: Polynomial = {}
    for exponents in sorted(polynomial, key=degrevlex):
        if len(exponents) != count or any(exponent < 0 for exponent in exponents):
            raise UsageError(f"exponents {tuple(exponents)}: expected {count} numbers from 0")
        coefficient = _reduced(polynomial[exponents], characteristic)
        if coefficient:
            terms[tuple(map(int, exponents))] = coefficient
    return terms


def _reduced(coefficient: Coefficient, characteristic: int) -> Coefficient:
    if type(coefficient) is int:
        return coefficient % characteristic if characteristic else coefficient
    fraction = Fraction(coefficient)
    if not characteristic:
        return fraction.numerator if fraction.denominator == 1 else fraction
    if fraction.denominator % characteristic == 0:
        raise UsageError(f"coefficient {fraction} has no value modulo {characteristic}",
                         "choose another --prime")
    return fraction.numerator * pow(fraction.denominator, -1, characteristic) % characteristic
