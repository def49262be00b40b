"""Operations on ideals by elimination: saturation, intersection, quotient, radical membership.

Over F_p the answers are exact and come as `GroebnerBasis`.  Over Q they are lifted from many primes,
come as `RationalBasis`, and are `probable`.

Reference: [cox-little-oshea-2015], chapters 3 and 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from neurocli.algebra.groebner.basis import GroebnerBasis
from neurocli.algebra.groebner.groebner import groebner_basis
from neurocli.algebra.groebner.limits import NO_LIMITS, Limits
from neurocli.algebra.groebner.monomials import MonomialOrder
from neurocli.algebra.groebner.polynomial import (
    Polynomial,
    System,
    add,
    exact_quotient,
)
from neurocli.algebra.groebner.rational import (
    Modular,
    RationalBasis,
    TracedBasis,
    lift,
    rational_groebner_basis,
)
from neurocli.errors import UsageError

Basis = GroebnerBasis | RationalBasis


@dataclass(frozen=True)
class Membership:
    """Whether a polynomial belongs to an ideal or its radical, and how sure that is.

    Args:
        holds: the answer.
        status: `proved` over F_p, `probable` where it was read off modular computations.
    """

    holds: bool
    status: str


def compute_basis(system: System, order: MonomialOrder | None = None, *, limits: Limits = NO_LIMITS,
                  prove: bool = True) -> Basis:
    """The reduced Gröbner basis over F_p or Q, as the system's characteristic says.

    Args:
        system: generators.
        order: monomial order, degrevlex by default.
        limits: time, memory, progress.
        prove: over Q, whether to try to prove the answer.
    """
    if system.characteristic:
        return groebner_basis(system, order, limits=limits)
    return rational_groebner_basis(system, order, limits=limits, prove=prove)


def elimination_ideal(system: System, variables: Sequence[str], *, limits: Limits = NO_LIMITS) -> Basis:
    """The intersection of an ideal with the ring in the other variables.

    Args:
        system: generators.
        variables: names of the variables to eliminate.
        limits: time, memory, progress.

    Returns:
        The reduced degrevlex basis of the elimination ideal, in the remaining variables.

    Example:
        >>> x, y = {(0, 1, 0): 1, (1, 0, 0): -1}, {(0, 0, 1): 1, (2, 0, 0): -1}
        >>> parabola = System("txy", 101, [x, y])
        >>> elimination_ideal(parabola, "t").polynomials
        [{(2, 0): 1, (0, 1): 100}]
    """
    unknown = [v for v in variables if v not in system.variables]
    if unknown:
        raise UsageError(f"no variable {unknown[0]!r} in the ring")
    gone = [i for i, v in enumerate(system.variables) if v in set(variables)]
    kept = [i for i, v in enumerate(system.variables) if v not in set(variables)]
    names = tuple(system.variables[i] for i in kept)
    order, rest = MonomialOrder.elimination(system.n, gone), MonomialOrder.degrevlex(len(kept))

    def restrict(polynomials: Sequence[Polynomial]) -> list[Polynomial]:
        # in an elimination order a polynomial is free of the variables if its leading monomial is
        free = [f for f in polynomials if not any(next(iter(f))[i] for i in gone)]
        return [{tuple(e[i] for i in kept): c for e, c in f.items()} for f in free]

    if not system.characteristic:
        traced = TracedBasis(system, order, limits)
        return _lifted(names, rest, lambda p: restrict(traced(p)), limits)
    polynomials = restrict(groebner_basis(system, order, limits=limits).polynomials)
    return GroebnerBasis.from_polynomials(names, system.characteristic, rest, polynomials, limits)


def _lifted(names: tuple[str, ...], order: MonomialOrder, modular: Modular, limits: Limits) -> RationalBasis:
    lifted = lift(modular, limits=limits)
    return RationalBasis(names, order, lifted.polynomials, "probable",
                         "lifted from residues, a further prime agreed", lifted.primes)


def _fresh(system: System, stem: str = "t") -> str:
    """A variable name not used in the system."""
    name, number = stem, 0
    while name in system.variables:
        number += 1
        name = f"{stem}{number}"
    return name


def rabinowitsch(system: System, f: Polynomial) -> System:
    """The system with a new first variable t and the equation t f = 1: the solutions where f is not 0."""
    product: Polynomial = {(1, *e): c for e, c in f.items()}
    equation = add(product, {(0,) * (system.n + 1): -1}, system.characteristic)
    return system.extended([_fresh(system)], [equation])


def saturation(system: System, f: Polynomial, *, limits: Limits = NO_LIMITS) -> Basis:
    """The saturation I : f^infinity, whose solutions are the closure of those of I where f is not 0."""
    extended = rabinowitsch(system, f)
    return elimination_ideal(extended, extended.variables[:1], limits=limits)


def saturation_by_ideal(system: System, others: Sequence[Polynomial], *, limits: Limits = NO_LIMITS) -> Basis:
    """The saturation I : J^infinity by the ideal J of the given polynomials.

    It is the intersection of the saturations by the generators of J.
    """
    return _intersect_all([saturation(system, f, limits=limits) for f in others if f], system, limits)


def intersection(first: System, second: System, *, limits: Limits = NO_LIMITS) -> Basis:
    """The intersection of two ideals of one ring, by eliminating t from t I + (1 - t) J.

    Example:
        >>> axes = intersection(System("xy", 101, [{(1, 0): 1}]), System("xy", 101, [{(0, 1): 1}]))
        >>> axes.polynomials
        [{(1, 1): 1}]
    """
    if first.variables != second.variables or first.characteristic != second.characteristic:
        raise UsageError("ideals of different rings cannot be intersected")
    p = first.characteristic
    t = _fresh(first)
    scaled: list[Polynomial] = [{(1, *e): c for e, c in f.items()} for f in first.polynomials]
    for g in second.polynomials:
        constant: Polynomial = {(0, *e): c for e, c in g.items()}
        scaled.append(add(constant, {(1, *e): c for e, c in g.items()}, p, -1))
    return elimination_ideal(System((t, *first.variables), p, scaled), [t], limits=limits)


def quotient(system: System, f: Polynomial, *, limits: Limits = NO_LIMITS) -> Basis:
    """The ideal quotient I : f, all g with f g in I.

    It is the intersection of I with (f), divided by f.
    """
    principal = System(system.variables, system.characteristic, [f])
    if not principal.polynomials[0]:
        return _unit_ideal(system)
    common = intersection(system, principal, limits=limits).polynomials
    generators = [exact_quotient(g, principal.polynomials[0], system.characteristic) for g in common]
    divided = System(system.variables, system.characteristic, generators)
    return _as_probable(compute_basis(divided, limits=limits, prove=False))


def quotient_by_ideal(system: System, others: Sequence[Polynomial], *, limits: Limits = NO_LIMITS) -> Basis:
    """The ideal quotient I : J by the ideal J of the given polynomials."""
    return _intersect_all([quotient(system, f, limits=limits) for f in others if f], system, limits)


def _unit_ideal(system: System) -> Basis:
    return compute_basis(System(system.variables, system.characteristic, [{(0,) * system.n: 1}]))


def _intersect_all(bases: Sequence[Basis], system: System, limits: Limits) -> Basis:
    """The intersection of some ideals; of none, the unit ideal."""
    if not bases:
        return _unit_ideal(system)
    result = bases[0]
    for other in bases[1:]:
        result = intersection(result.system(), other.system(), limits=limits)
    return result


def _as_probable(basis: Basis) -> Basis:
    """What was computed from lifted polynomials is no surer than they are."""
    if isinstance(basis, GroebnerBasis):
        return basis
    return replace(basis, status="probable")


def radical_membership(system: System, f: Polynomial, *, limits: Limits = NO_LIMITS) -> Membership:
    """Whether f vanishes on all solutions over the algebraic closure: whether f is in the radical of I.

    Example:
        >>> radical_membership(System("x", 101, [{(3,): 1}]), {(1,): 1})
        Membership(holds=True, status='proved')
    """
    basis = compute_basis(rabinowitsch(system, f), limits=limits, prove=False)
    unit = [tuple(e) for e in basis.leading_monomials] == [(0,) * (system.n + 1)]
    return Membership(unit, "proved" if system.characteristic else "probable")
