"""What our scripts print, in every system: labelled lines, counted, with a last line that must be there.

A computer algebra system may fail in the middle, print an error or a warning, and still end with
status 0.  So a script prints one fact on a line, says beforehand how many lines a list has, and ends
with `LAST_LINE`; whatever does not fit is no answer.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from neurocli.errors import EngineError
from neurocli.formats.system import Exponents, Polynomial, degrevlex, read_coefficient

LAST_LINE = "end of the answer"
_LABELS = ("dimension", "degree", "rank", "count", "elements")
_NUMBER = re.compile(r"-?[0-9]+", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Answer:
    """The facts in an answer.

    Args:
        numbers: `dimension`, `degree`, `rank`, `count`, as far as they were asked.
        basis: polynomials, where they were asked.
    """

    numbers: dict[str, int]
    basis: tuple[Polynomial, ...] | None


def parse_answer(text: str, variables: Sequence[str], engine: str) -> Answer:
    """Read the standard output of a script.

    Raises:
        EngineError: a line that is no fact, a missing or repeated one, a list that is too short or
            too long, or no last line.
    """
    lines = text.splitlines()
    if not lines or lines[-1] != LAST_LINE:
        raise EngineError(f"{engine}: the answer ends in the middle{_shown(lines)}",
                          "the engine was killed, ran out of memory, or met an error; see --debug")
    numbers: dict[str, int] = {}
    basis: list[Polynomial] = []
    for line in lines[:-1]:
        label, _, rest = line.partition(" ")
        if label == "basis":
            basis.append(parse_expanded(rest, variables, engine))
        elif label in _LABELS and label not in numbers and _NUMBER.fullmatch(rest):
            numbers[label] = int(rest)
        else:
            raise EngineError(f"{engine}: cannot read {line[:80]!r}")
    elements = numbers.pop("elements", None)
    if (elements is None and basis) or elements not in (None, len(basis)):
        raise EngineError(f"{engine}: announced {elements} polynomials and printed {len(basis)}")
    return Answer(numbers, None if elements is None else tuple(basis))


def parse_expanded(text: str, variables: Sequence[str], engine: str) -> Polynomial:
    """A polynomial in expanded form as engines print it: `3*x^2*y-1/2*z+7`.

    Args:
        text: terms of coefficient, variables and powers joined by `*`; spaces are ignored.

    Raises:
        EngineError: anything else: unknown names, repeated monomials or variables, brackets.

    Example:
        >>> parse_expanded("x^2-2*y + 1/3", ("x", "y"), "test")
        {(2, 0): 1, (0, 1): -2, (0, 0): Fraction(1, 3)}
    """
    places = {name: place for place, name in enumerate(variables)}
    polynomial: Polynomial = {}
    compact = text.replace(" ", "")
    pieces = re.findall(r"[+-]?[^+-]+", compact)
    if not pieces or "".join(pieces) != compact:
        raise EngineError(f"{engine}: cannot read the polynomial {text[:80]!r}")
    for piece in pieces:
        exponents = [0] * len(places)
        sign, body = (-1, piece[1:]) if piece[0] == "-" else (1, piece.removeprefix("+"))
        factors = body.split("*")
        coefficient = read_coefficient("1")
        try:
            if factors[0][:1].isdigit():
                coefficient = read_coefficient(factors.pop(0))
            for factor in factors:
                name, power, exponent = factor.partition("^")
                place = places[name]
                if exponents[place] or (power and not exponent.isdecimal()):
                    raise ValueError(factor)
                exponents[place] = int(exponent) if power else 1
        except (KeyError, ValueError):
            raise EngineError(f"{engine}: cannot read the term {piece[:80]!r}") from None
        if tuple(exponents) in polynomial:
            raise EngineError(f"{engine}: a monomial stands twice in {text[:80]!r}")
        polynomial[tuple(exponents)] = sign * coefficient
    if any(polynomial.values()):
        return {monomial: coefficient for monomial, coefficient in polynomial.items() if coefficient}
    return {}


def leading_monomial(polynomial: Polynomial, engine: str) -> Exponents:
    """The degrevlex leading monomial.

    Raises:
        EngineError: for the zero polynomial, which is in no reduced basis.
    """
    if not polynomial:
        raise EngineError(f"{engine}: a zero polynomial in a basis")
    return min(polynomial, key=degrevlex)


def _shown(lines: Sequence[str]) -> str:
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f", after {last[:80]!r}" if last else ": it is empty"
