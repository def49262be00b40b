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

import dataclasses
from collections.abc import Mapping
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


@dataclasses.dataclass(frozen=True)
class FieldBound(Bound):
    """An upper bound with the vector fields that prove it, as polynomials in t0, t1, ... by parameter number.

    Args:
        fields: for every field its non-zero entries.
        at: the prime and the seed of the point where their rank is taken.
    """

    fields: tuple[Mapping[str, str], ...] = ()
    at: tuple[int, int] = (0, 0)

    def evidence(self) -> dict[str, Any]:
        """The bound with the fields, so that a checker needs nothing else."""
        return {**super().evidence(), "fields": [dict(field) for field in self.fields], "prime": self.at[0],
                "seed": self.at[1]}


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
                return FieldBound("upper", bound, "polynomial vector fields",
                                  f"{n - bound} independent polynomial vector fields of degree at most {degree} lie "
                                  "in the kernel of the Jacobian", ("each verified as an identity over Q",),
                                  fields=tuple(map(_written, fields)), at=(prime, seed))
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


def check_fields(parametrization: Parametrization, evidence: Mapping[str, Any]) -> bool:
    """Whether recorded fields lie in the kernel of the Jacobian and prove the bound; no field is searched for.

    Raises:
        SpecificationError: an entry is no polynomial.
        UsageError: the prime is none.
    """
    from neurocli.algebra.polynomial_text import parse_polynomial
    from neurocli.algebra.primes import check_prime

    n, prime = parametrization.parameter_count, check_prime(int(evidence["prime"]))
    names = [f"t{j}" for j in range(n)]
    fields = []
    for written in evidence["fields"]:
        if not set(written) <= set(map(str, range(n))):
            return False
        parsed = [parse_polynomial(str(written.get(str(j), "0")), names) for j in range(n)]
        if any(c.denominator != 1 for polynomial in parsed for c in polynomial.values()):
            return False
        fields.append([{e: int(c) for e, c in polynomial.items()} for polynomial in parsed])
    if not all(is_kernel_field(parametrization, field) for field in fields):
        return False
    return n - _rank_at_point(fields, n, prime, int(evidence["seed"])) <= int(evidence["value"])


def _written(entries: list[dict[Any, int]]) -> dict[str, str]:
    from neurocli.algebra.polynomial_text import format_polynomial

    names = [f"t{j}" for j in range(len(entries))]
    return {str(j): format_polynomial(polynomial, names) for j, polynomial in enumerate(entries) if polynomial}


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
