"""Polar degrees of a neurovariety that is a cone: closed forms, or slices of its conormal variety.

delta_i is the number of pairs (x, y) in the conormal variety with x on i generic hyperplanes and y in a
generic linear space of dimension i + 1: the critical points of a generic projection of a linear section of X.
In parameters u, with y = s_0 Y_0 + ... + s_(i+1) Y_(i+1), s_0 = 1, the equations are

    y . d(phi)/du_k = 0 for every k,     i linear equations on phi(u),     one linear form of phi(u) equal to 1.

Parameters where the map drops rank are solutions too; they are removed by the inverse of the determinant
of a generic projection of the Jacobian, which does not vanish at the others.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from neurocli.algebra.primes import DEFAULT_PRIME, derive_seed, random_prime
from neurocli.errors import EngineError, TooLarge, UsageError
from neurocli.formats.system import PolynomialSystem
from neurocli.invariants.degrees.question import Found, Question
from neurocli.invariants.systems import (
    RestrictedMap,
    as_dictionary,
    constants,
    context_of,
    fibre_polynomials,
    restricted_map,
)
from neurocli.results.result import Status
from neurocli.theorems.degree_catalogue import KnownVariety

#: The determinant of the Jacobian is expanded for at most so many parameters.
MAX_DETERMINANT = 7


@dataclasses.dataclass(frozen=True)
class PolarDegrees:
    """Polar degrees delta_0, ..., delta_m, m the projective dimension, with their status."""

    values: tuple[int, ...]
    status: Status
    explanation: str


def polar_degrees(question: Question, known: KnownVariety | None, found: Found) -> PolarDegrees:
    """The polar degrees of a neurovariety.

    Args:
        question: the network, its dimension, the engine, prime, seed and limits.
        known: the classical variety that it is, if it is one.
        found: the degree, which is the last polar degree.

    Raises:
        UsageError: the neurovariety is no cone.
        TooLarge: too many parameters for the conormal slices.
        EngineError: counts that do not agree.
    """
    if found.value == 1:  # a variety of degree one is a linear space
        values = (0,) * (question.dimension.value - 1) + (1,)
        return PolarDegrees(values, found.status, "polar degrees of a linear space")
    if not question.parametrization.cone:
        raise UsageError(f"{question.network}: the neurovariety is no cone, so polar degrees are not defined",
                         "leave --polar out")
    if known is not None and known.conormal and found.value == known.variety.degree:
        status = found.status if known.conormal == "proved" else Status.PROBABLE
        return PolarDegrees(tuple(known.variety.polar_degrees), status,
                            f"polar degrees in closed form: {known.statement}")
    return _by_slices(question, found.value)


def _by_slices(question: Question, degree: int) -> PolarDegrees:
    dimension = question.dimension.value
    primes = (question.prime or DEFAULT_PRIME, random_prime(derive_seed(question.seed, "polar-prime")))
    found = []
    for p in primes:
        seed = derive_seed(question.seed, "polar", p) % 2**32
        restricted = restricted_map(question.parametrization, dimension, p, seed)
        points = question.engine.count_solutions(restricted.system(fibre_polynomials(restricted, seed)),
                                                 question.limits) or 0
        values = []
        for i in range(dimension - 1):
            count = question.engine.count_solutions(conormal_slice(restricted, i, seed), question.limits)
            if points < 1 or count is None or count % points:
                raise EngineError(f"{question.network}: {count} conormal points for delta_{i}, {points} in a fibre",
                                  "try another --prime or --seed")
            values.append(count // points)
        found.append((*values, degree))
    if found[0] != found[1]:
        raise EngineError(f"{question.network}: polar degrees {found[0]} modulo {primes[0]}, {found[1]} modulo "
                          f"{primes[1]}", "try another --prime or --seed")
    return PolarDegrees(found[0], Status.PROBABLE,
                        f"polar degrees by slices of the conormal variety modulo {primes[0]} and {primes[1]}")


def conormal_slice(restricted: RestrictedMap, i: int, seed: int) -> PolynomialSystem:
    """The system whose solutions, fibre by fibre, delta_i counts."""
    coordinates, p = restricted.coordinates, restricted.characteristic
    n, size = len(restricted.free), len(coordinates)
    wide = context_of(n + i + 2, p)  # parameters, multipliers s_1 ... s_(i+1), inverse of the determinant
    generators = wide.gens()

    def widened(polynomial: Any) -> Any:
        return wide.from_dict({(*e, *(0,) * (i + 2)): c for e, c in as_dictionary(polynomial).items()})

    spanning = [restricted.combination(constants(size, p, derive_seed(seed, "conormal", i, j)))
                for j in range(i + 2)]
    equations = []
    for k in range(n):
        total = widened(spanning[0].derivative(k))
        for j in range(1, i + 2):
            total += widened(spanning[j].derivative(k)) * generators[n + j - 1]
        equations.append(total)
    for j in range(i + 1):
        section = restricted.combination(constants(size, p, derive_seed(seed, "section", i, j)))
        equations.append(widened(section) - wide.constant(int(j == i)))
    equations.append(widened(rank_determinant(restricted, seed)) * generators[-1] - wide.constant(1))
    names = (*restricted.names, *(f"s{j + 1}" for j in range(i + 1)), "t")
    return PolynomialSystem(names, p, tuple(as_dictionary(e) for e in equations))


def rank_determinant(restricted: RestrictedMap, seed: int) -> Any:
    """The determinant of a random projection of the Jacobian: zero where the map drops rank, and on a
    hypersurface that generic points avoid.

    Raises:
        TooLarge: for too many parameters.
    """
    n, size = len(restricted.free), len(restricted.coordinates)
    if n > MAX_DETERMINANT:
        raise TooLarge(f"{restricted.parametrization.network}: the determinant of the Jacobian in {n} parameters is "
                       f"not expanded; the limit is {MAX_DETERMINANT}")
    forms = [restricted.combination(constants(size, restricted.characteristic, derive_seed(seed, "project", j)))
             for j in range(n)]
    rows = [[form.derivative(k) for k in range(n)] for form in forms]
    # expansion along rows, minors by set of columns
    minors: dict[frozenset[int], Any] = {frozenset(): restricted.context.constant(1)}
    for row in rows:
        following: dict[frozenset[int], Any] = {}
        for columns, minor in minors.items():
            for k in range(n):
                if k not in columns:
                    sign = (-1) ** sum(c > k for c in columns)
                    term = minor * row[k] * restricted.context.constant(sign % restricted.characteristic
                                                                        if restricted.characteristic else sign)
                    key = columns | {k}
                    following[key] = following[key] + term if key in following else term
        minors = following
    return minors[frozenset(range(n))]
