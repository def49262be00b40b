"""The engine that is always there: F4 with numpy and FLINT, of `algebra/groebner`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neurocli import __version__
from neurocli.engines.protocol import (
    NO_LIMITS,
    Engine,
    Limits,
    check_variables,
    leading,
    reduced_form,
    restricted,
)
from neurocli.errors import UsageError
from neurocli.formats.system import Exponents, Polynomial, PolynomialSystem

if TYPE_CHECKING:
    from neurocli.algebra.groebner import limits as groebner_limits
    from neurocli.algebra.groebner.basis import GroebnerBasis
    from neurocli.algebra.groebner.monomials import MonomialOrder

LARGEST_CHARACTERISTIC = 2147483647


class Builtin(Engine):
    """The built-in engine, which runs in this process."""

    name = "builtin"
    install = "part of neurocli"

    def path(self) -> str | None:
        return __file__

    def version(self) -> str:
        return __version__

    def groebner_basis(self, system: PolynomialSystem, limits: Limits = NO_LIMITS) -> tuple[Polynomial, ...]:
        return reduced_form(_basis(system, None, limits), system, self.name)

    def leading_monomials(self, system: PolynomialSystem, limits: Limits = NO_LIMITS) -> tuple[Exponents, ...]:
        if system.characteristic and system.generators:
            return tuple(map(tuple, _modular_basis(system, None, limits).leading_monomials))
        return tuple(map(leading, self.groebner_basis(system, limits)))

    def eliminate(self, system: PolynomialSystem, variables: Sequence[str],
                  limits: Limits = NO_LIMITS) -> PolynomialSystem:
        from neurocli.algebra.groebner.monomials import MonomialOrder

        ordered = system.reordered(check_variables(system, variables))
        count = len(variables)
        order = MonomialOrder.elimination(len(ordered.variables), range(count))
        rest = [polynomial for polynomial in _basis(ordered, order, limits)
                if not any(any(exponents[:count]) for exponents in polynomial)]
        return restricted(rest, ordered, count, self.name)


def _basis(system: PolynomialSystem, order: MonomialOrder | None, limits: Limits) -> list[Polynomial]:
    from neurocli.algebra.groebner.polynomial import System
    from neurocli.algebra.groebner.rational import rational_groebner_basis

    if not system.generators:
        return []
    if system.characteristic:
        return _modular_basis(system, order, limits).polynomials
    ideal = System(system.variables, 0, system.generators)
    return rational_groebner_basis(ideal, order, limits=_translated(limits)).polynomials


def _modular_basis(system: PolynomialSystem, order: MonomialOrder | None, limits: Limits) -> GroebnerBasis:
    from neurocli.algebra.groebner.groebner import groebner_basis
    from neurocli.algebra.groebner.polynomial import System

    if system.characteristic > LARGEST_CHARACTERISTIC:
        raise UsageError(f"the built-in engine computes modulo primes below 2^31, not {system.characteristic}",
                         "choose another --prime")
    ideal = System(system.variables, system.characteristic, system.generators)
    return groebner_basis(ideal, order, limits=_translated(limits))


def _translated(limits: Limits) -> groebner_limits.Limits:
    from neurocli.algebra.groebner import limits as groebner_limits

    if limits.memory_mb is None:
        return groebner_limits.Limits(deadline=limits.deadline())
    return groebner_limits.Limits(deadline=limits.deadline(), memory=limits.memory_mb << 20)
