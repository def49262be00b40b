"""Equations of the fibre through a point, as a polynomial system for the engines.

Equations say f(theta) = f(theta_0): coefficient by coefficient where the expansion is small, else
at sample inputs.  Coordinates that a gauge fixes are constants; the rest are the unknowns.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from neurocli.algebra.polynomials import modular_context, rational_context
from neurocli.algebra.primes import derive_seed
from neurocli.algebra.rational_matrices import fraction, rational
from neurocli.algebra.rings import ExactRing, prime_field
from neurocli.architectures.parametrization import Parametrization
from neurocli.formats.system import PolynomialSystem

#: Expansions with at most this many terms (by the estimate) are compared coefficient by coefficient.
EXPAND_TERMS = 20_000


@dataclasses.dataclass(frozen=True)
class Unknowns:
    """How the flat parameters depend on the unknowns of a system.

    Args:
        fixed: flat index -> constant.
        linear: flat index -> ((coefficient, flat index of an unknown), ...), constant): an affine
            condition solved for this entry.
        free: flat indices of the unknowns, in order.
    """

    fixed: Mapping[int, int]
    free: tuple[int, ...]
    linear: Mapping[int, tuple[tuple[tuple[int, int], ...], int]] = dataclasses.field(default_factory=dict)


def in_gauge(parametrization: Parametrization) -> Unknowns:
    """The unknowns that the parametrization's gauge leaves."""
    fixed: dict[int, int] = {}
    for name, entries in parametrization.gauge.fixed.items():
        start = parametrization.slices[name][0].start
        fixed |= {start + index: value for index, value in entries}
    return Unknowns(fixed, tuple(i for i in range(parametrization.parameter_count) if i not in fixed))


def without_gauge(parametrization: Parametrization) -> Unknowns:
    """All parameters are unknowns."""
    return Unknowns({}, tuple(range(parametrization.parameter_count)))


def random_point(unknowns: Unknowns, count: int, p: int, seed: int) -> list[int]:
    """A random parameter point modulo p that satisfies the gauge."""
    free = prime_field(p).random((len(unknowns.free),), derive_seed(seed, "fibre-point"))
    theta = [0] * count
    for index, value in unknowns.fixed.items():
        theta[index] = value % p
    for index, value in zip(unknowns.free, free.tolist(), strict=True):
        theta[index] = int(value)
    for index, (terms, constant) in unknowns.linear.items():
        theta[index] = (constant + sum(c * theta[j] for c, j in terms)) % p
    return theta


def fibre_system(parametrization: Parametrization, unknowns: Unknowns, theta: Sequence[Any], p: int,
                 seed: int = 0) -> PolynomialSystem:
    """The fibre over f(theta), in the unknowns.

    Args:
        unknowns: which parameters are unknown.
        theta: a parameter point: residues modulo p, or rationals when p is 0.
        p: the characteristic, 0 or a prime below 2^31.
        seed: of the sample inputs, where the map is not expanded.

    Returns:
        Generators of the ideal of the fibre, zero polynomials left out.
    """
    from neurocli.architectures.expansion import estimated_terms

    names = tuple(f"w{i + 1}" for i in unknowns.free) or ("w0",)
    if estimated_terms(parametrization) <= EXPAND_TERMS:
        polynomials = _by_coefficients(parametrization, unknowns, theta, p)
    else:
        polynomials = _at_samples(parametrization, unknowns, theta, p, seed)
    return PolynomialSystem(names, p, tuple(f for f in polynomials if f))


def fibre_of_coefficients(parametrization: Parametrization, unknowns: Unknowns, coefficients: Sequence[Fraction],
                          p: int) -> PolynomialSystem:
    """The fibre over the function with these coefficients, which need not be in the image.

    Args:
        coefficients: in the order of the coefficient map (`neurocli describe --map`).

    Raises:
        DataError: another number of coefficients.
        TooLarge: the coefficient map is too large to write out.
    """
    from neurocli.architectures.expansion import labelled_map
    from neurocli.errors import DataError

    labels = labelled_map(parametrization)[2]
    if len(labels) != len(coefficients):
        raise DataError(f"{len(coefficients)} coefficients, expected {len(labels)}",
                        "in the order of: neurocli describe --map")
    zero = [0] * parametrization.parameter_count
    grouped = _grouped(parametrization, unknowns, zero, p)
    constant = (0,) * max(len(unknowns.free), 1)
    equations = []
    for label, value in zip(labels, coefficients, strict=True):
        equation = dict(grouped.pop(label, {}))
        equation[constant] = equation.get(constant, 0) - (
            value.numerator * pow(value.denominator, -1, p) if p else value)
        equations.append(equation)
    names = tuple(f"w{i + 1}" for i in unknowns.free) or ("w0",)
    return PolynomialSystem(names, p, (*(f for f in equations if f), *grouped.values()))


