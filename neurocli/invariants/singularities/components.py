"""Irreducible components of highest dimension of an algebraic set over Q, by a rational linear slice.

A generic linear space of complementary dimension meets a component of degree d in d points, and
by Hilbert's irreducibility theorem these are conjugate over Q for almost all rational choices when
the component is irreducible over Q and has positive dimension.  So the factors over Q of the
minimal polynomial of a linear form on the slice are the components, with their reduced degrees.
"""

from __future__ import annotations

import dataclasses
import random
import time
from fractions import Fraction

from neurocli.algebra.primes import derive_seed, random_prime
from neurocli.algebra.reconstruction import rational
from neurocli.algebra.univariate_factors import factor_degrees
from neurocli.engines.protocol import Engine, Limits
from neurocli.errors import TimeLimit
from neurocli.formats.system import Polynomial, PolynomialSystem

MAX_PRIMES = 120


@dataclasses.dataclass(frozen=True)
class Slice:
    """Degrees of the components of highest dimension.

    Args:
        degrees: reduced degrees of the components that are irreducible over Q, increasing.
        primes: how many primes the minimal polynomial was lifted from.
    """

    degrees: tuple[int, ...]
    primes: int


def component_degrees(system: PolynomialSystem, dimension: int, engine: Engine, seed: int = 0,
                      deadline: float | None = None) -> Slice | None:
    """Degrees of the components of highest dimension, or None when the lift does not come to an end.

    Args:
        system: equations over Q.
        dimension: of their solution set.
        deadline: moment on the clock of `time.monotonic` when to give up.

    Raises:
        TimeLimit, EngineError: from the engine.
    """
    cut, form = _generic_cut(system, dimension, engine, seed, deadline)
    modulus, residues, degree, last = 1, [0], -1, None
    used = 0
    for trial in range(MAX_PRIMES):
        left = None
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeLimit("the time limit was reached while components were separated")
        p = random_prime(derive_seed(seed, "components", trial))
        found = minimal_polynomial(cut, form, p, engine, left)
        if found is None or len(found) - 1 < degree:
            continue
        if len(found) - 1 > degree:
            modulus, residues, degree, used = 1, [0] * len(found), len(found) - 1, 0
        inverse = pow(modulus, -1, p) if modulus > 1 else 0
        residues = [r + modulus * ((c - r) * inverse % p) if modulus > 1 else c for r, c in zip(residues, found)]
        modulus *= p
        used += 1
        lifted = [rational(r, modulus) for r in residues]
        if None not in lifted and lifted == last:  # unchanged by a further prime
            degrees = sorted(d for d, _ in factor_degrees([Fraction(c) for c in lifted if c is not None]))
            return Slice(tuple(degrees), used)
        last = lifted
    return None


def _generic_cut(system: PolynomialSystem, dimension: int, engine: Engine, seed: int,
                 deadline: float | None) -> tuple[PolynomialSystem, Polynomial]:
    """A slice with small coefficients that has as many solutions as one with random residues."""
    p = random_prime(derive_seed(seed, "generic-slice"))
    left = None if deadline is None else max(0.1, deadline - time.monotonic())
    generic = quotient_algebra(_cut(system, dimension, seed, p)[0], p, engine, left)
    for attempt in range(8):
        cut, form = _cut(system, dimension, seed, 20 + attempt)
        algebra = quotient_algebra(cut, p, engine, left)
        if generic is None or (algebra is not None and algebra.solutions == generic.solutions
                               and len(algebra.minimal_polynomial(form)) > algebra.solutions):
            break
    return cut, form


def _cut(system: PolynomialSystem, dimension: int, seed: int, size: int = 20) -> tuple[PolynomialSystem, Polynomial]:
    """The system with `dimension` random affine linear equations, and a linear form.

    Args:
        size: bound for the integer coefficients.
    """
    rng = random.Random(f"slice {seed} {size}")
    n = len(system.variables)
    units = [tuple(int(i == j) for j in range(n)) for i in range(n)]
    planes: list[Polynomial] = []
    for _ in range(dimension):
        plane: Polynomial = {unit: rng.randint(1, size) * rng.choice((-1, 1)) for unit in units}
        planes.append(plane | {(0,) * n: rng.randint(1, size)})
    form: Polynomial = {unit: rng.randint(1, 9) for unit in units}
    return dataclasses.replace(system, polynomials=(*system.polynomials, *planes)), form


def minimal_polynomial(system: PolynomialSystem, form: Polynomial, p: int, engine: Engine,
                       seconds: float | None = None) -> list[int] | None:
    """The minimal polynomial of a form on the solutions modulo p, constant term first; None if infinitely many."""
    algebra = quotient_algebra(system, p, engine, seconds)
    return None if algebra is None else list(algebra.minimal_polynomial({e: int(c) % p for e, c in form.items()}))


def quotient_algebra(system: PolynomialSystem, p: int, engine: Engine, seconds: float | None = None):  # type: ignore[no-untyped-def]
    """The algebra of a zero-dimensional system modulo p, or None when it has infinitely many solutions."""
    from neurocli.algebra.groebner.basis import GroebnerBasis
    from neurocli.algebra.groebner.monomials import MonomialOrder
    from neurocli.algebra.groebner.zero_dim import QuotientAlgebra

    basis = engine.groebner_basis(system.over(p) if system.characteristic != p else system, Limits(seconds))
    order = MonomialOrder.degrevlex(len(system.variables))
    wrapped = GroebnerBasis.from_polynomials(system.variables, p, order, list(basis))
    return QuotientAlgebra(wrapped) if wrapped.dimension <= 0 else None
