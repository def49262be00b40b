"""The keys of a specification: how each value is read, checked and spelled."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from neurocli.algebra.polynomial_text import format_polynomial, parse_polynomial
from neurocli.errors import SpecificationError

MAX_WIDTH = 100_000
MAX_DEPTH = 100
MAX_POWER = 1_000_000
#: Refused as a specification: no question about such a network could be answered.
MAX_PARAMETERS = 10**11


@dataclasses.dataclass(frozen=True)
class Key:
    """One key of a family.

    Args:
        read: text -> value, raising SpecificationError; gets the place too.
        write: value -> text.
        separator: what separates the items of a list in a file's spelling.
        help: one line for `neurocli-spec(5)`.
        flag: the key stands alone, without a value.
    """

    read: Callable[[str, str], Any]
    write: Callable[[Any], str]
    separator: str
    help: str
    flag: bool = False


def read_integer(text: str, place: str, low: int = 1, high: int = MAX_WIDTH) -> int:
    """An integer between `low` and `high`, written in plain digits.

    Raises:
        SpecificationError: anything else.
    """
    clean = text.strip()
    expected = f"an integer from {low} to {high}"
    if not (clean.isascii() and clean.isdigit()):
        raise SpecificationError(place, text, expected)
    if len(clean) > 12 or not low <= int(clean) <= high:
        raise SpecificationError(place, text, expected)
    return int(clean)


def read_integers(text: str, place: str, separator: str, low: int = 1, high: int = MAX_WIDTH,
                  at_least: int = 1) -> tuple[int, ...]:
    """Integers between separators."""
    items = text.split(separator)
    if len(items) < at_least or len(items) > MAX_DEPTH + 1:
        raise SpecificationError(place, text, f"{at_least} to {MAX_DEPTH + 1} integers "
                                 f"separated by '{separator}'")
    return tuple(read_integer(item, f"{place}, entry {i}", low, high) for i, item in enumerate(items, 1))


def integers(separator: str, help: str, low: int = 1, high: int = MAX_WIDTH) -> Key:
    """A key whose value is a list of integers."""
    return Key(lambda text, place: read_integers(text, place, separator, low, high),
               lambda value: separator.join(map(str, value)), separator, help)


def integer(help: str, low: int = 1, high: int = MAX_WIDTH) -> Key:
    """A key whose value is one integer."""
    return Key(lambda text, place: read_integer(text, place, low, high), str, "", help)


def powers(help: str) -> Key:
    """`r`: one exponent for all layers, or one per layer separated by '/'."""
    def write(value: tuple[int, ...]) -> str:
        return str(value[0]) if len(set(value)) == 1 else "/".join(map(str, value))
    return Key(lambda text, place: read_integers(text, place, "/", 1, MAX_POWER), write, "/", help)


def _read_activations(text: str, place: str) -> tuple[tuple[tuple[int, Fraction], ...], ...]:
    activations = []
    for piece in text.split(";"):
        polynomial = parse_polynomial(piece, ["x"], place)
        terms = tuple(sorted((exponents[0], c) for exponents, c in polynomial.items()))
        if not terms or terms[-1][0] == 0:
            raise SpecificationError(place, piece, "a polynomial in x that is not constant")
        activations.append(terms)
    return tuple(activations)


def write_activation(terms: tuple[tuple[int, Fraction], ...]) -> str:
    """The canonical spelling of one activation polynomial."""
    return format_polynomial({(e,): c for e, c in terms}, ["x"])


def activations(help: str) -> Key:
    """`act`: one polynomial in x for all layers, or one per layer separated by ';'."""
    def write(value: tuple[Any, ...]) -> str:
        texts = [write_activation(terms) for terms in value]
        return texts[0] if len(set(texts)) == 1 else ";".join(texts)
    return Key(_read_activations, write, ";", help)


def _read_flag(text: str, place: str) -> bool:
    if text not in ("", "true", "false"):
        raise SpecificationError(place, text, "no value, true or false")
    return text != "false"


def flag(help: str) -> Key:
    """A key that stands alone."""
    return Key(_read_flag, lambda value: "", "", help, flag=True)


def per_layer(values: dict[str, Any], hidden: int, place: str) -> dict[str, Any]:
    """Spread `r` or `act` over the hidden layers; exactly one of them must be given.

    Raises:
        SpecificationError: neither, both, or a wrong number of them.
    """
    given = [key for key in ("r", "act") if key in values]
    if len(given) == 2:
        raise SpecificationError(place, "both r and act", "one of them")
    if hidden == 0:
        if given and len(values[given[0]]) > 1:
            raise SpecificationError(f"key '{given[0]}'", f"{len(values[given[0]])} activations",
                                     "none: the network has no hidden layer")
        return {key: value for key, value in values.items() if key not in ("r", "act")}
    if not given:
        raise SpecificationError(place, "no activation", "a key r (monomial degree, r=2) or act (act=x^3+x^2)")
    (key,) = given
    items = values[key]
    if len(items) == 1:
        items = items * hidden
    if len(items) != hidden:
        raise SpecificationError(f"key '{key}'", f"{len(items)} activations",
                                 f"1 or {hidden}, one per hidden layer")
    if key == "act" and all(len(terms) == 1 and terms[0][1] == 1 for terms in items):
        key, items = "r", tuple(terms[0][0] for terms in items)  # act=x^2 is r=2
        values = {k: v for k, v in values.items() if k != "act"}
    return {**values, key: tuple(items)}
