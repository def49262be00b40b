"""The coefficient map written out: only when asked, and only when it is small."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import comb
from typing import Any

import numpy as np

from neurocli.algebra.rings import ExactRing
from neurocli.architectures.parametrization import Parametrization
from neurocli.errors import TooLarge, UsageError

#: Largest expansion that `coefficient_map` takes on.
MAX_TERMS = 200_000


@dataclasses.dataclass(frozen=True)
class TermCount:
    """Upper bound for the number of terms of a polynomial in parameters and inputs.

    A product of two polynomials has at most the product of their numbers of terms, a power of
    one with t terms at most C(t + r - 1, r); the `*` of equal counts is not known to be a square,
    so powers enter through repeated products and overestimate.
    """

    count: int

    def __add__(self, other: TermCount) -> TermCount:
        return TermCount(self.count + other.count)

    def __radd__(self, other: int) -> TermCount:  # numpy starts its sums with 0
        return self

    def __mul__(self, other: TermCount) -> TermCount:
        return TermCount(min(self.count * other.count, 10**30))


class _TermRing(ExactRing):
    """Counts terms; an entrywise power uses the binomial bound."""

    def __init__(self) -> None:
        super().__init__(lambda value: TermCount(int(value != 0)))

    def scale(self, c: Any, a: Any) -> Any:
        return a if c else np.frompyfunc(lambda t: TermCount(0), 1, 1)(a)

    def sum_last(self, a: Any) -> Any:
        return np.add.reduce(a, axis=-1)

    def multiply(self, a: Any, b: Any) -> Any:
        if a is b:  # a square
            return np.frompyfunc(lambda t: TermCount(min(comb(t.count + 1, 2), 10**30)), 1, 1)(a)
        return a * b


def estimated_terms(parametrization: Parametrization) -> int:
    """Upper bound for the number of terms of the outputs as polynomials in parameters and inputs."""
    program = parametrization.program
    if parametrization.degree_x is None:
        raise UsageError(f"{parametrization.network}: not a polynomial network, so there is no coefficient map")
    work = sum(int(np.prod(shape, dtype=object)) for shape in program.shapes)
    if work > 100_000:  # do not count what could never be expanded
        return 10**30
    theta = np.array([[TermCount(1)] * program.parameter_count], dtype=object)
    x = np.array([[TermCount(1)] * program.input_size], dtype=object).reshape(1, program.input_size)
    outputs = program.evaluate(_TermRing(), theta, x).ravel()
    return sum(term.count if isinstance(term, TermCount) else int(term) for term in outputs)


@lru_cache(maxsize=8)
def coefficient_map(parametrization: Parametrization) -> tuple[list[Any], Any]:
    """The coordinates of the map as polynomials in the parameters over Q (FLINT).

    Returns:
        The coordinates, those that vanish identically left out, ordered by output and then by
        monomial in the inputs; and the FLINT context of the parameters.

    Raises:
        TooLarge: the expansion is estimated to have more than MAX_TERMS terms.
    """
    coordinates, context, _ = labelled_map(parametrization)
    return coordinates, context


@lru_cache(maxsize=8)
def labelled_map(parametrization: Parametrization) -> tuple[list[Any], Any, list[tuple[int, tuple[int, ...]]]]:
    """`coefficient_map` with the label (output, exponents in the inputs) of every coordinate."""
    from neurocli.algebra.polynomials import constants, rational_context

    terms = estimated_terms(parametrization)
    if terms > MAX_TERMS:
        raise TooLarge(f"{parametrization.network}: the coefficient map has up to {_readable(terms)} terms; "
                       f"the limit is {MAX_TERMS:,}", "invariants are computed without expanding it")
    program = parametrization.program
    n, m = program.parameter_count, program.input_size
    context = rational_context(n + m)
    ring = ExactRing(constants(context))
    generators = np.empty(n + m, dtype=object)
    generators[:] = context.gens()
    outputs = program.evaluate(ring, generators[None, :n], generators[None, n:]).ravel()
    small = rational_context(n)
    coordinates, labels = [], []
    for number, polynomial in enumerate(outputs):
        grouped: dict[tuple[int, ...], dict[tuple[int, ...], Any]] = {}
        for exponents, coefficient in polynomial.to_dict().items():
            grouped.setdefault(tuple(exponents[n:]), {})[tuple(exponents[:n])] = coefficient
        for monomial in sorted(grouped, key=lambda e: (-sum(e), [-i for i in e])):
            coordinates.append(small.from_dict(grouped[monomial]))
            labels.append((number, monomial))
    return coordinates, small, labels


def parameter_names(parametrization: Parametrization) -> list[str]:
    """Names of the scalar parameters: `W1[2,1]`, entries numbered from 1."""
    names = []
    for block, shape in parametrization.program.parameters:
        for index in np.ndindex(*shape):
            names.append(f"{block}[{','.join(str(i + 1) for i in index)}]")
    return names


def input_names(parametrization: Parametrization) -> list[str]:
    """Names of the scalar inputs: `x1`, `x2`, or `X11` for matrices."""
    names = []
    for block, shape in parametrization.program.inputs:
        for index in np.ndindex(*shape):
            separator = "_" if any(n > 9 for n in shape) and len(shape) > 1 else ""
            names.append(block + separator.join(str(i + 1) for i in index))
    return names


def _readable(count: int) -> str:
    return f"{count:,}" if count < 10**15 else f"10^{len(str(count)) - 1}"


def outputs_at_inputs(parametrization: Parametrization, p: int, samples: Sequence[Any],
                      outputs: Sequence[int]) -> list[dict[tuple[int, ...], int]]:
    """Outputs at given inputs as polynomials in the parameters over F_p.

    Args:
        samples: one input vector of residues per polynomial.
        outputs: which output of the network, one per polynomial.

    Raises:
        TooLarge: the polynomials may have too many terms.
    """
    from neurocli.algebra.polynomials import modular_context

    terms = estimated_terms(parametrization)
    if terms > MAX_TERMS:
        raise TooLarge(f"{parametrization.network}: the polynomials have up to {_readable(terms)} terms; "
                       f"the limit is {MAX_TERMS:,}")
    program = parametrization.program
    context = modular_context(program.parameter_count, p)
    ring = ExactRing(lambda value: context.constant(_residue(value, p)))
    generators = np.empty(program.parameter_count, dtype=object)
    generators[:] = context.gens()
    found = []
    for x, output in zip(samples, outputs, strict=True):
        values = program.evaluate(ring, generators[None], ring.constant([[int(v) for v in x]])).ravel()
        found.append({tuple(map(int, e)): int(c) for e, c in values[output].to_dict().items()})
    return found


def _residue(value: Any, p: int) -> int:
    if isinstance(value, Fraction):
        return value.numerator * pow(value.denominator, -1, p) % p
    return int(value) % p
