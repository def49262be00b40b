"""Polynomial vector fields in the kernel of the Jacobian: proofs of symmetries nobody named.

A vector field v with polynomial entries and J(theta) v(theta) = 0 identically is tangent to the
fibres.  If such fields, over Q, have rank k at one point, generic fibres have dimension at least
k, and the dimension of the image is at most parameters - k.

They are found by linear algebra: fields of degree at most `degree` form a space, the condition is
linear, and it is imposed at random points modulo a prime.  A solution is lifted to Q and then
verified as an identity: with the coefficients of the map expanded over Q, every component of J v
must be the zero polynomial.  Only small networks are tried.
"""

from __future__ import annotations

from itertools import combinations_with_replacement
from math import comb
from typing import Any

import numpy as np

from neurocli.algebra.matrices import kernel, rank
from neurocli.algebra.primes import derive_seed
from neurocli.algebra.rings import prime_field
from neurocli.architectures.parametrization import Parametrization
from neurocli.theorems.bound import Bound

#: Largest number of unknown coefficients of a field, and of terms of the expanded map.
MAX_UNKNOWNS = 1500
MAX_TERMS = 3000
MAX_DEGREE = 3


def kernel_bound(parametrization: Parametrization, value: int, prime: int, seed: int) -> Bound | None:
    """An upper bound equal to `value` proved by verified vector fields, or None.

    Args:
        value: the rank of the Jacobian: no fields can prove a smaller bound.
    """
    n = parametrization.parameter_count
    if prime >= 2**31 or parametrization.ambient is None:
        return None
    from neurocli.architectures.expansion import estimated_terms

    if estimated_terms(parametrization) > MAX_TERMS:
        return None
    for degree in range(1, MAX_DEGREE + 1):
        if n * comb(n + degree - 1, degree) > MAX_UNKNOWNS:
            return None
        fields = _verified_fields(parametrization, degree, prime, seed)
        if fields:
            bound = n - _rank_at_point(fields, n, prime, seed)
            if bound == value:
                return Bound("upper", bound, "polynomial vector fields",
                             f"{n - bound} independent polynomial vector fields of degree at most {degree} lie in "
                             "the kernel of the Jacobian", ("each verified as an identity over Q",))
    return None


def _monomials(n: int, degree: int) -> list[tuple[int, ...]]:
    found = []
    for picked in combinations_with_replacement(range(n), degree):
        exponents = [0] * n
        for i in picked:
            exponents[i] += 1
        found.append(tuple(exponents))
    return found


def _verified_fields(parametrization: Parametrization, degree: int, prime: int,
                     seed: int) -> list[list[dict[Any, int]]]:
    """Fields with homogeneous entries of one degree: per parameter a polynomial {exponents: integer}."""
    n = parametrization.parameter_count
    field = prime_field(prime)
    monomials = _monomials(n, degree)
    unknowns = n * len(monomials)
    rows: list[np.ndarray] = []
    outputs = parametrization.program.output_size
    points = unknowns // (outputs * n) + 3
    for i in range(2 * n):
        theta = field.random((1, n), derive_seed(seed, "field-point", i))
        x = field.random((max(points, 2), parametrization.program.input_size), derive_seed(seed, "field-input", i))
        jacobian = parametrization.jacobian(field, theta, x).reshape(-1, n)
        values = np.ones(len(monomials), dtype=np.uint64)
        for k, exponents in enumerate(monomials):
            for j, e in enumerate(exponents):
                for _ in range(e):
                    values[k] = values[k] * theta[0, j] % np.uint64(prime)
        rows.append((jacobian[:, :, None] * values[None, None, :] % np.uint64(prime)).reshape(len(jacobian), unknowns))
        if sum(map(len, rows)) > unknowns + 20:
            break
    basis = kernel(np.concatenate(rows), prime)
    found = []
    for vector in basis:
        lifted = _lift(vector, prime)
        if lifted is None:
            continue
        entries = [{monomials[k]: lifted[j * len(monomials) + k] for k in range(len(monomials))
                    if lifted[j * len(monomials) + k]} for j in range(n)]
        if is_kernel_field(parametrization, entries):
            found.append(entries)
    return found


def _lift(vector: np.ndarray, prime: int) -> list[int] | None:
    """Integer entries proportional to the vector, by rational reconstruction; None when they are large."""
    from neurocli.algebra.reconstruction import integer_vector

    return integer_vector([int(v) for v in vector], prime)


def is_kernel_field(parametrization: Parametrization, entries: list[dict[Any, int]]) -> bool:
    """Whether J v is the zero polynomial, with exact expansion over the integers (the verifier)."""
    from neurocli.architectures.expansion import coefficient_map

    coordinates, context = coefficient_map(parametrization)
    v = [context.from_dict(entry) for entry in entries]
    for polynomial in coordinates:
        total = context.from_dict({})
        for j, component in enumerate(v):
            if component != 0:
                total += polynomial.derivative(j) * component
        if total != 0:
            return False
    return True


def _rank_at_point(fields: list[list[dict[Any, int]]], n: int, prime: int, seed: int) -> int:
    theta = [int(t) for t in prime_field(prime).random((n,), derive_seed(seed, "field-rank"))]
    matrix = np.zeros((len(fields), n), dtype=np.uint64)
    for row, entries in enumerate(fields):
        for j, polynomial in enumerate(entries):
            total = 0
            for exponents, c in polynomial.items():
                term = c
                for t, e in zip(theta, exponents, strict=True):
                    if e:
                        term = term * pow(t, e, prime) % prime
                total += term
            matrix[row, j] = total % prime
    return rank(matrix, prime)