def _embed(context: Any, p: int) -> Any:
    def embed(value: Any) -> Any:
        if isinstance(value, Fraction):
            if p:
                return context.constant(value.numerator * pow(value.denominator, -1, p) % p)
            return context.constant(rational(value))
        return context.constant(int(value) % p if p else int(value))
    return embed


def _parameters(parametrization: Parametrization, unknowns: Unknowns, generators: Sequence[Any],
                embed: Any) -> np.ndarray:
    theta = np.empty(parametrization.parameter_count, dtype=object)
    for index, value in unknowns.fixed.items():
        theta[index] = embed(value)
    for index, generator in zip(unknowns.free, generators):
        theta[index] = generator
    for index, (terms, constant) in unknowns.linear.items():
        total = embed(constant)
        for c, j in terms:
            total = total + embed(c) * theta[j]
        theta[index] = total
    return theta


def _context(variables: int, p: int) -> Any:
    return modular_context(variables, p) if p else rational_context(variables)


def _coefficient(value: Any, p: int) -> int | Fraction:
    if p:
        return int(value)
    return fraction(value) if hasattr(value, "q") else int(value)


def _by_coefficients(parametrization: Parametrization, unknowns: Unknowns, theta: Sequence[Any],
                     p: int) -> list[dict[tuple[int, ...], Any]]:
    grouped = _grouped(parametrization, unknowns, theta, p)
    return [grouped[key] for key in sorted(grouped, key=lambda k: (k[0], [-e for e in k[1]]))]


def _grouped(parametrization: Parametrization, unknowns: Unknowns, theta: Sequence[Any],
             p: int) -> dict[tuple[int, tuple[int, ...]], dict[tuple[int, ...], Any]]:
    """f(unknowns) - f(theta), coefficient by coefficient: (output, exponents in the inputs) -> polynomial."""
    n, m = len(unknowns.free), parametrization.program.input_size
    context = _context(max(n, 1) + m, p)
    embed = _embed(context, p)
    ring = ExactRing(embed)
    generators = context.gens()
    shift = max(n, 1)
    x = np.empty((1, m), dtype=object)
    x[0, :] = generators[shift:]
    point = np.empty((2, parametrization.parameter_count), dtype=object)
    point[0] = _parameters(parametrization, unknowns, generators[:n], embed)
    point[1] = [embed(value) for value in theta]
    values = parametrization.evaluate(ring, point, x).reshape(2, -1)
    grouped: dict[tuple[int, tuple[int, ...]], dict[tuple[int, ...], Any]] = {}
    for output, (unknown, known) in enumerate(zip(values[0], values[1], strict=True)):
        for exponents, coefficient in (unknown - known).to_dict().items():
            place = grouped.setdefault((output, tuple(exponents[shift:])), {})
            place[tuple(exponents[:shift])] = _coefficient(coefficient, p)
    return grouped


def _at_samples(parametrization: Parametrization, unknowns: Unknowns, theta: Sequence[Any], p: int,
                seed: int) -> list[dict[tuple[int, ...], Any]]:
    """Each sample cuts every component on which the function still varies, so n + 1 of them leave
    only the fibre; some more make the system easier to solve."""
    n, program = len(unknowns.free), parametrization.program
    samples = (n + 1) // program.output_size + 6
    context = _context(max(n, 1), p)
    embed = _embed(context, p)
    ring = ExactRing(embed)
    if p:
        inputs = prime_field(p).random((samples, program.input_size), derive_seed(seed, "fibre-samples")).astype(object)
    else:
        inputs = np.random.default_rng([seed, 5]).integers(-9, 10, (samples, program.input_size)).astype(object)
    point = np.empty((2, parametrization.parameter_count), dtype=object)
    point[0] = _parameters(parametrization, unknowns, context.gens(), embed)
    point[1] = [embed(value) for value in theta]
    values = parametrization.evaluate(ring, point, ring.constant(inputs)).reshape(2, -1)
    return [{tuple(e): _coefficient(c, p) for e, c in (a - b).to_dict().items()} for a, b in zip(values[0], values[1])]
